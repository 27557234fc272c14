"""What attached consoles are told, how often, and what a hostile or slow one can do to others: nothing."""

import asyncio
import os
import random
import socket
import struct
import subprocess
import sys
import time

import pytest

from agent.ask import visiting
from agent.changes import apply, difference
from agent.link import Attached, Updated
from agent.protocol import PROTOCOL, Hello, frame
from checks import board, paths
from checks.board import CheckInfo, SystemInfo
from checks.errors import LinkError
from checks.model import HistoryQuery, Level, Observation, Result

MANY = "system: many\nchecks:\n" + "".join(
    f"  c{n:03}: {{kind: command, run: ['true'], every: 1s, timeout: 1s}}\n" for n in range(40)
)


async def test_differences_come_at_most_four_times_a_second(agents):
    source = agents.system(MANY, "many")
    async with agents.link(source) as events:
        await events.attached()
        await events.snapshot(lambda s: all(state.last.at for state in s.states))
        started, updates = time.monotonic(), 0
        while time.monotonic() - started < 3:
            updates += isinstance(await events.next(), Updated)
        assert 2 <= updates <= 4 * 3.3


async def test_a_console_may_ask_for_fewer(agents):
    source = agents.system(MANY, "many")
    async with agents.link(source) as events:
        await events.attached()
        await events.link.pace(0.5)
        await events.snapshot(lambda s: True)
        await events.snapshot(lambda s: True)  # two may have been under way before the new pace holds
        started = time.monotonic()
        await events.snapshot(lambda s: True)
        assert time.monotonic() - started > 1.0


async def test_a_console_knows_what_time_it_is_even_while_nothing_changes(agents):
    source = agents.system(
        "system: slow\nchecks:\n  once: {kind: command, run: ['true'], every: 1h}\n", "slow"
    )
    async with agents.link(source) as events:
        await events.attached()
        first = await events.snapshot(lambda s: s.state("once").last.at > 0)
        quiet = await events.snapshot(lambda s: s.at > first.state("once").last.at + 3)
        assert quiet.number == first.number, "ages rise, and that is all"
    async with agents.link(source) as events:
        assert abs((await events.attached()).snapshot.at - time.time()) < 1.0


async def test_probe_now_is_answered_with_a_newer_result(agents):
    source = agents.system(
        "system: slow\nchecks:\n  once: {kind: command, run: ['true'], every: 1h}\n", "slow"
    )
    async with agents.link(source) as events:
        await events.attached()
        first = await events.snapshot(lambda s: s.state("once").last.at > 0)
        await events.link.probe_now(("once",))
        await events.snapshot(lambda s: s.state("once").last.at > first.state("once").last.at)


async def test_history_and_results_are_answered_and_unknown_ones_are_empty(agents):
    source = agents.system()
    async with agents.link(source) as events:
        await events.attached()
        await events.snapshot(lambda s: s.state("here").last.at > 0)
        now = time.time()
        async with asyncio.timeout(10):
            while not (
                series := await events.link.history(HistoryQuery("here", "elapsed", now - 60, now + 60))
            ):
                await asyncio.sleep(0.1)
        assert series[0].mean
        assert await events.link.history(HistoryQuery("nope", "nope", now - 60, now)) == ()
        assert await events.link.results("nope") == ()


async def test_a_changed_configuration_is_loaded_and_told(agents):
    source = agents.system()
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        agents.system("system: quick\nchecks:\n  new: {kind: command, run: ['true'], every: 1s}\n")
        changed = await events.attached()
        assert [info.name for info in changed.system.checks] == ["new"]
        assert changed.agent_pid == pid
        await events.snapshot(lambda s: s.state("new").level is Level.OK)


async def test_a_configuration_broken_while_running_leaves_the_old_one_at_work_and_names_the_line(agents):
    source = agents.system()
    async with agents.link(source) as events:
        await events.attached()
        agents.system("system: quick\nchecks:\n  here: {kind: command, runn: ['true']}\n")
        told = await events.snapshot(lambda s: s.notices)
        assert "system.yaml:3:" in told.notices[0].text
        await events.snapshot(lambda s: s.number > told.number + 1 and s.state("here").level is Level.OK)
        agents.system()
        await events.snapshot(lambda s: not s.notices)


