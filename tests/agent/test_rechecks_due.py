"""When everything is looked at again, by a clock that the test moves: before an end, at a close, too late."""

import asyncio

import pytest

from agent.baselines import Baselines
from agent.rechecks import SOURCE, WITHIN, Rechecks
from agent.windows import Windows
from checks.board import SystemInfo
from checks.masking import Masker
from checks.model import Level
from checks.system import System
from checks.testing import FakeClock
from runbooks.journal.journal import Journal
from runbooks.operators import Operator
from runbooks.window_events import AFTER, AT_CLOSE, BEFORE_END, BaselineTaken, Rechecked, WindowMissed
from tests.runbooks.test_baseline import board

ALICE = Operator("alice", 1001)


class Engine:
    """Sees what the test says."""

    def __init__(self):
        self.system = SystemInfo("quick", timezone="UTC")
        self.ended = False
        self.snapshot = board(api=Level.OK, db=Level.OK)
        self.hangs = False

    async def probed(self, names):
        if self.hangs:
            await asyncio.Event().wait()
        return self.snapshot


class Live:
    """A system with such an engine."""

    def __init__(self):
        self.works = Engine()
        self.engine: Engine | None = self.works
        self.system = System(self.works.system)
        self.said: dict[str, tuple] = {}

    def announce(self, source, notices):
        self.said[source] = notices

    async def engine_after(self, last):
        return self.works


class Ground:
    """The windows of one agent, and who looks again."""

    def __init__(self, journal, clock, live):
        self.journal, self.clock, self.live = journal, clock, live
        self.windows = Windows(live, journal, Masker(), clock)
        self.rechecks = Rechecks(live, self.windows, Baselines(live, journal), clock)

    async def look(self, after: float = 0.0):
        self.clock.jump(after)
        await self.windows.look()
        await self.rechecks.look()

    async def found(self) -> list[tuple]:
        events = [entry.event for entry in await self.journal.newest(Rechecked)]
        return [
            (e.name, e.occasion, [c.check for c in e.difference.newly_bad] if e.difference else e.trouble)
            for e in events
        ]


@pytest.fixture
async def ground(tmp_path):
    clock = FakeClock()
    async with Journal(tmp_path / "t.journal.db", clock) as journal:
        yield Ground(journal, clock, Live())


async def test_before_the_end_again_before_a_later_end_and_at_the_close(ground):
    await ground.look()
    await ground.windows.open("urgent", 3600, "disk is full", ALICE)
    await ground.look()
    assert ground.windows.now.recheck_at == ground.windows.state.until - 600
    await ground.look(2999)
    assert await ground.found() == []
    ground.live.works.snapshot = board(api=Level.CRIT, db=Level.OK)
    await ground.look(1)
    assert await ground.found() == [("urgent", BEFORE_END, ["api"])]
    (notice,) = ground.live.said[SOURCE]
    seen = "urgent, rechecked before the end Fri 15 Jan 08:50 UTC"
    assert notice.text == f"{seen}: worse than when it opened: api"
    await ground.look(1)
    assert ground.windows.now.recheck_at == 0
    await ground.windows.extend(1800, "slower than thought", ALICE)
    await ground.look()
    assert ground.windows.now.recheck_at == ground.windows.state.until - 600
    ground.live.works.snapshot = board(api=Level.OK, db=Level.OK)
    await ground.look(1800)
    assert (await ground.found())[1:] == [("urgent", BEFORE_END, [])]
    assert ground.live.said[SOURCE] == ()
    assert not ground.rechecks.busy
    ground.live.works.snapshot = board(api=Level.OK, db=Level.WARN)
    await ground.look(700)
    assert (await ground.found())[2:] == [("urgent", AT_CLOSE, ["db"])]
    after = [e.event for e in await ground.journal.newest(BaselineTaken) if e.event.occasion == AFTER]
    assert [(one.name, one.levels) for one in after] == [("urgent", {"api": "OK", "db": "WARN"})]
    assert [len(state.earlier) for state in (ground.windows.state,)] == [2]
    await ground.look(3599)
    assert ground.live.said[SOURCE]
    await ground.look(2)
    assert ground.live.said[SOURCE] == (), "after an hour it is no longer put down to the window"


@pytest.mark.parametrize(("away", "found"), [(3000, [[]]), (8000, ["no agent was there to look within"])])
async def test_who_comes_after_the_end_looks_if_that_is_not_too_long_ago(ground, away, found):
    await ground.look()
    await ground.windows.open("urgent", 60, "disk is full", ALICE)
    await ground.look()
    ground.clock.jump(away)
    later = Ground(ground.journal, ground.clock, ground.live)
    await later.look()
    said = [one[2] if isinstance(one[2], list) else one[2][:33] for one in await later.found()]
    assert said == found
    assert later.windows.state.closing is None


