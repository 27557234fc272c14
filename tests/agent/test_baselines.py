"""Baselines of real agents: when a window and a walk open, by wish, and what is different afterwards."""

import json

import pytest

from agent.baseline_messages import AskBaseline, AskBaselines, BaselinesAnswer, KeptBaseline
from agent.link import RefusedError
from runbooks.decisions import StopWalk
from tests.agent.walking import wait_until
from tests.servers.commands import CommandLine

SYSTEM = """
system: quick
windows: {{always: {{cron: '* * * * *', lasts: 1h}}}}
checks:
  file:
    kind: command
    run: [cat, {file}]
    every: 60s
    timeout: 5s
    expect: {{text: fine}}
"""
LOOKING = "runbook: test\nwindow: any\nsteps:\n  - {id: one, kind: manual, done: I have looked.}\n"


@pytest.fixture
def place(agents, tmp_path):
    (tmp_path / "file").write_text("fine")
    return agents.system(SYSTEM.format(file=tmp_path / "file"))


async def compared(console, name):
    """The difference, once there is such a baseline."""
    for _ in range(100):
        try:
            return await console.link.difference(name)
        except RefusedError as error:
            assert "there is no baseline" in str(error)
            await console.until(lambda event: True)
    pytest.fail("there is no baseline")


async def test_one_is_taken_when_a_window_opens_and_when_a_walk_does(agents, place, tmp_path):
    agents.runbook(place, LOOKING)
    async with agents.link(place) as console:
        await console.attached()
        assert not (await compared(console, "always")).newly_bad
        (tmp_path / "file").write_text("broken")
        found = await console.link.difference("always")
        assert [one.check for one in found.newly_bad] == ["file"]
        walk = await console.link.open_walk("test", "", {})
        found = await console.link.difference(walk)
        assert [one.check for one in found.bad_before] == ["file"]
        (tmp_path / "file").write_text("fine")
        assert [one.check for one in (await console.link.difference()).fixed] == ["file"]


async def test_what_an_open_walk_expects_to_fail_is_newly_bad_only_once_the_walk_is_over(
    agents, place, tmp_path, walkdown: CommandLine
):
    agents.runbook(place, f"expects: [file]\n{LOOKING}")
    async with agents.link(place) as console:
        await console.attached()
        await console.link.take_baseline("mine")
        walk = await console.link.open_walk("test", "", {})
        shown = await console.shown("one")
        (tmp_path / "file").write_text("broken")
        found = await console.link.difference("mine")
        assert ([one.check for one in found.expected], found.newly_bad) == (["file"], ())
        told = walkdown("diff", "mine", "--system", place)
        assert told.returncode == 0
        assert "  expected: file OK -> CRIT" in told.stdout
        assert told.stdout.endswith("no check is worse than the baseline\n")
        await console.link.decide(walk, shown.fence, StopWalk("to see what is left"))
        await console.moved(lambda one, live: one.over)
        found = await console.link.difference("mine")
        assert ([one.check for one in found.newly_bad], found.expected) == (["file"], ())


async def test_one_is_taken_by_wish_and_unknown_ones_are_refused(agents, place):
    async with agents.link(place) as console:
        await console.attached()
        taken = await console.link.take_baseline("before-lunch")
        assert (taken.occasion, taken.levels) == ("hand", {"file": "OK"})
        with pytest.raises(
            RefusedError, match=r"there is no baseline called 'lunch'; there are: .*before-lunch"
        ):
            await console.link.difference("lunch")
        with pytest.raises(RefusedError, match="letters and digits"):
            await console.link.take_baseline("../x")


def test_baseline_and_diff_on_the_command_line(agents, place, tmp_path, walkdown: CommandLine):
    try:
        taken = walkdown("baseline", "mine", "--system", place)
        assert (taken.returncode, taken.stdout) == (0, "baseline mine: 1 checks (1 OK)\n"), taken.stderr
        same = walkdown("diff", "mine", "--system", place)
        assert same.returncode == 0
        assert same.stdout.endswith("no check is worse than the baseline\n")
        (tmp_path / "file").write_text("broken")
        worse = walkdown("diff", "mine", "--system", place)
        assert worse.returncode == 1
        assert "newly bad: file OK -> CRIT" in worse.stdout
        said = json.loads(walkdown("diff", "mine", "--system", place, "-o", "json").stdout)
        assert (said["worse"], said["newly_bad"][0]["check"]) == (True, "file")
        none = walkdown("diff", "nothing", "--system", place)
        assert none.returncode == 64
        assert "there is no baseline called 'nothing'" in none.stderr
    finally:
        walkdown("agent", "stop", "--force", "--system", place)
        wait_until(lambda: walkdown("agent", "status", "--system", place).returncode == 3)


async def test_what_was_taken_is_listed_and_given_whole(agents, place):
    async with agents.link(place) as console:
        await console.attached()
        await console.link.take_baseline("first")
        await console.link.take_baseline("second")
        answer = await console.link.ask(BaselinesAnswer, AskBaselines)
        mine = [head for head in answer.heads if head.occasion == "hand"]
        assert [(head.name, head.levels) for head in mine] == [("second", {"OK": 1}), ("first", {"OK": 1})]
        kept = await console.link.ask(KeptBaseline, lambda number: AskBaseline(number, mine[1].seq))
        assert (kept.baseline.name, kept.baseline.levels, kept.at) == ("first", {"file": "OK"}, mine[1].at)
        with pytest.raises(RefusedError, match="that baseline is not there"):
            await console.link.ask(KeptBaseline, lambda number: AskBaseline(number, 1))
