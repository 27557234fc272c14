"""Owns what is known of the windows of a system as they stand: values for the wire and for screens."""

from __future__ import annotations

import msgspec

from runbooks.operators import Operator

SHORTEST = 60.0
"""Seconds that a window is opened or extended for at least."""


class Extension(msgspec.Struct, frozen=True, omit_defaults=True):
    """A window was made to close later."""

    at: float
    by: Operator
    until: float
    reason: str
    beyond: bool = False
    """Whether the bound on all extensions together was set aside for it."""


class Recheck(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a recheck has found, in short."""

    at: float
    occasion: str
    newly_bad: tuple[str, ...] = ()
    """Names of the checks that are worse than when the window opened."""
    bad_before: int = 0
    fixed: int = 0
    moved: int = 0
    trouble: str = ""
    """Why nothing can be said of it; empty when it can."""
    expected: int = 0
    """How many are worse as a walk that was open expected them to be."""


class Closing(msgspec.Struct, frozen=True, omit_defaults=True):
    """A window was closed, and how everything is since was not looked at yet."""

    name: str
    at: float
    """When it was over, UTC seconds: also where that was noticed later."""
    baseline: int = 0
    """The row of the journal that holds the baseline from when it opened; 0 when there is none."""


class Missed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time of a window that was not opened."""

    at: float
    """When that was found."""
    start: float
    end: float
    behind: str = ""
    """The window that was open instead; empty when nobody looked."""


class WindowState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The window that is open, or that was last; a fold of the journal."""

    name: str = ""
    """Empty when there has never been one."""
    opened_at: float = 0.0
    opened_by: Operator = Operator()
    """`WALKDOWN` when it was planned."""
    until: float = 0.0
    """When it closes, UTC seconds."""
    planned_until: float = 0.0
    """When the plan says that it closes; 0 for one beside all plans."""
    reason: str = ""
    """Why it was opened by hand."""
    extensions: tuple[Extension, ...] = ()
    closed_at: float = 0.0
    """0 while it is open."""
    closed_by: Operator = Operator()
    close_reason: str = ""
    """Why it was closed early."""
    shut: dict[str, float] = {}
    """When each window was last closed early: the time of it that had begun by then is not opened again."""
    baseline: int = 0
    """The row of the journal that holds the baseline from when it opened; 0 while there is none."""
    baseline_at: float = 0.0
    recheck: Recheck | None = None
    """The last one of this window."""
    closing: Closing | None = None
    """The window that was closed last, for as long as it has to be rechecked."""
    seq: int = 0
    """The last row that is in it."""
    planned_start: float = 0.0
    """When the plan says that it opens: later, when it was opened early; 0 for one beside all plans."""
    early: dict[str, float] = {}
    """For windows that were opened early by hand, the planned start that was: it does not open once more."""
    first_until: float = 0.0
    """When it was to close when it opened, before any extension."""
    held: dict[str, float] = {}
    """For each window that is over, until when it was open last."""
    missed: dict[str, Missed] = {}
    """For each window, the last time of it that was not opened."""
    earlier: tuple[Recheck, ...] = ()
    """The rechecks of this window before the last one."""

    def is_open(self, at: float) -> bool:
        """Return whether it is open at that moment."""
        return bool(self.name) and not self.closed_at and at < self.until


class PlannedWindow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A window of the configuration, and when it comes."""

    name: str
    words: str
    """When, as it is written."""
    zone: str = ""
    start: float = 0.0
    """Of the time that it is planned to be open now, or next; 0 when it never is again."""
    end: float = 0.0
    early_from: float = 0.0
    """From when on one that is opened by hand is this time of it, UTC seconds; 0 when none is."""


class WindowWalk(msgspec.Struct, frozen=True, omit_defaults=True):
    """An open walk, and how its time stands in the window."""

    id: str
    runbook: str
    title: str = ""
    holder: Operator = Operator()
    safe_until: float = 0.0
    """The last safe point, UTC seconds; 0 when no changing step is left, or no window matters to it."""
    back: float = 0.0
    """Seconds that a way back would take after the next changing step."""
    one_way: bool = False
    uncertain: bool = False


class WindowList(msgspec.Struct, frozen=True, omit_defaults=True):
    """A checklist that is open, in short."""

    name: str
    title: str = ""
    phase: str = ""
    """Name of the phase that it is in; empty where it has none."""
    settled: int = 0
    items: int = 0
    unfinished: int = 0
    """Mandatory items of this phase that are not finished: the next one does not begin before they are."""


class WindowsNow(msgspec.Struct, frozen=True, omit_defaults=True):
    """How all windows stand."""

    state: WindowState = WindowState()
    planned: tuple[PlannedWindow, ...] = ()
    """In the order in which they come."""
    gate: str = ""
    """Why no changing step may be started for want of a window; empty when one may."""
    reminder: str = ""
    """That the open window closes soon; empty until it does."""
    walks: tuple[WindowWalk, ...] = ()
    """The walks that are open, whether a window is or not."""
    lists: tuple[WindowList, ...] = ()
    """The checklists that are open."""
    recheck_at: float = 0.0
    """When everything is looked at again before the end, UTC seconds; 0 when nothing is to come."""
    trouble: str = ""
    """Why what should be written of windows could not be."""
    latest: float = 0.0
    """Until when the open window may be extended, UTC seconds; 0 when none is open."""

    @property
    def safe_until(self) -> float:
        """Return the first last safe point of the open walks, UTC seconds; 0 when there is none."""
        return min((walk.safe_until for walk in self.walks if walk.safe_until), default=0.0)
