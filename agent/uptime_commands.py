"""Owns what `walkdown uptime` says: of each check and of the system, as the store has it. Needs no agent."""

from __future__ import annotations

import fnmatch
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from checks import paths
from checks.board import SystemInfo
from checks.clock import SystemClock
from checks.errors import StoreError, UsageError
from checks.instants import rfc3339
from checks.load import load
from checks.slo.spans import LevelSpan, together
from checks.slo.uptime import Outage, Uptime, uptime
from checks.storage.database import reading
from checks.storage.spans import spans_of
from checks.suggest import did_you_mean
from checks.units import show

SYSTEM = "the system"


def tell_uptime(source: Path | None, patterns: tuple[str, ...], span: float, output: str) -> int:
    """Say how long checks were up since so many seconds ago.

    Raises:
        ConfigError: when the system cannot be used.
        UsageError: when a pattern chooses no check.
        StoreError: when the store cannot be read.
    """
    system, until = load(source).info, SystemClock().now()
    names = _chosen(system, patterns)
    decisive = decisive_checks(system)
    spans = _spans(paths.store_file(source), tuple(dict.fromkeys((*names, *decisive))), until - span, until)
    seen = {} if patterns else {SYSTEM: uptime(_whole(spans, decisive, until, span), until - span, until)}
    seen |= {name: uptime(spans.get(name, ()), until - span, until) for name in names}
    if output == "json":
        plain = [{"name": name, **_plain(one)} for name, one in seen.items()]
        click.echo(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode())
        return 0
    width = max(map(len, seen), default=0)
    click.echo(
        f"{'':{width}}  {'UPTIME':>10}  {'EXCL. PLANNED':>13}  {'DOWN':>8}  {'PLANNED':>8}  {'UNKNOWN':>8}"
    )
    for name, one in seen.items():
        for line in _lines(name, one, width):
            click.echo(line)
    click.echo("planned time: windows, and walks that put checks into maintenance")
    return 0


def decisive_checks(system: SystemInfo) -> tuple[str, ...]:
    """Return the checks that decide whether the system is up: the mandatory ones, else all."""
    mandatory = tuple(info.name for info in system.checks if info.mandatory)
    return mandatory or tuple(info.name for info in system.checks)


def _chosen(system: SystemInfo, patterns: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(info.name for info in system.checks)
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise UsageError(f"no check is called {pattern!r}{did_you_mean(pattern, names)}")
    if not patterns:
        return names
    return tuple(name for name in names if any(fnmatch.fnmatchcase(name, one) for one in patterns))


def _whole(
    spans: Mapping[str, tuple[LevelSpan, ...]], names: tuple[str, ...], until: float, span: float
) -> tuple[LevelSpan, ...]:
    return together(spans, names, until - span, until) if names else ()


def _spans(
    path: Path, names: tuple[str, ...], since: float, until: float
) -> Mapping[str, tuple[LevelSpan, ...]]:
    if not path.exists():
        return {}
    try:
        with reading(path) as connection:
            return spans_of(connection, names, since, until)
    except sqlite3.Error as error:
        raise StoreError(f"the store {path} cannot be read: {error}") from error


def _lines(name: str, one: Uptime, width: int) -> Iterator[str]:
    percents = f"{_percent(one.percent):>10}  {_percent(one.percent_unplanned):>13}"
    spans = "  ".join(f"{_span(seconds):>8}" for seconds in (one.down, one.planned, one.unknown))
    yield f"{name:{width}}  {percents}  {spans}"
    if failures := one.failures:
        many = "1 failure" if len(failures) == 1 else f"{len(failures)} failures"
        repair = f", repaired in {_span(one.mttr)} on average" if one.mttr is not None else ""
        yield f"{'':{width}}  {many}{repair}, one in {_span(one.mtbf or 0.0)} of uptime"


def _percent(percent: float | None) -> str:
    """Return a percentage that is never rounded up to a hundred."""
    if percent is None:
        return "-"
    return f"{percent:.3f} %" if percent in (0, 100) else f"{min(percent, 99.9994):.3f} %"


def _span(seconds: float) -> str:
    return show(round(seconds), "s") if seconds >= 1 else "0"


def _plain(one: Uptime) -> dict[str, Any]:
    return {
        "since": rfc3339(one.since),
        "until": rfc3339(one.until),
        "uptime_percent": one.percent,
        "uptime_percent_without_planned": one.percent_unplanned,
        "up": one.up,
        "down": one.down,
        "unknown": one.unknown,
        "planned": one.planned,
        "planned_up": one.planned_up,
        "planned_down": one.planned_down,
        "failures": len(one.failures),
        "mttr": one.mttr,
        "mtbf": one.mtbf,
        "outages": [_outage(outage) for outage in one.outages],
    }


def _outage(one: Outage) -> dict[str, Any]:
    return {
        "began": rfc3339(one.began),
        "ended": rfc3339(one.ended) if one.over else None,
        "seconds": one.seconds,
        "down": one.down,
        "planned": one.planned,
    }
