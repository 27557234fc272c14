"""Reports in a real agent: made when due, once, of each window; listed, shown, asked for; two agents."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent import report_making, reports
from agent.link import RefusedError
from agent.report_making import ReportWish, make
from agent.report_messages import AskReport, AskReports, MakeReport, ReportAnswer, ReportMade, ReportsAnswer
from agent.reports import Reports
from checks import paths
from checks.board import SystemInfo
from checks.errors import StoreError, UsageError
from checks.load import load
from checks.model import Level, Observation, Reading, Result
from checks.storage.store import Store
from checks.system import System
from checks.testing import FakeClock
from runbooks.events import Noted
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.operators import Operator
from runbooks.report_events import ReportWritten
from runbooks.report_shelf import listed
from runbooks.window_events import WindowClosed, WindowOpened
from tests.servers.agents import QUICK

DAY = 86400.0
SIX = datetime(2027, 1, 15, 6, 0, tzinfo=UTC).timestamp()
DAILY = {"reports": {"daily": {"every": "daily 06:00", "keep": "2 d"}}}


class Live:
    """What reports need of the system that is looked after."""

    def __init__(self, **sections) -> None:
        self.system = System(SystemInfo("shop", timezone="UTC"), sections=sections)
        self.notices: tuple = ()

    def announce(self, source: str, notices: tuple) -> None:
        self.notices = notices


@pytest.fixture
def stage(tmp_path: Path, monkeypatch):
    """A place for the state of a system, and the path that names it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "shop"


def set_to(clock: FakeClock, at: float) -> None:
    clock.jump(at - clock.now())


def journal_at(source: Path, clock: FakeClock) -> Journal:
    return Journal(paths.journal_file(source), clock, ballast=0, syslog=source / "none")


async def test_what_is_due_is_made_once_kept_and_written_down(stage) -> None:
    clock = FakeClock(now=SIX - 3600)
    async with journal_at(stage, clock) as journal:
        part = Reports(Live(**DAILY), stage, journal, clock)
        await part.look()
        assert await part.kept() == ()
        set_to(clock, SIX + 1)
        await part.look()
        await part.look()
        (kept,) = await part.kept()
        assert (kept.name, kept.file) == ("daily", "daily-20270115T060001Z")
        (entry,) = await journal.newest(ReportWritten)
        event = entry.event
        assert isinstance(event, ReportWritten)
        assert (event.since, event.until, event.due) == (SIX - DAY, SIX, True)
        raw = (part.folder / kept.file / event.file).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == event.sha256
        assert json.loads(raw)["head"]["seq"] == 1
        assert len(event.others) == 5


async def test_what_was_missed_is_made_once_by_the_next_agent_and_what_is_old_goes(stage) -> None:
    clock = FakeClock(now=SIX - 3600)
    async with journal_at(stage, clock) as journal:
        await journal.append(Draft("", Noted("a first day")))
    for days in (4, 4, 5, 9):
        set_to(clock, SIX + days * DAY + 7200)
        async with journal_at(stage, clock) as journal:
            await Reports(Live(**DAILY), stage, journal, clock).look()
    assert [one.file[6:14] for one in listed(paths.reports_folder(stage))] == ["20270124"]
    async with journal_at(stage, clock) as journal:
        written = [one.event for one in await journal.newest(ReportWritten)]
    assert [one.until for one in written] == [SIX + days * DAY for days in (4, 5, 9)]


async def test_a_window_that_has_closed_has_its_report_once_it_could_be_rechecked(stage) -> None:
    clock = FakeClock(now=SIX)
    async with journal_at(stage, clock) as journal:
        part = Reports(Live(), stage, journal, clock)
        await journal.append(Draft("", WindowOpened("weekly", SIX + 7200, SIX + 7200)))
        set_to(clock, SIX + 3600)
        await part.look()
        await journal.append(Draft("", WindowClosed("weekly", True, "done"), Operator("oper1", 1001)))
        await part.look()
        assert await part.kept() == ()
        set_to(clock, SIX + 3600 + reports.SETTLED + 1)
        await part.look()
        await part.look()
        (kept,) = await part.kept()
        assert kept.name == "window-weekly"
        assert "closed early" in await part.text(kept.file, "text")


async def test_a_folder_that_cannot_be_written_is_a_notice_and_tried_again(stage) -> None:
    clock = FakeClock(now=SIX - 3600)
    live = Live(**DAILY)
    async with journal_at(stage, clock) as journal:
        part = Reports(live, stage, journal, clock)
        part.folder.write_text("in the way")
        set_to(clock, SIX + 1)
        await part.look()
        assert "a report that is due could not be made" in live.notices[0].text
        part.folder.unlink()
        await part.look()
        assert await part.kept() == ()
        await clock.advance(reports.RETRY + 1)
        await part.look()
        assert [one.name for one in await part.kept()] == ["daily"]
        assert live.notices == ()


