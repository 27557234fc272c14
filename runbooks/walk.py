"""Owns the walk as a value: how it and each of its steps stand. `runbooks/fold.py` alone makes a new one.

What is not journalled, such as the output of a running program, is not part of a walk.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from runbooks import walk_events
from runbooks.action import NO_ACTION, Action
from runbooks.approval_events import HandOverOffered
from runbooks.boot import NEVER, Moment
from runbooks.model import Plan, StepPlan
from runbooks.operators import Operator
from runbooks.outcome import Ending, Outcome
from runbooks.step_events import Evidence, Resolution
from runbooks.walk_events import WalkEnding

NOT_ENDED = Outcome(Ending.UNKNOWN)
"""The outcome of an attempt that has not ended."""


class Status(enum.StrEnum):
    """How a step stands."""

    PENDING = "pending"
    """Not shown yet, or to be shown anew."""
    PLANNED = "planned"
    """Shown; waits to be confirmed or answered."""
    CONFIRMED = "confirmed"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Started, and nobody can say what became of it."""
    NOT_APPLIED = "not_applied"
    """Started, and found or declared to have done nothing."""
    SKIPPED = "skipped"


class Stage(enum.StrEnum):
    """Which of its steps a walk is at."""

    FORWARD = "forward"
    BACK = "back"
    """Undoing."""
    LAST = "last"
    """The steps of `finally:`."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Approval:
    """What another user says to one attempt at a step; see `runbooks/approval.py` for whether it holds."""

    attempt: int = 0
    action_sha256: str = ""
    asked_at: float = 0.0
    """When it was asked for, UTC seconds."""
    by: Operator = field(default_factory=Operator)
    """Who approved it, or does not."""
    at: float = 0.0
    """When he said so; 0 while nobody has."""
    moment: Moment = NEVER
    """The same, which the wall clock cannot change."""
    refused: str = ""
    """Why he does not approve it; empty when he does."""


NOT_ASKED = Approval()


@dataclass(frozen=True, slots=True)
class Offer:
    """A walk that its holder passes on, until somebody takes it."""

    by: Operator
    at: float
    things: HandOverOffered
    """To whom, and the state of things."""

    def is_for(self, operator: Operator) -> bool:
        """Return whether he may take it."""
        return operator.uid != self.by.uid and self.things.uid in (-1, operator.uid)


@dataclass(frozen=True, slots=True)
class StepState:
    """How one step stands: its last attempt, and what earlier ones left."""

    id: str
    status: Status = Status.PENDING
    attempt: int = 0
    """Number of the last attempt; 0 before the first was shown."""
    action: Action = NO_ACTION
    action_sha256: str = ""
    planned_at: float = 0.0
    """When the action was shown, UTC seconds."""
    started_at: float = 0.0
    ended_at: float = 0.0
    elapsed: float = 0.0
    key: str = ""
    folder: str = ""
    """Of the last attempt's evidence, below the folder of all evidence."""
    outcome: Outcome = NOT_ENDED
    evidence: tuple[Evidence, ...] = ()
    reconciled: bool = False
    resolution: Resolution | None = None
    verified: bool | None = None
    """Whether what must be true after it was; None while nobody looked."""
    verdict: str = ""
    """What was seen when it was verified, or why it was resolved so."""
    skipped: str = ""
    """Why it is not run, or why its failure is let pass."""
    by_condition: bool = False
    """Whether its `when:` left it out."""
    detached: bool = False
    ending_asked: bool = False
    """Whether somebody had its program ended."""
    operator: Operator = field(default_factory=Operator)
    """Who confirmed or answered it."""
    approval: Approval = NOT_ASKED
    """What another user says to it, where one is asked."""
    touched: bool = False
    """Whether any attempt may have changed something that was not undone since."""
    origin: Mapping[str, str] = field(default_factory=dict)
    """Facts of the first attempt that may have changed something: what was there before any did."""
    earlier: tuple[Outcome, ...] = ()
    """How the attempts before the last one ended."""

    @property
    def failed(self) -> bool:
        """Return whether somebody must say what comes next, and knows what happened."""
        if self.skipped:
            return False
        wrong = self.status in (Status.FAILED, Status.NOT_APPLIED)
        return wrong or (self.status is Status.SUCCEEDED and self.verified is False)

    @property
    def next_attempt(self) -> int:
        """Return the number of the attempt that comes next: the same one as long as it was not started."""
        return self.attempt + 1 if self.started_at or not self.attempt else self.attempt

    def settled(self, plan: StepPlan) -> bool:
        """Return whether the walk can go past it."""
        if self.skipped:
            return True
        return self.status is Status.SUCCEEDED and (not plan.verify or self.verified is True)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that somebody decided or wrote down."""

    at: float
    operator: Operator
    what: str
    """`note`, `skip`, `retry`, `roll back`, `override window`, `take over`, `refused`, ..."""
    text: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk, as it stands after the last of its events."""

    id: str = ""
    plan: Plan = field(default_factory=lambda: Plan(""))
    plan_sha256: str = ""
    system: str = ""
    manner: walk_events.Manner = walk_events.Manner.CONSOLE
    opened_at: float = 0.0
    opened_by: Operator = field(default_factory=Operator)
    host: str = ""
    ended_at: float = 0.0
    stage: Stage = Stage.FORWARD
    steps: tuple[StepState, ...] = ()
    undos: tuple[StepState, ...] = ()
    """Those of the way back, in their order, once it was begun."""
    last: tuple[StepState, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    """Inputs, captured values and choices."""
    secret_inputs: tuple[str, ...] = ()
    baseline: Mapping[str, str] = field(default_factory=dict)
    """Level of each check when it began."""
    holder: Operator = field(default_factory=Operator)
    fence: int = 0
    offer: Offer | None = None
    """Set while the holder passes it on and nobody has taken it."""
    paused: str = ""
    """Why nothing is started; empty while it goes on."""
    worse: tuple[str, ...] = ()
    """The guards that are the reason of the pause."""
    overridden: tuple[str, ...] = ()
    """Rules that were set aside."""
    lost: tuple[str, ...] = ()
    """Applied steps that the way back could not undo."""
    back: bool | None = None
    """Whether everything is as it was before; None unless the way back was gone to its end."""
    verdict: str = ""
    ending: WalkEnding | None = None
    """How it ended, or how it will have ended once `finally:` is through."""
    reason: str = ""
    deviations: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    seq: int = 0
    """Of the last entry that is in it."""

    @property
    def over(self) -> bool:
        """Return whether nothing more will happen to it."""
        return self.stage is Stage.OVER

    @property
    def under_way(self) -> tuple[StepState, ...]:
        """Return the steps of the stage that the walk is in."""
        return {Stage.FORWARD: self.steps, Stage.BACK: self.undos, Stage.LAST: self.last}.get(self.stage, ())

    @property
    def current(self) -> StepState | None:
        """Return the first step that is not settled; None when the stage is through."""
        plans = {plan.id: plan for plan in self.plan.all_steps()}
        return next((state for state in self.under_way if not state.settled(plans[state.id])), None)

    @property
    def states(self) -> tuple[StepState, ...]:
        """Return every step's state: forward, back and last."""
        return (*self.steps, *self.undos, *self.last)

    def state(self, step: str) -> StepState:
        """Return how the step of that id stands.

        Raises:
            KeyError: when there is none.
        """
        for state in self.states:
            if state.id == step:
                return state
        raise KeyError(step)

    @property
    def facts(self) -> dict[str, dict[str, str]]:
        """Return what each step left for others, by its id."""
        return {state.id: state.outcome.facts for state in self.states if state.outcome.facts}

    def forward(self, undo: str) -> Mapping[str, str]:
        """Return the facts that the step left which this one undoes; none when it undoes none."""
        for plan in self.plan.steps:
            if any(step.id == undo for step in plan.undo):
                return self.state(plan.id).origin
        return {}

    @property
    def past_return(self) -> str:
        """Return the id of the last started step that is a point of no return; empty when none was."""
        names = {step.id for step in self.plan.steps if step.point_of_no_return}
        return next((state.id for state in reversed(self.steps) if state.id in names and state.key), "")


EMPTY = Walk()


def to_undo(walk: Walk) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a way back would do: undo steps in their order (last applied first), and what is lost."""
    undo: list[str] = []
    lost: list[str] = []
    for state in reversed(walk.steps):
        plan = walk.plan.step(state.id)
        if not state.touched or not plan.changes:
            continue
        if plan.irreversible:
            lost.append(state.id)
        undo += [step.id for step in plan.undo]
    return tuple(undo), tuple(lost)


def worse_than_baseline(walk: Walk, levels: Mapping[str, str]) -> tuple[str, ...]:
    """Return the checks whose level is worse now than when the walk began; names of checks, sorted."""
    rank = {"OK": 0, "UNKNOWN": 1, "WARN": 2, "CRIT": 3}
    return tuple(
        sorted(
            name
            for name, before in walk.baseline.items()
            if rank.get(levels.get(name, "UNKNOWN"), 1) > rank.get(before, 1)
        )
    )
