"""Owns the events of walks as wholes; they are part of the union that `runbooks/events.py` owns."""

from __future__ import annotations

import enum

import msgspec

from runbooks.model import Plan
from runbooks.operators import Operator


class WalkEnding(enum.StrEnum):
    """How a walk ended."""

    DONE = "done"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    STOPPED = "stopped"
    """By the operator, without a rollback."""
    UNKNOWN = "unknown"
    """Nobody could say what became of a step, and the walk was ended all the same."""
    REFUSED = "refused"
    """It was never begun."""


class Manner(enum.StrEnum):
    """How it is walked."""

    CONSOLE = "console"
    PLAIN = "plain"
    AUTO = "auto"


class WalkOpened(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A walk has begun, by this plan."""

    plan: Plan
    plan_sha256: str
    system: str
    manner: Manner = Manner.CONSOLE
    inputs: dict[str, str] = {}
    """The values of inputs that are not secret."""
    secret_inputs: tuple[str, ...] = ()
    """The names of those that are."""
    baseline: dict[str, str] = {}
    """Level of each check when it began."""
    deviations: tuple[str, ...] = ()
    """What was not as it should be and was let pass, such as no open window."""


class WalkPaused(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Nothing is started until somebody decides."""

    reason: str
    guards: tuple[str, ...] = ()
    """The checks that have become worse than they were."""


class WalkWentOn(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A pause was ended by a decision."""

    reason: str


class RollbackBegun(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The way back was decided."""

    reason: str
    undo: tuple[str, ...] = ()
    """Ids of the undo steps that will be run, in this order."""
    lost: tuple[str, ...] = ()
    """Ids of the applied steps that cannot be undone."""


class RollbackEnded(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The way back was gone to its end, and the checks were looked at again."""

    back: bool
    """Whether everything that was changed was undone and every check is as good as it was before."""
    verdict: str = ""
    worse: tuple[str, ...] = ()
    """The checks that are worse than at the beginning."""


class FinallyBegun(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The steps of `finally:` begin."""

    ending: WalkEnding
    """How the walk will have ended once they are through."""
    reason: str = ""


class WalkEnded(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The walk is over."""

    ending: WalkEnding
    reason: str = ""


class WalkResumed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """An agent took up a walk that another process had begun."""

    pid: int
    secret_inputs: tuple[str, ...] = ()
    """Those that have to be given again."""


class HolderChanged(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody else decides from here on; the fence has risen, so that the one before cannot."""

    fence: int
    holder: Operator
    reason: str = ""
    """Why it was taken over; empty when nobody held it."""
    state_of_things: str = ""
    """What was handed on in words: done, deviated, left, to be watched."""


class Overridden(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A rule was set aside, with a reason."""

    rule: str
    """`window`, `guard`, `risk`, ..."""
    reason: str


WalkEvents = (
    WalkOpened
    | WalkPaused
    | WalkWentOn
    | RollbackBegun
    | RollbackEnded
    | FinallyBegun
    | WalkEnded
    | WalkResumed
    | HolderChanged
    | Overridden
)
