"""Owns the section on uptime: of the system and of each check, with planned time and without, and the budget.

The system is down while one of its mandatory checks is CRIT; without mandatory checks, while any is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any, ClassVar, Self

import msgspec

from checks.moments import moment
from checks.slo.spans import LevelSpan, together
from checks.slo.uptime import Uptime, uptime
from checks.units import show
from runbooks.figures.findings import WORDS_OF_PATCHES
from runbooks.figures.promises import bound_of
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Cell, Facts, Items, Table
from runbooks.section import Section

MOST_OUTAGES = 50


class Outage(msgspec.Struct, frozen=True):
    """A time for which the system was down."""

    began_at: float
    ended_at: float
    """0 while it lasts."""
    seconds: float
    planned: bool


class Up(msgspec.Struct, frozen=True):
    """How long something was up; in seconds, and percent of what is known."""

    name: str
    percent: float | None
    """Planned time included; None when nothing is known."""
    percent_unplanned: float | None
    """Without planned time."""
    up: float
    down: float
    unknown: float
    """Nobody looked, or could not measure: neither up nor down."""
    planned: float
    outages: int
    mttr: float | None
    mtbf: float | None


class UptimeSection(Section, frozen=True):
    """How long things were up."""

    TITLE: ClassVar[str] = "Uptime"

    system: Up
    judged_by: tuple[str, ...]
    """The checks that decide for the system."""
    target: float | None
    """Percent that was promised."""
    error_budget: float | None
    """Seconds that the system may be down by that, of the time that is known; None without a target."""
    budget_left: float | None
    """What of it is left; negative when it is overdrawn."""
    patch_time: float | None
    """Longest seconds for which a check of patches was not OK without a break; None without such a check."""
    outages: tuple[Outage, ...]
    checks: tuple[Up, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the uptime of the time told of."""
        since, until = material.since, material.until
        names = [info.name for info in material.checks]
        decide = tuple(info.name for info in material.checks if info.mandatory) or tuple(names)
        spans = material.store.spans(names, since, until)
        whole = uptime(together(spans, decide, since, until) if decide else (), since, until)
        targets: dict[str, Any] = material.system.sections.get("targets") or {}
        target = bound_of("uptime", str(targets["uptime"])) if "uptime" in targets else None
        budget = None if target is None else whole.known * (1 - target / 100)
        unplanned = whole.down - whole.planned_down
        return cls(
            _up(material.system.info.name, whole),
            decide,
            target,
            budget,
            None if budget is None else budget - unplanned,
            _patch_time(material, spans),
            tuple(
                Outage(one.began, one.ended if one.over else 0.0, one.seconds, one.planned)
                for one in whole.outages[:MOST_OUTAGES]
            ),
            tuple(_up(name, uptime(spans.get(name, ()), since, until)) for name in names),
        )

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the system, its outages, and each check."""
        if not self.checks:
            yield Items(("the system has no checks",))
            return
        yield Facts(tuple(self._facts()))
        yield Items(
            tuple(
                f"{moment(one.began_at, zone)} to {_end(one, zone)}, {show(one.seconds, 's')}"
                + (" (planned)" if one.planned else "")
                for one in self.outages
            )
            or ("no outage was seen",)
        )
        yield Table(
            ("Check", "Uptime", "Without planned", "Down", "Not known", "Outages", "MTTR"),
            tuple(_row(one) for one in self.checks),
        )

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return the uptime of the system."""
        one = self.system
        return (f"uptime {_percent(one.percent)}, {_percent(one.percent_unplanned)} without planned time",)

    def _facts(self) -> Iterator[tuple[str, Cell]]:
        one = self.system
        known = f" of {show(one.up + one.down, 's')} that are known" if one.percent is not None else ""
        yield "Uptime", f"{_percent(one.percent)}{known}"
        yield "Without planned time", _percent(one.percent_unplanned)
        yield "Down", Amount(one.down, "s")
        yield "Not known", Amount(one.unknown, "s")
        yield "Planned", Amount(one.planned, "s")
        none = "no failure outside of planned time"
        yield "MTTR", none if one.mttr is None else Amount(one.mttr, "s")
        yield "MTBF", none if one.mtbf is None else Amount(one.mtbf, "s")
        if self.error_budget is not None and self.budget_left is not None:
            left = show(self.budget_left, "s")
            yield "Error budget", f"{left} left of {show(self.error_budget, 's')} by {self.target:g} %"
        if self.patch_time is not None:
            yield "Patches pending for", Amount(self.patch_time, "s")
        yield "Decided by", ", ".join(self.judged_by)


def _up(name: str, told: Uptime) -> Up:
    return Up(
        name,
        told.percent,
        told.percent_unplanned,
        told.up,
        told.down,
        told.unknown,
        told.planned,
        len(told.outages),
        told.mttr,
        told.mtbf,
    )


def _row(one: Up) -> tuple[Cell, ...]:
    return (
        one.name,
        _percent(one.percent),
        _percent(one.percent_unplanned),
        Amount(one.down, "s"),
        Amount(one.unknown, "s"),
        Amount(one.outages),
        _span(one.mttr),
    )


def _end(one: Outage, zone: tzinfo) -> str:
    return moment(one.ended_at, zone) if one.ended_at else "now"


def _percent(value: float | None) -> str:
    """Return it with three places, and never rounded up to a whole hundred."""
    if value is None:
        return "not known"
    return "100 %" if value == 100 else f"{min(value, 99.999):.3f} %"


def _span(value: float | None) -> Cell:
    return "-" if value is None else Amount(value, "s")


def _patch_time(material: Material, spans: Any) -> float | None:
    chosen = material.chosen((), (), WORDS_OF_PATCHES)
    return max((_longest(spans.get(info.name, ())) for info in chosen), default=None) if chosen else None


def _longest(spans: tuple[LevelSpan, ...]) -> float:
    """Return the longest time without a break in which it was WARN or CRIT."""
    longest = began = 0.0
    last: LevelSpan | None = None
    for span in spans:
        bad = span.level in ("WARN", "CRIT")
        if bad and (last is None or last.ended < span.began):
            began = span.began
        if bad:
            longest = max(longest, span.ended - began)
        last = span if bad else None
    return longest
