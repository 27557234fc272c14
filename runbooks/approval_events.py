"""Owns the events of approvals and of hand-overs; part of the union that `runbooks/events.py` owns.

Who asked, approved, refused or handed over is the operator of the row, for whom the kernel vouches.
"""

from __future__ import annotations

import msgspec


class ApprovalAsked(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A step was shown that another user has to approve before it can be confirmed."""

    step: str
    attempt: int
    action_sha256: str


class Approved(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody consents to this attempt at this step as it was rendered, to nothing else, for a while."""

    step: str
    attempt: int
    action_sha256: str


class ApprovalRefused(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody who may approve it does not want it done, and says why."""

    step: str
    attempt: int
    action_sha256: str
    reason: str


class HandOverOffered(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The holder passes the walk on, with the state of things in his words; he holds it until it is taken."""

    to: str = ""
    """Name of the user who is to take it; empty: whoever does."""
    uid: int = -1
    """Of that user, as it was looked up; -1 when anybody may take it."""
    done: str = ""
    deviated: str = ""
    left: str = ""
    watch: str = ""


class HandOverWithdrawn(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The holder keeps the walk after all."""


ApprovalEvents = ApprovalAsked | Approved | ApprovalRefused | HandOverOffered | HandOverWithdrawn
