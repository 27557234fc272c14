"""The recheck of a window by a real agent: what a console and the journal are told of it."""

import pytest

from agent.baseline_messages import AskBaseline, AskBaselines, BaselinesAnswer, KeptBaseline
from agent.window_messages import WindowMoved
from checks import paths
from checks.clock import SystemClock
from runbooks.journal.journal import Journal
from runbooks.window_events import AT_CLOSE, Rechecked

SYSTEM = """
system: quick
windows: {{once: {{from: 2020-01-01 03:00, lasts: 1h, timezone: UTC, recheck: {recheck}}}}}
checks:
  file:
    kind: command
    run: [cat, {file}]
    every: 60s
    timeout: 5s
    expect: {{text: fine}}
"""


@pytest.fixture
def system(agents, tmp_path):
    (tmp_path / "file").write_text("fine")
    return lambda recheck: agents.system(SYSTEM.format(file=tmp_path / "file", recheck=recheck))


async def state_of(console, accepts):
    """The window, once it is as wanted."""
    event = await console.until(lambda e: isinstance(e, WindowMoved) and accepts(e.windows.state))
    return event.windows.state


async def rechecks_of(source) -> list[Rechecked]:
    async with Journal(paths.journal_file(source), SystemClock()) as journal:
        return [entry.event for entry in await journal.newest(Rechecked)]


async def test_at_the_close_everything_is_looked_at_again_and_kept(agents, system, tmp_path):
    source = system("30m")
    async with agents.link(source) as console:
        await console.attached()
        await console.link.open_window("once", 120, "the disk is full")
        taken = await state_of(console, lambda state: state.baseline)
        assert taken.baseline_at >= taken.opened_at
        (tmp_path / "file").write_text("broken")
        # Half an hour is more than half of its two minutes.
        windows = await console.link.windows()
        assert windows.recheck_at == pytest.approx(taken.until - 60, abs=1)
        await console.link.close_window("it is done")
        closed = await state_of(console, lambda state: state.recheck)
        assert (closed.recheck.occasion, closed.recheck.newly_bad) == (AT_CLOSE, ("file",))
        assert closed.closing is None
        snapshot = await console.snapshot(lambda s: any(n.source == "window" for n in s.notices))
        (notice,) = [each for each in snapshot.notices if each.source == "window"]
        assert notice.text.startswith("once, rechecked at the close ")
        assert notice.text.endswith(" UTC: worse than when it opened: file")
        heads = (await console.link.ask(BaselinesAnswer, AskBaselines)).heads
        after = heads[0]
        assert (after.name, after.occasion, after.levels) == ("once", "after", {"CRIT": 1})
        kept = await console.link.ask(KeptBaseline, lambda number: AskBaseline(number, after.seq))
        assert kept.baseline.levels == {"file": "CRIT"}
        # What is compared with by name is how things were, not how they were left.
        found = await console.link.difference("once")
        assert [one.check for one in found.newly_bad] == ["file"]
        (event,) = await rechecks_of(source)
        assert [one.summary for one in event.difference.newly_bad] != [""]
