"""Owns the section on the health of the system when the report was made: every check with its level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.board import CheckInfo, Health
from checks.model import Level, Result
from checks.units import show
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Facts, Items, Table
from runbooks.section import Section

NEVER = "never looked at"


class CheckHealth(msgspec.Struct, frozen=True):
    """One check."""

    check: str
    title: str
    group: str
    level: str
    """UNKNOWN also when the last result is too old to count."""
    summary: str
    seen_at: float
    """When it was looked at last, UTC seconds; 0 for never."""
    age: float | None
    """Seconds since then."""
    fresh: bool
    """Whether it was looked at lately enough to count."""
    mandatory: bool


class HealthSection(Section, frozen=True):
    """Every check with its level."""

    TITLE: ClassVar[str] = "Health when this was made"

    at: float
    overall_status: str
    """`healthy`, `degraded`, `unhealthy` or `unknown`."""
    counts: dict[str, int]
    """Checks of each level."""
    checks: tuple[CheckHealth, ...]
    """Worst first."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return how every check was seen last."""
        newest = material.store.newest()
        found = [_health(info, newest.get(info.name), material.made_at) for info in material.checks]
        found.sort(key=lambda one: -Level(one.level).severity)
        counted = Counter(one.level for one in found)
        counts = {level.value: counted[level.value] for level in Level}
        return cls(material.made_at, _overall(found).value, counts, tuple(found))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the counts, and the checks."""
        told = ", ".join(f"{number} {level}" for level, number in self.counts.items() if number)
        yield Facts((("Overall", self.overall_status), ("Checks", told or "none")))
        if not self.checks:
            yield Items(("the system has no checks",))
            return
        yield Table(
            ("Check", "Level", "Group", "Seen", "Age"),
            tuple(
                (
                    one.title or one.check,
                    one.level,
                    one.group,
                    one.summary,
                    NEVER if one.age is None else Amount(one.age, "s"),
                )
                for one in self.checks
            ),
        )

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return the checks that are not well."""
        bad = [one for one in self.checks if one.level != Level.OK]
        return tuple(f"{one.level} {one.check}: {one.summary}" for one in bad) or ("all checks are OK",)


def _health(info: CheckInfo, last: Result | None, now: float) -> CheckHealth:
    if last is None:
        return CheckHealth(
            info.name, info.title, info.group, Level.UNKNOWN, NEVER, 0.0, None, False, info.mandatory
        )
    age = max(0.0, now - last.at)
    stale = age > info.stale_after
    level = Level.UNKNOWN if stale else last.level
    old = f"not looked at for {show(age, 's')}; then {last.level}: " if stale else ""
    return CheckHealth(
        info.name,
        info.title,
        info.group,
        level,
        f"{old}{last.summary}",
        last.at,
        age,
        not stale,
        info.mandatory,
    )


def _overall(checks: list[CheckHealth]) -> Health:
    """Return the roll-up, as of a board; what was not looked at lately says nothing."""
    fresh = [one for one in checks if one.fresh]
    if any(one.level == Level.CRIT and one.mandatory for one in fresh):
        return Health.UNHEALTHY
    if any(one.level != Level.OK for one in fresh):
        return Health.DEGRADED
    return Health.HEALTHY if fresh and len(fresh) == len(checks) else Health.UNKNOWN
