"""Owns the time in a window: what the rest of a walk usually takes, what a way back would, and the last safe
point. Pure.

The last safe point is the latest moment at which the next changing step may be started so that it, a way
back after it, and what is always done at the end still fit into the window. Where there is no way back any
more, or will be none after that step, all that is left must fit instead. Durations are those of past walks,
else what the runbook expects; a way back that nobody has gone yet, and of which the runbook says nothing,
counts as long as the way forward. A step of which nothing is known counts as none, and the point is said to
be uncertain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from checks.moments import moment
from checks.text import clean
from checks.units import show
from runbooks.live import Budget, Live
from runbooks.model import StepPlan
from runbooks.walk import Stage, Status, StepState, Walk
from runbooks.windows.state import WindowWalk

HEADING = "runbook"
"""The kind of a step that only stands before those of a nested runbook, and takes no time."""


def budget(walk: Walk, usual: Mapping[str, float], until: float) -> Budget | None:
    """Return how the time of a walk stands in a window that closes at `until`; None without one (0)."""
    if not until or walk.over:
        return None
    left = _left(walk)
    rest = sum(_usual(plan, usual) for plan, _ in left)
    unknown = tuple(plan.id for plan, _ in left if not _is_known(plan, usual))
    if walk.stage is not Stage.FORWARD:
        return Budget(until, rest, unknown=unknown)
    coming = _coming(walk, left)
    if coming is None:
        _, back, estimated = _way_back(walk, None, usual)
        return Budget(until, rest, back, estimated=estimated, unknown=unknown)
    if _is_one_way(walk, coming):
        ahead = [plan for plan, _ in left]
        ahead = ahead[ahead.index(coming) :]
        safe, uncertain = until - _sum(ahead, usual), not _all_known(ahead, usual)
        return Budget(until, rest, 0.0, safe, unknown=unknown, one_way=True, uncertain=uncertain)
    spans, back, estimated = _way_back(walk, coming, usual)
    always = [plan for plan in walk.plan.last if not _left_out(plan, walk)]
    safe = until - back - _sum((coming, *always), usual)
    uncertain = not (all(spans) and _all_known((coming, *always), usual))
    return Budget(until, rest, back, safe, estimated, unknown, uncertain=uncertain)


def _coming(walk: Walk, left: list[tuple[StepPlan, StepState]]) -> StepPlan | None:
    """Return the next step that changes something and was not started; None when there is none."""
    return next(
        (plan for plan, state in left if state in walk.steps and plan.changes and not _has_started(state)),
        None,
    )


def _is_one_way(walk: Walk, coming: StepPlan) -> bool:
    """Return whether there is no whole way back any more, or will be none once that step was started."""
    began = [plan for plan in walk.plan.steps if _may_be_applied(walk.state(plan.id))]
    return any(plan.changes and (plan.irreversible or plan.point_of_no_return) for plan in (*began, coming))


def late(walk: Walk, spent: Budget | None, at: float, zone: tzinfo | None) -> str:
    """Return why it is late to start the next changing step; empty while it is not."""
    if spent is None or not spent.safe_until or at <= spent.safe_until or at >= spent.until:
        return ""
    last = moment(spent.safe_until, zone)
    if spent.one_way:
        return f"the last safe point was {last}: after it the rest does not fit, and there is no way back"
    return f"the last safe point was {last}: after it the step and a way back do not fit into the window"


def budget_words(walk: Walk, live: Live, at: float, zone: tzinfo | None) -> str:
    """Return how the time stands, in one line and in this zone; empty when no window is open."""
    spent = live.budget
    if spent is None:
        return ""
    words = [f"{_span(spent.until - at)} left"]
    rest = rest_of(walk, live, at)
    if rest:
        words.append(f"the rest usually takes {_span(rest)}")
    if walk.stage is Stage.FORWARD and spent.back:
        guess = ", going by the way forward" if spent.estimated else ""
        words.append(f"a way back {_span(spent.back)}{guess}")
    if spent.one_way:
        words.append("no way back: all the rest must fit")
    if spent.safe_until:
        at_most = " at the latest" if spent.uncertain else ""
        words.append(f"last safe point {moment(spent.safe_until, zone)}{at_most}")
    if spent.unknown:
        words.append(f"no time known for {clean(', '.join(spent.unknown))}")
    if at + rest > spent.until:
        words.insert(0, "THE REST DOES NOT FIT")
    return "; ".join(words)


def safe_words(walk: WindowWalk, at: float, zone: tzinfo | None) -> str:
    """Return until when it is safe to go on with an open walk, in a few words."""
    if not walk.safe_until:
        return "no last safe point: no changing step is left, or no window matters to it"
    passed = "passed: " if at > walk.safe_until else ""
    at_most = " at the latest, for not every time is known" if walk.uncertain else ""
    way = "no way back" if walk.one_way else f"a way back takes {_span(walk.back)}" if walk.back else ""
    return f"last safe point {passed}{moment(walk.safe_until, zone)}{at_most}{f'; {way}' if way else ''}"


def rest_of(walk: Walk, live: Live, at: float) -> float:
    """Return the seconds that the rest usually takes from now on: what has run of a step is taken off."""
    spent, state = live.budget, walk.current
    if spent is None:
        return 0.0
    running = state is not None and state.status is Status.STARTED and live.running == state.id and live.since
    known = live.usual.get(state.id, 0.0) if state is not None and running else 0.0
    return max(0.0, spent.rest - min(known, max(0.0, at - live.since)))


def _left(walk: Walk) -> list[tuple[StepPlan, StepState]]:
    """Return the steps that are still to be done, those of `finally:` among them."""
    states = walk.last if walk.stage is Stage.LAST else (*walk.under_way, *walk.last)
    plans = {plan.id: plan for plan in walk.plan.all_steps()}
    left = ((plans[state.id], state) for state in states)
    return [(plan, state) for plan, state in left if not state.settled(plan) and not _left_out(plan, walk)]


def _left_out(plan: StepPlan, walk: Walk) -> bool:
    """Return whether it is known already that a condition of the step does not hold."""
    return any(one.name in walk.values and walk.values[one.name] not in one.values for one in plan.when)


def _may_be_applied(state: StepState) -> bool:
    return state.touched or state.status in (Status.STARTED, Status.UNKNOWN)


def _has_started(state: StepState) -> bool:
    return state.status is Status.STARTED


def _way_back(
    walk: Walk, coming: StepPlan | None, usual: Mapping[str, float]
) -> tuple[list[float], float, bool]:
    """Return the seconds to undo each step that may be applied or is coming, their sum, whether a guess."""
    applied = [
        plan
        for plan in walk.plan.steps
        if plan.changes and plan.undo and (plan is coming or _may_be_applied(walk.state(plan.id)))
    ]
    spans = [_back(plan, usual) for plan in applied]
    seconds = [span for span, _ in spans]
    return seconds, sum(seconds), any(guess for _, guess in spans)


def _sum(plans: Iterable[StepPlan], usual: Mapping[str, float]) -> float:
    return sum(_usual(plan, usual) for plan in plans)


def _all_known(plans: Iterable[StepPlan], usual: Mapping[str, float]) -> bool:
    return all(_is_known(plan, usual) for plan in plans)


def _is_known(plan: StepPlan, usual: Mapping[str, float]) -> bool:
    return bool(_usual(plan, usual)) or plan.id in usual or plan.kind == HEADING


def _usual(plan: StepPlan, usual: Mapping[str, float]) -> float:
    return usual.get(plan.id) or plan.expected


def _back(plan: StepPlan, usual: Mapping[str, float]) -> tuple[float, bool]:
    """Return the seconds that it takes to undo a step, and whether that is an estimate."""
    known = [_usual(undo, usual) for undo in plan.undo]
    if all(known):
        return sum(known), False
    return max(sum(known), _usual(plan, usual)), True


def _span(seconds: float) -> str:
    return show(round(max(0.0, seconds)), "s")
