"""Checklists on their screens: what is open, how each item stands, and what is decided about it."""

from __future__ import annotations

import pytest

from agent.checklist_messages import (
    ChecklistAnswer,
    ChecklistsAnswer,
    ChecklistsMoved,
    DecideChecklist,
    OpenChecklist,
    ShownAnswer,
)
from checks.model import Level
from runbooks.checklist_decisions import BeginPhase, CloseList, LeaveItemOut, NoteItem, TickItem, UntickItem
from runbooks.checklist_events import (
    ChecklistClosed,
    ItemTicked,
    ItemUnticked,
    ListEnding,
    PhaseBegun,
)
from runbooks.checklist_plan import ByPerson, ItemPlan, ListPlan, PhasePlan
from runbooks.checklists.state import ListState
from runbooks.operators import WALKDOWN
from tests.hostile import PAYLOADS, raw_in
from tests.tui.boards import SHOP_STATES, state
from tests.tui.boards import snapshot as picture
from tests.tui.golden import check_golden
from tests.tui.lists import DAILY, LISTS, WEEKLY, made, now, weekly
from tests.tui.stage import Stage, key_of, stage
from tests.tui.walks import ALICE, BOB
from tui.dialogs.checklist import TickDialog
from tui.dialogs.checklist_word import WordDialog
from tui.environment import Manners
from tui.screens.checklist import ChecklistScreen
from tui.widgets.page import Page

ILL = picture([state(each.name, Level.WARN) if each.name == "orders" else each for each in SHOP_STATES])
UNFINISHED = tuple(item.id for item in weekly().unsettled())
SHOWN = ("api OK: 200 in 84 ms", "/opt/shop/restore.sh: 8 B, sha256 ab08508fdf5c")


async def lists(console: Stage, *states: ListState, **waits: str) -> None:
    """Go to the screen of lists, of which these are open."""
    console.link.answers[ChecklistsAnswer] = ChecklistsAnswer(1, LISTS, now(*states))
    console.link.answers[ShownAnswer] = ShownAnswer(1, SHOWN, "a" * 64)
    if states:
        console.link.answers[ChecklistAnswer] = ChecklistAnswer(1, states[0])
    await console.link.stand(ChecklistsMoved(now(*states, **waits)))
    await console.press(key_of("checklists"))
    await console.until("The daily look")


async def one(console: Stage, shown: ListState, item: str = "", **waits: str) -> None:
    """Go to an open list, and to an item of it."""
    await lists(console, shown, **waits)
    await console.press("g", "enter")
    await console.until(lambda: isinstance(console.app.screen, ChecklistScreen))
    await console.until(lambda: console.app.screen.query_one("#items").row_count > 0)
    if item:
        table = console.app.screen.query_one("#items")
        table.choose(item)
        await console.pilot.pause()


async def asked(console: Stage, kind: type = WordDialog) -> None:
    await console.until(lambda: isinstance(console.app.screen, kind))
    await console.pilot.pause(0.05)


def decided(console: Stage) -> list:
    return [(q.list, q.decision) for q in console.link.asked if isinstance(q, DecideChecklist)]


async def test_lists_stand_by_what_can_be_done_with_them() -> None:
    async with stage(size=(120, 40)) as console:
        await lists(console, made(DAILY))
        text = console.text
        order = ("open \u2500", "open by themselves", "closed", "cannot be used")
        places = [text.index(word) for word in order]
        assert places == sorted(places)
        assert "0/2" in console.line("The daily look")
        assert "16 Jan 08:00" in console.line("The weekly window")
        assert "given up, 2 missing" in text
        await console.press("G", "enter")
        await console.until("and more")


async def test_a_list_is_opened_from_its_plan_and_shown() -> None:
    async with stage() as console:
        await lists(console)
        await console.press("G", "k", "k", "k", "enter")
        await console.until("Open: The daily look")
        await console.type("because")
        opened = made(DAILY)
        console.link.answers[ChecklistAnswer] = ChecklistAnswer(1, opened)
        await console.accept()
        (wish,) = [q for q in console.link.asked if isinstance(q, OpenChecklist)]
        assert (wish.name, wish.reason) == ("daily", "because")
        await console.until(lambda: isinstance(console.app.screen, ChecklistScreen))
        await console.until("The log was read")


