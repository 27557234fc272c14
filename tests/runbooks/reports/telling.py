"""Tells made-up walks, entry by entry, as a journal would: for tests of reports and of consoles."""

from __future__ import annotations

from runbooks import events, step_events, walk_events
from runbooks.action import Action
from runbooks.events import Entry, Event
from runbooks.fold import fold
from runbooks.model import InputPlan, Plan, Risk, StepPlan
from runbooks.operators import WALKDOWN, Operator
from runbooks.outcome import Applied, Ending, Outcome, succeeded
from runbooks.step_events import Evidence
from runbooks.walk import Walk

START = 1_800_000_000.0
"""15 January 2027, 08:00:00 UTC."""
OPER1 = Operator("root", 0, "oper1", "oper1", "10.0.0.7 50022 10.0.0.9 22", "pts/3")
OPER2 = Operator("oper2", 1002, "oper2", "", "", "pts/4")
RAN = Action(("docker compose restart api",), "this host", "root")
HASH = RAN.sha256


def step(name: str, kind: str = "command", *, changes: bool = True, **more) -> StepPlan:
    """Return a step with a title made of its name."""
    return StepPlan(name, kind, f"The step {name}", changes=changes, **more)


BACK = step("restart.undo", "service")
LOOK = StepPlan("restart.verify", "check", options={"check": "api-health", "level": "OK", "fresh": True})
PLAN = Plan(
    "minor-update",
    "Minor update",
    "Pull and restart one service.",
    Risk.MEDIUM,
    target="shop",
    guards=("api-health",),
    inputs=(InputPlan("version", "Target version"), InputPlan("token", secret=True)),
    steps=(
        step("backup"),
        step("restart", verify=(LOOK,), undo=(BACK,)),
        step("smoke", "check", changes=False),
        step("drop-old", irreversible=True),
    ),
    last=(step("leave", "http"),),
)
BASELINE = {"api-health": "OK", "disk": "WARN", "queue": "OK"}


class Telling:
    """A walk that happens as the test says."""

    def __init__(self, plan: Plan = PLAN, operator: Operator = OPER1, walk: str = "w1", **opened) -> None:
        """Open it."""
        self.entries: tuple[Entry, ...] = ()
        self.walk = Walk()
        self.id, self.plan, self.operator, self.at, self.fence = walk, plan, operator, START, 7
        opened = {"inputs": {"version": "1.2.3"}, "secret_inputs": ("token",), "baseline": BASELINE} | opened
        self.tell(walk_events.WalkOpened(plan, plan.sha256, "shop", **opened))

    def tell(self, *happened: Event, by: Operator | None = None, after: float = 1.0) -> Walk:
        """Have something happen, each a while after what came before; return how the walk stands."""
        for event in happened:
            seq = 41 + len(self.entries)
            who = by or self.operator
            entry = Entry(seq, self.id, self.at, self.at - START, "boot", "host1", who, event, self.fence)
            self.entries += (entry,)
            self.walk = fold(self.walk, entry)
            self.at += after
        return self.walk

    def show(self, name: str, attempt: int = 1, action: Action = RAN) -> Walk:
        """Show a step."""
        return self.tell(step_events.StepPlanned(name, attempt, action, action.sha256), by=WALKDOWN)

    def start(self, name: str, attempt: int = 1, action: Action = RAN) -> Walk:
        """Show, confirm and start a step."""
        self.show(name, attempt, action)
        return self.tell(
            step_events.StepConfirmed(name, attempt, action.sha256),
            step_events.StepStarted(name, attempt, action.sha256, "k" * 32, f"w1/{name}"),
        )

    def end(self, name: str, outcome: Outcome, attempt: int = 1, *evidence: Evidence) -> Walk:
        """End an attempt."""
        return self.tell(step_events.StepEnded(name, attempt, outcome, 5.2, evidence), by=WALKDOWN)

    def do(self, name: str, summary: str = "exit code 0", attempt: int = 1, *evidence: Evidence) -> Walk:
        """Have a step succeed; what must be true after it is."""
        self.start(name, attempt)
        walk = self.end(name, succeeded(summary), attempt, *evidence)
        if self.plan.step(name).verify:
            walk = self.tell(step_events.StepVerified(name, attempt, True, "api-health OK"), by=WALKDOWN)
        return walk

    def fail(self, name: str, attempt: int = 1, applied: Applied = Applied.PARTIAL) -> Walk:
        """Have a step fail."""
        self.start(name, attempt)
        return self.end(name, failed("exit code 3", applied), attempt)

    def close(self, ending: walk_events.WalkEnding, reason: str = "") -> Walk:
        """End the walk; its last steps succeed."""
        self.tell(walk_events.FinallyBegun(ending, reason))
        for each in self.plan.last:
            self.do(each.id)
        return self.tell(walk_events.WalkEnded(ending, reason), by=WALKDOWN)


def failed(summary: str = "exit code 3", applied: Applied = Applied.PARTIAL) -> Outcome:
    """Return a bad ending."""
    return Outcome(Ending.FAILED, summary, applied, "exit_code", detail="line 1\nline 2")


UNKNOWN = Outcome(Ending.UNKNOWN, "the supervisor is gone")
OUT = Evidence("out", "ab" * 32, 123456, truncated=True)


def eventful() -> Telling:
    """Return a walk in which all went wrong that can, and that was rolled back."""
    walk = Telling(deviations=("no window is open",))
    walk.do("backup", "made 2 GiB", 1, OUT)
    walk.fail("restart")
    walk.tell(step_events.RetryWanted("restart", 2, "the port was still in use"))
    walk.start("restart", 2)
    walk.end("restart", UNKNOWN, 2)
    walk.tell(
        step_events.StepResolved("restart", 2, step_events.Resolution.SUCCEEDED, "the container is there")
    )
    walk.tell(step_events.StepVerified("restart", 2, False, "api-health CRIT: refused"), by=WALKDOWN)
    walk.tell(
        step_events.StepSkipped("restart", "known to be slow"), events.Noted("watch the queue", "restart")
    )
    walk.tell(step_events.StepSkipped("smoke", "its condition does not hold", True), by=WALKDOWN)
    walk.tell(walk_events.WalkPaused("worse than when the walk began: queue", ("queue",)), by=WALKDOWN)
    walk.tell(walk_events.HolderChanged(8, OPER2, "oper1 has gone home"), by=OPER2)
    walk.tell(events.Denied("Confirm drop-old", "the walk is paused"), by=OPER1)
    walk.tell(walk_events.Overridden("window", "agreed with the owner"), by=OPER2)
    walk.tell(walk_events.RollbackBegun("it does not come up", ("restart.undo",)), by=OPER2)
    walk.do("restart.undo", "back to sha256:91f2")
    walk.tell(walk_events.RollbackEnded(True, "every check is as good as before"), by=WALKDOWN)
    walk.close(walk_events.WalkEnding.ROLLED_BACK)
    return walk
