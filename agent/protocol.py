"""Owns the wire: typed messages between a console and an agent, and how they are framed.

A frame is a length (4 bytes, big endian) and a msgpack body. The first frame each way is `Hello` and
`Welcome` or `Refused`; their first three fields never change, so that any two versions can refuse each other
in words. `PROTOCOL` rises when a change is not understood by the version before.
"""

from __future__ import annotations

import struct

import msgspec

from agent.baseline_messages import AskDifference, BaselineAnswer, DifferenceAnswer, TakeBaseline
from agent.window_messages import (
    AskWindows,
    CloseWindow,
    ExtendWindow,
    OpenWindow,
    WindowMoved,
    WindowsAnswer,
)
from checks.board import CheckState, Health, Notice, Snapshot, SystemInfo
from checks.errors import LinkError
from checks.model import HistoryQuery, Result, Series
from runbooks.decisions import Decision
from runbooks.events import Entry, Manner
from runbooks.live import DryStep, Live, Runbooks, WalkHead

PROTOCOL = 2
HEAD_BYTES = 4
FRAME_LIMIT = 64 * 1024 * 1024
"""Bytes; a longer frame is not ours."""


class Hello(msgspec.Struct, frozen=True, tag=True):
    """Console: who I am. Always the first frame."""

    protocol: int
    version: str
    pid: int


class ProbeNow(msgspec.Struct, frozen=True, tag=True):
    """Console: probe these checks now; all when none is named."""

    names: tuple[str, ...] = ()


class AskProbe(msgspec.Struct, frozen=True, tag=True):
    """Console: probe these checks and tell me once you have; answered by `ProbeAnswer` with the same id."""

    id: int
    names: tuple[str, ...]


class AskHistory(msgspec.Struct, frozen=True, tag=True):
    """Console: give me the course of a reading; answered by `HistoryAnswer` with the same id."""

    id: int
    query: HistoryQuery


class AskResults(msgspec.Struct, frozen=True, tag=True):
    """Console: give me the newest results of a check; answered by `ResultsAnswer` with the same id."""

    id: int
    check: str
    limit: int = 50


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


class Pace(msgspec.Struct, frozen=True, tag=True):
    """Console: send me at most so many differences per second (0.05 to 4)."""

    per_second: float


class Stop(msgspec.Struct, frozen=True, tag=True):
    """Console: end yourself; nothing stored is lost."""

    reason: str = ""
    force: bool = False
    """Also while a walk is open; it is taken up by the next agent."""


class Welcome(msgspec.Struct, frozen=True, tag=True):
    """Agent: you are attached; this is the system and its newest snapshot, whole."""

    protocol: int
    version: str
    pid: int
    started: float
    system: SystemInfo
    snapshot: Snapshot
    configuration: str = ""
    """Fingerprint of the files that the system was loaded from."""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Agent: you are not attached, or what you asked cannot be had, and why."""

    protocol: int
    version: str
    pid: int
    reason: str
    id: int = 0
    """The question that it answers; 0 when it is about the attachment."""


class Difference(msgspec.Struct, frozen=True, tag=True):
    """Agent: what changed between two snapshots."""

    number: int
    at: float
    health: Health
    notices: tuple[Notice, ...]
    states: tuple[CheckState, ...]
    """Only those that changed; the order and the names of all are those of `Welcome`."""


class ProbeAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what was seen of the checks asked for, each by a probe that began after the question."""

    id: int
    snapshot: Snapshot
    """With these checks only, health included."""


class HistoryAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the courses asked for."""

    id: int
    series: tuple[Series, ...]


class ResultsAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the results asked for, newest first."""

    id: int
    results: tuple[Result, ...]


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


class Bye(msgspec.Struct, frozen=True, tag=True):
    """Agent: I end now, on purpose."""

    reason: str


Question = (
    AskProbe
    | AskHistory
    | AskResults
    | AskRunbooks
    | AskWalks
    | AskEntries
    | AskEvidence
    | AskDryRun
    | OpenWalk
    | Decide
    | AskWindows
    | OpenWindow
    | ExtendWindow
    | CloseWindow
    | TakeBaseline
    | AskDifference
)
"""What is answered, by a message with the same id or by `Refused`."""
Answer = (
    ProbeAnswer
    | HistoryAnswer
    | ResultsAnswer
    | RunbooksAnswer
    | WalksAnswer
    | EntriesAnswer
    | EvidenceAnswer
    | DryRunAnswer
    | WalkAnswer
    | Decided
    | WindowsAnswer
    | BaselineAnswer
    | DifferenceAnswer
)
ToAgent = Hello | ProbeNow | Pace | Stop | Question
ToConsole = Welcome | Refused | Difference | WalkMoved | WindowMoved | Answer | Bye

_encoder = msgspec.msgpack.Encoder()
to_agent_decoder = msgspec.msgpack.Decoder(ToAgent)
to_console_decoder = msgspec.msgpack.Decoder(ToConsole)


def frame(message: ToAgent | ToConsole) -> bytes:
    """Return the message as one frame."""
    body = _encoder.encode(message)
    return struct.pack(">I", len(body)) + body


def body_length(head: bytes) -> int:
    """Return how many bytes follow the four that begin a frame.

    Raises:
        LinkError: when the frame is too long to be ours.
    """
    (length,) = struct.unpack(">I", head)
    if length > FRAME_LIMIT:
        raise LinkError(f"a frame of {length} bytes is not of walkdown's protocol")
    return int(length)
