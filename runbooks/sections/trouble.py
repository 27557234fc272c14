"""Owns the section on trouble in the time of a report: which checks were not OK, how often, how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.board import CheckInfo
from checks.model import Level
from checks.slo.spans import LevelSpan, clipped
from checks.units import show
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Facts, Items, Table
from runbooks.section import Section


class CheckTrouble(msgspec.Struct, frozen=True):
    """What was wrong with one check; spans in seconds within the time told of."""

    check: str
    title: str
    worst: str
    times: int
    """Spans without a break in which it was WARN or CRIT."""
    crit: float
    warn: float
    unknown: float
    """It could not be measured; time without any result is not in it."""
    longest: float
    """The longest of those spans, CRIT and WARN together."""
    errors: tuple[str, ...]
    """What is kept of what was seen, newest first."""


class TroubleSection(Section, frozen=True):
    """Which checks were not OK."""

    TITLE: ClassVar[str] = "Trouble"

    looked_at: int
    """Checks of which something is known in the time."""
    not_looked_at: tuple[str, ...]
    """The other checks of the system."""
    checks: tuple[CheckTrouble, ...]
    """Those that were not OK, the worst first."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return what was wrong."""
        spans = material.store.spans([info.name for info in material.checks], material.since, material.until)
        found = [
            one
            for info in material.checks
            if (one := _trouble(material, info, spans.get(info.name, ()))) is not None
        ]
        found.sort(key=lambda one: (-one.crit, -one.warn, -one.unknown))
        unseen = tuple(info.name for info in material.checks if not spans.get(info.name))
        return cls(len(material.checks) - len(unseen), unseen, tuple(found))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the checks, and what was seen of them."""
        if self.not_looked_at:
            yield Facts((("Not looked at", ", ".join(self.not_looked_at)),))
        if not self.checks:
            none = f"no result of {self.looked_at} checks was other than OK"
            yield Items((none if self.looked_at else "nobody looked at any check in this time",))
            return
        yield Facts((("Checks", f"{len(self.checks)} of {self.looked_at} were not OK at some time"),))
        yield Table(
            ("Check", "Worst", "Times", "CRIT for", "WARN for", "UNKNOWN for", "Longest"),
            tuple(
                (
                    one.title or one.check,
                    one.worst,
                    Amount(one.times),
                    Amount(one.crit, "s"),
                    Amount(one.warn, "s"),
                    Amount(one.unknown, "s"),
                    Amount(one.longest, "s"),
                )
                for one in self.checks
            ),
        )
        seen = tuple(f"{one.check}: {error}" for one in self.checks for error in one.errors)
        if seen:
            yield Items(seen)

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return the checks, a line each."""
        return tuple(_in_a_line(one) for one in self.checks)


def _in_a_line(one: CheckTrouble) -> str:
    lasted = (("CRIT", one.crit), ("WARN", one.warn), ("UNKNOWN", one.unknown))
    told = [f"{level} for {show(seconds, 's')}" for level, seconds in lasted if seconds]
    often = {0: [], 1: ["once"]}.get(one.times, [f"{one.times} times"])
    return f"{one.check}: {', '.join((*often, *told))}"


SEEN = 3
"""Results of a check in trouble that are told."""
SEARCHED = 50


def _trouble(material: Material, info: CheckInfo, all_spans: Iterable[LevelSpan]) -> CheckTrouble | None:
    spans = clipped(all_spans, material.since, material.until)
    lasted = dict.fromkeys(Level, 0.0)
    for span in spans:
        lasted[span.level] += span.seconds
    levels = {span.level for span in spans} - {Level.OK}
    if not levels:
        return None
    runs = _runs(spans)
    return CheckTrouble(
        info.name,
        info.title,
        max(levels, key=lambda level: level.severity),
        len(runs),
        lasted[Level.CRIT],
        lasted[Level.WARN],
        lasted[Level.UNKNOWN],
        max(runs, default=0.0),
        _errors(material, info.name),
    )


def _runs(spans: Iterable[LevelSpan]) -> list[float]:
    """Return how long each time without a break lasted in which it was bad."""
    runs: list[float] = []
    last = 0.0
    for span in spans:
        if span.level in (Level.WARN, Level.CRIT):
            if runs and last == span.began:
                runs[-1] += span.seconds
            else:
                runs.append(span.seconds)
            last = span.ended
    return runs


def _errors(material: Material, check: str) -> tuple[str, ...]:
    """Return what the newest results in the time say that were not OK, each once."""
    said = [
        f"{result.level} {result.summary}"
        for result in material.store.results(check, SEARCHED)
        if result.level is not Level.OK and material.since <= result.at < material.until
    ]
    return tuple(dict.fromkeys(said))[:SEEN]
