"""What an operator sees of a command: its exit code, what it says, and why it could not run."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from checks.clock import SystemClock
from checks.command_output import Expect, Taken
from checks.definition import Definition
from checks.kinds.command import CommandCheck
from checks.model import Level, Reading, Result
from checks.runner import open_runner
from checks.secrets import MASK, SecretSource, SecretText
from checks.testing import probe
from tests.checks.configurations import complaints, load
from tests.checks.test_supervise import alive, number_in, until, zombies

MIB = 1024 * 1024


def shell(script: str, **options) -> CommandCheck:
    return CommandCheck(script, shell=True, **options)


def value(result: Result, name: str, **labels: str) -> float | None:
    wanted = set(labels.items())
    for reading in result.observation.readings:
        if reading.name == name and wanted <= set(reading.labels):
            return reading.value
    return None


async def test_a_command_that_ends_well_is_ok_and_says_its_first_line():
    result = await probe(CommandCheck(("echo", "all  good\nreally")))
    assert (result.level, result.error_class, result.summary) == (Level.OK, "", "all  good")
    assert value(result, "exit_code") == 0
    assert 0 < value(result, "elapsed") < 5


async def test_a_list_is_never_seen_by_a_shell(tmp_path: Path):
    trap = tmp_path / "trap"
    for attack in (
        f"; touch {trap}",
        f"$(touch {trap})",
        f"`touch {trap}`",
        f"\ntouch {trap}",
        f"| touch {trap}",
    ):
        result = await probe(CommandCheck(("echo", attack)))
        assert result.level is Level.OK
    assert not trap.exists()


@pytest.mark.fault("command", "server_error")
async def test_another_exit_code_is_crit_and_the_last_error_says_why():
    result = await probe(shell("echo fine; echo 'disk on fire' >&2; exit 3"))
    assert (result.level, result.error_class) == (Level.CRIT, "exit_code")
    assert result.summary == "exit code 3: disk on fire"
    assert value(result, "exit_code") == 3
    assert "fine" in result.observation.detail


async def test_other_exit_codes_can_be_the_good_ones():
    assert (await probe(shell("exit 3", expect=Expect(exit=(3, 4))))).level is Level.OK
    assert (await probe(shell("exit 0", expect=Expect(exit=(3, 4))))).error_class == "exit_code"
    assert (await probe(shell("exit 127", expect=Expect(exit=127)))).level is Level.OK


@pytest.mark.fault("command", "server_error")
@pytest.mark.parametrize(("script", "code"), [("kill -9 $$", 137), ("kill -SEGV $$", 139)])
async def test_a_signal_is_named(script: str, code: int):
    result = await probe(shell(script))
    assert (result.level, result.error_class) == (Level.CRIT, "signal")
    assert result.summary == f"ended by {signal.Signals(code - 128).name}"
    assert value(result, "exit_code") == code


async def test_a_signal_that_a_shell_reports_is_named_too():
    result = await probe(shell("sh -c 'kill -9 $$'; exit $?"))
    assert "exit code 137 (SIGKILL)" in result.summary


@pytest.mark.parametrize(
    ("check", "error_class"),
    [
        (CommandCheck(("no-such-program",)), "not_found"),
        (shell("no-such-program"), "not_found"),
        (CommandCheck(("echo",), cwd="/no/such/folder"), "not_started"),
    ],
)
async def test_what_cannot_be_run_is_unknown(check: CommandCheck, error_class: str):
    result = await probe(check)
    assert (result.level, result.error_class) == (Level.UNKNOWN, error_class)


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


@pytest.mark.parametrize(
    ("expect", "error_class"),
    [
        (Expect(text="status: ready"), ""),
        (Expect(text="status: broken"), "assertion"),
        (Expect(not_text="broken"), ""),
        (Expect(not_text="ready"), "assertion"),
        (Expect(regex=r"^status: (ready|idle)"), ""),
        (Expect(regex=r"^ready"), "assertion"),
    ],
)
async def test_the_text_said_must_be_as_expected(expect: Expect, error_class: str):
    result = await probe(CommandCheck(("echo", "status: ready"), expect=expect))
    assert result.error_class == error_class
    assert result.level is (Level.CRIT if error_class else Level.OK)


@pytest.mark.parametrize(
    ("wanted", "error_class"),
    [
        ({"$.a[1].b": 5, "ok": True}, ""),
        ({"a[1].b": 6}, "assertion"),
        ({"ok": 1}, "assertion"),
        ({"c": 1}, "assertion"),
    ],
)
async def test_a_place_in_json_must_be_as_expected(wanted, error_class: str):
    document = '{"a": [0, {"b": 5}], "ok": true}'
    result = await probe(CommandCheck(("echo", document), expect=Expect(json=wanted)))
    assert result.error_class == error_class


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


async def test_numbers_in_the_output_become_readings():
    check = CommandCheck(
        ("echo", '{"lag": 4, "deep": [{"size": "2.5"}], "ok": true, "name": "x"}'),
        readings={
            "lag": "$.lag",
            "size": Taken("$.deep[0].size", "B"),
            "ok": "$.ok",
            "by_pattern": r'"lag": (\d+)',
            "wrong": "$.name",
            "missing": "no (thing)",
        },
    )
    result = await probe(check)
    taken = {reading.name: (reading.value, reading.unit) for reading in result.observation.readings}
    assert taken["lag"] == taken["by_pattern"] == (4.0, "")
    assert taken["size"] == (2.5, "B")
    assert taken["ok"] == (1.0, "")
    assert "wrong" not in taken
    assert "missing" not in taken
    assert "reading missing: no number at no (thing)" in result.observation.detail
    names = {(spec.name, spec.unit) for spec in check.declared_readings()}
    assert names >= {("elapsed", "s"), ("size", "B"), ("missing", "")}


async def test_a_reading_is_taken_even_when_the_command_fails():
    result = await probe(shell("echo lag=9; exit 1", readings={"lag": r"lag=(\d+)"}))
    assert value(result, "lag") == 9


@pytest.mark.parametrize(
    ("code", "level", "error_class"),
    [
        (0, Level.OK, ""),
        (1, Level.WARN, "plugin_warning"),
        (2, Level.CRIT, "plugin_critical"),
        (3, Level.UNKNOWN, "plugin_unknown"),
        (4, Level.UNKNOWN, "plugin_unknown"),
        (127, Level.UNKNOWN, "not_found"),
    ],
)
async def test_the_exit_code_of_a_plugin_is_its_level(code: int, level: Level, error_class: str):
    result = await probe(shell(f"echo 'DISK says - {code}|/=80%;90'; exit {code}", nagios=True))
    assert (result.level, result.error_class) == (level, error_class)
    assert f"DISK says - {code}" in result.summary
    if code < 4:
        assert result.summary == f"DISK says - {code}"


async def test_the_performance_data_of_a_plugin_become_readings():
    output = (
        "OK | 'free space'=5MB;1;2;0;9 time=12ms;; load=0.5 users=3c bad=U empty=\nlong text | more=7% x=1e3B"
    )
    result = await probe(shell(f'printf "%s" "{output}"', nagios=True))
    perfdata = {reading.labels[0][1]: reading for reading in result.observation.readings if reading.labels}
    assert perfdata["free space"] == Reading("perfdata", 5e6, "B", (("label", "free space"),))
    assert (perfdata["time"].value, perfdata["time"].unit) == (0.012, "s")
    assert [perfdata[name].value for name in ("load", "users", "more", "x")] == [0.5, 3, 7, 1000]
    assert perfdata.keys() == {"free space", "time", "load", "users", "more", "x"}


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


async def test_a_secret_reaches_the_command_and_nothing_else(monkeypatch):
    monkeypatch.setenv("SOURCE", "s3cret-value")
    check = shell(
        'echo "got $TOKEN in $MODE mode"',
        env={"TOKEN": SecretText("{{ secret.token }}"), "MODE": SecretText("test")},
    )
    async with open_runner({"token": SecretSource(env="SOURCE")}, SystemClock()) as run:
        result = await run.run(Definition("check", "command", check))
    assert result.summary == f"got {MASK} in test mode"
    assert "s3cret-value" not in repr(check) + repr(result)


async def test_ten_failing_commands_leave_no_process_no_descriptor_and_no_thread_behind():
    await probe(shell("exit 1"))
    before = (len(os.listdir("/proc/self/fd")), threading.active_count())
    for _ in range(10):
        await probe(shell("exit 1"))
    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before
    assert zombies() == 0


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"run": "df -h"}, "must be a list"),
        ({"run": ["df"], "shell": True}, "must be a text"),
        ({"run": []}, "names no program"),
        ({"run": [""]}, "names no program"),
        ({"run": ["df"], "nagios": True, "expect": {"exit": 1}}, "expect.exit"),
        ({"run": ["df"], "expect": {"exit": 256}}, "exit code 256"),
        ({"run": ["df"], "expect": {"regex": "("}}, "no pattern"),
        ({"run": ["df"], "readings": {"Bad Name": "(1)"}}, "cannot name a reading"),
        ({"run": ["df"], "readings": {"elapsed": "(1)"}}, "cannot name a reading"),
        ({"run": ["df"], "readings": {"lag": "no group"}}, "exactly one group"),
        ({"run": ["df"], "readings": {"lag": "$.a..b"}}, "no JSON path"),
        ({"run": ["df"], "readings": {"lag": {"match": "(1)", "unit": "parsec"}}}, "unit"),
    ],
)
def test_options_that_cannot_work_are_refused_at_load(options, reason: str):
    with pytest.raises(ValidationError, match=reason):
        TypeAdapter(CommandCheck).validate_python(options)


async def test_the_example_loads_and_runs():
    options = YAML(typ="safe").load(CommandCheck.EXAMPLE)
    for key in ("kind", "warn"):
        del options[key]
    result = await probe(TypeAdapter(CommandCheck).validate_python(options))
    assert result.level is Level.OK
    assert value(result, "users") is not None


def test_every_option_can_be_written_in_a_system_and_comes_back_as_it_was(folder: Path):
    text = """
        system: test
        vars: {place: /srv}
        secrets: {token: {env: TOKEN}}
        checks:
          replica:
            kind: command
            run: [replica-state, --json, "{{ place }}"]
            cwd: "{{ place }}"
            env: {TOKEN: "{{ secret.token }}", MODE: "{{ place }}/x"}
            expect: {exit: [0, 3], json: {"$.state": streaming, "slots[0].active": true}}
            readings: {lag: {match: $.lag, unit: s}, slots: '(\\d+) slots'}
            warn: lag > 1 m
            crit: slots < 1
          plugin: {kind: command, run: 'check_load | head -1; echo "$WHO"', shell: true, nagios: true}
    """
    replica, plugin = load(folder, system=text).definitions
    assert replica.check.run == ("replica-state", "--json", "/srv")
    assert replica.check.expect == Expect(exit=(0, 3), json={"$.state": "streaming", "slots[0].active": True})
    assert replica.check.readings["lag"] == Taken("$.lag", "s")
    assert [rule.bound for rule in replica.rules] == [60.0, 1.0]
    assert plugin.check.shell


def test_no_variable_gets_into_the_text_of_a_shell(folder: Path):
    text = """
        system: test
        vars: {who: "x; reboot"}
        secrets: {token: {env: TOKEN}}
        checks:
          one: {kind: command, shell: true, run: "echo {{ who }}"}
          two: {kind: command, shell: true, run: "echo {{ secret.token }}"}
          fine: {kind: command, shell: true, run: 'docker ps --format "\\{{.Names}}"'}
          safe: {kind: command, run: [echo, "{{ who }}"]}
    """
    found = complaints(folder, system=text)
    assert [line.split(": ")[1] for line in found] == ["checks.one.run", "checks.two.run"]
    assert "takes no variables" in found[0]
