"""Owns who may attach to a system's agent beside its owner, as the section `access:` says. Values only.

Names are those of UNIX users; with `@` before them, those of groups. What the kernel knows of who is there is
`agent/peers.py`'s, and what comes of both `agent/admission.py`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

SECTION = "access"
GROUP_MARK = "@"


@dataclass(frozen=True, slots=True)
class Roles:
    """Who may do what: users, and groups with `@` before their names."""

    view: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    approve: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return everybody who is named, once."""
        return tuple(dict.fromkeys((*self.view, *self.run, *self.approve)))


@dataclass(frozen=True, slots=True)
class Access:
    """Who may attach beside the owner, and where."""

    owner: str = ""
    """The user whose agent it is; empty: nothing is said, and everybody has an agent of his own."""
    group: str = ""
    """The group whose members can reach the socket."""
    socket: str = ""
    """Where the agent listens for them, beside its own socket."""
    roles: Roles = Roles()


NOBODY_ELSE = Access()


def access_of(sections: Mapping[str, Any]) -> Access:
    """Return what the sections of a system say about access."""
    said = sections.get(SECTION)
    return msgspec.convert(said, Access) if said else NOBODY_ELSE
