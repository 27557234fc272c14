"""The reports that are kept: listed, read in their formats, made by keys."""

from __future__ import annotations

import pytest

from agent.report_messages import (
    AskReport,
    MakeReport,
    PlannedReport,
    ReportAnswer,
    ReportMade,
    ReportsAnswer,
)
from runbooks.kept_reports import KeptReport
from tests.hostile import PAYLOADS, raw_in
from tests.tui.boards import START
from tests.tui.golden import check_golden
from tests.tui.stage import Stage, key_of, stage
from tui.dialogs.new_report import NewReportDialog
from tui.screens.report import ReportScreen
from tui.screens.reports import ReportsScreen

FORMATS = ("md", "html", "json", "text", "ticket", "csv")
KEPT = (
    KeptReport("daily-20270115T060001Z", "daily", START - 7200, FORMATS, 22_000),
    KeptReport("window-weekly-20270110T050101Z", "window-weekly", START - 5 * 86400, FORMATS, 48_000),
    KeptReport("monthly-20270101T000002Z", "monthly", START - 14 * 86400, FORMATS, 61_000),
)
PLANNED = (PlannedReport("daily", "daily 06:00", START + 22 * 3600), PlannedReport("window", "closed", 0.0))
TEXT = "Daily report on The shop\n  System       shop\n\nHEALTH WHEN THIS WAS MADE\n  Overall      healthy"


def answer(console: Stage, text: str = TEXT, kept: tuple[KeptReport, ...] = KEPT) -> None:
    """Have the agent know these reports."""
    console.link.answers |= {
        ReportsAnswer: ReportsAnswer(0, kept, PLANNED, "/var/lib/walkdown/shop.reports"),
        ReportAnswer: ReportAnswer(0, text),
        ReportMade: ReportMade(0, "daily-20270115T080000Z"),
    }


async def reports(console: Stage) -> None:
    """Go to the reports."""
    await console.press(key_of("journal"), "p")
    await console.until(lambda: isinstance(console.app.screen, ReportsScreen))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_reports_stand_newest_first_with_what_comes_next(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        answer(console)
        await reports(console)
        await console.until("window-weekly")
        await console.pilot.pause(0.1)
        rows = [line.split() for line in console.text.splitlines()[2:5]]
        assert [next(word for word in row if word[0].islower()) for row in rows] == [one.name for one in KEPT]
        assert "next: daily" in console.text
        check_golden(f"reports-{size[0]}x{size[1]}", console.text)


async def test_a_report_is_read_in_one_format_after_another() -> None:
    async with stage() as console:
        answer(console)
        await reports(console)
        await console.until("window-weekly")
        await console.press("j", "enter")
        await console.until("HEALTH WHEN THIS WAS MADE")
        assert isinstance(console.app.screen, ReportScreen)
        await console.press("right_square_bracket")
        await console.until("for a change ticket")
        asked = [one for one in console.link.asked if isinstance(one, AskReport)]
        assert [(one.file, one.form) for one in asked] == [(KEPT[1].file, "text"), (KEPT[1].file, "ticket")]
        await console.press("escape")
        await console.until(lambda: isinstance(console.app.screen, ReportsScreen))
        await console.press("escape")
        await console.until("walkdown audit verify")


async def test_a_report_is_made_by_keys_and_then_read() -> None:
    async with stage() as console:
        answer(console)
        await reports(console)
        await console.until("window-weekly")
        await console.press("n")
        await console.until(lambda: isinstance(console.app.screen, NewReportDialog))
        await console.press("3")
        await console.until(lambda: "monthly" in console.hint)
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, ReportScreen))
        assert [one.name for one in console.link.asked if isinstance(one, MakeReport)] == ["monthly"]
        await console.until("daily-20270115T080000Z")


async def test_what_the_agent_refuses_is_said_in_the_dialog() -> None:
    async with stage() as console:
        answer(console)
        await reports(console)
        await console.until("window-weekly")
        console.link.refusal = "no window was ever open"
        await console.press("n")
        await console.until(lambda: isinstance(console.app.screen, NewReportDialog))
        await console.press("5")
        await console.accept()
        await console.until("no window was ever open")


async def test_without_reports_and_without_an_agent_it_says_so() -> None:
    async with stage() as console:
        answer(console, kept=())
        await reports(console)
        await console.until("no report is kept yet; n makes one")
        await console.link.detach("gone")
        await console.press("n")
        assert isinstance(console.app.screen, ReportsScreen)


async def test_hostile_text_in_a_report_or_a_name_reaches_no_terminal() -> None:
    async with stage(size=(120, 40)) as console:
        nasty = "".join(text for text in PAYLOADS[:34] if text.encode(errors="ignore").decode() == text)
        answer(console, nasty, (KeptReport("x-20270115T060001Z", nasty[:300], START, (nasty[:50],), 1),))
        await reports(console)
        await console.until("h00")
        assert not raw_in(console.text)
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, ReportScreen) and "h00" in console.text)
        assert not raw_in(console.text)
