"""Owns where a console finds the agent of a system, whose it is, and whether it may be started from here.

Without a section `access:` everybody has an agent of his own. With one there is a single agent, its owner's:
he alone starts it, and others reach it by the socket that it names, which nobody else is believed at.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from checks import paths
from checks.access import NOBODY_ELSE, Access, access_of
from checks.config.known import known_access
from checks.errors import ConfigError, LinkError


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an agent is found."""

    places: tuple[Path, ...]
    """Its sockets, the first one first."""
    uid: int
    """The user who must listen there."""
    access: Access = NOBODY_ELSE
    """Set when it is another user's."""

    @property
    def is_ours(self) -> bool:
        """Return whether it may be started from here."""
        return not self.access.owner

    def demand_ours(self) -> None:
        """Return when it may be started from here.

        Raises:
            LinkError: when only another user may; says who.
        """
        if not self.is_ours:
            owner, place = self.access.owner, self.places[0]
            raise LinkError(f"no agent answers at {place}; its owner, {owner}, has to start it")

    def barred(self, place: Path, error: OSError) -> LinkError:
        """Return in words why a socket cannot be reached."""
        if isinstance(error, PermissionError) and not self.is_ours:
            return LinkError(
                f"{place} is out of reach: only members of the group {self.access.group} get there"
            )
        return LinkError(f"{place}: {error.strerror or error}")


def reach_of(source: Path | None) -> Reach:
    """Return where the agent of a system is found.

    Raises:
        LinkError: when it is another user's, and this host has no such user.
    """
    access = NOBODY_ELSE if source is None else _access_of(source)
    if not access.owner or (uid := _uid_of(access.owner)) == os.geteuid():
        return Reach(paths.sockets(source), os.geteuid())
    if uid is None:
        raise LinkError(f"access: owner: there is no user {access.owner} on this host")
    return Reach((Path(access.socket),), uid, access)


def not_ours(access: Access) -> str:
    """Return why the agent of a system is not ours to run; empty when it is."""
    if not access.owner or _uid_of(access.owner) == os.geteuid():
        return ""
    return f"access: owner: the agent of this system is {access.owner}'s alone to run"


def _access_of(source: Path) -> Access:
    """Return what the files say; what cannot be used says nothing."""
    known = known_access(source)
    if known is not None:
        return known
    try:
        return access_of(import_module("checks.load").load(source).sections)
    except ConfigError:
        return NOBODY_ELSE


def _uid_of(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None
