"""The page of the window, the list of baselines and the difference, as an operator sees and works them."""

from datetime import UTC

import pytest
from msgspec.structs import replace

from agent.baseline_messages import AskBaseline, BaselinesAnswer, KeptBaseline
from checks.model import Level
from runbooks.windows.state import Extension, WindowList
from tests.hostile import PAYLOADS, raw_in
from tests.tui.boards import SHOP, SHOP_BOARD, START, snapshot, state
from tests.tui.golden import check_golden
from tests.tui.stage import stage
from tests.tui.walks import BOB, waiting
from tests.tui.windows import BASELINE, CLOSED, HEADS, PLANNED, now, opened, rechecked
from tui.cell import text_of
from tui.paragraph import laid_out
from tui.screens.difference import DifferenceScreen
from tui.screens.walk import WalkScreen
from tui.screens.window import WindowScreen
from tui.widgets.difference_table import DifferenceTable
from tui.windows.facts import Told, window_text


async def enter(console, windows=None):
    """Go to the page of the window by its key."""
    console.link.answers[KeptBaseline] = KeptBaseline(1, BASELINE, START - 3590)
    console.link.answers[BaselinesAnswer] = BaselinesAnswer(1, HEADS)
    await console.link.move_windows(windows or now())
    await console.until(lambda: console.app.windows == (windows or now()))
    await console.press("W")
    await console.until(lambda: isinstance(console.app.screen, WindowScreen))
    await console.pilot.pause(0.05)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_page_joins_what_is_known_of_the_window(size):
    async with stage(size=size) as console:
        await enter(console)
        await console.until("newly bad")
        assert [ask.seq for ask in console.link.asked if isinstance(ask, AskBaseline)] == [7]
        check_golden(f"window-{size[0]}x{size[1]}", console.text)


async def test_the_difference_goes_with_the_board_and_asks_for_its_baseline_once():
    async with stage(size=(120, 40)) as console:
        await enter(console)
        await console.until("newly bad")
        better = snapshot([state(each.name) for each in SHOP_BOARD.states], number=2)
        await console.update(better)
        await console.until(lambda: "newly bad" not in console.text)
        assert "fixed" in console.text
        assert sum(isinstance(ask, AskBaseline) for ask in console.link.asked) == 1


async def test_a_line_opens_its_check_and_escape_comes_back():
    async with stage() as console:
        await enter(console)
        await console.until("newly bad")
        await console.press("enter")
        await console.until(lambda: console.app.screen.DETAIL == "check")
        await console.press("escape")
        await console.until(lambda: isinstance(console.app.screen, WindowScreen))
        await console.press("W")
        assert isinstance(console.app.screen, WindowScreen)
        assert sum(isinstance(each, WindowScreen) for each in console.app.screen_stack) == 1
        await console.press("escape")
        assert console.app.screen.NAME == "health"


async def test_without_a_window_it_says_when_the_next_one_comes_and_offers_to_open_one():
    async with stage() as console:
        await enter(console, CLOSED)
        assert "CLOSED  no window is open; weekly opens Sun 17 Jan 08:00 UTC" in console.text
        assert "no baseline to compare with" in console.text
        assert "o Open" in console.text.splitlines()[-1]
        assert "Extend" not in console.text
        await console.press("o")
        await console.until("Open a window")


async def test_the_walk_that_runs_in_it_is_one_key_away():
    async with stage() as console:
        await console.move(waiting(), held=True)
        await enter(console)
        await console.press("w")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))


def hostile(words: str):
    """Windows that are called and explained so, open and closed."""
    state = replace(opened(), name=words, extensions=(Extension(START, BOB, START + 9, words),))
    planned = (replace(PLANNED[0], name=words, words=words, zone=words),)
    walks = (replace(now().walks[0], title=words),)
    yield replace(now(), state=state, planned=planned, walks=walks, trouble=words, reminder=words)
    closed = replace(state, closed_at=START - 5, close_reason=words, recheck=rechecked(words))
    yield replace(CLOSED, state=closed, gate=words, planned=planned)


