"""Owns decisions: what the holder of a walk can say to it. Messages only; the walker judges each.

Every decision carries the fence that its sender believes in, so that one who was relieved without noticing,
as after a pause of his terminal, decides nothing any more.
"""

from __future__ import annotations

import msgspec

from runbooks.operators import Operator
from runbooks.step_events import Resolution


class Confirm(msgspec.Struct, frozen=True, tag=True):
    """Run the step that was shown, exactly as it was shown."""

    step: str
    attempt: int
    action_sha256: str
    typed: str = ""
    """What was typed, where the action asks for a phrase."""


class Answer(msgspec.Struct, frozen=True, tag=True):
    """The answer to the question of a step; or the value of a secret input, by its name."""

    step: str
    attempt: int
    text: str


class Skip(msgspec.Struct, frozen=True, tag=True):
    """Do not run the step."""

    step: str
    reason: str


class Retry(msgspec.Struct, frozen=True, tag=True):
    """Make a new attempt at the step that failed; it is shown and confirmed anew."""

    step: str
    reason: str = ""


class VerifyAgain(msgspec.Struct, frozen=True, tag=True):
    """Look again whether what must be true after the step is."""

    step: str


class Resolve(msgspec.Struct, frozen=True, tag=True):
    """Say what became of an attempt with an unknown end."""

    step: str
    attempt: int
    resolution: Resolution
    typed: str
    """The id of the step, letter by letter."""
    reason: str
    """At least ten characters."""


class RollBack(msgspec.Struct, frozen=True, tag=True):
    """Go the way back."""

    reason: str


class StopWalk(msgspec.Struct, frozen=True, tag=True):
    """End the walk where it is; `finally:` is run."""

    reason: str


class GoOn(msgspec.Struct, frozen=True, tag=True):
    """End a pause."""

    reason: str


class EndProgram(msgspec.Struct, frozen=True, tag=True):
    """Have the running program ended: TERM, five seconds later KILL, to all of its group."""

    step: str
    attempt: int
    reason: str = ""


class Detach(msgspec.Struct, frozen=True, tag=True):
    """Wait no longer for the running program."""

    step: str
    attempt: int
    reason: str


class Override(msgspec.Struct, frozen=True, tag=True):
    """Set a rule aside that refuses the next step."""

    rule: str
    reason: str


class HandOver(msgspec.Struct, frozen=True, tag=True):
    """Pass the walk on, with the state of things in a few words; it is held until somebody takes it."""

    to: str = ""
    """Name of the user who is to take it; empty: whoever does."""
    uid: int = -1
    """Of that user; looked up by the agent, whatever was sent."""
    done: str = ""
    deviated: str = ""
    left: str = ""
    watch: str = ""


class TakeBack(msgspec.Struct, frozen=True, tag=True):
    """Keep the walk that was offered to another."""


class Note(msgspec.Struct, frozen=True, tag=True):
    """Write something down; who does not hold the walk may, too."""

    text: str
    step: str = ""


class TakeOver(msgspec.Struct, frozen=True, tag=True):
    """Decide from here on; needs a reason while somebody is there who does and has not handed it over."""

    reason: str = ""
    state_of_things: str = ""
    holder: Operator | None = None
    """Who decided when it was asked for: refused when another does by now. None: whoever it is."""


Decision = (
    Confirm
    | Answer
    | Skip
    | Retry
    | VerifyAgain
    | Resolve
    | RollBack
    | StopWalk
    | GoOn
    | EndProgram
    | Detach
    | Override
    | HandOver
    | TakeBack
    | Note
    | TakeOver
)
