"""Owns the library as a value: the plans that can be walked, and what is wrong with files that gave none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from checks.errors import ConfigError, Problem, UsageError
from checks.suggest import did_you_mean
from runbooks.model import Plan


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that cannot be used."""

    file: str
    name: str
    """What its runbook is called, as far as that can be told; empty for a file of the system."""
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """The runbooks of a system."""

    plans: tuple[Plan, ...] = ()
    """Those that can be walked, in the order of their files."""
    broken: tuple[Broken, ...] = ()
    warnings: tuple[Problem, ...] = ()
    """About files that can be used all the same."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all runbooks, broken ones included."""
        return (*(plan.name for plan in self.plans), *(one.name for one in self.broken if one.name))

    @property
    def steps(self) -> int:
        """Return the number of steps of all plans, those that verify or undo another left out."""
        return sum(len(plan.steps) + len(plan.last) for plan in self.plans)

    def plan(self, name: str) -> Plan:
        """Return the plan of a runbook.

        Raises:
            UsageError: when no runbook is called so.
            ConfigError: when its file cannot be used; with what is wrong.
        """
        for plan in self.plans:
            if plan.name == name:
                return plan
        for one in self.broken:
            if one.name == name:
                raise ConfigError(one.problems)
        raise UsageError(f"no runbook is called {name!r}{did_you_mean(name, self.names)}")


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


def demand_sound(shelves: Iterable[Shelved], others: Iterable[Problem] = ()) -> None:
    """Return only when every file can be used.

    Raises:
        ConfigError: with everything that is wrong with any of them, and the others; what the others say
            of a line is not said again.
    """
    shelved = tuple(shelves)
    if any(shelf.broken for shelf in shelved):
        said = tuple(others)
        lines = {(problem.file, problem.line) for problem in said}
        ours = [
            problem
            for shelf in shelved
            for problem in (*shelf.warnings, *(each for one in shelf.broken for each in one.problems))
        ]
        raise ConfigError((*said, *(one for one in ours if (one.file, one.line) not in lines)))


EMPTY = Library()
