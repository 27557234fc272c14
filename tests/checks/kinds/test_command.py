"""What an operator sees of a command: its exit code, what it says, and why it could not run."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from checks.clock import SystemClock
from checks.definition import Definition
from checks.kinds.command import CommandCheck
from checks.masking import MASK
from checks.model import Level, Reading
from checks.programs.command_output import Expect, Taken
from checks.runner import open_runner
from checks.secrets import SecretSource, SecretText
from checks.testing import probe
from tests.checks.configurations import complaints, load
from tests.checks.watching import value


def shell(script: str, **options) -> CommandCheck:
    return CommandCheck(script, shell=True, **options)


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


async def test_other_exit_codes_can_be_the_good_ones():
    assert (await probe(shell("exit 3", expect=Expect(exit=(3, 4))))).level is Level.OK
    assert (await probe(shell("exit 0", expect=Expect(exit=(3, 4))))).error_class == "exit_code"
    assert (await probe(shell("exit 127", expect=Expect(exit=127)))).level is Level.OK


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