async def test_a_window_that_follows_at_once_keeps_its_own_recheck(ground):
    await ground.look()
    await ground.windows.open("first", 600, "disk is full", ALICE)
    await ground.look()
    await ground.windows.close("done", ALICE)
    assert ground.rechecks.busy
    await ground.windows.open("second", 600, "once more", ALICE)
    ground.live.works.snapshot = board(api=Level.CRIT, db=Level.OK)
    await ground.look()
    assert await ground.found() == [("first", AT_CLOSE, ["api"])]
    state = ground.windows.state
    assert (state.name, state.recheck, state.closing) == ("second", None, None)


async def test_without_a_baseline_that_is_said_and_the_after_is_kept_all_the_same(ground):
    ground.live.works.snapshot = board()
    ground.live.engine = None
    await ground.look()
    await ground.windows.open("urgent", 600, "disk is full", ALICE)
    await ground.windows.close("done", ALICE)
    await ground.look()
    assert await ground.found() == [("urgent", AT_CLOSE, "there is no baseline from when it was opened")]
    assert [e.event.occasion for e in await ground.journal.newest(BaselineTaken)] == [AFTER]


async def test_a_check_that_never_answers_does_not_hold_it_up_for_ever(ground, monkeypatch):
    monkeypatch.setattr("agent.rechecks.WITHIN", 0.01)
    assert WITHIN == 300
    await ground.look()
    await ground.windows.open("urgent", 600, "disk is full", ALICE)
    await ground.look()
    ground.live.works.hangs = True
    await ground.windows.close("done", ALICE)
    await ground.look()
    ((_, _, why),) = await ground.found()
    assert why == "not every check could be looked at within five minutes"


async def test_what_was_worse_is_told_only_as_long_as_it_is(ground):
    await ground.look()
    await ground.windows.open("hotfix", 600, "disk is full", ALICE)
    await ground.look()
    await ground.windows.close("done", ALICE)
    ground.live.works.snapshot = board(api=Level.CRIT, db=Level.WARN)
    await ground.look()
    (notice,) = ground.live.said[SOURCE]
    assert notice.text == (
        "hotfix, rechecked at the close Fri 15 Jan 08:00 UTC: worse than when it opened: api, db"
    )
    ground.live.works.snapshot = board(api=Level.OK, db=Level.WARN)
    await ground.look(60)
    (notice,) = ground.live.said[SOURCE]
    assert notice.text.endswith("worse than when it opened: db")
    ground.live.works.snapshot = board(api=Level.OK, db=Level.OK)
    await ground.look(60)
    assert ground.live.said[SOURCE] == ()
    ground.live.works.snapshot = board(api=Level.CRIT, db=Level.OK)
    await ground.look(60)
    assert "opened: api" in ground.live.said[SOURCE][0].text, "it came back within the hour"


async def test_a_planned_window_waits_for_the_open_one_and_opens_when_that_is_closed(ground):
    ground.live.system = planned("daily 08:02")
    await ground.look()
    await ground.windows.open("manual", 240, "disk is full", ALICE)
    await ground.look(130)
    (notice,) = ground.live.said["planned windows"]
    assert notice.text == ("soon was to open Fri 15 Jan 08:02 UTC; it waits for manual to be closed")
    await ground.windows.close("done", ALICE)
    assert (ground.windows.state.name, ground.windows.is_open) == ("soon", True)
    assert ground.live.said["planned windows"] == ()
    await ground.windows.close("that too", ALICE)
    await ground.look(5)
    assert not ground.windows.is_open
    (coming,) = ground.windows.now.planned
    assert coming.start > ground.clock.now() + 86000, "what was closed early is not listed as to come"


async def test_a_planned_window_that_is_never_opened_is_written_down_and_told(ground):
    ground.live.system = planned("daily 08:02")
    await ground.look()
    await ground.windows.open("manual", 600, "disk is full", ALICE)
    await ground.look(130)
    assert "it will not be opened" in ground.live.said["planned windows"][0].text
    ground.clock.jump(60)
    later = Ground(ground.journal, ground.clock, ground.live)
    await later.look(120)
    await later.look(1)
    (row,) = await ground.journal.newest(WindowMissed)
    assert (row.event.name, row.event.behind) == ("soon", "manual")
    (notice,) = ground.live.said["planned windows"]
    assert notice.text == "soon was not opened Fri 15 Jan 08:02 UTC: manual was open all its time"


def planned(every: str) -> System:
    """Return the system with one planned window of three minutes."""
    window = {"every": every, "lasts": "3m", "timezone": "UTC"}
    return System(Engine().system, sections={"windows": {"soon": window}})
