"""Owns what somebody may do with a system, and who is attached to its agent, as values.

Who has which right is configuration (`access:`) and the kernel's word about who is there; see
`agent/admission.py`. Which question needs which right is `agent/rights.py`'s to say.
"""

from __future__ import annotations

import enum

import msgspec

from runbooks.operators import Operator


class Right(enum.StrEnum):
    """What somebody may do. Each of the others brings `view` along."""

    VIEW = "view"
    """See everything that a console shows; change nothing."""
    RUN = "run"
    """Walk runbooks, and decide whatever else changes something."""
    APPROVE = "approve"
    """Consent to a step that another user is about to run."""


ALL = frozenset(Right)
OWNER = frozenset({Right.VIEW, Right.RUN})
"""Those of the user that the agent runs as; to approve is given by configuration alone."""
NONE: frozenset[Right] = frozenset()


def role_of(rights: frozenset[Right]) -> str:
    """Return in words what somebody is: `run`, `approve`, `run and approve`, `view`, or `nothing`."""
    beyond = [right.value for right in (Right.RUN, Right.APPROVE) if right in rights]
    return " and ".join(beyond) or ("view" if Right.VIEW in rights else "nothing")


class Present(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who is attached."""

    operator: Operator
    rights: frozenset[Right] = NONE
    since: float = 0.0
    """When he attached, UTC seconds."""
    pid: int = 0
    """Of the console, as it is seen from the agent's host."""


class Standpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a console stands: whom the agent sees there, and what he may do."""

    me: Operator = Operator()
    rights: frozenset[Right] = OWNER

    @property
    def may_run(self) -> bool:
        """Return whether he may change anything."""
        return Right.RUN in self.rights

    @property
    def may_approve(self) -> bool:
        """Return whether he may consent to what others are about to run."""
        return Right.APPROVE in self.rights


HERE = Standpoint()
"""The standpoint of whoever is alone with his own agent."""
