"""Owns the wire: typed messages between a console and an agent, and how they are framed.

A frame is a length (4 bytes, big endian) and a msgpack body. The first frame each way is `Hello` and
`Welcome` or `Refused`; their first three fields never change, so that any two versions can refuse each other
in words. `PROTOCOL` rises when a change is not understood by the version before.
"""

from __future__ import annotations

import struct

import msgspec

from agent import (
    access_messages,
    baseline_messages,
    calendar_messages,
    check_messages,
    checklist_messages,
    incident_messages,
    notice_messages,
    quiet_messages,
    report_messages,
    walk_messages,
    window_messages,
)
from checks.board import Snapshot, SystemInfo
from checks.errors import LinkError
from runbooks.rights import HERE, Standpoint

PROTOCOL = 2
HEAD_BYTES = 4
FRAME_LIMIT = 64 * 1024 * 1024
"""Bytes; a longer frame is not ours."""


class Hello(msgspec.Struct, frozen=True, tag=True):
    """Console: who I am. Always the first frame."""

    protocol: int
    version: str
    pid: int


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
    standpoint: Standpoint = HERE
    """Who you are as the kernel says, and what you may do."""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Agent: you are not attached, or what you asked cannot be had, and why."""

    protocol: int
    version: str
    pid: int
    reason: str
    id: int = 0
    """The question that it answers; 0 when it is about the attachment."""


class Bye(msgspec.Struct, frozen=True, tag=True):
    """Agent: I end now, on purpose."""

    reason: str


Question = (
    check_messages.Questions
    | walk_messages.Questions
    | window_messages.Questions
    | baseline_messages.Questions
    | quiet_messages.Questions
    | checklist_messages.Questions
    | calendar_messages.Questions
    | access_messages.Questions
    | notice_messages.Questions
    | incident_messages.Questions
    | report_messages.Questions
)
"""What is answered, by a message with the same id or by `Refused`."""
Answer = (
    check_messages.Answers
    | walk_messages.Answers
    | window_messages.Answers
    | baseline_messages.Answers
    | quiet_messages.Answers
    | checklist_messages.Answers
    | calendar_messages.Answers
    | access_messages.Answers
    | notice_messages.Answers
    | incident_messages.Answers
    | report_messages.Answers
)
ToAgent = Hello | check_messages.ProbeNow | Pace | Stop | Question
Stands = (
    window_messages.WindowMoved
    | quiet_messages.QuietMoved
    | checklist_messages.ChecklistsMoved
    | calendar_messages.CalendarMoved
    | access_messages.AccessMoved
    | notice_messages.NoticesMoved
    | incident_messages.IncidentsMoved
)
"""How something stands: told to a console unasked, at first and whenever that has changed."""
ToConsole = Welcome | Refused | check_messages.Difference | walk_messages.WalkMoved | Stands | Answer | Bye

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
