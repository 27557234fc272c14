"""Owns shelves as values: the plans that can be used, and what is wrong with files that gave none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from checks.errors import ConfigError, Problem, UsageError
from checks.suggest import did_you_mean
from runbooks.errors import RefusedDecisionError
from runbooks.model import Plan


class Named(Protocol):
    """A plan, of whatever kind."""

    @property
    def name(self) -> str:
        """Return what it is called."""
        ...


P = TypeVar("P", bound=Named)


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that cannot be used."""

    file: str
    name: str
    """What its plan is called, as far as that can be told; empty for a file of the system."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class PlanShelf(Generic[P]):
    """The plans of one kind that a system has."""

    kind: ClassVar[str]
    """What such a plan is called by people."""
    plans: tuple[P, ...] = ()
    """Those that can be used, in the order of their files."""
    broken: tuple[Broken, ...] = ()
    warnings: tuple[Problem, ...] = ()
    """About files that can be used all the same."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all, broken ones included."""
        return (*(plan.name for plan in self.plans), *(one.name for one in self.broken if one.name))

    def plan(self, name: str) -> P:
        """Return the plan of that name.

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
        raise UsageError(f"no {self.kind} is called {name!r}{did_you_mean(name, self.names)}")

    def usable(self, name: str) -> P:
        """Return the plan of that name, as somebody wishes to use it.

        Raises:
            RefusedDecisionError: when there is none that can be used; says why.
        """
        try:
            return self.plan(name)
        except ConfigError as error:
            raise RefusedDecisionError(str(error.problems[0])) from error
        except UsageError as error:
            raise RefusedDecisionError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Library(PlanShelf[Plan]):
    """The runbooks of a system."""

    kind = "runbook"

    @property
    def steps(self) -> int:
        """Return the number of steps of all plans, those that verify or undo another left out."""
        return sum(len(plan.steps) + len(plan.last) for plan in self.plans)


class Shelved(Protocol):
    """Files of a system that were read, each for itself."""

    @property
    def broken(self) -> tuple[Broken, ...]:
        """Return those that cannot be used."""
        ...

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Return what is said about the others."""
        ...


EMPTY = Library()
