"""Owns the section on how everything was after a window: what is different from its baseline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

from checks.moments import moment
from runbooks.comparison import Changed, Comparison
from runbooks.material import Material
from runbooks.report_blocks import Block, Facts, Items
from runbooks.section import Section
from runbooks.window_events import AT_CLOSE, BEFORE_END, Rechecked

GRACE = 3600.0
"""Seconds after the end of a window in which it is rechecked at the latest."""


class AfterSection(Section, frozen=True):
    """The last recheck of the window."""

    TITLE: ClassVar[str] = "After"

    at: float
    """0 when nobody looked."""
    occasion: str
    trouble: str
    """Why it could not be told."""
    difference: Comparison | None
    back: bool | None
    """Whether no check is worse than before; None when it is not known."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the recheck at the close, else the newest before the end."""
        found = [
            entry
            for entry in material.entries(Rechecked, after=GRACE)
            if isinstance(entry.event, Rechecked) and entry.event.name == material.window.name
        ]
        for occasion in (AT_CLOSE, BEFORE_END):
            for entry in reversed(found):
                event = entry.event
                if isinstance(event, Rechecked) and event.occasion == occasion:
                    back = None if event.difference is None else not event.difference.is_worse
                    return cls(entry.at, event.occasion, event.trouble, event.difference, back)
        return cls(0.0, "", "", None, None)

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the difference."""
        if not self.at:
            yield Items(("nobody looked at everything again: what is different is not known",))
            return
        back = {None: "not known", True: "no check is worse than before", False: "WORSE than before"}[
            self.back
        ]
        yield Facts((("Looked", f"{moment(self.at, zone)}, {self.occasion}"), ("Compared", back)))
        yield Items(self._lines() or ("nothing is different",))

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return what is different."""
        return self._lines() if self.at else ("not looked at again",)

    def _lines(self) -> tuple[str, ...]:
        if self.difference is None:
            return (f"not known: {self.trouble or 'it could not be compared'}",)
        told = self.difference
        return (
            *(_changed("newly bad", one) for one in told.newly_bad),
            *(_changed("expected", one) for one in told.expected),
            *(_changed("bad before", one) for one in told.bad_before),
            *(_changed("fixed", one) for one in told.fixed),
            *(one.words for one in told.moved),
            *(f"gone: {name}" for name in told.gone),
            *(f"new: {name}" for name in told.added),
        )


def _changed(what: str, one: Changed) -> str:
    return f"{what}: {one.check}, {one.before} before, {one.now} after: {one.summary}"
