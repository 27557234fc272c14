"""Owns what is reckoned about room: metrics with trends, when a bound is met, what to do about it. Pure.

The rules are those of the catalogue: T-P1 to T-P3 ask for a rising trend and a peak beyond a bound, T-A8 for
a value beyond one now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import msgspec

from checks.forecast import RISING, Line
from checks.model import Result
from runbooks.figures.measuring import Course, with_lines
from runbooks.material import Material

FULL = 100.0
MOST_METRICS = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """When to recommend what about one metric."""

    peak: float
    """Percent that the peak must be above while the trend rises."""
    now: float
    """Percent that the value must be above now."""
    grow: str
    """What to do when it rises."""
    act: str
    """What to do when it is high."""


RULES = {
    ("cpu", "usage"): Rule(70.0, 80.0, "add cores, or find what uses them", "processors are busy"),
    ("memory", "used"): Rule(80.0, 85.0, "add memory, or find what uses it", "memory is nearly full"),
    ("disk", "used"): Rule(85.0, 90.0, "add storage, or clean up", "the disk is nearly full"),
}
"""Kind and reading -> rule."""
METRICS = (
    *RULES,
    ("memory", "swap_used"),
    ("disk", "inodes_used"),
    ("load", "load5"),
    ("network", "received"),
    ("network", "sent"),
    ("container", "memory_used"),
    ("container", "cpu"),
    ("process", "memory"),
    ("postgres", "size"),
    ("postgres", "connections_used"),
    ("redis", "memory_used"),
    ("redis", "keys"),
)
"""What room is reckoned of."""


class Prediction(msgspec.Struct, frozen=True):
    """When something will be full if it goes on as it did."""

    name: str
    full_at: float
    """UTC seconds."""
    days: float
    """From the end of the time told of."""


class Matrix(msgspec.Struct, frozen=True):
    """A number beside its bounds, as the rules of its check are written."""

    name: str
    value: float | None
    unit: str
    warn: str
    """The rule; empty without one."""
    crit: str
    level: str
    """`OK`, `WARN` or `CRIT` by these rules alone; `UNKNOWN` without a value."""


def metrics(material: Material, since: float) -> tuple[tuple[str, Course, Line | None], ...]:
    """Return the metrics with their kinds and fitted lines."""
    return with_kinds(material, since, METRICS)


def with_kinds(
    material: Material, since: float, chosen: Collection[tuple[str, str]]
) -> tuple[tuple[str, Course, Line | None], ...]:
    """Return the courses of these readings of kinds, with their kinds and fitted lines."""
    kinds = {info.name: info.kind for info in material.checks}
    wanted = dict.fromkeys(
        (one.check, one.reading)
        for one in material.store.measured()
        if (kinds.get(one.check), one.reading) in chosen
    )
    found = [
        (kinds[check], course, line)
        for check, reading in wanted
        for course, line in with_lines(material, check, reading, since)
    ]
    return tuple(found[:MOST_METRICS])


def predictions(found: Iterable[tuple[str, Course, Line | None]], until: float) -> tuple[Prediction, ...]:
    """Return what will be full, the soonest first; only shares can be."""
    told = [
        Prediction(course.name, full, max(0.0, (full - until) / 86400))
        for _, course, line in found
        if course.unit == "%" and line is not None and line.word == RISING
        if (full := line.meets(FULL)) is not None
    ]
    return tuple(sorted(told, key=lambda one: one.full_at))


def recommendations(found: Iterable[tuple[str, Course, Line | None]]) -> tuple[str, ...]:
    """Return what the rules advise, a line each."""
    return tuple(advice for kind, course, _ in found for advice in _advised(kind, course))


def _advised(kind: str, course: Course) -> Iterator[str]:
    rule = RULES.get((kind, course.reading))
    if rule is None:
        return
    if course.trend == RISING and course.peak > rule.peak:
        yield f"{course.name}: rises, and was at {course.peak:.0f} %: {rule.grow}"
    if course.current > rule.now:
        yield f"{course.name}: {rule.act}, {course.current:.0f} % now"


def matrix(results: Iterable[Result]) -> tuple[Matrix, ...]:
    """Return every number that rules judge, beside their bounds."""
    rows: dict[tuple[str, str, str], dict[str, tuple[str, bool]]] = {}
    values: dict[tuple[str, str, str], tuple[float | None, str]] = {}
    for result in results:
        for verdict in result.verdicts:
            member = ",".join(f"{name}={value}" for name, value in verdict.labels)
            key = (result.check, verdict.reading, member)
            rows.setdefault(key, {})[verdict.level.value] = (verdict.rule, verdict.firing)
            values[key] = (verdict.value, verdict.unit)
    return tuple(_matrix_row(key, values[key], rules) for key, rules in rows.items())


def _matrix_row(
    key: tuple[str, str, str], seen: tuple[float | None, str], rules: dict[str, tuple[str, bool]]
) -> Matrix:
    check, reading, member = key
    firing = [level for level in ("CRIT", "WARN") if rules.get(level, ("", False))[1]]
    level = "UNKNOWN" if seen[0] is None else firing[0] if firing else "OK"
    name = f"{check} {reading}{f'[{member}]' if member else ''}"
    return Matrix(name, *seen, rules.get("WARN", ("", False))[0], rules.get("CRIT", ("", False))[0], level)
