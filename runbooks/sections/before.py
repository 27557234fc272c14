"""Owns the section on how everything was before: the baseline that was taken when a window was opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

from checks.moments import moment
from runbooks.material import Material
from runbooks.report_blocks import Block, Facts, Items
from runbooks.section import Section
from runbooks.window_events import WINDOW, BaselineTaken


class BeforeSection(Section, frozen=True):
    """The baseline."""

    TITLE: ClassVar[str] = "Before"

    taken_at: float
    """0 when none was taken."""
    counts: dict[str, int]
    """Checks of each level."""
    bad: dict[str, str]
    """Checks that were not OK, with their levels."""
    readings: int
    """Readings that were kept to compare with."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the first baseline of the window."""
        for entry in material.entries(BaselineTaken):
            event = entry.event
            if isinstance(event, BaselineTaken) and (event.name, event.occasion) == (
                material.window.name,
                WINDOW,
            ):
                bad = {name: level for name, level in event.levels.items() if level != "OK"}
                kept = sum(map(len, event.readings.values()))
                return cls(entry.at, dict(Counter(event.levels.values())), bad, kept)
        return cls(0.0, {}, {}, 0)

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield when it was taken, and what was bad already."""
        if not self.taken_at:
            yield Items(("no baseline was taken: nobody knows how everything was",))
            return
        told = ", ".join(f"{number} {level}" for level, number in self.counts.items())
        yield Facts(
            (
                ("Taken", moment(self.taken_at, zone)),
                ("Checks", told or "none"),
                ("Readings", f"{self.readings} kept"),
            )
        )
        yield Items(
            tuple(f"{name} was {level} already" for name, level in self.bad.items())
            or ("every check was OK",)
        )