async def test_beside_an_item_stands_what_keeps_it_with_level_and_age() -> None:
    async with stage(snapshot=ILL, size=(120, 40)) as console:
        await one(console, weekly(), "orders", told="no announcement was sent about weekly")
        assert "WARN orders now" in console.line("\u2717 Orders come through")
        assert "no announcement was sent" in console.line("Users were told")
        assert "by itself" in console.line("The shop can be seen")
        assert "n/a" in console.line("It went well in staging")
        assert "bob" in console.line("It went well in staging")
        assert "before is not finished: told, orders, way-back, asked" in console.text
        told = console.app.screen.query_one("#told", Page).text
        assert "once: it was ticked by itself and was not so any more" in told.replace("\n       ", " ")


async def test_an_item_that_follows_a_check_is_nobodys_to_tick() -> None:
    async with stage() as console:
        await one(console, weekly(), "orders")
        await console.press("space")
        await console.until("nobody's")
        await console.press("p")
        await console.until("before is not finished: told, orders")
        assert decided(console) == []


async def test_evidence_is_shown_and_exactly_that_is_ticked() -> None:
    async with stage() as console:
        await one(console, weekly(), "way-back")
        await console.press("enter")
        await asked(console, TickDialog)
        await console.until("sha256 ab08508fdf5c")
        await console.type("looks right")
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, ChecklistScreen))
        assert decided(console) == [("list-1", TickItem("way-back", "a" * 64, "looks right"))]


async def test_without_evidence_nothing_can_be_ticked_by_it() -> None:
    async with stage() as console:
        await one(console, weekly(), "way-back")
        console.link.refusal = "the agent is busy"
        await console.press("space")
        await asked(console, TickDialog)
        await console.until("the agent is busy")
        await console.press("enter")
        await console.pilot.pause(0.5)
        assert isinstance(console.app.screen, TickDialog)
        assert decided(console) == []


@pytest.mark.parametrize(
    ("item", "key", "typed", "decision"),
    [
        ("asked", "space", "she does", TickItem("asked", "", "she does")),
        ("orders", "a", "we came for it", LeaveItemOut("orders", "we came for it")),
        ("staging", "u", "there is one", UntickItem("staging", "there is one")),
        ("web", "n", "slow today", NoteItem("web", "slow today")),
        ("web", "C", "called off", CloseList("called off", UNFINISHED)),
    ],
)
async def test_what_is_typed_is_decided(item: str, key: str, typed: str, decision: object) -> None:
    async with stage() as console:
        await one(console, weekly(), item)
        await console.press(key)
        await asked(console, TickDialog if key == "space" else WordDialog)
        await console.type(typed)
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, ChecklistScreen))
        assert decided(console) == [("list-1", decision)]


async def test_a_refusal_leaves_the_dialog_with_what_was_typed() -> None:
    async with stage() as console:
        await one(console, weekly(), "asked")
        await console.press("a")
        await asked(console)
        await console.type("no owner")
        console.link.refusal = "asked was ticked by bob"
        await console.accept()
        await console.until("asked was ticked by bob")
        assert "no owner" in console.text


async def test_the_next_phase_begins_once_everything_mandatory_is_settled() -> None:
    finished = made(
        WEEKLY, *((ItemTicked(name), ALICE) for name in ("told", "orders", "web", "way-back", "asked"))
    )
    async with stage() as console:
        await one(console, finished)
        await console.until("before is finished: p begins during")
        await console.press("p")
        await asked(console)
        await console.until("begin during")
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, ChecklistScreen))
        assert decided(console) == [("list-1", BeginPhase("during"))]


BEFORE = [(ItemTicked(name), ALICE) for name in ("told", "orders", "web", "way-back", "asked")]


async def moves(console: Stage, state: ListState) -> None:
    """Have the list be so, as somebody else has made it."""
    console.link.answers[ChecklistAnswer] = ChecklistAnswer(1, state)
    await console.link.stand(ChecklistsMoved(now() if state.over else now(state)))


async def test_a_phase_that_somebody_else_begins_takes_the_dialog_away_and_nothing_is_decided() -> None:
    async with stage() as console:
        await one(console, made(WEEKLY, *BEFORE))
        await console.press("p")
        await asked(console)
        await console.until("begin during")
        await moves(console, made(WEEKLY, *BEFORE, (PhaseBegun("during"), BOB)))
        await console.until(lambda: isinstance(console.app.screen, ChecklistScreen))
        await console.until("during was begun by bob")
        assert decided(console) == []


