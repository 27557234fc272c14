"""Owns what the checks of one sort say: level, summary, numbers and rows of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from checks.board import CheckInfo
from checks.model import Result
from checks.units import show
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Heading, Items, Table

WORDS_OF_PATCHES = ("patch", "patches", "update", "updates", "upgrade", "upgrades")
"""In the names of checks of patches."""
ROWS = 20
"""Rows of each that are told."""


class Number(msgspec.Struct, frozen=True):
    """A reading."""

    name: str
    value: float
    unit: str

    @property
    def words(self) -> str:
        """Return it in a few words."""
        return f"{self.name} {show(self.value, self.unit)}"


class Finding(msgspec.Struct, frozen=True):
    """What one check says."""

    check: str
    title: str
    level: str
    """UNKNOWN when it was never looked at, or too long ago to count."""
    summary: str
    at: float
    """When it was looked at, UTC seconds; 0 for never."""
    age: float | None
    """Seconds since then."""
    numbers: tuple[Number, ...]
    rows: tuple[tuple[str, ...], ...]


def findings(material: Material, checks: Iterable[CheckInfo]) -> tuple[Finding, ...]:
    """Return what these checks said last."""
    newest = material.store.newest()
    return tuple(_finding(info, newest.get(info.name), material.made_at) for info in checks)


def finding_blocks(found: tuple[Finding, ...], nothing: str) -> Iterator[Block]:
    """Yield them for people."""
    if not found:
        yield Items((nothing,))
        return
    yield Table(
        ("Check", "Level", "Seen", "Numbers", "Age"),
        tuple(
            (
                one.title or one.check,
                one.level,
                one.summary,
                ", ".join(number.words for number in one.numbers) or "-",
                "never" if one.age is None else Amount(one.age, "s"),
            )
            for one in found
        ),
    )
    for one in found:
        if one.rows:
            yield Heading(3, "Found by", one.check)
            yield Items(tuple("  ".join(row) for row in one.rows))


def _finding(info: CheckInfo, last: Result | None, now: float) -> Finding:
    if last is None:
        return Finding(info.name, info.title, "UNKNOWN", "never looked at", 0.0, None, (), ())
    age = max(0.0, now - last.at)
    fresh = age <= info.stale_after
    told = last.summary if fresh else f"not looked at for {show(age, 's')}; then {last.level}: {last.summary}"
    numbers = tuple(Number(one.name, one.value, one.unit) for one in last.observation.readings[:ROWS])
    rows = last.observation.rows.rows[:ROWS]
    level = last.level.value if fresh else "UNKNOWN"
    return Finding(info.name, info.title, level, told, last.at, age, numbers, rows)
