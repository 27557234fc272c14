"""Owns the events of walks: all that ever happens to one, each a row of the journal that never changes.

`runbooks/walk.py` folds them into the walk as it stands; `runbooks/journal/` keeps them. An event says what
happened, never what to do. No value of a secret is in any of them. Fields may be added, with defaults; none
is ever taken away or given another meaning, for journals outlive versions.
"""

from __future__ import annotations

import enum

import msgspec

from runbooks.action import Action
from runbooks.model import Plan
from runbooks.outcome import Outcome
from runbooks.window_events import BaselineTaken, WindowClosed, WindowExtended, WindowOpened


class Operator(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who did it, as far as the kernel and the environment say."""

    name: str = ""
    """Of the UNIX user; `walkdown` when nobody did, but the program itself."""
    uid: int = -1
    login: str = ""
    """Of the user who logged in, which su and sudo do not change."""
    sudo: str = ""
    """`SUDO_USER`; what a process says of itself."""
    ssh: str = ""
    """`SSH_CONNECTION`; what a process says of itself."""
    terminal: str = ""


WALKDOWN = Operator("walkdown")
"""The program itself."""


class Resolution(enum.StrEnum):
    """What an attempt with an unknown end came to, after a look or by somebody's word."""

    SUCCEEDED = "resolved_succeeded"
    FAILED = "resolved_failed"
    NOT_APPLIED = "resolved_not_applied"


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


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that an attempt left."""

    name: str
    """`out`, `errors`, `rows`, ...: also its name in the folder of the attempt."""
    sha256: str
    """Of all bytes that came, kept or not."""
    size: int
    """Bytes that came, kept or not."""
    truncated: bool = False
    """Whether its middle was left out."""


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


class StepPlanned(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A step was rendered and shown."""

    step: str
    attempt: int
    action: Action
    action_sha256: str


class StepConfirmed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The operator has confirmed what was shown, or nobody needed to."""

    step: str
    attempt: int
    action_sha256: str


class StepExpired(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A confirmation was asked for, or given, and not used in time."""

    step: str
    attempt: int


class StepStarted(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """It is about to be done: committed to disk before anything is."""

    step: str
    attempt: int
    action_sha256: str
    key: str = ""
    """Idempotency key; empty for steps that change nothing."""
    folder: str = ""
    """Of the attempt's evidence, below the folder of all evidence."""
    secrets: tuple[str, ...] = ()
    """Names of the secrets that it is given."""


class StepEnded(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """An attempt has ended, or what became of it is not known."""

    step: str
    attempt: int
    outcome: Outcome
    elapsed: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    reconciled: bool = False
    """Whether it was found afterwards, from what a supervisor had left."""


class EvidenceAdded(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Evidence of an attempt was hashed later than its end."""

    step: str
    attempt: int
    evidence: tuple[Evidence, ...]


class StepVerified(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """What must be true after a step was looked at."""

    step: str
    attempt: int
    passed: bool
    summary: str = ""


class StepResolved(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """What became of an attempt with an unknown end was found out, or decided."""

    step: str
    attempt: int
    resolution: Resolution
    reason: str
    by_look: bool = False
    """Whether it was seen, not said."""


class StepSkipped(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A step is not run."""

    step: str
    reason: str
    by_condition: bool = False
    """Whether its `when:` said so; else the operator did."""


class StepAskedToEnd(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody had a running program ended."""

    step: str
    attempt: int
    reason: str = ""


class StepDetached(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The walk no longer waits for a running program; its end is unknown from here on."""

    step: str
    attempt: int
    reason: str


class RetryWanted(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A new attempt at a step was decided; only then is there one (reliability R3)."""

    step: str
    attempt: int
    """The number of the new attempt."""
    reason: str = ""


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


class Noted(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody wrote something down."""

    text: str
    step: str = ""


class Overridden(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A rule was set aside, with a reason."""

    rule: str
    """`window`, `guard`, `risk`, ..."""
    reason: str


class Denied(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Something was asked for and refused."""

    what: str
    why: str


class JournalBegun(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The first row of a journal."""

    install: str
    """Random, told apart from every other journal by it."""
    version: str
    after: str = ""
    """Hash of the last row of the journal that this one takes the place of; empty for the first."""
    reason: str = ""


Event = (
    WalkOpened
    | StepPlanned
    | StepConfirmed
    | StepExpired
    | StepStarted
    | StepEnded
    | EvidenceAdded
    | StepVerified
    | StepResolved
    | StepSkipped
    | StepAskedToEnd
    | StepDetached
    | RetryWanted
    | WalkPaused
    | WalkWentOn
    | RollbackBegun
    | RollbackEnded
    | FinallyBegun
    | WalkEnded
    | WalkResumed
    | HolderChanged
    | Noted
    | Overridden
    | Denied
    | JournalBegun
    | WindowOpened
    | WindowExtended
    | WindowClosed
    | BaselineTaken
)


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of the journal: an event, when, where, by whom, under which fence."""

    seq: int
    """Rises by one from row to row, over all walks."""
    walk: str
    """Id of the walk; empty for what concerns none."""
    at: float
    """UTC seconds by the wall clock, which may jump; the order is that of `seq`."""
    mono: float
    """Seconds of the monotonic clock, comparable within one `boot`."""
    boot: str
    """The kernel's boot id."""
    host: str
    operator: Operator
    event: Event
    fence: int = 0
    """The fence under which it was written; 0 where no lease was asked for."""


encoder = msgspec.json.Encoder(order="deterministic")
decoder = msgspec.json.Decoder(Entry)
