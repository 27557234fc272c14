"""Owns what is let out of a step: every text masked, cleaned and cut before it is journalled or shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from checks.masking import Masker
from checks.text import clean
from runbooks.action import Action
from runbooks.outcome import Outcome

LINE = 512
"""Characters of a summary."""
LINES = 8192
"""Characters of a detail."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Makes texts fit to leave."""

    masker: Masker

    def line(self, text: str) -> str:
        """Return one line without secrets and without anything that does not show."""
        return clean(self.masker.mask(text))

    def lines(self, text: str) -> str:
        """Return several such lines."""
        return clean(self.masker.mask(text), lines=True)

    def outcome(self, outcome: Outcome) -> Outcome:
        """Return the outcome as it may be journalled; captured values stay what they are, but for secrets."""
        mask = self.masker.mask
        return replace(
            outcome,
            summary=self.line(outcome.summary)[:LINE],
            detail=self.lines(outcome.detail)[:LINES],
            captured={name: mask(value) for name, value in outcome.captured.items()},
            facts={name: mask(value) for name, value in outcome.facts.items()},
        )

    def action(self, action: Action) -> Action:
        """Return the action without secrets that a look may have brought in; the rest as it will run."""
        return msgspec.convert(_masked(msgspec.to_builtins(action), self.masker.mask), Action)


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list | tuple):
        return [_masked(item, mask) for item in value]
    if isinstance(value, dict):
        return {key: _masked(item, mask) for key, item in value.items()}
    return value
