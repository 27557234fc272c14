"""Owns the hash chain: what a row of the journal is, and whether one may follow the others.

The hash of a row is the SHA-256 of the hash before it and of its body, over the bytes that are stored and not
over what they parse to. So whatever is flipped, left out, put in, swapped or spliced in shows at the first
row concerned. Not by itself shows a tail that was cut off, nor a chain that was computed anew from some row
on: both need an anchor, the hash of a row kept where whoever did it could not reach. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import msgspec

from checks.errors import WalkdownError

HASH_BYTES = 32
SHORT = 16
"""Hexadecimal digits of a hash where there is little room, as in messages to people."""
MENTION = "journal "
"""What stands before a head in messages."""
FIRST_KIND = "JournalBegun"
"""The event of the first row, and of no other."""
OPENING_KIND = "WalkOpened"


class ChainError(WalkdownError):
    """A row cannot be what was written at this place."""

    def __init__(self, seq: int, why: str) -> None:
        """Keep the number of the first row that is wrong or missing, and the reason."""
        super().__init__(f"row {seq}: {why}")
        self.seq = seq
        self.why = why


class Head(NamedTuple):
    """A row by its number and hash: it stands for all rows up to it."""

    seq: int
    hash: str
    """In hexadecimal; of a head that somebody kept, maybe the first 16 digits alone."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` writes, as it stands in reports.

        Raises:
            ValueError: when it is no `SEQ:HASH`.
        """
        seq, _, digest = text.strip().partition(":")
        if not (seq.isascii() and seq.isdigit()) or len(digest) != 2 * HASH_BYTES:
            raise ValueError(f"{text!r} is no SEQ:HASH")
        return cls(int(seq), bytes.fromhex(digest).hex())

    @classmethod
    def given(cls, text: str) -> Self:
        """Read a head that somebody kept: `SEQ:HASH` whole, or cut to 16 digits; `journal ` may stand before.

        Raises:
            ValueError: when it is neither.
        """
        seq, _, digest = text.strip().removeprefix(MENTION).partition(":")
        try:
            read = bytes.fromhex(digest).hex()
        except ValueError:
            read = ""
        whole = len(read) == len(digest) and len(read) in (SHORT, 2 * HASH_BYTES)
        if not (seq.isascii() and seq.isdigit() and whole):
            raise ValueError(f"{text!r} is no SEQ:HASH")
        return cls(int(seq), read)

    @property
    def short(self) -> str:
        """Return it as messages carry it: `SEQ:HASH` with 16 digits."""
        return f"{self.seq}:{self.hash[:SHORT]}"

    def __str__(self) -> str:
        """Return `SEQ:HASH`."""
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is stored."""

    seq: int
    walk: str
    kind: str
    """Which event it holds."""
    runbook: str
    """Name of the runbook, where the row opens a walk."""
    body: bytes
    """`runbooks.events.Entry` as JSON."""
    hash: bytes


@dataclass(frozen=True, slots=True)
class Chain:
    """What has to be known of the rows before, to judge the next one."""

    seq: int = 0
    hash: bytes = bytes(HASH_BYTES)
    boot: str = ""
    mono: float = float("-inf")
    """Monotonic seconds of the last row, of `boot`."""
    earlier: Mapping[str, float] = field(default_factory=dict)
    """Monotonic seconds of the last row of every other boot."""

    @property
    def head(self) -> Head:
        """Return its last row."""
        return Head(self.seq, self.hash.hex())


class _Event(msgspec.Struct):
    type: str
    plan: msgspec.Raw = msgspec.Raw()


class _Plan(msgspec.Struct):
    name: str


class _Core(msgspec.Struct):
    """What of an entry verification looks at; events of later versions have it too."""

    seq: int
    walk: str
    mono: float
    boot: str
    event: _Event


_core = msgspec.json.Decoder(_Core)
_plan = msgspec.json.Decoder(_Plan)


def linked(before: bytes, body: bytes) -> bytes:
    """Return the hash of a row with this body after the row with that hash."""
    return hashlib.sha256(before + body).digest()


def follow(chain: Chain, row: Row) -> Chain:
    """Return the chain with one more row.

    Raises:
        ChainError: when this row was not written there, or not so.
    """
    if not (isinstance(row.seq, int) and isinstance(row.body, bytes)):
        raise ChainError(chain.seq + 1, "is not made as rows are")
    if row.seq != chain.seq + 1:
        raise ChainError(chain.seq + 1, f"is missing; in its place comes row {row.seq}")
    if linked(chain.hash, row.body) != row.hash:
        raise ChainError(row.seq, "is not what was written after the row before it")
    core = _read(row)
    if (core.seq, core.walk, core.event.type, _runbook(row.seq, core)) != (
        row.seq,
        row.walk,
        row.kind,
        row.runbook,
    ):
        raise ChainError(row.seq, "its columns do not say what its body says")
    if (core.event.type == FIRST_KIND) != (row.seq == 1):
        raise ChainError(row.seq, "a journal begins at its first row, and nowhere else")
    return _with(chain, row, core)


def _with(chain: Chain, row: Row, core: _Core) -> Chain:
    if core.boot == chain.boot:
        mono, earlier = chain.mono, chain.earlier
    else:
        earlier = {**chain.earlier, chain.boot: chain.mono}
        mono = earlier.get(core.boot, float("-inf"))
    if core.mono < mono:
        raise ChainError(row.seq, f"time went back by {mono - core.mono:.3f} s since the row before it")
    return Chain(row.seq, row.hash, core.boot, core.mono, earlier)


def _read(row: Row) -> _Core:
    try:
        return _core.decode(row.body)
    except msgspec.MsgspecError as error:
        raise ChainError(row.seq, f"its body is no entry: {error}") from None


def _runbook(seq: int, core: _Core) -> str:
    if core.event.type != OPENING_KIND:
        return ""
    try:
        return _plan.decode(core.event.plan).name
    except msgspec.MsgspecError as error:
        raise ChainError(seq, f"its plan cannot be read: {error}") from None
