"""An agent is started by the first console, found by the next, missed when dead, and replaced when old."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from agent import run as agent_run
from agent.ask import visiting
from agent.checklist_messages import ChecklistAnswer, DecideChecklist, OpenChecklist
from agent.link import Attached
from checks import paths
from checks.clock import SystemClock
from checks.errors import LinkError
from checks.model import Level
from checks.version import __version__
from runbooks.checklist_decisions import CloseList
from runbooks.checklist_events import ItemTicked
from runbooks.journal import questions
from runbooks.journal.database import looking


def probed(snapshot):
    return all(state.last.at for state in snapshot.states)


async def test_the_first_console_starts_an_agent_and_the_second_finds_it(agents):
    source = agents.system()
    async with agents.link(source) as first, agents.link(source) as second:
        one, two = await first.attached(), await second.attached()
        assert one.agent_pid == two.agent_pid
        assert one.agent_version == __version__
        assert one.system.name == "quick"
        assert (await first.snapshot(probed)).state("here").level is Level.OK


async def test_two_consoles_that_start_at_once_share_one_agent(agents):
    source = agents.system()
    async with asyncio.TaskGroup() as tasks:

        async def attach():
            async with agents.link(source) as events:
                return (await events.attached()).agent_pid

        pids = [tasks.create_task(attach()) for _ in range(5)]
    assert len({task.result() for task in pids}) == 1


async def test_the_agent_goes_on_when_the_console_ends_and_the_next_sees_data_at_once(agents):
    source = agents.system()
    async with agents.link(source) as events:
        await events.attached()
        before = await events.snapshot(probed)
    started = time.monotonic()
    async with agents.link(source) as events:
        again = await events.attached()
        assert time.monotonic() - started < 1.0
        assert probed(again.snapshot)
        assert again.snapshot.number >= before.number


async def test_a_killed_agent_is_noticed_within_two_seconds_and_started_again_with_its_history(agents):
    source = agents.system()
    async with agents.link(source) as events:
        first = await events.attached()
        seen = await events.snapshot(lambda s: probed(s) and s.number > 5)
        await asyncio.sleep(2.1)  # a batch is committed within two seconds
        os.kill(first.agent_pid, signal.SIGKILL)
        detached = await events.detached(within=2.0)
        assert "unexpectedly" in detached.reason
        second = await events.attached()
        assert second.agent_pid != first.agent_pid
        assert second.snapshot.state("here").last.at >= seen.state("here").last.at, "what was stored is shown"
        assert len(await events.link.results("here")) >= 2


async def test_an_agent_that_is_silent_counts_as_gone(agents):
    source = agents.system()
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        os.kill(pid, signal.SIGSTOP)
        try:
            assert "silent" in (await events.detached(within=10.0)).reason
        finally:
            os.kill(pid, signal.SIGCONT)
        assert (await events.attached()).agent_pid == pid


def old_agent(source, version="0.0.9", protocol=None):
    """Start an agent that says it is of another version."""
    code = [
        "import checks.version, agent.protocol",
        f"checks.version.__version__ = {version!r}",
        *([f"agent.protocol.PROTOCOL = {protocol}"] if protocol is not None else []),
        "from pathlib import Path; from agent.run import run",
        f"raise SystemExit(run(Path({str(source)!r}), stay=False))",
    ]
    process = subprocess.Popen([sys.executable, "-P", "-c", "\n".join(code)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 15
    while not paths.socket_file(source).exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("protocol", [None, 0, 99])
async def test_an_agent_of_another_version_is_replaced(agents, protocol):
    source = agents.system()
    old = old_agent(source, protocol=protocol)
    try:
        async with agents.link(source) as events:
            event = await events.until(lambda e: isinstance(e, Attached) and e.agent_version == __version__)
            assert event.agent_pid != old.pid
            assert await asyncio.to_thread(old.wait, 10) == 0
    finally:
        old.kill()
        old.wait()


async def test_a_console_replaces_an_agent_only_once(agents):
    source = agents.system()
    async with agents.link(source) as events:
        ours = await events.attached()
        os.kill(ours.agent_pid, signal.SIGTERM)
        await events.detached()
        events.link._may_replace = False  # it has had its turn
        old = old_agent(source) if not paths.socket_file(source).exists() else None
        if old is None:
            return
        try:
            assert (await events.attached()).agent_version in ("0.0.9", __version__)
        finally:
            old.terminate()
            old.wait()


async def test_an_agent_without_consoles_ends_after_a_while(agents, monkeypatch):
    source = agents.system()
    monkeypatch.setattr(agent_run, "IDLE_AFTER", 0.2)
    code = await asyncio.wait_for(asyncio.to_thread(run_in_child, source), 20)
    assert code == 0
    assert not paths.socket_file(source).exists()


FOLLOWING = """
checklist: daily
items:
  - {id: page, title: The page is there, check: page}
"""
PAGE = """
system: quick
checks:
  page: {{kind: command, run: [cat, {page}], every: 1s, timeout: 1s, attempts: 1}}
"""


async def test_an_open_checklist_keeps_an_agent_alive_which_ticks_it_and_ends_once_it_is_closed(
    agents, tmp_path
):
    source = agents.system(PAGE.format(page=tmp_path / "page"))
    (source / "checklists").mkdir()
    (source / "checklists" / "daily.yaml").write_text(FOLLOWING)
    async with agents.link(source) as console:
        await console.attached()
        answer = await console.link.ask(ChecklistAnswer, lambda number: OpenChecklist(number, "daily"))
        pid = agents.pid(source)
    os.kill(pid, signal.SIGKILL)  # the list outlives this agent, and the next one takes it up
    child = asyncio.create_task(asyncio.to_thread(run_in_child, source))
    clock = SystemClock()
    while not answers(source):
        await clock.sleep(0.05)
    await clock.sleep(1.0)  # five times as long as an idle agent stays
    (tmp_path / "page").write_text("here")
    while not ticked(source, answer.list.id):
        assert not child.done(), "it has ended, with a list that is open"
        await clock.sleep(0.05)
    async with agents.link(source) as console:
        await console.attached()
        await console.link.ask(
            ChecklistAnswer, lambda number: DecideChecklist(number, answer.list.id, CloseList())
        )
    assert await asyncio.wait_for(child, 20) == 0


def answers(source):
    with contextlib.suppress(LinkError), visiting(paths.socket_file(source)) as visit:
        return visit is not None
    return False


def ticked(source, name):
    with looking(paths.journal_file(source)) as connection:
        return any(isinstance(row.event, ItemTicked) for row in questions.entries(connection, name))


def run_in_child(source):
    code = "\n".join(
        [
            "from pathlib import Path; from agent import run",
            "run.IDLE_AFTER = 0.2",
            f"raise SystemExit(run.run(Path({str(source)!r}), stay=False))",
        ]
    )
    return subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode


async def test_sigterm_ends_the_agent_cleanly_and_says_goodbye(agents):
    source = agents.system()
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        os.kill(pid, signal.SIGTERM)
        assert "ends" in (await events.detached(within=5.0)).reason


async def test_a_hang_up_does_not_end_the_agent(agents):
    source = agents.system()
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        os.kill(pid, signal.SIGHUP)
        snapshot = await events.snapshot(probed)
        await events.snapshot(lambda s: s.number > snapshot.number + 1)
        assert agents.pid(source) == pid
