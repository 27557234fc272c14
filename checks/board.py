"""Owns the fold of results into the state of every check: Icinga's soft and hard states, STALE, roll-up.

`fold` and its siblings are pure: a snapshot and an event give the next snapshot. Nothing else changes state.
Sources: Icinga 2 documentation, chapters 3 (hard and soft states, dependencies) and 8 (flapping 25/30 %
over the last 20 results).
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from checks.model import NEVER, Level, Result
from checks.quiet import Quiet

FLAP_MEMORY = 20
FLAP_HIGH = 0.30
FLAP_LOW = 0.25


class Health(enum.StrEnum):
    """The roll-up of a group or of the system."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"
    """Nothing is known to be wrong, but not everything has been measured yet."""


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What a console needs to know of a check's definition; constant while the agent runs."""

    name: str
    kind: str = ""
    title: str = ""
    group: str = ""
    every: float = 30.0
    timeout: float = 10.0
    attempts: int = 3
    needs: tuple[str, ...] = ()
    mandatory: bool = False
    refs: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    """The kind's options as text, secrets masked, for the detail view."""

    @property
    def stale_after(self) -> float:
        """Return the age in seconds from which a result no longer counts (reliability G6)."""
        return self.every + self.timeout + 15.0


@dataclass(frozen=True, slots=True)
class CheckState:
    """The state of one check, folded from all its results so far."""

    name: str
    last: Result = NEVER
    level: Level = Level.UNKNOWN
    """The level shown: that of the last result, or UNKNOWN while stale or never probed."""
    hard: Level = Level.UNKNOWN
    """The last level that was confirmed by `attempts` results in a row, or by one OK."""
    attempt: int = 0
    """Results in a row that were not OK, counted up to `attempts`; 0 while OK."""
    is_hard: bool = False
    """False while a new problem is soft: seen, but not yet often enough."""
    since: float = 0.0
    """When the level of the last result was first seen, UTC seconds; 0 before the first. A check that was
    stale for a while and comes back as it was has been so all the time, as far as we know."""
    stale: bool = False
    blocked_by: str = ""
    """The needed check that is CRIT: the root cause, when this one has one."""
    flapping: bool = False
    changes: tuple[bool, ...] = ()
    """For each of the last 20 results, whether its level differed from the one before."""
    missed: int = 0
    """Probes left out because the one before was still running (reliability G5)."""
    maintenance: bool = False
    """True while somebody works on what it looks at: probed and shown as ever, and nobody is alerted."""
    silenced: bool = False
    """True while somebody wants to hear nothing of it: probed and shown as ever, and nobody is alerted."""
    acknowledged: bool = False
    """True while somebody sees to what is wrong with it: people are told of its end, and of what is worse."""

    @property
    def is_quiet(self) -> bool:
        """Return whether nobody is to be told of what is wrong with it."""
        return self.maintenance or self.silenced or self.acknowledged


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the operator must know about walkdown itself, such as an unwritable store."""

    source: str
    """Who says it: `store`, `config`, `clock`. A new notice of a source replaces its old one."""
    text: str
    level: Level = Level.WARN
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """What a console needs to know of the system; constant while the agent runs."""

    name: str = ""
    title: str = ""
    environment: str = ""
    """Free text of the badge; `production` asks more of the operator."""
    timezone: str = ""
    """IANA name; empty: that of the host."""
    source: str = ""
    """The folder or file it was loaded from; empty when it was discovered."""
    checks: tuple[CheckInfo, ...] = ()
    keymap: tuple[tuple[str, str], ...] = ()
    """Binding id and keys, from the configuration."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable picture of the whole board: what screens and reports draw."""

    number: int = 0
    at: float = 0.0
    """When it was taken, UTC seconds."""
    states: tuple[CheckState, ...] = ()
    """In the order of the definitions."""
    notices: tuple[Notice, ...] = ()
    health: Health = Health.UNKNOWN

    def state(self, name: str) -> CheckState:
        """Return the state of the check of that name.

        Raises:
            KeyError: when there is none.
        """
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(name)

    def counts(self) -> dict[Level, int]:
        """Return how many checks show each level, all four levels present."""
        counts = dict.fromkeys(Level, 0)
        for state in self.states:
            counts[state.level] += 1
        return counts


EMPTY = Snapshot()


def begin(system: SystemInfo, at: float) -> Snapshot:
    """Return the board of a system of which nothing has been probed yet."""
    return Snapshot(1, at, tuple(CheckState(info.name) for info in system.checks))


def fold(snapshot: Snapshot, system: SystemInfo, result: Result, at: float) -> Snapshot:
    """Return the snapshot after one more result; a result of an unknown check changes nothing."""
    place = next((n for n, info in enumerate(system.checks) if info.name == result.check), None)
    if place is None:
        return snapshot
    states = list(snapshot.states)
    states[place] = _advance(states[place], system.checks[place], result)
    return _publish(snapshot, system, states, at)


def count_missed(snapshot: Snapshot, system: SystemInfo, name: str, times: int, at: float) -> Snapshot:
    """Return the snapshot with so many more missed probes of a check."""
    states = [
        replace(state, missed=state.missed + times) if state.name == name else state
        for state in snapshot.states
    ]
    return _publish(snapshot, system, states, at)


