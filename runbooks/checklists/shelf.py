"""Owns the checklists of a system as a value: those that can be opened, and what is wrong with the others."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.errors import ConfigError, Problem, UsageError
from checks.suggest import did_you_mean
from runbooks.checklist_plan import ListPlan
from runbooks.document.shelf import Broken


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
class ListLibrary:
    """The checklists of a system."""

    plans: tuple[ListPlan, ...] = ()
    """In the order of their files."""
    broken: tuple[Broken, ...] = ()
    warnings: tuple[Problem, ...] = ()
    """About files that can be used all the same."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all lists, broken ones included."""
        return (*(plan.name for plan in self.plans), *(one.name for one in self.broken if one.name))

    @property
    def items(self) -> int:
        """Return the number of items of all lists."""
        return sum(1 for plan in self.plans for _ in plan.items())

    def plan(self, name: str) -> ListPlan:
        """Return the list of that name.

        Raises:
            UsageError: when there is none.
            ConfigError: when its file cannot be used; with what is wrong.
        """
        for plan in self.plans:
            if plan.name == name:
                return plan
        for one in self.broken:
            if one.name == name:
                raise ConfigError(one.problems)
        raise UsageError(f"no checklist is called {name!r}{did_you_mean(name, self.names)}")


EMPTY = ListLibrary()
