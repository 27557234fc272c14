"""Owns what an operator is asked, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """What the operator is asked."""

    prompt: str
    choices: tuple[Choice, ...] = ()
    """What may be answered; any text when there are none."""
    phrase: str = ""
    """What must be typed, letter by letter."""
    secret: bool = False
    """The answer is not shown, not stored."""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of several."""

    value: str
    label: str = ""
    """What it means; a file's age, size and soundness."""
    refusal: str = ""
    """Why it may not be chosen although it is there, such as a file that is corrupt; empty: it may."""