async def test_an_item_that_is_lost_meanwhile_keeps_the_phase_from_being_begun_until_it_is_back() -> None:
    async with stage() as console:
        await one(console, made(WEEKLY, *BEFORE))
        await console.press("p")
        await asked(console)
        await moves(console, made(WEEKLY, *BEFORE, (ItemUnticked("web", "web is CRIT"), WALKDOWN)))
        await console.until(lambda: "before is not finished: web" in console.hint)
        await console.press("enter")
        await moves(console, made(WEEKLY, *BEFORE))
        await console.until(lambda: "begin during" in console.hint)
        assert decided(console) == []


async def test_a_list_that_is_no_longer_as_it_was_shown_is_not_closed() -> None:
    async with stage() as console:
        await one(console, weekly(), "asked")
        await console.press("C")
        await asked(console)
        await console.type("called off")
        await moves(console, made(WEEKLY, *BEFORE, window="weekly"))
        await console.until(lambda: "not finished by now: open" in console.hint)
        await moves(console, weekly())
        await console.until(lambda: "give it up" in console.hint)
        over = made(WEEKLY, (ChecklistClosed(ListEnding.GIVEN_UP, "late", ("open",)), BOB))
        await moves(console, over)
        await console.until(lambda: isinstance(console.app.screen, ChecklistScreen))
        assert decided(console) == []


async def test_a_list_that_was_closed_is_shown_as_it_was_and_takes_no_decision() -> None:
    over = made(
        DAILY,
        (ItemTicked("log", note="quiet"), BOB),
        (ChecklistClosed(ListEnding.GIVEN_UP, "late", ("mail",)), BOB),
    )
    async with stage() as console:
        await one(console, weekly(), "asked")
        console.link.answers[ChecklistAnswer] = ChecklistAnswer(1, over)
        await console.press("escape", "G", "k", "enter")
        await console.until("given up by bob: late; not finished: mail")
        assert console.line("The mail was read").split()[0] == "\u2717"
        await console.press("space", "a", "C", "p")
        assert isinstance(console.app.screen, ChecklistScreen)
        assert decided(console) == []


async def test_a_list_that_moves_is_seen_to_move_and_without_an_agent_nothing_is_asked() -> None:
    async with stage() as console:
        await one(console, weekly(), "asked")
        ticked = made(WEEKLY, (ItemTicked("asked", note="she does"), BOB), window="weekly")
        await console.link.stand(ChecklistsMoved(now(ticked)))
        await console.until(lambda: "bob" in console.line("The owner agrees"))
        await console.link.detach("gone")
        await console.until("nothing is ticked meanwhile")
        await console.press("a", "n", "u")
        assert isinstance(console.app.screen, ChecklistScreen)


async def test_hostile_text_harms_no_screen() -> None:
    hostile = tuple(
        ItemPlan(f"i{n}", payload, payload, (payload,), source=ByPerson())
        for n, payload in enumerate(PAYLOADS)
    )
    plan = ListPlan("it", PAYLOADS[0], PAYLOADS[1], phases=(PhasePlan("before", hostile),))
    ticked = [
        (ItemTicked(item.id, item.title, (item.title,), "a", item.title), WALKDOWN) for item in hostile[::2]
    ]
    shown = made(plan, *ticked)
    async with stage(size=(120, 40)) as console:
        await one(console, shown, **{item.id: item.title for item in hostile})
        for n in range(0, len(PAYLOADS), 5):
            console.app.screen.query_one("#items").choose(f"i{n}")
            await console.pilot.pause()
            assert not raw_in(console.text), PAYLOADS[n]
            assert not raw_in(console.app.screen.query_one("#told", Page).text), PAYLOADS[n]
        await console.press("n")
        await asked(console)
        assert not raw_in(console.text)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_checklist(size: tuple[int, int]) -> None:
    async with stage(size=size, snapshot=ILL) as console:
        waits = {"told": "no announcement was sent about weekly", "orders": "orders is WARN"}
        await one(console, weekly(), "orders", **waits)
        await console.pilot.pause(0.1)
        check_golden(f"checklist-{size[0]}x{size[1]}", console.text)


async def test_overview() -> None:
    async with stage() as console:
        await lists(console, made(DAILY))
        await console.pilot.pause(0.1)
        check_golden("checklists-80x24", console.text)


async def test_ascii() -> None:
    async with stage(size=(80, 24), snapshot=ILL, manners=Manners(ascii_only=True)) as console:
        await one(console, weekly(), "orders")
        assert console.text.isascii()
        assert console.line("Orders come through").split()[0] == "x"
        assert console.line("The owner agrees").split()[0] == "o"