async def test_a_removed_secret_is_unknown_and_the_check_recovers_with_it(agents, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("opensesame")
    secret.chmod(0o600)
    source = agents.system(
        "system: quick\n"
        f"secrets: {{word: {{file: {secret}}}}}\n"
        "checks:\n"
        "  here: {kind: command, run: [sh, -c, 'test -n \"$WORD\"'], every: 1s,\n"
        "         env: {WORD: '{{ secret.word }}'}}\n"
    )
    async with agents.link(source) as events:
        await events.attached()
        await events.snapshot(lambda s: s.state("here").level is Level.OK)
        secret.unlink()
        gone = await events.snapshot(lambda s: s.state("here").level is Level.UNKNOWN)
        assert gone.state("here").last.error_class == "secret"
        assert "word" in gone.state("here").last.summary
        secret.write_text("opensesame")
        secret.chmod(0o600)
        await events.snapshot(lambda s: s.state("here").level is Level.OK)


def raw(source):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(str(paths.socket_file(source)))
    return connection


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack(">I", 0xFFFFFFFF),
        struct.pack(">I", 5) + b"junk!",
        struct.pack(">I", 100) + b"cut",
        frame(Hello(PROTOCOL, "1", 1)) + b"\xff" * 64,
        frame(Hello(PROTOCOL, "1", 1)) * 2,
        random.Random(7).randbytes(4096),
    ],
)
async def test_nonsense_ends_its_own_connection_and_nothing_else(agents, payload):
    source = agents.system()
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        with raw(source) as connection:
            connection.sendall(payload)
            connection.shutdown(socket.SHUT_WR)
            async with asyncio.timeout(8):
                while await asyncio.to_thread(connection.recv, 65536):
                    pass
        await events.snapshot(lambda s: s.state("here").last.at > 0)
        assert agents.pid(source) == pid


async def test_a_console_that_does_not_read_slows_nobody_down(agents):
    source = agents.system(MANY, "many")
    async with agents.link(source) as events:
        await events.attached()
        with raw(source) as deaf:
            deaf.sendall(frame(Hello(PROTOCOL, "1", 1)))
            first = await events.snapshot(lambda s: True)
            await events.snapshot(lambda s: s.number > first.number + 100)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
async def test_another_user_is_turned_away_even_where_the_file_modes_let_him_in(agents):
    source = agents.system()
    async with agents.link(source) as events:
        await events.attached()
        place = paths.socket_file(source)
        place.chmod(0o777)
        for folder in place.parents[:-2]:
            folder.chmod(0o711)
        code = (
            "import os, socket; os.setgid(65534); os.setuid(65534); s = socket.socket(socket.AF_UNIX); "
            f"s.connect({str(place)!r}); print(s.recv(4096))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False
        )
        assert "another user" in done.stdout
        assert "Welcome" not in done.stdout


async def test_the_socket_and_what_is_stored_are_for_their_owner_alone(agents):
    source = agents.system()
    before = os.umask(0)
    try:
        async with agents.link(source) as events:
            await events.attached()
            await events.snapshot(lambda s: s.state("here").last.at > 0)
            folder = paths.socket_file(source).parent
            modes = {entry.name: entry.stat().st_mode & 0o777 for entry in folder.iterdir()}
            assert folder.stat().st_mode & 0o777 == 0o700
            assert all(mode == 0o600 for mode in modes.values()), modes
    finally:
        os.umask(before)


def test_a_visit_where_no_agent_is_finds_none(agents):
    with visiting(paths.socket_file(agents.system())) as visit:
        assert visit is None


def test_a_visit_to_something_else_says_so(agents):
    place = paths.socket_file(agents.system())
    place.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(place))
        other.listen()
        with pytest.raises(LinkError, match="silent"), visiting(place, patience=0.3):
            pass
    place.unlink()


def test_applying_a_difference_gives_the_snapshot_it_was_taken_of():
    system = SystemInfo("s", checks=tuple(CheckInfo(f"c{n}") for n in range(5)))
    old = board.begin(system, 0.0)
    new = board.fold(old, system, Result("c3", Level.CRIT, 1.0, 0.1, Observation("x", Level.CRIT)), 1.0)
    change = difference(old, new)
    assert [state.name for state in change.states] == ["c3"]
    assert apply(old, change) == new


def test_the_link_keeps_only_what_is_newest():
    from agent.attach import AttachedLink

    system, first = SystemInfo("s"), board.begin(SystemInfo("s"), 0.0)
    link = AttachedLink(lambda: None, None)
    link._emit(Attached(system, first, "1", 1))
    newer = board.set_notices(first, (board.Notice("x", "y"),), 1.0)
    link._emit(Updated(newer))
    assert list(link._pending.values()) == [Attached(system, newer, "1", 1)]
