"""Owns what `walkdown baseline` and `walkdown diff` say and do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.link import RefusedError
from agent.session import session
from checks.errors import UsageError
from checks.instants import rfc3339
from checks.moments import moment
from checks.text import clean
from runbooks.comparison import Changed, Comparison

WORSE = 1
"""Exit code when a check is worse than it was."""


async def take_baseline(source: Path | None, name: str) -> int:
    """Keep how everything is now."""
    async with session(source) as attached:
        try:
            taken = await attached.link.take_baseline(name)
        except RefusedError as error:
            raise UsageError(str(error)) from error
    counts = Counter(taken.levels.values())
    said = ", ".join(f"{number} {level}" for level, number in sorted(counts.items()))
    click.echo(clean(f"baseline {taken.name}: {len(taken.levels)} checks ({said})"))
    return 0


async def tell_difference(source: Path | None, name: str, output: str) -> int:
    """Say what is different now from a baseline."""
    async with session(source) as attached:
        try:
            found = await attached.link.difference(name)
        except RefusedError as error:
            raise UsageError(str(error)) from error
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(_plain(found)), indent=2).decode())
    else:
        for line in lines_of(found, attached.zone):
            click.echo(clean(line))
    return WORSE if found.is_worse else 0


def lines_of(found: Comparison, zone: tzinfo | None) -> Iterator[str]:
    """Yield the difference in lines: what got worse first."""
    yield f"since baseline {found.name}, {moment(found.taken_at, zone)}:"
    for title, checks in (
        ("newly bad", found.newly_bad),
        ("expected", found.expected),
        ("bad before", found.bad_before),
        ("fixed", found.fixed),
    ):
        yield from (f"  {title}: {_levels(one)}" for one in checks)
    yield from (f"  moved: {moved.words}" for moved in found.moved)
    yield from (f"  no longer there: {check}" for check in found.gone)
    yield from (f"  not there before: {check}" for check in found.added)
    yield "WORSE than the baseline" if found.is_worse else "no check is worse than the baseline"


def _levels(one: Changed) -> str:
    return f"{one.check} {one.before} -> {one.now}: {one.summary}"


def _plain(found: Comparison) -> dict[str, Any]:
    said: dict[str, Any] = {
        "baseline": found.name,
        "taken_at": rfc3339(found.taken_at),
        "at": rfc3339(found.at),
        "worse": found.is_worse,
    }
    parts = ("newly_bad", "expected", "bad_before", "fixed", "moved", "gone", "added")
    return said | {part: msgspec.to_builtins(getattr(found, part)) for part in parts}
