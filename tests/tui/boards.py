"""Owns made-up boards for tests of screens: a system of checks, results for them, pictures of the board."""

from __future__ import annotations

from collections.abc import Iterable

from checks.board import CheckInfo, CheckState, Health, Notice, Snapshot, SystemInfo
from checks.model import Level, Observation, Reading, Result, Table, Verdict

START = 1_800_000_000.0
"""15 January 2027, 08:00:00 UTC."""


def result(
    check: str,
    level: Level = Level.OK,
    summary: str = "all is well",
    at: float = START,
    value: float = 0.08,
    detail: str = "",
    rows: Table | None = None,
) -> Result:
    """Return a result with one reading, `latency`, judged by one rule."""
    seen = Observation(
        summary,
        level,
        "" if level is Level.OK else "refused",
        (Reading("latency", value, "s"),),
        rows or Table(),
        detail,
    )
    verdicts = (Verdict("latency > 500 ms", Level.WARN, value > 0.5, value, 0.5, "s", reading="latency"),)
    return Result(check, level, at, value, seen, verdicts)


def state(
    check: str, level: Level = Level.OK, summary: str = "all is well", at: float = START, **more: float
) -> CheckState:
    """Return the confirmed state of a check after one result."""
    last = result(check, level, summary, at, **more)
    return CheckState(check, last, level, level, 0 if level is Level.OK else 3, True, since=START - 120)


def system(*checks: tuple[str, str], environment: str = "staging", every: float = 60.0) -> SystemInfo:
    """Return a system with checks of these names and groups."""
    infos = tuple(CheckInfo(name, "http", group=group, every=every, timeout=5.0) for name, group in checks)
    return SystemInfo("shop", "Shop", environment, "UTC", "systems/shop", infos)


def snapshot(
    states: Iterable[CheckState], number: int = 1, at: float = START, notices: tuple[Notice, ...] = ()
) -> Snapshot:
    """Return a picture of the board with its roll-up."""
    states = tuple(states)
    worst = max((each.level for each in states), key=lambda level: level.severity, default=Level.UNKNOWN)
    health = {Level.OK: Health.HEALTHY, Level.CRIT: Health.UNHEALTHY}.get(worst, Health.DEGRADED)
    return Snapshot(number, at, states, notices, health)


SHOP = system(
    ("web", "edge"),
    ("certificate", "edge"),
    ("api", "services"),
    ("worker", "services"),
    ("orders", "database"),
)
SHOP_STATES = (
    state("web", summary="200 OK, 84 ms", value=0.084),
    state("certificate", Level.WARN, "expires in 12 d", at=START - 45),
    state("api", summary="200 OK, 31 ms", value=0.031),
    state("worker", Level.UNKNOWN, "permission denied: /var/run/docker.sock"),
    state("orders", Level.CRIT, "connection refused", at=START - 3),
)
SHOP_BOARD = snapshot(SHOP_STATES)
