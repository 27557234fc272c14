"""Owns made-up walks for tests of screens: a runbook, and walks of it folded from events that tests name."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

from runbooks import events, step_events, walk_events
from runbooks.action import Action
from runbooks.events import Entry, Event
from runbooks.fold import fold_all
from runbooks.live import BrokenRunbook, Runbooks, WalkHead
from runbooks.model import InputPlan, Plan, Risk, StepPlan, WindowNeed
from runbooks.operators import Operator
from runbooks.outcome import Applied, FailedError, Outcome, UnknownError, succeeded
from runbooks.step_events import Evidence
from runbooks.walk import Walk
from tests.tui.boards import START

ALICE = Operator("root", 0, "alice", ssh="10.0.0.7 50000 10.0.0.9 22", terminal="pts/3")
BOB = Operator("root", 0, "bob", terminal="pts/4")

RESTART = Action(
    ("docker compose -f /opt/shop/docker-compose.prod.yml", "  restart api"),
    where="this host",
    user="root",
)
BACKUP = Action(("/opt/shop/scripts/backup.sh --prefix pre-update",), "this host", "root")
PURGE = Action(
    ("DELETE FROM orders WHERE at < now() - interval '2 years'",),
    where="postgres at 10.0.0.5, database shop",
    user="shop_owner",
    destroys=("1,204,113 rows of orders, 3.1 GiB",),
    difference=("--- before", "+++ after", "@@ -1 +1 @@", "-rows 2408226", "+rows 1204113"),
    phrase="shop",
)
MOUNTS = Action(("df -h / | tail -1",), "this host", "root", shell=True)


def check_step(name: str, check: str) -> StepPlan:
    """Return a step that looks at a check."""
    return StepPlan(name, "check", options={"check": check, "level": "OK"})


STEPS = (
    StepPlan(
        "backup",
        "command",
        "Make a restore point",
        "Everything below can be undone to this point.",
        {"run": ["/opt/shop/scripts/backup.sh", "--prefix", "pre-update"]},
        changes=True,
        expected=360.0,
        timeout=900.0,
        verify=(check_step("backup.verify", "orders"),),
    ),
    StepPlan(
        "pull",
        "command",
        "Pull images",
        options={"run": ["docker", "compose", "pull", "api"]},
        changes=True,
        expected=90.0,
    ),
    StepPlan(
        "restart",
        "service",
        "Restart the API",
        "Requests in flight are lost; the load balancer retries them on the other host.",
        {"service": "api", "action": "restart"},
        changes=True,
        expected=12.0,
        timeout=60.0,
        verify=(replace(check_step("restart.verify", "api"), title="api is OK within 60 s"),),
        undo=(StepPlan("restart.undo", "service", "back to the image before", changes=True),),
    ),
    StepPlan("look", "manual", "Smoke test", "Open the shop and put something into the basket."),
    StepPlan(
        "purge",
        "sql",
        "Delete old orders",
        options={"sql": "DELETE FROM orders WHERE at < now() - interval '2 years'"},
        changes=True,
        irreversible=True,
        point_of_no_return=True,
    ),
)
LAST = (StepPlan("leave", "maintenance", "Leave maintenance mode", changes=True),)
UPDATE = Plan(
    "minor-update",
    "Minor update",
    "Pull, rebuild and restart one service, with a way back.",
    Risk.MEDIUM,
    WindowNeed.REQUIRED,
    target="shop",
    guards=("api", "orders", "certificate"),
    inputs=(
        InputPlan("version", "Target version", r"\d+\.\d+\.\d+"),
        InputPlan("mode", "Mode", choices=("rolling", "all at once"), default="rolling"),
        InputPlan("token", "Token of the registry", secret=True),
    ),
    steps=STEPS,
    last=LAST,
    refs=("RB-S03", "MT-C12"),
    source="systems/shop/runbooks/minor-update.yaml",
)
PLAIN = Plan("rotate", "Rotate the logs", risk=Risk.LOW, window=WindowNeed.ANY, steps=STEPS[1:2])
DROP = Plan("drop", "Drop the old tables", risk=Risk.HIGH, steps=STEPS[4:])
LIBRARY = Runbooks(
    (UPDATE, PLAIN, DROP),
    (
        BrokenRunbook(
            "systems/shop/runbooks/restore.yaml",
            (
                "restore.yaml:7:3: steps.1.undo: says neither undo nor irreversible",
                "restore.yaml:12:5: steps.2.kind: no kind is called 'comand'; did you mean 'command'?",
            ),
        ),
    ),
    {"minor-update": 1122.0},
    {
        "minor-update": WalkHead(
            "walk-0",
            "minor-update",
            "Minor update",
            START - 86400 * 7,
            ALICE,
            1.0,
            walk_events.WalkEnding.DONE,
        )
    },
)
BASELINE = {"web": "OK", "certificate": "WARN", "api": "OK", "worker": "UNKNOWN", "orders": "OK"}


class WalkMaker:
    """Makes a walk event by event; each comes a second after the one before."""

    def __init__(self, plan: Plan = UPDATE, name: str = "walk-1", *, fence: int = 1) -> None:
        """Open it."""
        self._numbers = itertools.count(1)
        self.name, self.fence, self.at, self.by = name, fence, START - 900.0, ALICE
        self.walk = Walk()
        opened = walk_events.WalkOpened(
            plan, plan.sha256, "shop", inputs={"version": "1.4.2"}, baseline=BASELINE
        )
        self.add(opened)

    def add(self, *happened: Event, by: Operator | None = None, at: float | None = None) -> WalkMaker:
        """Add what happened."""
        entries = []
        for event in happened:
            self.at = self.at + 1 if at is None else at
            fence = getattr(event, "fence", self.fence) or self.fence
            self.fence = fence
            entries.append(
                Entry(
                    next(self._numbers), self.name, self.at, 0, "boot", "host-1", by or self.by, event, fence
                )
            )
        self.walk = fold_all(entries, self.walk)
        return self

    def shown(self, step: str, action: Action, attempt: int = 1) -> WalkMaker:
        """Show a step."""
        return self.add(step_events.StepPlanned(step, attempt, action, action.sha256))

    def begun(self, step: str, action: Action, attempt: int = 1, at: float | None = None) -> WalkMaker:
        """Show, confirm and start a step."""
        self.shown(step, action, attempt)
        confirmed = step_events.StepConfirmed(step, attempt, action.sha256)
        started = step_events.StepStarted(
            step, attempt, action.sha256, f"key-{step}", f"{self.name}/{step}-{attempt}"
        )
        return self.add(confirmed).add(started, at=at)

    def ended(
        self,
        step: str,
        outcome: Outcome,
        elapsed: float = 5.0,
        files: Iterable[Evidence] = (),
        attempt: int = 1,
    ) -> WalkMaker:
        """End a step."""
        return self.add(step_events.StepEnded(step, attempt, outcome, elapsed, tuple(files)))

    def done(self, step: str, action: Action, elapsed: float, said: str = "exit code 0") -> WalkMaker:
        """Do a step whole, verified where that is asked for."""
        file = Evidence("out", "9f86d081884c7d659a2feaa0c55ad015" * 2, 18_432)
        self.begun(step, action).ended(step, succeeded(said), elapsed, (file,))
        if self.walk.plan.step(step).verify:
            self.add(step_events.StepVerified(step, 1, True, "200 OK, 31 ms"))
        return self


def at_restart(**options: object) -> WalkMaker:
    """Return a walk whose first two steps are done."""
    made = WalkMaker(**options)
    return made.done("backup", BACKUP, 351.0).done("pull", Action(("docker compose pull api",)), 80.0)


def waiting() -> Walk:
    """Return a walk that waits for the restart to be confirmed."""
    return at_restart().shown("restart", RESTART).walk


def running() -> Walk:
    """Return a walk in which the restart has run for 41 seconds."""
    return at_restart().begun("restart", RESTART, at=START - 41).walk


def failed() -> Walk:
    """Return a walk in which the restart has failed."""
    error = FailedError("exit_code", "exit code 1: no space left on device", Applied.PARTIAL, detail=FAILURE)
    return at_restart().begun("restart", RESTART).ended("restart", error.outcome, 7.0).walk


FAILURE = "Stopping shop-api-1 ... done\nStarting shop-api-1 ...\nError: no space left on device"


def unknown() -> Walk:
    """Return a walk in which nobody knows what became of the restart."""
    error = UnknownError("lost", "the host was restarted while it ran; no exit record was left")
    return at_restart().begun("restart", RESTART).ended("restart", error.outcome, 0.0).walk


def undone() -> Walk:
    """Return a walk that went the way back, and whose checks are looked at again."""
    return _back().walk


def past() -> Walk:
    """Return a walk that went the way back and is over."""
    made = _back()
    made.add(walk_events.RollbackEnded(True, "every check is as good as before"))
    made.add(walk_events.FinallyBegun(walk_events.WalkEnding.ROLLED_BACK))
    made.done("leave", Action(("POST https://shop.example/admin/maintenance/stop",)), 0.4, "204 No Content")
    return made.add(walk_events.WalkEnded(walk_events.WalkEnding.ROLLED_BACK)).walk


def _back() -> WalkMaker:
    """Return a walk in which everything was undone."""
    made = at_restart().begun("restart", RESTART)
    made.ended(
        "restart", FailedError("exit_code", "exit code 1", Applied.PARTIAL, detail=FAILURE).outcome, 7.0
    )
    made.add(events.Noted("the disk is full; bob frees some", "restart"))
    made.add(walk_events.RollbackBegun("no time left in the window", ("restart.undo",)))
    made.begun("restart.undo", Action(("docker compose up -d api",), "this host", "root"))
    made.ended("restart.undo", succeeded("back to image sha256:91f2"), 14.0)
    return made
