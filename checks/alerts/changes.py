"""Owns what a route is told: from what it was told before and the board now, what is to be said. Pure.

It goes by states and not by steps: what a route was told is held against what is so now. So nothing is lost
when nobody looked for a while, what came and went unsaid stays unsaid, and an end is told to whom the
beginning was. Silent are checks in maintenance, those whose root cause tells for them, and those of which
nothing has been confirmed yet; what a route believes of them stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checks.alerts.alert import Condition, Item, Route, RouteState, Told
from checks.board import CheckInfo, CheckState, Snapshot, SystemInfo
from checks.model import Level
from checks.units import show


@dataclass(frozen=True, slots=True)
class Scene:
    """The board at one moment."""

    system: SystemInfo
    snapshot: Snapshot
    now: float
    """UTC seconds."""
    watched: float
    """Seconds since the engine began: what is older than that, it has not had the time to see anew."""


def advance(route: Route, state: RouteState, scene: Scene) -> tuple[RouteState, tuple[Item, ...]]:
    """Return what the route has been told after this moment, and what is said to it now: mostly nothing."""
    known = {info.name: info for info in scene.system.checks if route.covers(info)}
    told = {name: one for name, one in state.told.items() if name in known}
    if not route.is_open(scene.now):
        return RouteState(told), ()
    items = _items(route, told, known, scene)
    if not items:
        return RouteState(told), ()
    since = scene.now if state.waiting_since is None else state.waiting_since
    # A wall clock that was set back makes nobody wait for the lost hour.
    if 0 <= scene.now - since < route.wait:
        return RouteState(told, since), ()
    for item in items:
        told.pop(item.check, None)
        if _is_trouble(route, item.now):
            told[item.check] = Told(item.now, scene.now)
    worst_first = sorted(items, key=lambda item: -item.now.severity)
    return RouteState(told), tuple(worst_first)


def condition_of(state: CheckState, info: CheckInfo, watched: float) -> Condition | None:
    """Return what is to be said of a check; None when nothing is, whatever was said before."""
    if state.maintenance or state.blocked_by:
        return None
    if state.stale:
        return Condition.UNKNOWN if watched > info.stale_after else None
    if not state.last.at or (state.hard is Level.UNKNOWN and not state.is_hard):
        return None
    return Condition.FLAPPING if state.flapping else Condition(state.hard.value)


def _items(
    route: Route, told: Mapping[str, Told], known: Mapping[str, CheckInfo], scene: Scene
) -> list[Item]:
    items = []
    for state in scene.snapshot.states:
        if state.name not in known:
            continue
        info, before = known[state.name], told.get(state.name)
        condition = condition_of(state, info, scene.watched)
        if condition is None or _says_nothing(route, condition):
            continue
        is_trouble = _is_trouble(route, condition)
        if before is None and not is_trouble:
            continue
        reminder = before is not None and before.condition is condition
        if before is None or not reminder or not 0 <= scene.now - before.at < route.repeat:
            items.append(_item(state, info, before, condition, reminder, scene.now))
    return items


def _item(
    state: CheckState, info: CheckInfo, before: Told | None, now: Condition, reminder: bool, at: float
) -> Item:
    since, summary = state.since, state.last.summary
    if state.stale:
        since = state.last.at + info.stale_after if state.last.at else 0.0
        summary = f"no result for {show(at - state.last.at, 's')}" if state.last.at else "never probed"
    earlier = Condition.OK if before is None else before.condition
    return Item(state.name, info.title or state.name, earlier, now, since, summary, reminder)


def _is_trouble(route: Route, condition: Condition) -> bool:
    if route.level is Level.CRIT:
        return condition in (Condition.CRIT, Condition.FLAPPING)
    return condition is not Condition.OK


def _says_nothing(route: Route, condition: Condition) -> bool:
    """Return whether a route can tell neither trouble nor its end from this: UNKNOWN is neither."""
    return route.level is Level.CRIT and condition is Condition.UNKNOWN
