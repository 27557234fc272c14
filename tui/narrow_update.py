"""Owns that only the cells which changed are sent: Textual sends each changed line from its left end on.

Textual 8.2 crops a changed span at its right end only (`ChopsUpdate.render_segments`), so an age that ticks
at the right end of a table would cost the whole line. Pinned to that minor; a test counts the bytes.
"""

from __future__ import annotations

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate


class NarrowUpdate(ChopsUpdate):
    """The same update, each span cropped at both ends."""

    @classmethod
    def of(cls, update: ChopsUpdate) -> NarrowUpdate:
        """Return the update in its narrow form."""
        return cls(update.chops, update.spans, update.chop_ends)

    def render_segments(self, console: Console) -> str:
        """Return what is written to the terminal."""
        written: list[str] = []
        for y, left, right in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= right or end <= left:
                    continue
                start = max(x, left)
                written.append(Control.move_to(start, y).segment.text)
                written.append(strip.crop(start - x, min(end, right) - x).render(console))
        return "".join(written)
