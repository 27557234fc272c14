"""Owns the section on checklists: each item with who settled it, when, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

from checks.moments import moment
from runbooks.checklist_events import ChecklistOpened
from runbooks.checklists.fold import fold_all
from runbooks.checklists.state import ListState, Mark
from runbooks.checklists.telling import ToldItem, ToldList, seen_words, told
from runbooks.material import Material
from runbooks.report_blocks import Block, Facts, Heading, Items, Quoted, Table
from runbooks.section import Section

AHEAD = 7 * 86400.0
"""Seconds before a window in which a list of it is opened at the earliest."""


class ChecklistsSection(Section, frozen=True):
    """What was ticked."""

    TITLE: ClassVar[str] = "Checklists"

    lists: tuple[ToldList, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the lists of the window; of a period, those that were opened in it."""
        window = material.window.name
        rows = material.entries(ChecklistOpened, before=AHEAD if window else 0.0)
        states = (
            fold_all(material.journal.walk(entry.walk))
            for entry in rows
            if isinstance(entry.event, ChecklistOpened) and (not window or entry.event.window in ("", window))
        )
        found = [state for state in states if not window or _is_of(state, material)]
        return cls(tuple(told(state, material.zone) for state in found))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield each list with its items."""
        if not self.lists:
            yield Items(("none was opened",))
        for one in self.lists:
            yield Heading(3, "List", f"{one.name}: {one.title}" if one.title else one.name)
            yield Facts(tuple(_facts(one, zone)))
            yield Table(
                ("Item", "Stands", "When", "By", "Why"), tuple(_row(item, zone) for item in one.items)
            )
            for item in one.items:
                if item.evidence:
                    yield Quoted("Seen for", _seen(item, zone), item.evidence)

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return each list in a line."""
        return tuple(
            f"{one.name}: {one.settled} of {len(one.items)} items settled"
            + (f"; not finished: {', '.join(names)}" if (names := _unfinished(one)) else "")
            for one in self.lists
        )


def _is_of(state: ListState, material: Material) -> bool:
    """Return whether a list is of this time of the window: it was open in it."""
    return state.opened_at < material.until and (not state.over or state.closed_at >= material.since)


def _unfinished(one: ToldList) -> tuple[str, ...]:
    return tuple(item.id for item in one.items if item.mandatory and item.mark is Mark.OPEN)


def _row(item: ToldItem, zone: tzinfo) -> tuple[str, ...]:
    name = f"{item.phase} / {item.title}" if item.phase else item.title
    stands = item.mark.value if item.mandatory else f"{item.mark.value} (advisory)"
    return (
        name,
        stands,
        moment(item.at, zone),
        item.by or "-",
        "; ".join(filter(None, (item.why, *item.notes))) or "-",
    )


def _facts(one: ToldList, zone: tzinfo) -> Iterator[tuple[str, str]]:
    yield "Opened", f"{moment(one.opened_at, zone)} by {one.opened_by}"
    for name, at, by in one.phases:
        if name:
            yield "Phase", f"{name}: {moment(at, zone)} by {by}"
    if one.closed_at:
        reason = f": {one.reason}" if one.reason else ""
        yield "Closed", f"{moment(one.closed_at, zone)} by {one.closed_by}, {one.ending}{reason}"
    yield "Settled", f"{one.settled} of {len(one.items)} items"
    if names := _unfinished(one):
        yield "Not finished", ", ".join(names)


def _seen(item: ToldItem, zone: tzinfo) -> str:
    """Return for which item evidence was seen, when it was taken, who saw it, and which it is."""
    taken = f", taken {moment(item.evidence_at, zone)}" if item.evidence_at else ""
    words = seen_words(item.evidence, item.evidence_sha256)
    return f"{item.id}{taken}, shown to {item.by}, {words}"
