"""Owns which names are known where in a runbook: inputs, captured values, choices and steps.

A value is known to the steps after the one that captures it, as long as that one is sure to be run whenever
they are: their conditions must say at least what its own do, or every branch must capture it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from runbooks.document.form import InputOptions
from runbooks.model import Condition

Conditions = tuple[Condition, ...]
SPLITS = 6
"""So many choices are gone through to see whether all of their branches capture a value."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A value that a step captures."""

    name: str
    by: str
    """The id of the step."""
    under: Conditions = ()
    """The conditions of the step."""
    values: tuple[str, ...] = ()
    """What it can be; empty when anything."""
    secret: bool = False
    """Whether it is written `{{ secret.NAME }}`, as it is neither stored nor shown."""


def both(first: Conditions, second: Conditions) -> Conditions:
    """Return the conditions that hold when both do; what both are about must be a value of either."""
    found = {condition.name: condition for condition in first}
    for condition in second:
        if other := found.get(condition.name):
            common = tuple(value for value in other.values if value in condition.values)
            condition = replace(condition, values=common)
        found[condition.name] = condition
    return tuple(found.values())


def never(conditions: Conditions) -> bool:
    """Return whether they cannot hold."""
    return any(not condition.values for condition in conditions)


def implies(conditions: Conditions, others: Conditions) -> bool:
    """Return whether the others hold whenever the conditions do, as far as they say."""
    said = {condition.name: set(condition.values) for condition in conditions}
    return all(other.name in said and said[other.name] <= set(other.values) for other in others)


@dataclass
class Scope:
    """What is known at one place of a runbook; it grows from step to step."""

    inputs: Mapping[str, InputOptions] = field(default_factory=dict)
    """The inputs that are not secret."""
    secrets: frozenset[str] = frozenset()
    """Secrets of the system, and inputs that are secret."""
    asked: frozenset[str] = frozenset()
    """The inputs that are secret."""
    captured: dict[str, list[Captured]] = field(default_factory=dict)
    steps: dict[str, Conditions] = field(default_factory=dict)
    """Steps so far, by id."""
    later: Mapping[str, str] = field(default_factory=dict)
    """Everything that is captured anywhere in the runbook, and the step that does."""
    broken: set[str] = field(default_factory=set)
    """Steps whose runbook is broken: what they capture is not known, so any name of theirs may be right."""

    def names(self) -> Iterable[str]:
        """Return every name that is known."""
        return (*self.inputs, *self.captured)

    def values_of(self, name: str) -> tuple[str, ...]:
        """Return what the value can be; empty when anything, or not known."""
        if name in self.inputs:
            return self.inputs[name].choices
        ways = self.captured.get(name, [])
        if not all(way.values for way in ways):
            return ()
        return tuple(dict.fromkeys(value for way in ways for value in way.values))

    def is_sure(self, name: str, under: Conditions, *, secret: bool = False) -> bool:
        """Return whether the value is there whenever the conditions hold."""
        if name in (self.secrets if secret else self.inputs) or name.partition(".")[0] in self.broken:
            return True
        return self._covered([way.under for way in self.ways(name, secret=secret)], under, SPLITS)

    def ways(self, name: str, *, secret: bool = False) -> list[Captured]:
        """Return the captures of a value, or of a secret."""
        return [way for way in self.captured.get(name, ()) if way.secret is secret]

    def clash(self, new: Captured) -> str:
        """Return the id of a step that captures a value of that name and may be run as well; or nothing."""
        for old in self.captured.get(new.name, ()):
            if not never(both(old.under, new.under)):
                return old.by
        return ""

    def learn(self, new: Captured) -> None:
        """Know the value from here on."""
        self.captured.setdefault(new.name, []).append(new)

    def _covered(self, ways: list[Conditions], under: Conditions, splits: int) -> bool:
        """Return whether one of the ways is gone whenever the conditions hold."""
        if never(under) or any(implies(under, way) for way in ways):
            return True
        open_ones = (one.name for way in ways for one in way if self.values_of(one.name))
        said = {condition.name: condition.values for condition in under}
        for name in open_ones:
            values = said.get(name, self.values_of(name))
            if splits and len(values) > 1:
                cases = (both(under, (Condition(name, (value,)),)) for value in values)
                return all(self._covered(ways, case, splits - 1) for case in cases)
        return False
