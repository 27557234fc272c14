"""What is said of commands that fail, hang, flood, fork and ask, and that nothing of them is left."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from checks.kinds.command import CommandCheck
from checks.model import Level
from checks.programs.command_output import Expect
from checks.testing import probe
from tests.checks.test_supervise import alive, number_in, until, zombies
from tests.checks.watching import value

MIB = 1024 * 1024


def shell(script: str, **options) -> CommandCheck:
    return CommandCheck(script, shell=True, **options)


@pytest.mark.fault("command", "server_error")
async def test_another_exit_code_is_crit_and_the_last_error_says_why():
    result = await probe(shell("echo fine; echo 'disk on fire' >&2; exit 3"))
    assert (result.level, result.error_class) == (Level.CRIT, "exit_code")
    assert result.summary == "exit code 3: disk on fire"
    assert value(result, "exit_code") == 3
    assert "fine" in result.observation.detail


@pytest.mark.fault("command", "server_error")
@pytest.mark.parametrize(("script", "code"), [("kill -9 $$", 137), ("kill -SEGV $$", 139)])
async def test_a_signal_is_named(script: str, code: int):
    result = await probe(shell(script))
    assert (result.level, result.error_class) == (Level.CRIT, "signal")
    assert result.summary == f"ended by {signal.Signals(code - 128).name}"
    assert value(result, "exit_code") == code


@pytest.mark.fault("command", "auth")
@pytest.mark.parametrize("in_shell", [False, True])
async def test_a_program_that_may_not_be_executed_is_unknown(tmp_path: Path, in_shell: bool):
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    result = await probe(shell(str(program)) if in_shell else CommandCheck((str(program),)))
    assert (result.level, result.error_class) == (Level.UNKNOWN, "not_executable")
    assert "ermission denied" in result.summary


@pytest.mark.fault("command", "auth")
@pytest.mark.parametrize(
    "script",
    [
        "printf 'Password: ' >&2; read answer",
        "printf '[sudo] password for admin: '; exec 3</dev/tty",
        "cat </dev/tty",
        "echo 'sudo: a terminal is required to read the password' >&2; exit 1",
    ],
)
async def test_a_question_for_a_password_is_said_to_be_one(script: str):
    result = await probe(shell(script))
    assert (result.level, result.error_class) == (Level.CRIT, "needs_tty")
    assert "nobody is there" in result.summary


@pytest.mark.fault("command", "malformed")
@pytest.mark.parametrize("output", ["not json", "", '{"cut": ', "[" * 100_000])
async def test_output_that_should_be_json_and_is_not_is_malformed(output: str, tmp_path: Path):
    (tmp_path / "output").write_text(output)
    result = await probe(CommandCheck(("cat", "output"), cwd=str(tmp_path), expect=Expect(json={"a": 1})))
    assert (result.level, result.error_class) == (Level.CRIT, "malformed")


@pytest.mark.fault("command", "malformed")
async def test_bytes_that_are_no_text_can_be_searched():
    result = await probe(
        shell(
            r"printf '\377\000\200 lag=7 \377'", expect=Expect(regex="lag=7"), readings={"lag": r"lag=(\d+)"}
        )
    )
    assert result.level is Level.OK
    assert value(result, "lag") == 7


@pytest.mark.fault("command", "total_timeout")
async def test_a_command_that_takes_too_long_is_crit_and_its_last_words_are_kept(tmp_path: Path):
    note = tmp_path / "pid"
    began = time.monotonic()
    result = await probe(shell(f"echo $$ >{note}; echo copying; exec sleep 300"), timeout=0.5)
    assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
    assert time.monotonic() - began < 1.0
    assert "copying" in result.observation.detail
    assert not alive(number_in(note))


@pytest.mark.fault("command", "fork_daemon")
async def test_a_command_that_ignores_term_is_gone_six_seconds_after_the_deadline(tmp_path: Path):
    note = tmp_path / "pid"
    began = time.monotonic()
    result = await probe(shell(f"trap '' TERM; echo $$ >{note}; while :; do sleep 0.1; done"), timeout=0.3)
    assert time.monotonic() - began < 0.3 + 6
    assert result.error_class == "total_timeout"
    await until(lambda: not alive(number_in(note)), 0.5)


@pytest.mark.fault("command", "fork_daemon")
async def test_what_a_command_leaves_running_is_named_and_killed(tmp_path: Path):
    note = tmp_path / "pid"
    result = await probe(shell(f"sleep 300 & echo $! >{note}; echo started"))
    assert (result.level, result.summary) == (Level.OK, "started")
    assert f"left running and killed: {number_in(note)} " in result.observation.detail
    await until(lambda: not alive(number_in(note)))


@pytest.mark.fault("command", "helper_hang")
async def test_a_stopped_command_ends_at_the_deadline(tmp_path: Path):
    note = tmp_path / "pid"
    began = time.monotonic()
    result = await probe(shell(f"echo $$ >{note}; kill -STOP $$"), timeout=0.5)
    assert result.error_class == "total_timeout"
    assert time.monotonic() - began < 1.0
    assert not alive(number_in(note))


@pytest.mark.fault("command", "huge")
async def test_a_hundred_megabytes_are_counted_and_hashed_and_searched_at_both_ends():
    script = f"echo FIRST; head -c {100 * MIB} /dev/zero; echo LAST"
    result = await probe(
        shell(script, expect=Expect(regex="(?s)^FIRST\n.*LAST\n$", text="bytes left out")), timeout=30
    )
    assert result.level is Level.OK
    hashed = hashlib.sha256(b"FIRST\n")
    for _ in range(100):
        hashed.update(bytes(MIB))
    hashed.update(b"LAST\n")
    assert f"output: {100 * MIB + 11} bytes" in result.observation.detail
    assert hashed.hexdigest() in result.observation.detail


@pytest.mark.fault("command", "huge")
async def test_the_event_loop_goes_on_while_much_output_is_searched():
    lag = 0.0

    async def watch() -> None:
        nonlocal lag
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            lag = max(lag, time.monotonic() - before)

    async with asyncio.TaskGroup() as tasks:
        watcher = tasks.create_task(watch())
        await probe(
            shell(f"head -c {20 * MIB} /dev/urandom", expect=Expect(regex="(a?){20}b{20}")), timeout=30
        )
        watcher.cancel()
    assert lag < 0.5


@pytest.mark.fault("command", "hostile_text")
async def test_nothing_in_the_output_can_reach_a_terminal_raw():
    attack = r"\033]52;c;ZXZpbA==\007\033[31m\000\377[@click=app.quit]x[/nope]\302\233A\342\200\256"
    result = await probe(shell(f"printf '{attack}'; printf '{attack}' >&2; exit 1"))
    shown = result.summary + result.observation.detail
    assert not any(ord(char) < 32 and char != "\n" for char in shown)
    assert not any(0x7F <= ord(char) < 0xA0 for char in shown)
    assert "\u202e" not in shown
    assert "[@click=app.quit]" in shown
    assert r"\xff" in shown


async def test_ten_failing_commands_leave_no_process_no_descriptor_and_no_thread_behind():
    await probe(shell("exit 1"))
    before = (len(os.listdir("/proc/self/fd")), set(threading.enumerate()), zombies())
    for _ in range(10):
        await probe(shell("exit 1"))
    descriptors, threads, dead = before
    assert len(os.listdir("/proc/self/fd")) <= descriptors
    assert not set(threading.enumerate()) - threads
    assert zombies() <= dead
