"""Owns made-up checklists for tests of screens, folded from events that tests name."""

from __future__ import annotations

import itertools

from runbooks.checklist_events import (
    ChecklistEvents,
    ChecklistOpened,
    ItemLeftOut,
    ItemTicked,
    ItemUnticked,
    ListEnding,
)
from runbooks.checklist_plan import (
    ByChecks,
    ByEvidence,
    ByRecord,
    ItemPlan,
    ListManner,
    ListPlan,
    PhasePlan,
)
from runbooks.checklists.fold import fold_all
from runbooks.checklists.state import BrokenList, ChecklistsNow, ComingList, ListHead, Lists, ListState
from runbooks.events import Entry
from runbooks.operators import WALKDOWN, Operator
from tests.tui.boards import START
from tests.tui.walks import ALICE, BOB

WEEKLY = ListPlan(
    "weekly-window",
    "The weekly window",
    "From the announcement to the review.",
    window="weekly",
    phases=(
        PhasePlan(
            "before",
            (
                ItemPlan(
                    "told", "Users were told a day ahead", source=ByRecord("notice", "announcement", 86400.0)
                ),
                ItemPlan(
                    "orders",
                    "Orders come through",
                    "Both of the queue and of the shop.",
                    ("CL-6",),
                    source=ByChecks(("orders", "api")),
                ),
                ItemPlan("web", "The shop can be seen", refs=("CL-7",), source=ByChecks(("web",))),
                ItemPlan(
                    "way-back",
                    "The way back is known",
                    source=ByEvidence(("api",), files=("/opt/shop/restore.sh",)),
                ),
                ItemPlan("staging", "It went well in staging", advisory=True),
                ItemPlan("asked", "The owner agrees"),
            ),
        ),
        PhasePlan("during", (ItemPlan("open", "The window is open", source=ByRecord("window", "open")),)),
        PhasePlan("after", (ItemPlan("well", "Everything is well", source=ByChecks(every=True)),)),
    ),
    refs=("CL-1",),
)
DAILY = ListPlan(
    "daily",
    "The daily look",
    manner=ListManner.READ_DO,
    phases=(PhasePlan("", (ItemPlan("log", "The log was read"), ItemPlan("mail", "The mail was read"))),),
)
LISTS = Lists(
    (WEEKLY, DAILY),
    (
        BrokenList(
            "systems/shop/checklists/bad.yaml", ("bad.yaml:2:9: items[0].title: is required", "and more")
        ),
    ),
    (
        ListHead(
            "list-0", "daily", "The daily look", START - 86400, ALICE, "", START - 86000, BOB, ListEnding.DONE
        ),
        ListHead(
            "list-9",
            "weekly-window",
            "The weekly window",
            START - 7 * 86400,
            WALKDOWN,
            "weekly",
            START - 6 * 86400,
            WALKDOWN,
            ListEnding.GIVEN_UP,
            2,
        ),
    ),
)
COMING = ComingList("weekly-window", "weekly", START + 86400)


def made(
    plan: ListPlan, *happened: tuple[ChecklistEvents, Operator], name: str = "list-1", window: str = ""
) -> ListState:
    """Return a list after what happened to it, a minute between each."""
    events = ((ChecklistOpened(plan, "hand", window, START + 3600 if window else 0.0), ALICE), *happened)
    numbers = itertools.count(1)
    rows = (
        Entry(n, name, START - 900 + 60 * n, 0, "boot", "host-1", by, event)
        for n, (event, by) in zip(numbers, events, strict=False)
    )
    return fold_all(rows)


def weekly() -> ListState:
    """Return the weekly list, half way through its first phase."""
    return made(
        WEEKLY,
        (ItemTicked("web", "web is OK: 200 in 84 ms"), WALKDOWN),
        (ItemTicked("orders", "orders is OK, api is OK"), WALKDOWN),
        (ItemUnticked("orders", "orders is WARN"), WALKDOWN),
        (ItemLeftOut("staging", "there is none"), BOB),
        window="weekly",
    )


def now(*states: ListState, **waits: str) -> ChecklistsNow:
    """Return how lists stand of which these are open."""
    return ChecklistsNow(states, {states[0].id: waits} if states else {}, (COMING,))
