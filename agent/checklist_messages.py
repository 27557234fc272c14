"""Owns the messages about checklists; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from runbooks.checklist_decisions import ListDecision
from runbooks.checklists.state import ChecklistsNow, Lists, ListState
from runbooks.operators import Operator


class AskChecklists(msgspec.Struct, frozen=True, tag=True):
    """Console: which checklists are there, and were there? Answered by `ChecklistsAnswer`."""

    id: int
    past: int = 50
    """So many past ones at most."""


class AskChecklist(msgspec.Struct, frozen=True, tag=True):
    """Console: how does this list stand? Answered by `ChecklistAnswer`, as the next two are."""

    id: int
    list: str
    """Id of a list, or the name of one that is open."""


class OpenChecklist(msgspec.Struct, frozen=True, tag=True):
    """Console: open a list."""

    id: int
    name: str
    reason: str = ""


class DecideChecklist(msgspec.Struct, frozen=True, tag=True):
    """Console: this is decided about an open list."""

    id: int
    list: str
    """Its id, or its name."""
    decision: ListDecision


class AskShown(msgspec.Struct, frozen=True, tag=True):
    """Console: what is there to be seen before this item is ticked? Answered by `ShownAnswer`."""

    id: int
    list: str
    item: str


class ChecklistsAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: all lists."""

    id: int
    lists: Lists
    now: ChecklistsNow


class ChecklistAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: how a list stands, after what was wanted."""

    id: int
    list: ListState
    waits: dict[str, str] = {}
    """What keeps items from being ticked by themselves."""


class ShownAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the evidence for an item, masked and clean; who asked can tick it by the hash for a while."""

    id: int
    lines: tuple[str, ...]
    sha256: str
    at: float = 0.0
    """When it was taken, UTC seconds; 0 when nobody says."""
    by: Operator = Operator()
    """To whom it is shown."""


class ChecklistsMoved(msgspec.Struct, frozen=True, tag=True):
    """Agent, unasked: how all open lists stand; at first, and whenever that has changed."""

    checklists: ChecklistsNow


Questions = AskChecklists | AskChecklist | OpenChecklist | DecideChecklist | AskShown
Answers = ChecklistsAnswer | ChecklistAnswer | ShownAnswer
