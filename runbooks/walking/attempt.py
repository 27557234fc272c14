"""Owns one attempt at a step as values: what is to be done, shown, ready to be started, done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from runbooks.action import Action
from runbooks.events import Event
from runbooks.model import StepPlan
from runbooks.outcome import FailedError, Outcome, StepError
from runbooks.step import Order, Step, StepContext
from runbooks.step_events import Evidence, StepConfirmed, StepEnded, StepStarted
from runbooks.templates import MissingValueError
from runbooks.walk import Walk


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt at one step of a walk."""

    plan: StepPlan
    walk: Walk
    attempt: int

    def key(self, action_sha256: str) -> str:
        """Return the idempotency key of the attempt (reliability 3.4)."""
        told = f"{self.walk.id}|{self.plan.id}|{self.attempt}|{action_sha256}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a step will do: fit to be shown, and the hash of it as it is."""

    action: Action
    sha256: str
    """Of the action before secrets were masked that a look may have brought in."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An attempt that can be started: everything is rendered and its folder is there."""

    job: Job
    step: Step
    context: StepContext
    action_sha256: str
    folder: str
    """Below the folder of all evidence."""
    order: Order | None = None
    """The program; None for a step that looks."""


@dataclass(frozen=True, slots=True)
class Done:
    """An attempt that has ended."""

    outcome: Outcome
    elapsed: float = 0.0
    evidence: tuple[Evidence, ...] = ()


def outcome_of(error: StepError | MissingValueError) -> Outcome:
    """Return an error as the outcome of the attempt that it ended."""
    return error.outcome if isinstance(error, StepError) else FailedError("missing_value", str(error)).outcome


def answered(
    step: str, attempt: int, action_sha256: str, outcome: Outcome, elapsed: float = 0.0
) -> tuple[Event, ...]:
    """Return what is written of a question that was answered: it is confirmed, started and over at once."""
    return (
        StepConfirmed(step, attempt, action_sha256),
        StepStarted(step, attempt, action_sha256),
        StepEnded(step, attempt, outcome, elapsed),
    )


def place_of(walk: Walk, step: str, attempt: int) -> str:
    """Return the name of the folder of an attempt: folders of a walk sort as its steps."""
    ids = [plan.id for plan in walk.plan.all_steps()]
    return f"{ids.index(step) + 1:03}-{step}-{attempt}"
