"""What a console shows of windows: countdown and last safe point in the header, reminders, the rule."""

from datetime import UTC, datetime

import pytest

from runbooks.decisions import Override
from runbooks.live import Budget, Live
from runbooks.windows.state import WindowsNow, WindowState
from tests.tui.boards import START
from tests.tui.stage import stage
from tests.tui.test_dialogs_answers import ask, decided
from tests.tui.walks import waiting
from tui.cell import text_of
from tui.walks.asked import asked
from tui.walks.open_walk import OpenWalk
from tui.widgets.header import HeaderBar, window_parts


def windows(left: float, **more) -> WindowsNow:
    return WindowsNow(WindowState("weekly", START - 60, until=START + left), **more)


def header(console) -> str:
    return str(console.app.screen.query_one(HeaderBar).render())


async def test_the_header_counts_down_to_the_end_of_the_window():
    async with stage(size=(120, 40)) as console:
        assert "left" not in header(console)
        await console.link.move_windows(windows(4360))
        await console.until(lambda: "window weekly: 01:12:40 left" in header(console))
        await console.link.move_windows(WindowsNow(gate="no window is open"))
        await console.until(lambda: "left" not in header(console))


async def test_with_a_walk_the_header_says_until_when_it_is_safe_to_go_on():
    async with stage(size=(120, 40)) as console:
        spent = Budget(START + 4360, safe_until=START + 3000)
        await console.link.move(waiting(), Live(budget=spent))
        await console.link.move_windows(windows(4360))
        await console.until(lambda: "(safe until " in header(console))


@pytest.mark.parametrize(
    ("width", "safe", "said"),
    [
        (140, Budget(START + 4360, safe_until=START + 3000), "01:12:40 left (safe until 08:50)"),
        (140, Budget(START + 4360, safe_until=START + 3000, uncertain=True), "(safe until 08:50?)"),
        (140, Budget(START + 4360, safe_until=START - 60), "01:12:40 left (SAFE POINT PASSED 07:59)"),
        (80, Budget(START + 4360, safe_until=START + 3000), "01:12:40 safe 08:50 "),
        (80, Budget(START + 4360, safe_until=START - 60), "01:12:40 PASSED 07:59 "),
    ],
)
async def test_the_last_safe_point_is_seen_in_the_header_and_looks_otherwise_once_it_has_passed(
    width, safe, said
):
    async with stage(size=(width, 24)) as console:
        await console.link.move(waiting(), Live(budget=safe))
        await console.link.move_windows(windows(4360))
        await console.until(lambda: said in header(console))


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_the_environment_stays_in_the_header_whatever_else_is_to_be_said(width):
    async with stage(size=(width, 24)) as console:
        await console.link.move(waiting(), Live(budget=Budget(START + 4360, safe_until=START + 3000)))
        await console.link.move_windows(windows(4360))
        await console.until(lambda: "01:12:40" in header(console))
        assert "[STAGING]" in header(console)
        assert ("UNHEALTHY" in header(console)) == (width >= 80)
        assert "safe" in header(console) or width < 80


async def test_the_countdown_and_the_safe_point_go_by_elapsed_time_where_clocks_are_set_back():
    """Berlin, 25 October 2026: 02:30 comes twice; the window closes the second time, at 01:30 UTC."""
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).timestamp()
    state = WindowState("nightly", before - 60, until=before + 3600)
    opened = OpenWalk(waiting(), Live(budget=Budget(before + 3600, safe_until=before + 1800)))
    line = window_parts(WindowsNow(state), {"w": opened}, before, "Europe/Berlin")
    said = "".join(part.content.plain for part in line)
    assert said == "  window nightly: 01:00:00 left (safe until 02:00)"


async def test_a_reminder_is_shown_once():
    async with stage() as console:
        said = "the window weekly closes within 15 minutes"
        await console.link.move_windows(windows(890, reminder=said))
        await console.until(lambda: [note.message for note in console.app._notifications] == [said])
        await console.link.move_windows(windows(880, reminder=said))
        await console.pilot.pause()
        assert len(console.app._notifications) == 1


async def test_on_a_narrow_screen_the_time_left_stays_longest():
    line = window_parts(windows(600), {}, START, "UTC")
    assert [part.drop for part in line] == [6, 4, 2, 5]
    assert window_parts(windows(600), {}, 0.0, "UTC") == ()


async def test_the_walk_says_how_its_time_stands():
    spent = Budget(START + 600, rest=900, back=300, safe_until=START + 300)
    live = Live("restart", budget=spent)
    opened = OpenWalk(waiting(), live, held=True)
    said = " ".join(text_of(line) for line in asked(opened, START))
    assert (
        "TIME  THE REST DOES NOT FIT; 10 m 0 s left; the rest usually takes 15 m 0 s; a way back 5 m 0 s"
        in said
    )
    assert "TIME" not in " ".join(
        text_of(line) for line in asked(OpenWalk(waiting(), Live(), held=True), START)
    )


async def test_late_in_the_window_the_next_change_asks_for_the_last_safe_point_to_be_set_aside():
    async with stage() as console:
        await ask(console, waiting(), Live(late="the last safe point was 04:31"), key="o")
        assert "Set the last safe point aside" in console.text
        assert "the last safe point was 04:31. The rule is set aside" in " ".join(console.text.split())
        await console.type("the owner wants it done")
        await console.accept()
        wanted = [Override("last-safe-point", "the owner wants it done")]
        await console.until(lambda: decided(console) == wanted)
