"""Owns what may be done with silences and acknowledgements, and what is due: pure rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from checks.board import CheckState
from checks.model import Level
from checks.suggest import did_you_mean
from checks.units import show
from runbooks.alert_events import (
    Acknowledged,
    AcknowledgementEnded,
    AlertEvents,
    AlertRaised,
    SilenceBegun,
    SilenceChanged,
    SilenceEnded,
    SilenceLeftOn,
)
from runbooks.errors import RefusedDecisionError
from runbooks.quiet.state import HAND, WALK, Acknowledgement, QuietState, Silence
from runbooks.reasons import told

SHORTEST, LONGEST = 60.0, 30 * 86_400.0
"""Seconds for which something is silenced or acknowledged."""
LEFT_ON_AFTER = 4 * 3600.0
"""Seconds after which maintenance that no window limits has been forgotten."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A silence that ought to be there for as long as its cause is."""

    cause: str
    of: str
    checks: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of now."""

    at: float
    """UTC seconds."""
    states: Mapping[str, CheckState]
    wanted: tuple[Wanted, ...] = ()
    walks_known: bool = True
    """Whether it is known which walks are open; until then nothing of theirs ends."""
    window_open: bool = False
    window_closed_at: float = 0.0
    """When the last window was closed, UTC seconds; 0 when none ever was."""


def due(state: QuietState, scene: Scene) -> tuple[AlertEvents, ...]:
    """Return what happens by itself now."""
    return (*_silences(state, scene), *_acknowledgements(state, scene))


def silenced(
    checks: Iterable[str], known: Collection[str], lasts: float, reason: str, at: float
) -> SilenceBegun:
    """Return that nobody is told of these checks for so many seconds.

    Raises:
        RefusedDecisionError: when that may not be; says why.
    """
    names = tuple(dict.fromkeys(checks))
    if not names:
        raise RefusedDecisionError("name a check")
    for name in names:
        _demand_known(name, known)
    return SilenceBegun(names, told(reason), HAND, until=at + _usable(lasts))


def lifted(state: QuietState, silence: str, reason: str) -> SilenceEnded:
    """Return that a silence which was made by hand is over.

    Raises:
        RefusedDecisionError: when there is none of that name, or it is not over yet; says why.
    """
    for one in state.silences:
        if one.id == silence and one.cause == HAND:
            return SilenceEnded(one.id, one.checks, reason.strip() or "lifted")
        if one.id == silence:
            raise RefusedDecisionError(f"{silence} ends with the {one.cause} {one.of}")
    ids = [one.id for one in state.silences]
    raise RefusedDecisionError(f"there is no silence {silence!r}{did_you_mean(silence, ids)}")


def acknowledged(
    states: Mapping[str, CheckState], check: str, comment: str, lasts: float, at: float
) -> Acknowledged:
    """Return that somebody sees to a check; for so many seconds, or with 0 until it is well.

    Raises:
        RefusedDecisionError: when that may not be; says why.
    """
    _demand_known(check, states)
    if states[check].level is Level.OK:
        raise RefusedDecisionError(f"{check} is OK: there is nothing to acknowledge")
    until = at + _usable(lasts) if lasts else 0.0
    worst = max(states[check].level, states[check].hard, key=lambda level: level.severity)
    return Acknowledged(check, told(comment), worst.value, until)


def withdrawn(state: QuietState, check: str, reason: str) -> AcknowledgementEnded:
    """Return that nobody sees to a check any more.

    Raises:
        RefusedDecisionError: when nobody does.
    """
    if state.acknowledged(check) is None:
        names = [one.check for one in state.acknowledgements]
        raise RefusedDecisionError(f"{check} is not acknowledged{did_you_mean(check, names)}")
    return AcknowledgementEnded(check, "withdrawn", reason.strip())


def raised(alert: AlertRaised, known: Collection[str]) -> AlertRaised:
    """Return an alert that was seen from outside.

    Raises:
        RefusedDecisionError: when it cannot be one; says why.
    """
    if not alert.kind or len(alert.kind) > 64:
        raise RefusedDecisionError("an alert has a type of at most 64 characters")
    if alert.severity not in ("CRIT", "WARN"):
        raise RefusedDecisionError("a severity is CRIT or WARN")
    if alert.check:
        _demand_known(alert.check, known)
    return alert


def _silences(state: QuietState, scene: Scene) -> Iterator[AlertEvents]:
    there = {(one.cause, one.of): one for one in state.silences if one.is_maintenance}
    for wish in scene.wanted:
        silence = there.pop((wish.cause, wish.of), None)
        if silence is None:
            yield SilenceBegun(wish.checks, wish.reason, wish.cause, wish.of)
        elif silence.checks != wish.checks:
            yield SilenceChanged(silence.id, wish.checks)
    for silence in there.values():
        if silence.cause != WALK or scene.walks_known:
            yield SilenceEnded(silence.id, silence.checks, f"the {silence.cause} is over")
    for silence in state.silences:
        if silence.cause == HAND and scene.at >= silence.until:
            yield SilenceEnded(silence.id, silence.checks, "its time is over")
        elif silence not in there.values() and (why := _left_on(silence, scene)):
            yield SilenceLeftOn(silence.id, why)


def _left_on(silence: Silence, scene: Scene) -> str:
    """Return why maintenance ought to be over that was not said to be so yet; empty when it ought not."""
    if silence.cause != WALK or silence.left_on or scene.window_open:
        return ""
    if silence.since < scene.window_closed_at:
        return "the window in which it began is closed"
    lasts = scene.at - silence.since
    if lasts >= LEFT_ON_AFTER:
        return f"it is there for {show(LEFT_ON_AFTER, 's')}, and no window says until when"
    return ""


def _acknowledgements(state: QuietState, scene: Scene) -> Iterator[AlertEvents]:
    for one in state.acknowledgements:
        if why := _over(one, scene):
            yield AcknowledgementEnded(one.check, why)


def _over(one: Acknowledgement, scene: Scene) -> str:
    check = scene.states.get(one.check)
    if check is None:
        return "gone" if scene.states else ""
    if one.until and scene.at >= one.until:
        return "expired"
    if check.stale or check.last.at <= one.since:
        return ""
    if check.level is Level.OK:
        return "recovered"
    worse = check.is_hard and check.hard.severity > Level(one.level).severity
    return "worse" if worse else ""


def _demand_known(check: str, known: Collection[str]) -> None:
    if check not in known:
        raise RefusedDecisionError(f"no check is called {check!r}{did_you_mean(check, known)}")


def _usable(lasts: float) -> float:
    if not SHORTEST <= lasts <= LONGEST:
        raise RefusedDecisionError(f"a length is from {show(SHORTEST, 's')} to {show(LONGEST, 's')}")
    return lasts
