"""Owns what the program that fills in texts is asked and answers; plain values that go through pipes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """One notice to be filled in, or, without values, to be judged by made-up ones."""

    parts: tuple[tuple[str, str], ...]
    """Name and text of each part, in order; `impact` and `team` are values for those after them."""
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Some notices, and the zone in which their times are told."""

    tasks: tuple[Task, ...]
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a part, and in which of its lines."""

    part: str
    line: int
    """From 1; 0 when nobody can say."""
    message: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A notice filled in, as far as that went."""

    parts: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    """The names that its parts speak of."""
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of each notice, in order."""

    filled: tuple[Filled, ...] = ()