def mark_stale(snapshot: Snapshot, system: SystemInfo, names: frozenset[str], at: float) -> Snapshot:
    """Return the snapshot in which exactly these checks are stale; the same one when nothing changes.

    The engine measures the age on the monotonic clock: a jump of the wall clock makes nothing stale.
    """
    states = [_set_stale(state, state.name in names) for state in snapshot.states]
    if all(new is old for new, old in zip(states, snapshot.states, strict=True)):
        return snapshot
    return _publish(snapshot, system, states, at)


def set_quiet(snapshot: Snapshot, quiet: Quiet, at: float) -> Snapshot:
    """Return the snapshot in which exactly these checks are quiet; the same one when nothing changes."""
    states = tuple(_set_quiet(state, quiet) for state in snapshot.states)
    if all(new is old for new, old in zip(states, snapshot.states, strict=True)):
        return snapshot
    return replace(snapshot, number=snapshot.number + 1, at=at, states=states)


def set_notices(snapshot: Snapshot, notices: Iterable[Notice], at: float) -> Snapshot:
    """Return the snapshot with these notices; the same one when they are the same."""
    wanted = tuple(notices)
    if wanted == snapshot.notices:
        return snapshot
    return replace(snapshot, number=snapshot.number + 1, at=at, notices=wanted)


def only(snapshot: Snapshot, system: SystemInfo, names: Collection[str]) -> Snapshot:
    """Return the snapshot with these checks only; the health is theirs."""
    states = tuple(state for state in snapshot.states if state.name in names)
    return replace(snapshot, states=states, health=roll_up(states, _mandatory(system)))


def roll_up(states: Iterable[CheckState], mandatory: frozenset[str]) -> Health:
    """Return the health of a group or a system from its checks' states."""
    members = tuple(states)
    known = [state for state in members if state.last.at or state.stale]
    if any(state.level is Level.CRIT and state.name in mandatory for state in known):
        return Health.UNHEALTHY
    if any(state.level is not Level.OK for state in known):
        return Health.DEGRADED
    return Health.HEALTHY if known and len(known) == len(members) else Health.UNKNOWN


def _publish(snapshot: Snapshot, system: SystemInfo, states: list[CheckState], at: float) -> Snapshot:
    blocked = _blocked(system, states)
    health = roll_up(blocked, _mandatory(system))
    return replace(snapshot, number=snapshot.number + 1, at=at, states=blocked, health=health)


def _mandatory(system: SystemInfo) -> frozenset[str]:
    return frozenset(info.name for info in system.checks if info.mandatory)


def _advance(state: CheckState, info: CheckInfo, result: Result) -> CheckState:
    """Return the state after a result, by Icinga's rules: hard after `attempts`, back after one."""
    level = result.level
    attempt, is_hard = 0, True
    if level is not Level.OK:
        lasting = state.is_hard and state.hard is not Level.OK
        attempt = info.attempts if lasting else min(state.attempt + 1, info.attempts)
        is_hard = attempt >= info.attempts
    first = state.last.at == 0
    changes = () if first else (*state.changes, level is not state.last.level)[-FLAP_MEMORY:]
    return replace(
        state,
        last=result,
        level=level,
        hard=level if is_hard else state.hard,
        attempt=attempt,
        is_hard=is_hard,
        since=result.at if first or level is not state.last.level else state.since,
        stale=False,
        changes=changes,
        flapping=_flaps(changes, state.flapping),
    )


def _flaps(changes: tuple[bool, ...], before: bool) -> bool:
    """Return whether the check flaps; newer changes weigh more (0.8 to 1.2), as Icinga has it."""
    weights = [0.8 + 0.4 * place / FLAP_MEMORY for place in range(FLAP_MEMORY - len(changes), FLAP_MEMORY)]
    share = sum(w for w, changed in zip(weights, changes, strict=True) if changed) / FLAP_MEMORY
    return share > (FLAP_LOW if before else FLAP_HIGH)


def _set_stale(state: CheckState, stale: bool) -> CheckState:
    if state.stale == stale:
        return state
    return replace(state, stale=stale, level=Level.UNKNOWN if stale else state.last.level)


def _set_quiet(state: CheckState, quiet: Quiet) -> CheckState:
    wanted = (
        state.name in quiet.maintenance,
        state.name in quiet.silenced,
        state.name in quiet.acknowledged,
    )
    if wanted == (state.maintenance, state.silenced, state.acknowledged):
        return state
    maintenance, silenced, acknowledged = wanted
    return replace(state, maintenance=maintenance, silenced=silenced, acknowledged=acknowledged)


def _blocked(system: SystemInfo, states: list[CheckState]) -> tuple[CheckState, ...]:
    """Return the states with each one that is not OK pointing at the needed check that is CRIT."""
    if not any(info.needs for info in system.checks):
        return tuple(states)
    by_name = {state.name: state for state in states}
    causes = {
        info.name: next((need for need in info.needs if _is_crit(by_name.get(need))), "")
        for info in system.checks
    }
    return tuple(_set_blocked(state, causes) for state in states)


def _is_crit(state: CheckState | None) -> bool:
    return state is not None and state.level is Level.CRIT


def _set_blocked(state: CheckState, causes: dict[str, str]) -> CheckState:
    cause = causes.get(state.name, "") if state.level is not Level.OK else ""
    seen = {state.name}
    while cause and causes.get(cause) and cause not in seen:
        seen.add(cause)
        cause = causes[cause]
    return state if cause == state.blocked_by else replace(state, blocked_by=cause)
