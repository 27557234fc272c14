"""The dialogs about the window: opened, extended, closed early, and the offer to extend it."""

import pytest
from msgspec.structs import replace
from textual.events import Key

from agent.baseline_messages import BaselinesAnswer, KeptBaseline
from runbooks.windows.state import PlannedWindow
from tests.hostile import PAYLOADS, raw_in
from tests.tui.boards import START
from tests.tui.stage import ENTER, stage
from tests.tui.windows import BASELINE, CLOSED, HEADS, now
from tui.dialogs.help import HelpDialog
from tui.dialogs.window import CloseWindowDialog, ExtendWindowDialog, OfferDialog, OpenWindowDialog
from tui.screens.health import HealthScreen
from tui.widgets.field import Field
from tui.window_messages import WindowAsked
from tui.window_ways import IDLE

WAITING = PlannedWindow("soon", "daily 07:55", "UTC", START - 300, START + 600)


async def ask(console, what, windows):
    """Have a dialog opened on the screen that is shown."""
    await console.link.move_windows(windows)
    await console.until(lambda: console.app.windows == windows)
    console.app.screen.post_message(WindowAsked(what))
    await console.until(lambda: hasattr(console.app.screen, "wish"))
    await console.pilot.pause(0.05)


async def fill(console, field, text):
    """Have something else in a field."""
    console.app.screen.query_one(f"#{field}", Field).value = ""
    console.app.screen.query_one(f"#{field}", Field).focus()
    await console.type(text)


async def test_a_window_is_opened_with_name_length_and_reason():
    async with stage() as console:
        await ask(console, "open", CLOSED)
        assert isinstance(console.app.screen, OpenWindowDialog)
        assert "closes 10:00:00" in console.text, "as long as the next one is planned"
        assert "type a reason" in console.hint
        await fill(console, "name", "urgent")
        await fill(console, "lasts", "90m")
        await console.until("closes 09:30:00")
        await fill(console, "reason", "the disk is full")
        await console.accept()
        wanted = [("open", "urgent", "5400", "the disk is full")]
        await console.until(lambda: console.link.window_wishes == wanted)
        await console.until(lambda: not isinstance(console.app.screen, OpenWindowDialog))


@pytest.mark.parametrize(
    ("lasts", "said"),
    [
        ("soon", "'soon' is not an amount"),
        ("30", "say of what: 30m, 2h"),
        ("5s", "a minute at least"),
        ("", "is not an amount"),
        ("-5m", ""),
    ],
)
async def test_a_length_that_is_none_is_said_and_accepted_by_nobody(lasts, said):
    async with stage() as console:
        await ask(console, "open", CLOSED)
        await fill(console, "reason", "the disk is full")
        await fill(console, "lasts", lasts)
        await console.until(lambda: "say how long" in console.hint)
        assert said in console.text
        await console.pilot.pause(0.9)
        await console.press("enter")
        await console.pilot.pause(0.2)
        assert console.link.window_wishes == []


async def test_what_is_refused_leaves_the_dialog_with_what_was_typed():
    async with stage() as console:
        await ask(console, "open", CLOSED)
        await fill(console, "name", "A b")
        await fill(console, "reason", "the disk is full")
        console.link.refusal = "a window's name is small letters and digits"
        await console.accept()
        await console.until("a window's name is small letters and digits")
        assert console.app.screen.query_one("#reason", Field).value == "the disk is full"


async def test_what_somebody_else_has_done_meanwhile_bars_the_dialog():
    async with stage() as console:
        await ask(console, "open", CLOSED)
        await fill(console, "reason", "the disk is full")
        await console.until(lambda: console.hint.startswith(ENTER))
        await console.link.move_windows(now())
        await console.until(lambda: "weekly is open already" in console.hint)


async def test_the_window_is_extended_from_its_end():
    async with stage() as console:
        await ask(console, "extend", now())
        assert "weekly closes 09:12:40" in console.text
        assert "Minor update, last safe point 40:00 from now" in console.text
        await fill(console, "lasts", "45m")
        await console.until("closes 09:57:40")
        await fill(console, "reason", "restore is slow")
        await console.accept()
        await console.until(lambda: console.link.window_wishes == [("extend", "2700", "restore is slow")])


