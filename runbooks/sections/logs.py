"""Owns the section on logs: the numbers that checks of logs counted, and the rows that they show.

Which checks are of logs: those of a kind `log` or `journal`, in a group `Logs`, or with `log` in their name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.model import Result
from runbooks.figures.measuring import Course, courses_of
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Heading, Items, Table
from runbooks.section import Section

KINDS, GROUPS, WORDS = ("log", "journal", "logs"), ("logs", "log"), ("log", "logs", "journal")
NOT_COUNTED = frozenset({"elapsed", "exit_code"})
"""Readings of the looking, not of the log."""
ROWS = 20


class LogRows(msgspec.Struct, frozen=True):
    """What a check of a log showed last."""

    check: str
    summary: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class LogsSection(Section, frozen=True):
    """What was counted in logs."""

    TITLE: ClassVar[str] = "Logs"

    counters: tuple[Course, ...]
    """Numbers of each check, such as `entries`, `errors`, `warnings`, `slow`."""
    shown: tuple[LogRows, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return what was counted."""
        chosen = {info.name for info in material.chosen(KINDS, GROUPS, WORDS)}
        readings = dict.fromkeys(
            (one.check, one.reading)
            for one in material.store.measured()
            if one.check in chosen and one.reading not in NOT_COUNTED
        )
        counters = [course for key in readings for course in courses_of(material, *key)]
        newest = material.store.newest()
        shown = [_rows(newest[name]) for name in sorted(chosen) if name in newest]
        return cls(tuple(counters), tuple(shown))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the numbers and the rows."""
        if not self.shown:
            yield Items(("no check of this system looks at a log",))
            return
        if self.counters:
            yield Table(
                ("Counted", "Last", "Average", "Peak", "Trend"),
                tuple(
                    (
                        one.name,
                        Amount(one.current, one.unit),
                        Amount(one.average, one.unit),
                        Amount(one.peak, one.unit),
                        one.trend,
                    )
                    for one in self.counters
                ),
            )
        for one in self.shown:
            yield Heading(3, "Last seen by", one.check)
            yield Items((one.summary, *("  ".join(row) for row in one.rows)))


def _rows(result: Result) -> LogRows:
    table = result.observation.rows
    return LogRows(result.check, result.summary, table.columns, table.rows[:ROWS])
