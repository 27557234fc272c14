"""Owns what consoles are told of walks beside the journal: what is volatile, and what the library holds.

Plain values for the wire. Every text from outside is clean and masked already.
"""

from __future__ import annotations

import msgspec

from runbooks.model import Plan
from runbooks.operators import Operator
from runbooks.question import Question
from runbooks.walk_events import WalkEnding


class Budget(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the time of a walk stands in the window that is open."""

    until: float
    """When the window closes, UTC seconds."""
    rest: float = 0.0
    """Seconds that the steps usually take that are not done, the one that runs as a whole."""
    back: float = 0.0
    """Seconds that a way back would take after the next changing step."""
    safe_until: float = 0.0
    """The last safe point, UTC seconds; 0 when no changing step is left."""
    estimated: bool = False
    """Whether `back` goes by the way forward, as nobody has gone back yet."""
    unknown: tuple[str, ...] = ()
    """Ids of the steps of whose time nothing is known; they count as none."""
    one_way: bool = False
    """Whether there is no whole way back, now or after the next changing step: then all the rest must fit."""
    uncertain: bool = False
    """Whether `safe_until` counts steps as none of whose time nothing is known: it is that late at most."""


class Settling(msgspec.Struct, frozen=True, omit_defaults=True):
    """A way back is done, and it is waited for the checks to be as they were before the walk."""

    until: float
    """When it is judged as it stands then, UTC seconds."""
    worse: tuple[str, ...] = ()
    """Names of the checks that are not yet; empty until all were looked at."""


class Live(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happens now in a walk and is not worth a row: it is gone when the agent is."""

    step: str = ""
    """The step that runs or is asked about; empty between steps."""
    running: str = ""
    """Id of what runs for it: the step itself, or one that verifies it; empty when nothing runs."""
    since: float = 0.0
    """When that was begun, UTC seconds."""
    overdue: bool = False
    """Whether it has run longer than its timeout: end it, detach it, or go on waiting."""
    output: str = ""
    """The end of what it has said so far."""
    output_bytes: int = 0
    question: Question | None = None
    """What the step asks."""
    wanted_secret: str = ""
    """Name of the secret input that must be given before the next step can be run."""
    trouble: str = ""
    """Why what was wanted last could not be done."""
    gate: str = ""
    """Why no changing step may be started now, such as that no window is open; empty when one may."""
    budget: Budget | None = None
    """How the time stands; None without an open window."""
    late: str = ""
    """Why it is late to start the next changing step; empty while it is not."""
    file_changed: bool = False
    """Whether the runbook's file says something else by now; the walk goes by its own plan."""
    usual: dict[str, float] = {}
    """Seconds that each step usually takes, by its id, from history or else from the runbook."""
    settling: Settling | None = None
    """What the end of a way back waits for; None when it waits for nothing."""


class WalkHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """A walk in a list."""

    id: str
    runbook: str
    title: str = ""
    opened_at: float = 0.0
    opened_by: Operator = Operator()
    ended_at: float = 0.0
    """0 while it is open."""
    ending: WalkEnding | None = None
    """None while it is open."""


class BrokenRunbook(msgspec.Struct, frozen=True):
    """A file that holds no usable runbook."""

    file: str
    problems: tuple[str, ...]
    """Lines `file:line:column: key: message`."""


class Runbooks(msgspec.Struct, frozen=True, omit_defaults=True):
    """What can be walked, and what was."""

    plans: tuple[Plan, ...] = ()
    broken: tuple[BrokenRunbook, ...] = ()
    usual: dict[str, float] = {}
    """Median of the seconds that walks which were done took, by runbook."""
    last: dict[str, WalkHead] = {}
    """The newest walk of each runbook."""
    trouble: str = ""
    """Why nothing can be walked now, such as a journal that cannot be written; empty when it can."""


class DryStep(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of a dry run."""

    step: str
    lines: tuple[str, ...] = ()
    """What would be done, rendered."""
    said: str = ""
    """What a check said, why it would be skipped, or what is wrong."""
    passed: bool = True
