"""Owns a made-up machine for tests of panels: one check of each kind that a panel shows, and its courses."""

from __future__ import annotations

import math
from dataclasses import replace

from checks.board import CheckInfo, CheckState, Health, Snapshot, SystemInfo
from checks.model import Labels, Level, Observation, Reading, Result, Series, Table, Verdict, worst
from tests.tui.boards import START

KINDS = {
    "cpu": "cpu",
    "memory": "memory",
    "load": "load",
    "disk": "disk",
    "network": "network",
    "orders-db": "postgres",
    "cache": "redis",
    "containers": "container",
    "processes": "process",
}
MACHINE = SystemInfo(
    "box",
    "Box",
    timezone="UTC",
    checks=tuple(CheckInfo(name, kind, every=5.0, timeout=5.0) for name, kind in KINDS.items()),
)
GIB = 1024.0**3


def reading(name: str, value: float, unit: str = "", **labels: str) -> Reading:
    return Reading(name, value, unit, tuple(labels.items()))


def verdict(
    name: str, op: str, bound: float, unit: str, value: float, level: Level, labels: Labels = ()
) -> Verdict:
    rule = f"{name} {op} {bound:g} {unit}".rstrip()
    return Verdict(rule, level, value > bound, value, bound, unit, labels, reading=name)


def wave(at: float, period: float, low: float, high: float) -> float:
    """Return a smooth value that is the same for the same moment."""
    return low + (high - low) * (0.5 + 0.5 * math.sin((at - START) / period))


def readings(at: float) -> dict[str, tuple[Reading, ...]]:
    """Return what each check measures at that moment."""
    usage, connections = wave(at, 90, 10, 70), wave(at, 120, 30, 86)
    cores = tuple(reading("core", value, "%", core=str(i)) for i, value in enumerate((12, 97, 40, 5)))
    mounts = (("/", 62.0), ("/var", 88.0))
    return {
        "cpu": (
            reading("usage", usage, "%"),
            reading("user", usage * 0.7, "%"),
            reading("system", usage * 0.3, "%"),
            reading("iowait", 0.4, "%"),
            reading("steal", 0, "%"),
            *cores,
        ),
        "memory": (
            reading("used", wave(at, 400, 50, 70), "%"),
            reading("used_bytes", 9.6 * GIB, "B"),
            reading("total", 16 * GIB, "B"),
            reading("available", 6.4 * GIB, "B"),
            reading("cached", 3.2 * GIB, "B"),
            reading("swap_used", 12, "%"),
            reading("swap_bytes", 0.5 * GIB, "B"),
            reading("swap_total", 4 * GIB, "B"),
            reading("swap_in", 0, "B/s"),
            reading("swap_out", 9728, "B/s"),
        ),
        "load": (
            reading("load1", wave(at, 150, 0.5, 3.5)),
            reading("load5", 2.0),
            reading("load15", 1.5),
            reading("per_core", 0.5),
            reading("cores", 4),
            reading("running", 2),
            reading("uptime", 864000, "s"),
        ),
        "disk": (
            *(reading("used", used, "%", mount=mount) for mount, used in mounts),
            *(reading("free_bytes", (100 - used) * GIB, "B", mount=mount) for mount, used in mounts),
            *(reading("inodes_used", 4, "%", mount=mount) for mount, _ in mounts),
            reading("read", wave(at, 50, 0, 9e6), "B/s", device="sda"),
            reading("write", wave(at, 35, 0, 2e7), "B/s", device="sda"),
            reading("busy", 24, "%", device="sda"),
        ),
        "network": (
            reading("received", wave(at, 40, 1e5, 4e6), "B/s", interface="eth0"),
            reading("sent", wave(at, 55, 5e4, 1.5e6), "B/s", interface="eth0"),
            reading("errors", 0, "/s", interface="eth0"),
            reading("drops", 0.2, "/s", interface="eth0"),
            reading("received", 9e6, "B/s", interface="lo"),
            reading("sent", 9e6, "B/s", interface="lo"),
            reading("tcp_established", 42),
            reading("tcp_listen", 23),
            reading("tcp_time_wait", 7),
        ),
        "orders-db": (
            reading("latency", 0.0013, "s"),
            reading("connections", connections),
            reading("connections_used", connections, "%"),
            reading("active", 7),
            reading("idle", 40),
            reading("waiting", 1),
            reading("commits", wave(at, 70, 100, 900), "/s"),
            reading("hit_ratio", 99.2, "%"),
            reading("longest_query", 12, "s"),
            reading("size", 5 * GIB, "B"),
        ),
        "cache": (
            reading("latency", 0.0003, "s"),
            reading("memory", 0.3 * GIB, "B"),
            reading("memory_used", 61, "%"),
            reading("hit_ratio", 97.4, "%"),
            reading("ops", wave(at, 33, 400, 3200), "/s"),
            reading("clients", 41),
            reading("keys", 1823),
        ),
        "containers": (
            reading("running", 2),
            reading("stopped", 1),
            reading("unhealthy", 1),
            reading("cpu", wave(at, 40, 0, 80), "%", container="shop-api-1"),
            reading("memory", 0.4 * GIB, "B", container="shop-api-1"),
            reading("restarts", 3, container="shop-api-1"),
            reading("cpu", 4, "%", container="shop-web-1"),
            reading("memory", 0.1 * GIB, "B", container="shop-web-1"),
            reading("restarts", 0, container="shop-web-1"),
        ),
        "processes": (
            reading("count", 213),
            reading("cpu", 149.8, "%"),
            reading("memory", 11.3 * GIB, "B"),
            reading("threads", 1421),
        ),
    }