async def test_a_huge_journal_leaves_the_event_loop_free(stage) -> None:
    clock = FakeClock(now=SIX - 3600)
    async with journal_at(stage, clock) as journal:
        for _ in range(3):
            drafts = [Draft("", WindowOpened("w", SIX - 10, SIX - 10)) for _ in range(1000)]
            await journal.append(*drafts)
        set_to(clock, SIX + 1)
        part = Reports(Live(reports={"monthly": {"every": "daily 06:00"}}), stage, journal, clock)
        part._past, part._windows_at = (), journal.head.seq
        making = asyncio.ensure_future(part.look())
        longest, last, began = 0.0, time.monotonic(), time.monotonic()
        while not making.done():
            await asyncio.sleep(0.002)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        took = time.monotonic() - began
        assert [one.name for one in await part.kept()] == ["monthly"]
        assert longest < max(0.25, took / 3), f"{longest:.3f} of {took:.3f} s"


async def test_a_console_has_a_report_made_listed_and_shown(agents) -> None:
    source = agents.system(QUICK + "reports: {weekly: {}}\n")
    async with agents.link(source) as console:
        link = console.link
        await console.attached()
        made = await link.ask(ReportMade, lambda number: MakeReport(number, "daily"))
        answer = await link.ask(ReportsAnswer, AskReports)
        assert [one.file for one in answer.kept] == [made.file]
        assert [one.name for one in answer.planned] == ["weekly", "window"]
        told = await link.ask(ReportAnswer, lambda number: AskReport(number, made.file, "text"))
        assert told.text.startswith("Daily report on quick")
        assert "here" in told.text
        with pytest.raises(RefusedError, match="no window called 'x' was ever open"):
            await link.ask(ReportMade, lambda number: MakeReport(number, "window:x"))
        with pytest.raises(RefusedError, match="no report is called 'weakly'; did you mean 'weekly'"):
            await link.ask(ReportMade, lambda number: MakeReport(number, "weakly"))
        with pytest.raises(RefusedError, match="no report is called"):
            await link.ask(ReportAnswer, lambda number: AskReport(number, "../../etc", "text"))


async def test_a_system_that_was_never_looked_at_has_a_report_that_says_so(stage) -> None:
    told = make(Live().system, stage, ReportWish("daily", SIX))
    assert (told.since, told.until, told.head.hash) == (SIX - DAY, SIX, "")
    with pytest.raises(UsageError, match="ends after it begins"):
        make(Live().system, stage, ReportWish("daily", SIX, SIX + 5))


async def test_a_report_reads_what_a_store_has_folded_and_what_it_has_not(stage, tmp_path) -> None:
    source = tmp_path / "system.yaml"
    source.write_text("system: shop\nchecks: {cpu: {kind: cpu, every: 60s}}\n")
    clock = FakeClock(now=SIX)
    async with Store(paths.store_file(source), clock) as store:
        for place in range(300):
            seen = Observation("seen", readings=(Reading("usage", 10 + place / 10, "%"),))
            store.put(Result("cpu", Level.OK, SIX - 18000 + place * 60, 0.1, seen, counts_for=85.0))
        await store.flush()
        system = load(source)
        set_to(clock, SIX + 1)
        told = make(system, source, ReportWish("weekly", SIX + 1))
        capacity = report_making.rendered(told, system, ("json",))["json"]
        sections = json.loads(capacity)["sections"]
        assert sections["health"]["counts"]["OK"] == 1
        assert sections["uptime"]["system"]["up"] == pytest.approx(18000, abs=200)
        assert sections["uptime"]["system"]["unknown"] > 6 * DAY
        assert sections["uptime"]["system"]["percent"] == 100.0
        told = make(system, source, ReportWish("quarterly", SIX + 1))
        (course,) = json.loads(report_making.rendered(told, system, ("json",))["json"])["sections"][
            "capacity"
        ]["trends"]
        assert (course["check"], course["trend"]) == ("cpu", "rising")
        assert course["peak"] == pytest.approx(39.9, abs=0.1)


async def test_a_store_or_a_journal_that_is_damaged_is_said_to_be(stage) -> None:
    clock = FakeClock(now=SIX)
    system = Live(reports={}).system
    async with journal_at(stage, clock) as journal:
        await journal.append(Draft("", Noted("x")))
    paths.store_file(stage).write_bytes(b"no store" * 1000)
    with pytest.raises(StoreError, match="the store cannot be read"):
        make(system, stage, ReportWish("daily", SIX + 1))
    paths.store_file(stage).unlink()
    paths.journal_file(stage).write_bytes(b"no journal" * 1000)
    with pytest.raises(StoreError, match="journal"):
        make(system, stage, ReportWish("daily", SIX + 1))
