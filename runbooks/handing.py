"""Owns the state of things in four short texts, as the journal knows it, for a hand-over. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from checks.text import clean
from runbooks.approval_events import HandOverOffered
from runbooks.reckoning import watch
from runbooks.walk import Status, StepState, Walk
from runbooks.wording import name_of

LONGEST = 200
"""Characters of a text that is filled in beforehand; what is typed may be longer."""


@dataclass(frozen=True, slots=True)
class StateOfThings:
    """What was done, what deviated, what is left, what to watch."""

    done: str = ""
    deviated: str = ""
    left: str = ""
    watch: str = ""


def state_of_things(walk: Walk) -> StateOfThings:
    """Return what the walk says by itself; whoever hands it over says the rest."""
    done = [_name(walk, state) for state in walk.steps if state.status is Status.SUCCEEDED]
    to_come = [_name(walk, state) for state in walk.under_way if not state.settled(walk.plan.step(state.id))]
    return StateOfThings(
        _listed(done, "nothing yet"),
        _listed(_deviations(walk), "nothing"),
        _listed(to_come, "nothing"),
        _listed([*watch(walk, None), *([f"paused: {walk.paused}"] if walk.paused else [])], "nothing"),
    )


def lines_of(offer: HandOverOffered) -> tuple[tuple[str, str], ...]:
    """Return what was handed on, each text with its label; only those that say something."""
    said = (
        ("done", offer.done),
        ("deviated", offer.deviated),
        ("left", offer.left),
        ("to be watched", offer.watch),
    )
    return tuple((label, clean(text)) for label, text in said if text)


def _deviations(walk: Walk) -> list[str]:
    found = [f"{rule} set aside" for rule in walk.overridden]
    for state in walk.states:
        name = _name(walk, state)
        if state.skipped and not state.by_condition:
            found.append(f"{name} skipped: {state.skipped}")
        elif state.status is Status.UNKNOWN:
            found.append(f"{name}: its end is unknown")
        elif state.failed:
            found.append(f"{name} failed")
        if state.earlier:
            found.append(f"{name}: attempt {state.attempt}")
    return found


def _name(walk: Walk, state: StepState) -> str:
    return name_of(walk.plan.step(state.id))


def _listed(parts: list[str], otherwise: str) -> str:
    text = clean(", ".join(parts)) or otherwise
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\u2026"
