"""Owns made-up windows and baselines for tests of screens."""

from __future__ import annotations

from checks.board import Snapshot
from checks.model import Level
from runbooks.baseline import BaselineHead, baseline_of
from runbooks.operators import WALKDOWN
from runbooks.window_events import BaselineTaken
from runbooks.windows.state import Extension, PlannedWindow, Recheck, WindowsNow, WindowState, WindowWalk
from tests.tui.boards import SHOP_STATES, START, snapshot, state
from tests.tui.walks import ALICE, BOB

PLANNED = (
    PlannedWindow("weekly", "sunday 03:00", "UTC", START - 3600, START + 3600),
    PlannedWindow("monthly", "first sunday 04:00", "UTC", START + 9 * 86400, START + 9 * 86400 + 7200),
)
COMING = (
    PlannedWindow("weekly", "sunday 03:00", "UTC", START + 2 * 86400, START + 2 * 86400 + 7200),
    PLANNED[1],
)
CLOSED = WindowsNow(planned=COMING, gate="no window is open; weekly opens Sun 17 Jan 08:00 UTC")
WALK = WindowWalk("walk-1", "minor-update", "Minor update", ALICE, START + 2400, 720.0)


def opened(left: float = 4360.0, **more) -> WindowState:
    """The weekly window, open for an hour, with its baseline."""
    return WindowState(
        "weekly",
        START - 3600,
        WALKDOWN,
        START + left,
        START + 3600,
        baseline=7,
        baseline_at=START - 3590,
        **more,
    )


def now(left: float = 4360.0, walks: tuple[WindowWalk, ...] = (WALK,), **more) -> WindowsNow:
    """How windows stand while it is open."""
    longer = Extension(START - 600, BOB, START + left, "the restore takes longer")
    return WindowsNow(
        opened(left, extensions=(longer,)), PLANNED, walks=walks, recheck_at=START + left - 600, **more
    )


def rechecked(*newly_bad: str, at: float = START - 5) -> Recheck:
    """What was found when everything was looked at again."""
    return Recheck(at, "before the end", newly_bad, 1, 2, 3)


def before() -> Snapshot:
    """How the shop was: the database was well, the certificate too, the worker was down."""
    levels = {"certificate": Level.OK, "worker": Level.CRIT, "orders": Level.OK}
    values = {"web": 0.02, "api": 0.3}
    return snapshot(
        state(each.name, levels.get(each.name, each.level), value=values.get(each.name, 0.08))
        for each in SHOP_STATES
    )


BASELINE: BaselineTaken = baseline_of(before(), "weekly", "window")
HEADS = (
    BaselineHead(31, "weekly", "after", START - 60, WALKDOWN, {"OK": 4, "CRIT": 1}),
    BaselineHead(12, "before-lunch", "hand", START - 1800, BOB, {"OK": 3, "WARN": 1, "UNKNOWN": 1}),
    BaselineHead(7, "weekly", "window", START - 3590, WALKDOWN, {"OK": 4, "CRIT": 1}),
)