async def test_it_says_how_far_it_may_be_extended_and_more_takes_a_full_reason():
    async with stage() as console:
        await ask(console, "extend", now(latest=START + 4360 + 1200))
        assert "it may be extended until 09:32:40 UTC, by 20:00 more" in console.text
        assert "closes 09:32:40" in console.text  # twenty minutes are offered, not half an hour
        await fill(console, "reason", "slow")
        await console.until(lambda: console.hint.startswith(ENTER))
        await fill(console, "lasts", "21m")
        await console.until("closes 09:33:40 UTC, later than it may")
        assert "10 characters at least" in console.hint
        await fill(console, "reason", "the owner agrees, by phone")
        await console.until("set the bound aside, and extend weekly by 21 m")
        await console.accept()
        wish = ("extend", "1260", "the owner agrees, by phone", "beyond")
        await console.until(lambda: console.link.window_wishes == [wish])


async def test_the_window_is_closed_early_with_a_reason_and_says_what_runs_in_it():
    async with stage() as console:
        await ask(console, "close", now())
        assert isinstance(console.app.screen, CloseWindowDialog)
        assert "Minor update" in console.text
        assert "A WALK IS OPEN and stays so, with no window for the next change" in console.text
        await console.until(lambda: "type a reason, 10 characters at least" in console.hint)
        await console.type("all done")
        await console.until(lambda: "10 characters" in console.hint)
        await console.type(" by hand")
        await console.until(lambda: "close weekly now, with 1 walk left open" in console.hint)
        await console.accept()
        wanted = [("close", "all done by hand", now().walks[0].id)]
        await console.until(lambda: console.link.window_wishes == wanted)


async def test_a_window_that_crosses_a_planned_one_is_warned_of_before_it_is_opened_or_extended():
    soon = PlannedWindow("soon", "daily 08:20", "UTC", START + 1200, START + 1380)
    closed = replace(CLOSED, planned=(soon,))
    async with stage() as console:
        await ask(console, "open", closed)
        await fill(console, "name", "manual")
        await fill(console, "lasts", "15m")
        await console.until("closes 08:15:00")
        assert "soon is planned from" not in console.text
        await fill(console, "lasts", "21m")
        await console.until("it opens only once")
        await fill(console, "lasts", "30m")
        await console.until("it is not opened, for")
        await console.press("escape")
        await ask(console, "extend", replace(now(left=900.0), planned=(soon,)))
        await fill(console, "lasts", "6m")
        await console.until("it opens only once")


@pytest.mark.parametrize(
    ("name", "planned", "words"),
    [
        ("weekly", now().planned, "weekly is not opened again"),
        ("manual", now().planned[1:], "The next window is monthly"),
        ("manual", (), "No window opens by a plan after it"),
        ("manual", (WAITING, *now().planned[1:]), "soon, which is planned now"),
    ],
)
async def test_it_is_said_which_window_is_open_once_this_one_is_closed(name, planned, words):
    windows = now()
    async with stage(size=(120, 40)) as console:
        await ask(
            console, "close", replace(windows, state=replace(windows.state, name=name), planned=planned)
        )
        await console.until(words)
        assert ("A WALK IS OPEN and stays so, in another window" in console.text) is ("planned now" in words)


async def test_a_walk_that_begins_while_the_window_is_to_be_closed_is_said_and_without_any_few_words_do():
    async with stage() as console:
        await ask(console, "close", replace(now(), walks=()))
        await console.type("done")
        await console.until(lambda: console.hint.startswith(ENTER))
        assert "none is open" in console.text
        await console.link.move_windows(now())
        await console.until("A WALK IS OPEN")
        await console.until(lambda: "10 characters" in console.hint)
        await console.link.move_windows(replace(now(), walks=()))
        await console.until(lambda: console.hint.startswith(ENTER))
        await console.accept()
        await console.until(lambda: console.link.window_wishes == [("close", "done")])


async def test_a_window_that_is_opened_shortly_before_its_time_is_said_to_close_as_planned():
    async with stage() as console:
        first = CLOSED.planned[0]
        near = replace(first, start=START + 1200, end=START + 9000, early_from=START - 2400)
        await ask(console, "open", replace(CLOSED, planned=(near,)))
        await console.until("it is the weekly planned for 08:20:00 UTC, and closes 10:30:00 UTC as")
        await fill(console, "lasts", "10m")
        await console.until("closes 08:10:00")
        await fill(console, "lasts", "1h")
        await fill(console, "name", "urgent")
        await console.until("closes 09:00:00")


