"""Owns a checklist as it is planned: its phases and items, and what ticks each item. Plain values.

The plan is a part of the row that opens a list, so that a file which changes later changes no open list.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec


class ListManner(enum.StrEnum):
    """How a list is worked through."""

    READ_DO = "read-do"
    """Item by item: it is read, then done, and the next one comes after it."""
    DO_CONFIRM = "do-confirm"
    """In any order: it was done, and is confirmed here."""


PHASES = ("before", "during", "after")
"""The phases that a list may have, in their order; a list without phases has one whose name is empty."""


class ByChecks(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Ticked while checks are well enough, and no longer."""

    names: tuple[str, ...] = ()
    group: str = ""
    """All checks of this group."""
    every: bool = False
    """All checks of the system."""
    level: str = "OK"
    """The worst level that will do: OK or WARN. UNKNOWN never does."""


class ByRecord(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Ticked by what is written down; which sources there are is `runbooks/checklists/sources.py`'s."""

    source: str
    """`walk`, `notice`, `baseline`, `window`, `maintenance` or `report`."""
    value: str
    """What of it is wanted, such as the name of a runbook, or `taken`."""
    span: float = 0.0
    """Seconds: how old it may be at most, or how long before the window it must have been; 0: not asked."""


class ByEvidence(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A person ticks it who has seen the evidence; what was seen is written down."""

    names: tuple[str, ...] = ()
    """Checks whose readings are shown."""
    group: str = ""
    """All checks of this group."""
    files: tuple[str, ...] = ()
    """Files of which size, time and hash are shown, never what is in them."""
    text: str = ""
    """What is shown as it stands."""
    contacts: bool = False
    """Whether the contacts of the system are shown."""


class ByPerson(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A person ticks it."""


Source = ByChecks | ByRecord | ByEvidence | ByPerson


class ItemPlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item."""

    id: str
    """Unique in its list."""
    title: str
    text: str = ""
    """What the operator should know."""
    refs: tuple[str, ...] = ()
    """What it answers, such as numbers in a catalogue of requirements."""
    advisory: bool = False
    """Whether nothing waits for it."""
    source: Source = ByPerson()
    """What ticks it."""

    @property
    def by_itself(self) -> bool:
        """Return whether it is ticked without a person."""
        return isinstance(self.source, ByChecks | ByRecord)


class PhasePlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a list that must be finished before the next one begins."""

    name: str
    """One of `PHASES`; empty in a list without phases."""
    items: tuple[ItemPlan, ...] = ()


class ListPlan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A checklist."""

    name: str
    title: str = ""
    summary: str = ""
    manner: ListManner = ListManner.DO_CONFIRM
    window: str = ""
    """The window with which it opens; empty: it is opened by hand, or by a task that is due."""
    ahead: float = 0.0
    """Seconds before the planned start of that window at which it opens."""
    phases: tuple[PhasePlan, ...] = ()
    refs: tuple[str, ...] = ()
    file: str = ""
    """Where it is written."""

    def items(self) -> Iterator[ItemPlan]:
        """Yield all items, in their order."""
        for phase in self.phases:
            yield from phase.items

    def item(self, name: str) -> ItemPlan | None:
        """Return the item of that id; None when there is none."""
        return next((item for item in self.items() if item.id == name), None)

    def phase_of(self, name: str) -> int:
        """Return the place of the phase that the item of that id is in; -1 when there is none."""
        found = (n for n, phase in enumerate(self.phases) if any(item.id == name for item in phase.items))
        return next(found, -1)
