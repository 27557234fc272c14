"""Owns the events of checklists: rows of the journal beside those of walks.

`walk` of their rows is the id of the list, as of a walk. They are part of the union that `runbooks/events.py`
owns.
"""

from __future__ import annotations

import enum

import msgspec

from runbooks.checklist_plan import ListPlan


class ListEnding(enum.StrEnum):
    """How a list was closed."""

    DONE = "done"
    """Every mandatory item was done, or left out for a reason."""
    GIVEN_UP = "given_up"


class ChecklistOpened(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A list was opened."""

    plan: ListPlan
    occasion: str = "hand"
    """`hand`, `window` or `task`."""
    window: str = ""
    """The window that it is for; empty when it is for none."""
    window_start: float = 0.0
    """When that window begins, UTC seconds."""
    reason: str = ""
    """What was said of it, such as the task that is due."""


class ItemTicked(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """An item is done."""

    item: str
    why: str = ""
    """What ticked it, such as what a check saw; empty when a person did, who saw no evidence."""
    shown: tuple[str, ...] = ()
    """The evidence that was shown to the person who ticked it, line by line."""
    shown_sha256: str = ""
    """Hash of those lines, joined by line feeds."""
    note: str = ""
    shown_at: float = 0.0
    """When that evidence was taken, UTC seconds; 0 when there is none, or nobody wrote it down."""


class ItemUnticked(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """An item is not done any more, or not left out."""

    item: str
    why: str


class ItemLeftOut(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """An item does not apply."""

    item: str
    reason: str


class ItemNoted(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody wrote something down beside an item."""

    item: str
    text: str


class PhaseBegun(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The next phase of a list has begun; the one before stays as it is."""

    phase: str


class ChecklistClosed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A list was closed; nothing in it moves any more."""

    ending: ListEnding
    reason: str = ""
    unfinished: tuple[str, ...] = ()
    """Ids of the mandatory items that were not finished."""


ChecklistEvents = (
    ChecklistOpened | ItemTicked | ItemUnticked | ItemLeftOut | ItemNoted | PhaseBegun | ChecklistClosed
)
