"""Owns the messages about runbooks and walks; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from runbooks.decisions import Decision
from runbooks.events import Entry
from runbooks.live import DryStep, Live, Runbooks, WalkHead
from runbooks.walk_events import Manner


class AskRunbooks(msgspec.Struct, frozen=True, tag=True):
    """Console: what can be walked? Answered by `RunbooksAnswer`."""

    id: int


class AskWalks(msgspec.Struct, frozen=True, tag=True):
    """Console: which walks were there? Answered by `WalksAnswer`, newest first."""

    id: int
    limit: int = 200


class AskEntries(msgspec.Struct, frozen=True, tag=True):
    """Console: give me all that happened to a walk; answered by `EntriesAnswer`."""

    id: int
    walk: str


class AskEvidence(msgspec.Struct, frozen=True, tag=True):
    """Console: show me what an attempt left; answered by `EvidenceAnswer`."""

    id: int
    walk: str
    step: str
    attempt: int
    name: str


class OpenWalk(msgspec.Struct, frozen=True, tag=True):
    """Console: begin to walk a runbook; answered by `WalkAnswer`."""

    id: int
    runbook: str
    plan_sha256: str = ""
    """The plan that was shown; another one is refused. Empty: whatever it is now."""
    inputs: dict[str, str] = {}
    """Values of the inputs by name, secret ones included: they are kept in memory only."""
    manner: Manner = Manner.CONSOLE


class AskDryRun(msgspec.Struct, frozen=True, tag=True):
    """Console: render every step and run those that only look; answered by `DryRunAnswer`."""

    id: int
    runbook: str
    inputs: dict[str, str] = {}


class Decide(msgspec.Struct, frozen=True, tag=True):
    """Console: a decision about a walk; answered by `Decided`."""

    id: int
    walk: str
    fence: int
    """The fence that the sender believes in; with another one he is not the holder any more."""
    decision: Decision


class RunbooksAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what can be walked."""

    id: int
    runbooks: Runbooks


class WalksAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the walks asked for, newest first."""

    id: int
    walks: tuple[WalkHead, ...]


class EntriesAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: all that happened to a walk, in order."""

    id: int
    entries: tuple[Entry, ...]


class EvidenceAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what an attempt left, fit to be shown."""

    id: int
    text: str


class WalkAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the walk was begun; its events follow unasked."""

    id: int
    walk: str


class DryRunAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what a walk would do."""

    id: int
    steps: tuple[DryStep, ...]


class Decided(msgspec.Struct, frozen=True, tag=True):
    """Agent: the decision was taken up; one that is refused is answered by `Refused`."""

    id: int


class WalkMoved(msgspec.Struct, frozen=True, tag=True):
    """Agent, unasked: what happened to an open walk since you were told last, and what happens now."""

    walk: str
    entries: tuple[Entry, ...]
    """The first time all of them."""
    live: Live


Questions = AskRunbooks | AskWalks | AskEntries | AskEvidence | OpenWalk | AskDryRun | Decide
Answers = RunbooksAnswer | WalksAnswer | EntriesAnswer | EvidenceAnswer | WalkAnswer | DryRunAnswer | Decided
