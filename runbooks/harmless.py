"""Owns making harmless what a step heard from outside: secrets masked, nothing left that moves a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from checks.masking import Masker
from checks.text import clean
from runbooks.outcome import Outcome, StepError


def harmless(text: str, masker: Masker) -> str:
    """Return the text, line by line as it was, with nothing in it that harms."""
    return clean(masker.mask(text), lines=True)


def harmless_outcome(outcome: Outcome, masker: Masker) -> Outcome:
    """Return the outcome with its summary and detail made harmless."""
    return replace(
        outcome, summary=harmless(outcome.summary, masker), detail=harmless(outcome.detail, masker)
    )


@contextmanager
def harmless_errors(masker: Masker) -> Iterator[None]:
    """Make the errors of a step that are raised within harmless."""
    try:
        yield
    except StepError as error:
        summary, detail = harmless(error.summary, masker), harmless(error.detail, masker)
        raise type(error)(
            error.error_class, summary, error.applied, facts=error.facts, detail=detail
        ) from None
