"""Owns the section on walks: each with its steps, decisions, deviations and the hashes of its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

from runbooks.figures.walks import WalkLine, walk_blocks, walks_within
from runbooks.material import Material
from runbooks.report_blocks import Block, Heading, Items
from runbooks.section import Section


class WalksSection(Section, frozen=True):
    """What was walked."""

    TITLE: ClassVar[str] = "Walks"

    walks: tuple[WalkLine, ...]
    """Those that were begun in the time, in order; of a window also what was open when it opened."""
    window_from: float = 0.0
    """When the window opened; 0 when a period is told of."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the walks."""
        return cls(walks_within(material), material.window.opened_at)

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield each walk."""
        if not self.walks:
            yield Items(("nothing was walked",))
        for line in self.walks:
            yield Heading(3, "Walk of", line.name)
            yield from walk_blocks(line, zone, self.window_from)

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return how each ended, and what is left of it."""
        return tuple(
            line
            for walk in self.walks
            for line in (
                f"{walk.runbook}: {walk.verdict}",
                *(f"{walk.runbook}: {left}" for left in walk.left),
            )
        )