def test_no_hostile_name_or_reason_gets_into_the_text():
    for words in PAYLOADS:
        for windows in hostile(words):
            rows = laid_out(window_text(Told(windows, START, UTC)), 80)
            assert not raw_in("\n".join(map(text_of, rows))), words


def test_open_checklists_are_told_with_what_is_unfinished():
    lists = (WindowList("before", "Before the change", "before", 3, 9, 2), WindowList("soak", items=4))
    rows = laid_out(window_text(Told(replace(now(), lists=lists), START, UTC)), 120)
    said = "\n".join(map(text_of, rows))
    assert "list   Before the change \u00b7 before \u00b7 3 of 9 \u00b7 2 must be finished first" in said
    assert "list   soak \u00b7 0 of 4" in said


async def test_hostile_names_and_reasons_are_shown_and_do_nothing():
    async with stage() as console:
        await enter(console)
        for windows in hostile(PAYLOADS[-1]):
            await console.link.move_windows(windows)
            await console.until(lambda wanted=windows: console.app.windows == wanted)
            await console.pilot.pause()
            assert not raw_in(console.text)
        assert isinstance(console.app.screen, WindowScreen)


async def test_what_was_found_when_everything_was_looked_at_again_is_said_and_told_once():
    async with stage() as console:
        await enter(console)
        found = replace(now(), state=replace(now().state, recheck=rechecked("orders", "certificate")))
        await console.link.move_windows(found)
        said = "weekly, rechecked before the end: worse than when it opened"
        await console.until(lambda: said in " ".join(console.text.split()))
        await console.link.move_windows(replace(found, reminder="soon"))
        await console.pilot.pause()
        told = [note.message for note in console.app._notifications if "rechecked" in note.message]
        assert told == [f"{said}: orders, certificate"]


async def test_an_agent_that_does_not_answer_is_said_and_asked_again():
    async with stage() as console:
        console.link.refusal = "the journal cannot be read"
        await enter(console)
        await console.until(lambda: "the journal cannot be read" in console.text)
        console.link.refusal = ""
        await console.link.detach("restarted")
        await console.until("NO AGENT")
        await console.link.attach(SHOP, SHOP_BOARD)
        await console.until("newly bad")


async def test_any_baseline_can_be_chosen_and_compared_with():
    async with stage() as console:
        await enter(console)
        await console.press("b")
        await console.until("before-lunch")
        assert "after a window" in console.text
        await console.press("j", "enter")
        await console.until(lambda: isinstance(console.app.screen, DifferenceScreen))
        await console.until("newly bad")
        assert [ask.seq for ask in console.link.asked if isinstance(ask, AskBaseline)][-1] == 12
        assert "before-lunch  as of 07:30:00 UTC, now: 2 newly bad" in console.text
        check_golden("difference-80x24", console.text)
        await console.press("slash")
        await console.type("orders")
        await console.press("enter")
        await console.until(lambda: console.app.screen.query_one(DifferenceTable).row_count == 1)
        await console.press("r")
        await console.until(lambda: console.link.probed == [()])
        await console.press("escape", "escape")
        await console.until("before-lunch")


async def test_a_baseline_is_taken_by_name_and_a_refusal_stays_in_the_dialog():
    async with stage() as console:
        await enter(console)
        await console.press("b")
        await console.until("before-lunch")
        await console.press("t")
        await console.until("Take a baseline")
        await console.type("x")
        console.link.refusal = "the name of a baseline is letters and digits"
        await console.accept()
        await console.until("the name of a baseline is letters and digits")
        console.link.refusal = ""
        await console.type("y")
        await console.accept()
        await console.until(lambda: console.link.baselines == ["xy"])


async def test_a_board_of_other_checks_says_what_is_gone_and_what_is_new():
    async with stage(size=(120, 40)) as console:
        await enter(console)
        await console.until("newly bad")
        await console.update(snapshot([state("web"), state("fresh", Level.CRIT)], number=3))
        await console.until("not in both")
        assert "orders" in console.text and "is no longer there" in console.text
        assert "was not there before" in console.text
