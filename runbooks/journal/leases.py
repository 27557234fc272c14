"""Owns leases: who may change a target, for how long, and the fence by which a relieved holder is told.

One row per target. Its fence rises by one with every take and take-over, and never falls, also not when the
lease is given back: whoever comes with an older fence was relieved, whether he noticed or not. Time is the
monotonic clock of one boot of one host. A holder of another boot, one that has ended, and one that has not
renewed in time hold nothing. All of it happens inside transactions that the caller holds.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import msgspec

from checks.errors import StoreError
from runbooks.journal.errors import FenceError, HeldError
from runbooks.journal.identity import Identity, ours
from runbooks.journal.rows import Scribe
from runbooks.operators import Operator

LEASE = 30.0
"""Seconds after its last renewal for which a lease holds. Whoever holds it renews it every 10 s, and starts
nothing any more when that has not been possible for 25 s."""

_FIND = (
    "SELECT fence, walk, holder, reason, pid, started, space, boot, renewed, since"
    " FROM lease WHERE target = ?"
)
_FLOOR = "SELECT coalesce(max(fence), 0) FROM fence_floor"
_ADD = (
    "INSERT INTO lease (fence, walk, holder, reason, pid, started, space, boot, renewed, since, target)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CHANGE = (
    "UPDATE lease SET fence = ?, walk = ?, holder = ?, reason = ?, pid = ?, started = ?, space = ?, boot = ?,"
    " renewed = ?, since = ? WHERE target = ?"
)
_RENEW = "UPDATE lease SET renewed = ? WHERE target = ?"
_RELEASE = "UPDATE lease SET walk = '' WHERE target = ? AND fence = ? AND walk = ?"

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Operator)
_Columns = tuple[int, str, bytes, str, int, int, str, str, float, float]


@dataclass(frozen=True, slots=True)
class Grip:
    """A lease as its holder holds it."""

    target: str
    fence: int
    walk: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants a lease, and what for."""

    target: str
    walk: str
    holder: Operator
    reason: str = ""
    """Why it is taken over."""

    def __post_init__(self) -> None:
        """Refuse what could not be told from a lease that nobody holds.

        Raises:
            ValueError: when target or walk have no name.
        """
        if not (self.target and self.walk):
            raise ValueError("a lease is of a target and for a walk")


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as others see it."""

    target: str
    fence: int
    walk: str
    holder: Operator
    since: float
    """When it was taken, UTC seconds."""
    reason: str
    """Why it was taken over; empty when it was free."""
    identity: Identity
    """The process that holds it."""
    renewed: float
    """Seconds of the monotonic clock of the holder's boot."""

    def is_expired(self, mono: float, boot: str) -> bool:
        """Return whether it was not renewed in time."""
        return self.identity.boot != boot or mono - self.renewed >= LEASE

    def is_free(self, mono: float, boot: str) -> bool:
        """Return whether anybody may take it."""
        return not self.walk or self.is_expired(mono, boot) or self.identity.dead


def find(connection: sqlite3.Connection, target: str) -> Held | None:
    """Return the lease as it was last taken, held or not; None when it never was.

    Raises:
        StoreError: when its row cannot be read.
    """
    row = connection.execute(_FIND, (target,)).fetchone()
    if row is None:
        return None
    try:
        fence, walk, holder, reason, pid, started, space, boot, renewed, since = msgspec.convert(
            row, _Columns
        )
        operator = _decoder.decode(holder)
    except msgspec.MsgspecError as error:
        raise StoreError(f"who holds {target} cannot be read: {error}") from None
    return Held(target, fence, walk, operator, since, reason, Identity(pid, started, space, boot), renewed)


def take(connection: sqlite3.Connection, scribe: Scribe, wish: Wish) -> Grip:
    """Take the lease, if nobody else holds it.

    Raises:
        HeldError: when somebody does.
    """
    held = find(connection, wish.target)
    if held is not None and not held.is_free(scribe.clock.monotonic(), scribe.boot):
        raise HeldError(wish.target, held.holder, held.walk, held.since)
    return _put(connection, scribe, held, wish)


def take_over(connection: sqlite3.Connection, scribe: Scribe, wish: Wish) -> Grip:
    """Take the lease from whoever holds it."""
    return _put(connection, scribe, find(connection, wish.target), wish)


def _put(connection: sqlite3.Connection, scribe: Scribe, held: Held | None, wish: Wish) -> Grip:
    us = ours()
    (floor,) = connection.execute(_FLOOR).fetchone()
    fence = max(floor, held.fence if held else 0) + 1
    who = (_encoder.encode(wish.holder), wish.reason, us.pid, us.started, us.space, us.boot)
    times = (scribe.clock.monotonic(), scribe.clock.now())
    connection.execute(_CHANGE if held else _ADD, (fence, wish.walk, *who, *times, wish.target))
    return Grip(wish.target, fence, wish.walk)


def renew(connection: sqlite3.Connection, scribe: Scribe, grip: Grip) -> None:
    """Hold it for another while.

    Raises:
        FenceError: when it is no longer ours.
    """
    demand(connection, scribe, grip)
    connection.execute(_RENEW, (scribe.clock.monotonic(), grip.target))


def release(connection: sqlite3.Connection, grip: Grip) -> None:
    """Give it back; one that is no longer ours is left alone."""
    connection.execute(_RELEASE, (grip.target, grip.fence, grip.walk))


def demand(connection: sqlite3.Connection, scribe: Scribe, grip: Grip) -> None:
    """Let only the holder go on.

    Raises:
        FenceError: when it was taken over, given back, or not renewed in time.
    """
    held = find(connection, grip.target)
    if held is None:
        raise FenceError(f"nobody has ever held {grip.target}")
    if (held.fence, held.walk) != (grip.fence, grip.walk):
        who = f"{held.holder.name or 'somebody'} holds it now" if held.walk else "it was given back"
        raise FenceError(f"{grip.target} is no longer ours (fence {grip.fence}, by now {held.fence}): {who}")
    if held.is_expired(scribe.clock.monotonic(), scribe.boot):
        raise FenceError(f"{grip.target} is no longer ours: the lease was not renewed for {LEASE:g} s")
