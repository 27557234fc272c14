"""Owns what is told of containers: readings, rows, the summary and the evidence. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from checks.containers.listing import Sight
from checks.containers.verdict import Trouble
from checks.model import EMPTY_TABLE, Level, Observation, Reading, Table
from checks.rates import rate
from checks.units import show

SHOWN = 3
"""Troubles that the summary names."""
TITLES = ("container", "state", "health", "CPU", "memory", "restarts", "status", "image")
STOPPED = ("created", "exited", "dead", "paused", "removing")
UNITS = {
    "cpu": "%",
    "memory": "B",
    "memory_used": "%",
    "restarts": "",
    "received": "B/s",
    "sent": "B/s",
    "block_read": "B/s",
    "block_write": "B/s",
}
"""Readings of one container and their units."""
FLOWS = ("received", "sent", "block_read", "block_write")

Sights = Mapping[str, Sight]
"""Containers by their identity."""
Troubles = tuple[tuple[str, Trouble], ...]
"""What is wrong, each with the name of whom it concerns."""


def report(before: Sights, after: Sights, troubles: Troubles) -> Observation:
    """Return what was seen, given the look before it."""
    sights = sorted(after.values(), key=lambda sight: sight.listed.name)
    numbers = [_numbers(before.get(sight.listed.id), sight) for sight in sights]
    worst = max((wrong for _, wrong in troubles), key=lambda wrong: wrong.level.severity, default=None)
    return Observation(
        _summary(sights, troubles),
        worst.level if worst else Level.OK,
        worst.error_class if worst else "",
        (*_counts(sights), *_readings(sights, numbers)),
        Table(TITLES, tuple(map(_row, sights, numbers))) if sights else EMPTY_TABLE,
        _detail(before, sights, troubles),
    )


def _counts(sights: list[Sight]) -> tuple[Reading, ...]:
    states = Counter(sight.listed.state for sight in sights)
    counts = {
        "running": states["running"],
        "stopped": sum(states[state] for state in STOPPED),
        "unhealthy": sum(sight.listed.health == "unhealthy" for sight in sights),
        "restarting": states["restarting"],
        "total": len(sights),
    }
    return tuple(Reading(name, count) for name, count in counts.items())


def _numbers(before: Sight | None, after: Sight) -> dict[str, float]:
    """Return the readings of one container; what was not measured this time is absent."""
    found: dict[str, float | None] = {}
    if after.inspected is not None:
        found["restarts"] = after.inspected.restart_count
    now = after.counters
    if now is None:
        return {name: value for name, value in found.items() if value is not None}
    found["memory"] = now.memory
    if now.memory is not None and now.limit:
        found["memory_used"] = 100.0 * now.memory / now.limit
    then = before.counters if before is not None and _same_run(before, after) else None
    if then is not None:
        span = now.at - then.at
        share = rate(then.cpu, now.cpu, span)
        found["cpu"] = None if share is None else min(100.0 * share, 100.0 * now.cpus)
        for name in FLOWS:
            found[name] = rate(getattr(then, name), getattr(now, name), span)
    return {name: value for name, value in found.items() if value is not None}


def _same_run(before: Sight, after: Sight) -> bool:
    """Return whether it has not been started anew between the two looks."""
    return _started(before) == _started(after)


def _started(sight: Sight) -> str:
    return sight.inspected.state.started_at if sight.inspected else ""


def _readings(sights: list[Sight], numbers: list[dict[str, float]]) -> list[Reading]:
    return [
        Reading(name, value, UNITS[name], (("container", sight.listed.name),))
        for sight, found in zip(sights, numbers, strict=True)
        for name, value in found.items()
    ]


def _row(sight: Sight, numbers: dict[str, float]) -> tuple[str, ...]:
    listed = sight.listed
    shown = (
        show(numbers[name], unit) if name in numbers else "n/a"
        for name, unit in (("cpu", "%"), ("memory", "B"), ("restarts", ""))
    )
    return (listed.name, listed.state, listed.health, *shown, listed.status, listed.image)


def _summary(sights: list[Sight], troubles: Troubles) -> str:
    if troubles:
        named = "; ".join(f"{name} {wrong.text}" for name, wrong in troubles[:SHOWN])
        more = len(troubles) - SHOWN
        return f"{named}; and {more} more" if more > 0 else named
    if len(sights) == 1:
        return f"{sights[0].listed.name}: {sights[0].listed.status or sights[0].listed.state}"
    states = Counter(sight.listed.state for sight in sights)
    return ", ".join(f"{count} {state}" for state, count in states.most_common()) or "no containers"


def _detail(before: Sights, sights: list[Sight], troubles: Troubles) -> str:
    """Return what is wrong with each, with what its health check said, and who was started anew."""
    lines = [f"{name} {wrong.text}" for name, wrong in troubles]
    for sight in sights:
        if sight.listed.health == "unhealthy" and sight.inspected is not None:
            lines.append(f"{sight.listed.name}'s health check says: {sight.inspected.health_output}")
        earlier = before.get(sight.listed.id)
        if earlier is not None and not _same_run(earlier, sight):
            lines.append(f"{sight.listed.name} was started anew at {_started(sight)}")
    return "\n".join(lines)
