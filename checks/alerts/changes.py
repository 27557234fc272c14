"""Owns what a route is told: from what it was told before and the board now, what is to be said. Pure.

It goes by states and not by steps: what a route was told is held against what is so now. So nothing is lost
when nobody looked for a while, what came and went unsaid stays unsaid, and an end is told to whom the
beginning was. Silent are checks in maintenance or silenced, those whose root cause tells for them, and those
of which nothing has been confirmed yet; what a route believes of them stays, and what is bad still when they
are not silent any more is told at once. Of what is acknowledged only the end is told.

News are told beside that: what happened, once, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from checks.alerts.alert import DUE, Condition, Item, News, Route, RouteState, Told
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
    news: tuple[News, ...] = ()
    """What has happened, rising by number; at least what some route was not told of yet."""
    head: int = -1
    """Number of the last thing that has happened, news or not; -1 while that is not known."""


def advance(route: Route, state: RouteState, scene: Scene) -> tuple[RouteState, tuple[Item, ...]]:
    """Return what the route has been told after this moment, and what is said to it now: mostly nothing."""
    known = {info.name: info for info in scene.system.checks if route.covers(info)}
    told = _believed(route, state, known, scene)
    news = state.news if 0 <= state.news <= scene.head or scene.head < 0 else scene.head
    if not route.is_open(scene.now):
        return RouteState(told, news=news), ()
    items = _items(route, told, known, scene)
    fresh = _fresh(route, told, news, scene)
    if not items and not fresh:
        return RouteState(told, news=max(news, scene.head)), ()
    since = scene.now if state.waiting_since is None else state.waiting_since
    # A wall clock that was set back makes nobody wait for the lost hour.
    if 0 <= scene.now - since < route.wait:
        return RouteState(told, since, news), ()
    for item in items:
        told.pop(item.check, None)
        if _is_trouble(route, item.now):
            told[item.check] = Told(item.now, scene.now)
    for one in fresh:
        told[_key(one)] = Told(one.condition, scene.now)
    worst_first = sorted([*items, *map(_happened, fresh)], key=lambda item: -item.now.severity)
    return RouteState(told, news=max(news, scene.head)), tuple(worst_first)


def _believed(
    route: Route, state: RouteState, known: Mapping[str, CheckInfo], scene: Scene
) -> dict[str, Told]:
    """Return what a route was told that still matters: of checks that there are, and of news not long ago."""
    quiet = {one.name for one in scene.snapshot.states if one.is_quiet}
    told = {}
    for name, one in state.told.items():
        if name in known:
            told[name] = replace(one, at=DUE) if name in quiet else one
        elif name.startswith(_NEWS) and 0 <= scene.now - one.at < route.repeat:
            told[name] = one
    return told


def _fresh(route: Route, told: Mapping[str, Told], since: int, scene: Scene) -> list[News]:
    """Return the news that a route is to be told; the same thing within its `repeat:` is said once."""
    infos = {info.name: info for info in scene.system.checks}
    found: dict[str, News] = {}
    for one in scene.news:
        if not since < one.seq <= scene.head or not route.carries(one, infos.get(one.check)):
            continue
        before = told.get(_key(one))
        if before is None or before.condition.severity < one.condition.severity:
            found[_key(one)] = one
    return list(found.values())


_NEWS = "news "
"""With it begins what is believed of news; no name of a check has a blank in it."""


def _key(news: News) -> str:
    return f"{_NEWS}{news.key}"


def _happened(news: News) -> Item:
    name = news.check or news.key
    return Item(name, news.title, Condition.OK, news.condition, news.at, news.text, happened=True)


def condition_of(state: CheckState, info: CheckInfo, watched: float) -> Condition | None:
    """Return what is to be said of a check; None when nothing is, whatever was said before."""
    if state.maintenance or state.silenced or state.blocked_by:
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
        if state.acknowledged if is_trouble else before is None:
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
    earlier: Condition | None
    if before is not None:
        earlier = before.condition
    else:
        earlier = Condition.OK if state.last.level is Level.OK or any(state.changes) else None
    return Item(state.name, info.title or state.name, earlier, now, since, summary, reminder)


def _is_trouble(route: Route, condition: Condition) -> bool:
    if route.level is Level.CRIT:
        return condition in (Condition.CRIT, Condition.FLAPPING)
    return condition is not Condition.OK


def _says_nothing(route: Route, condition: Condition) -> bool:
    """Return whether a route can tell neither trouble nor its end from this: UNKNOWN is neither."""
    return route.level is Level.CRIT and condition is Condition.UNKNOWN
