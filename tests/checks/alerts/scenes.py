"""A board that a test folds results into, and routes that look at it."""

from __future__ import annotations

from dataclasses import replace

from checks import board
from checks.alerts.alert import Item, Route, RouteState
from checks.alerts.changes import Scene, advance
from checks.board import CheckInfo, SystemInfo
from checks.model import Level, Observation, Result
from checks.quiet import Quiet
from checks.secrets import SecretText

NOW = 1_800_000_000.0
OK, WARN, CRIT, UNKNOWN = Level.OK, Level.WARN, Level.CRIT, Level.UNKNOWN


def route(name: str = "ops", **options) -> Route:
    return Route(name, SecretText("json://127.0.0.1/"), **options)


class Theatre:
    """One route, a board, and time that passes when told."""

    def __init__(self, *names: str, route: Route, needs: dict[str, tuple[str, ...]] | None = None) -> None:
        infos = tuple(
            CheckInfo(name, title=name.title(), group=name[0], attempts=1, needs=(needs or {}).get(name, ()))
            for name in names
        )
        self.system = SystemInfo("shop", "The shop", "staging", "UTC", checks=infos)
        self.route, self.state, self.now, self.begun = route, RouteState(), NOW, NOW
        self.snapshot = board.begin(self.system, NOW)
        self.stale: frozenset[str] = frozenset()

    def attempts(self, number: int) -> None:
        self.system = replace(
            self.system, checks=tuple(replace(info, attempts=number) for info in self.system.checks)
        )

    def see(self, **levels: Level) -> None:
        for name, level in levels.items():
            result = Result(name, level, self.now, 0.1, Observation(f"saw {level}"))
            self.snapshot = board.fold(self.snapshot, self.system, result, self.now)

    def maintain(self, *names: str) -> None:
        self.snapshot = board.set_quiet(self.snapshot, Quiet(frozenset(names)), self.now)

    def age(self, *names: str) -> None:
        self.snapshot = board.mark_stale(self.snapshot, self.system, frozenset(names), self.now)

    def look(self) -> tuple[Item, ...]:
        scene = Scene(self.system, self.snapshot, self.now, self.now - self.begun)
        self.state, items = advance(self.route, self.state, scene)
        return items

    def after(self, seconds: float) -> list[str]:
        """Let time pass, looking each second; return what was said: `name before>now`, OK if nothing was."""
        said = []
        for _ in range(round(seconds)):
            self.now += 1.0
            said += [f"{item.check} {item.before or OK}>{item.now}" for item in self.look()]
        return said