async def test_held_and_pasted_keys_open_nothing():
    async with stage() as console:
        await ask(console, "close", now())
        await console.type("all is done by now")
        await console.until(lambda: console.hint.startswith(ENTER))
        for _ in range(12):
            console.app.post_message(Key("enter", None))
        await console.pilot.pause(0.3)
        assert console.link.window_wishes == []
        assert isinstance(console.app.screen, CloseWindowDialog)


async def test_hostile_names_do_nothing_in_dialogs():
    async with stage() as console:
        for words in (PAYLOADS[0], PAYLOADS[-1]):
            planned = (replace(CLOSED.planned[0], name=words, words=words),)
            state, walk = replace(now().state, name=words), replace(now().walks[0], title=words)
            for what, windows in (
                ("open", replace(CLOSED, planned=planned)),
                ("close", replace(now(), state=state, walks=(walk,))),
            ):
                await ask(console, what, windows)
                assert not raw_in(console.text), words
                assert words[:3] in console.text
                await console.press("escape")


def closing(left=800.0):
    """How windows stand shortly before the end."""
    return now(left, reminder="the window weekly closes within 15 minutes")


async def rest(console):
    """Have nobody press a key for a while."""
    await console.clock.advance(IDLE)


async def beat(console):
    """Let a second go by."""
    await console.clock.advance(1.0)
    await console.pilot.pause()


async def test_before_the_end_it_is_offered_once_to_extend():
    async with stage() as console:
        await rest(console)
        await console.link.move_windows(closing())
        await console.until(lambda: console.app.windows == closing())
        await beat(console)
        await console.until(lambda: isinstance(console.app.screen, OfferDialog))
        assert "weekly closes 08:13:20" in console.text
        await console.press("2")
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, ExtendWindowDialog))
        await console.press("escape")
        await beat(console)
        await beat(console)
        assert isinstance(console.app.screen, HealthScreen), "it is not asked again"


async def test_leaving_it_is_what_enter_does_and_a_later_end_is_offered_anew():
    async with stage() as console:
        await rest(console)
        await console.link.move_windows(closing())
        await beat(console)
        await console.until(lambda: isinstance(console.app.screen, OfferDialog))
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, HealthScreen))
        assert console.link.window_wishes == []
        await rest(console)
        await console.link.move_windows(closing(850.0))
        await beat(console)
        await console.until(lambda: isinstance(console.app.screen, OfferDialog))


async def test_the_offer_goes_away_when_somebody_else_extends_it():
    async with stage() as console:
        await rest(console)
        await console.link.move_windows(closing())
        await beat(console)
        await console.until(lambda: isinstance(console.app.screen, OfferDialog))
        await console.link.move_windows(now(4000))
        await console.until(lambda: isinstance(console.app.screen, HealthScreen))


async def test_it_never_comes_up_over_a_dialog_nor_under_somebodys_fingers():
    async with stage() as console:
        await console.press("question_mark")
        assert isinstance(console.app.screen, HelpDialog)
        await rest(console)
        await console.link.move_windows(closing())
        await beat(console)
        await beat(console)
        assert isinstance(console.app.screen, HelpDialog)
        await console.press("escape")
        await beat(console)
        assert isinstance(console.app.screen, HealthScreen), "a key was pressed a moment ago"
        await console.press("slash")
        await rest(console)
        await beat(console)
        assert isinstance(console.app.screen, HealthScreen), "somebody types a filter"
        await console.press("escape")
        await rest(console)
        await beat(console)
        await console.until(lambda: isinstance(console.app.screen, OfferDialog))


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("Window", "sunday 03:00"),
        ("Baselines and differences", "WHEN NAME"),
        ("Extend the window", "closes 09:42:40"),
        ("Close the window early", "would close"),
    ],
)
async def test_the_menu_leads_everywhere(wanted, shown):
    async with stage() as console:
        console.link.answers[BaselinesAnswer] = BaselinesAnswer(1, HEADS)
        console.link.answers[KeptBaseline] = KeptBaseline(1, BASELINE, START)
        await console.link.move_windows(now())
        await console.until(lambda: console.app.windows == now())
        await console.press("colon")
        await console.type(wanted.lower(), pause=0.01)
        await console.until(lambda: wanted in console.text)
        await console.pilot.pause(0.2)
        await console.press("enter")
        await console.until(shown)
