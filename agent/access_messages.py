"""Owns the messages about who is attached and about approvals; part of the wire of `agent/protocol.py`."""

from __future__ import annotations

import msgspec

from runbooks.rights import Present


class AskAccess(msgspec.Struct, frozen=True, tag=True):
    """Console: who is attached? Answered by `AccessAnswer`."""

    id: int


class ApproveStep(msgspec.Struct, frozen=True, tag=True):
    """Console: I consent to this attempt at this step, exactly as it was shown; answered by `Judged`."""

    id: int
    walk: str
    step: str
    attempt: int
    action_sha256: str
    typed: str = ""
    """The id of the step, letter by letter."""


class RefuseStep(msgspec.Struct, frozen=True, tag=True):
    """Console: I do not want this attempt at this step; answered by `Judged`."""

    id: int
    walk: str
    step: str
    attempt: int
    action_sha256: str
    reason: str


class AccessAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: who is attached, oldest first."""

    id: int
    present: tuple[Present, ...]


class Judged(msgspec.Struct, frozen=True, tag=True):
    """Agent: the approval, or that there is none, was written down."""

    id: int


class AccessMoved(msgspec.Struct, frozen=True, tag=True):
    """Agent, unasked: who is attached; at first, and whenever that has changed."""

    present: tuple[Present, ...]


Questions = AskAccess | ApproveStep | RefuseStep
Answers = AccessAnswer | Judged
