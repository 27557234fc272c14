"""Owns the checklists of a system as a value: those that can be opened, and what is wrong with the others."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbooks.checklist_plan import ListPlan
from runbooks.document.shelf import PlanShelf


@dataclass(frozen=True, slots=True)
class ListsKnown:
    """What checklists know of their system."""

    checks: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    runbooks: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    complete: bool = True
    """False when a file of the system is broken, so that what seems to be missing may be in it."""


@dataclass(frozen=True, slots=True)
class ListLibrary(PlanShelf[ListPlan]):
    """The checklists of a system."""

    kind = "checklist"

    @property
    def items(self) -> int:
        """Return the number of items of all lists."""
        return sum(1 for plan in self.plans for _ in plan.items())


EMPTY = ListLibrary()
