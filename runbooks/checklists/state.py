"""Owns an open or past checklist as it stands: values for the wire and for screens."""

from __future__ import annotations

import enum

import msgspec

from runbooks.checklist_events import ListEnding
from runbooks.checklist_plan import ItemPlan, ListPlan, PhasePlan
from runbooks.operators import Operator


class Mark(enum.StrEnum):
    """How an item stands."""

    OPEN = "open"
    DONE = "done"
    LEFT_OUT = "n/a"


class Remark(msgspec.Struct, frozen=True):
    """Something that somebody wrote beside an item."""

    at: float
    by: Operator
    text: str


class ItemState(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one item stands."""

    mark: Mark = Mark.OPEN
    at: float = 0.0
    """When it came to stand so, UTC seconds; 0 at the beginning."""
    by: Operator = Operator()
    """`WALKDOWN` when it was ticked by itself."""
    why: str = ""
    """What ticked it, why it is left out, or why it is open again."""
    shown: tuple[str, ...] = ()
    """The evidence that was seen."""
    shown_sha256: str = ""
    shown_at: float = 0.0
    """When it was taken, UTC seconds; 0 when that is not known."""
    note: str = ""
    """What was said when it was ticked."""
    notes: tuple[Remark, ...] = ()
    lost: int = 0
    """How often it was ticked by itself and lost that again."""

    @property
    def settled(self) -> bool:
        """Return whether nothing is to be done about it any more."""
        return self.mark is not Mark.OPEN


class Begun(msgspec.Struct, frozen=True):
    """When a phase began, and by whom."""

    phase: str
    at: float
    by: Operator


NO_ITEM = ItemState()


class ListState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A list that was opened; a fold of the journal."""

    id: str = ""
    """Empty when there is none."""
    plan: ListPlan = ListPlan("")
    opened_at: float = 0.0
    opened_by: Operator = Operator()
    """`WALKDOWN` when it was opened with its window."""
    occasion: str = ""
    window: str = ""
    window_start: float = 0.0
    reason: str = ""
    """What was said when it was opened."""
    begun: tuple[Begun, ...] = ()
    """The phases that have begun, the present one last."""
    items: dict[str, ItemState] = {}
    """Those about which something has happened, by id."""
    closed_at: float = 0.0
    """0 while it is open."""
    closed_by: Operator = Operator()
    ending: ListEnding | None = None
    close_reason: str = ""
    unfinished: tuple[str, ...] = ()
    seq: int = 0
    """The last row that is in it."""

    @property
    def over(self) -> bool:
        """Return whether it is closed."""
        return self.closed_at > 0

    @property
    def place(self) -> int:
        """Return the place of the present phase."""
        return max(0, len(self.begun) - 1)

    @property
    def phase(self) -> PhasePlan:
        """Return the present phase."""
        phases = self.plan.phases
        return phases[self.place] if self.place < len(phases) else PhasePlan("")

    @property
    def next_phase(self) -> PhasePlan | None:
        """Return the phase that comes after the present one; None after the last."""
        rest = self.plan.phases[self.place + 1 :]
        return rest[0] if rest else None

    def item(self, name: str) -> ItemState:
        """Return how an item stands."""
        return self.items.get(name, NO_ITEM)

    def unsettled(self, phase: PhasePlan | None = None) -> tuple[ItemPlan, ...]:
        """Return the mandatory items that are not finished, of a phase or of the whole list."""
        items = self.plan.items() if phase is None else iter(phase.items)
        return tuple(item for item in items if not item.advisory and not self.item(item.id).settled)

    @property
    def counts(self) -> tuple[int, int]:
        """Return how many items are settled, and how many there are."""
        items = tuple(self.plan.items())
        return sum(self.item(item.id).settled for item in items), len(items)


class ListHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """A past list among others."""

    id: str
    name: str
    title: str = ""
    opened_at: float = 0.0
    opened_by: Operator = Operator()
    window: str = ""
    closed_at: float = 0.0
    closed_by: Operator = Operator()
    ending: ListEnding | None = None
    unfinished: int = 0
    """Mandatory items that were not finished."""


class ComingList(msgspec.Struct, frozen=True):
    """A list that opens by itself, and when."""

    name: str
    window: str
    at: float


class ChecklistsNow(msgspec.Struct, frozen=True, omit_defaults=True):
    """How all open lists stand."""

    open: tuple[ListState, ...] = ()
    """In the order in which they were opened."""
    waits: dict[str, dict[str, str]] = {}
    """What keeps an item from being ticked by itself, by list and item."""
    coming: tuple[ComingList, ...] = ()
    """Lists that open with a window, in the order in which they do."""
    trouble: str = ""
    """Why what should be written of lists could not be."""


class BrokenList(msgspec.Struct, frozen=True):
    """A file that holds no usable list."""

    file: str
    problems: tuple[str, ...]
    """Lines `file:line:column: key: message`."""


class Lists(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lists there are, and were."""

    plans: tuple[ListPlan, ...] = ()
    broken: tuple[BrokenList, ...] = ()
    past: tuple[ListHead, ...] = ()
    """Newest first; those that are open are not among them."""
    trouble: str = ""
    """Why the past ones cannot be told."""