ROWS = Table(
    ("pid", "user", "cpu %", "memory", "age", "command"),
    (
        ("1007", "postgres", "30.0", "870 MiB", "1 h", "postgres: orders writer"),
        ("1021", "redis", "13.8", "465 MiB", "3 h", "redis-server *:6379"),
        ("1", "root", "0.1", "12 MiB", "9 d", "/sbin/init"),
    ),
)


def judged(at: float) -> dict[str, tuple[Verdict, ...]]:
    """Return what the rules of the checks make of it."""
    seen = readings(at)
    usage, connections = seen["cpu"][0].value, seen["orders-db"][2].value
    return {
        "cpu": (
            verdict("usage", ">", 80, "%", usage, Level.WARN),
            verdict("usage", ">", 95, "%", usage, Level.CRIT),
        ),
        "disk": (verdict("used", ">", 85, "%", 88.0, Level.WARN, (("mount", "/var"),)),),
        "orders-db": (verdict("connections_used", ">", 80, "%", connections, Level.WARN),),
    }


def result(check: str, at: float = START) -> Result:
    """Return the result of a check that measured."""
    verdicts = judged(at).get(check, ())
    own = Level.WARN if check == "containers" else Level.OK
    rows = ROWS if check == "processes" else Table()
    seen = Observation("fine", own, readings=readings(at)[check], rows=rows)
    level = worst((own, *(verdict.level for verdict in verdicts if verdict.firing)))
    return Result(check, level, at, 0.02, seen, verdicts)


def refused(check: str, at: float = START) -> Result:
    """Return the result of a check whose target was not there."""
    return Result(check, Level.CRIT, at, 0.01, Observation("connection refused", Level.CRIT, "refused"))


def shown(last: Result) -> CheckState:
    """Return the state that shows a result."""
    return CheckState(last.check, last, last.level, last.level, 0, True, since=last.at)


def gone_stale(last: Result) -> CheckState:
    """Return the state of a check that has not been probed for too long."""
    return replace(shown(last), level=Level.UNKNOWN, stale=True)


def board(number: int = 1, at: float = START, *states: CheckState) -> Snapshot:
    """Return a picture of the machine; the states given take the place of the healthy ones."""
    told = {state.name: state for state in states}
    every = tuple(told.get(name) or shown(result(name, at)) for name in KINDS)
    return Snapshot(number, at, every, (), Health.DEGRADED)


def history(
    span: float = 900.0, step: float = 5.0, gap: tuple[float, float] = (400.0, 330.0)
) -> dict[tuple[str, str], tuple[Series, ...]]:
    """Return stored courses up to START, with a gap so many seconds ago in which nothing was measured."""
    points: dict[tuple[str, str, Labels, str], list[tuple[float, float]]] = {}
    for index in range(int(span / step)):
        at = START - span + index * step
        if START - gap[0] < at < START - gap[1]:
            continue
        for check, seen in readings(at).items():
            for each in seen:
                points.setdefault((check, each.name, each.labels, each.unit), []).append((at, each.value))
    stored: dict[tuple[str, str], tuple[Series, ...]] = {}
    for (check, name, labels, unit), course in points.items():
        at_column, values = zip(*course, strict=True)
        series = Series(check, name, labels, unit, at_column, values, values, values)
        stored[check, name] = (*stored.get((check, name), ()), series)
    return stored
