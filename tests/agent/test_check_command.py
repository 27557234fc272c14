"""`walkdown check`: levels as exit codes, seven formats, and the same answer with and without an agent."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.hostile import BYTES, MARKS, raw_in
from tests.servers.commands import WALKDOWN, CommandLine
from tests.tui.terminal import Terminal

FORMATS = ("text", "json", "jsonl", "junit", "tap", "nagios", "prometheus")
GREEN = "\x1b[32mOK"


def check_of(code: int) -> str:
    """Return a check whose level is that of a monitoring plugin's exit code."""
    return f"{{kind: command, run: [sh, -c, 'exit {code}'], nagios: true}}"


LEVELS = f"""
system: levels
title: All levels
checks:
  fine: {check_of(0)}
  odd: {check_of(3)}
  poor:
    kind: command
    run: [printf, "a 7 | 'x'=2"]
    readings: {{depth: 'a (\\d+)'}}
    warn: depth > 5
    crit: [depth >= 9, depth < 1]
  bad:
    kind: tcp
    host: 127.0.0.1
    port: 1
"""


@pytest.fixture
def levels(walkdown: CommandLine) -> Path:
    """A system with a check of each level."""
    return walkdown.system(LEVELS)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["fine"], 0),
        (["poor"], 1),
        (["bad"], 2),
        (["odd"], 3),
        (["fine", "odd"], 3),
        (["odd", "poor"], 1),
        (["*o*"], 1),
        ([], 2),
    ],
    ids=str,
)
def test_the_exit_code_is_that_of_the_worst_level(
    walkdown: CommandLine, levels: Path, names: list[str], code: int
) -> None:
    done = walkdown("check", "--system", levels, *names)
    assert (done.returncode, done.stderr) == (code, "")


def test_text_says_the_worst_first_and_the_health_of_what_was_asked_for(
    walkdown: CommandLine, levels: Path
) -> None:
    lines = walkdown("check", "--system", levels).stdout.splitlines()
    assert [line.split()[:2] for line in lines[:4]] == [
        ["CRIT", "bad"],
        ["WARN", "poor"],
        ["UNKNOWN", "odd"],
        ["OK", "fine"],
    ]
    assert lines[4] == "All levels: degraded (1 OK, 1 WARN, 1 CRIT, 1 UNKNOWN)"
    assert walkdown("check", "--system", levels, "fine").stdout.endswith("All levels: healthy (1 OK)\n")


def test_json_is_one_document_with_readings_rules_and_error_classes(
    walkdown: CommandLine, levels: Path
) -> None:
    document = json.loads(walkdown("check", "--system", levels, "-o", "json").stdout)
    assert document["schema"] == 1
    assert document["system"]["title"] == "All levels"
    assert document["counts"] == {"OK": 1, "WARN": 1, "CRIT": 1, "UNKNOWN": 1}
    checks = {check["name"]: check for check in document["checks"]}
    assert (checks["bad"]["kind"], checks["bad"]["level"]) == ("tcp", "CRIT")
    assert checks["bad"]["error_class"] == "refused"
    assert {"name": "depth", "value": 7.0, "unit": "", "labels": {}} in checks["poor"]["readings"]
    assert [rule["rule"] for rule in checks["poor"]["rules"] if rule["firing"]] == ["depth > 5"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", checks["poor"]["at"])


def test_jsonl_is_a_line_for_each_check(walkdown: CommandLine, levels: Path) -> None:
    lines = walkdown("check", "--system", levels, "-o", "jsonl").stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert {event["check"]: event["level"] for event in events} == {
        "fine": "OK",
        "odd": "UNKNOWN",
        "poor": "WARN",
        "bad": "CRIT",
    }
    assert all(event["system"] == "levels" for event in events)


def test_junit_counts_failures_and_errors(walkdown: CommandLine, levels: Path) -> None:
    suite = ElementTree.fromstring(walkdown("check", "--system", levels, "-o", "junit").stdout)
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "2", "1")
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert cases["bad"].find("failure").get("type") == "refused"
    assert cases["odd"].find("error") is not None
    assert not list(cases["fine"])


def test_tap_has_a_plan_and_a_line_for_each_check(walkdown: CommandLine, levels: Path) -> None:
    version, plan, *lines = walkdown("check", "--system", levels, "-o", "tap").stdout.splitlines()
    assert (version, plan) == ("TAP version 13", "1..4")
    told = [re.fullmatch(r"(ok|not ok) (\d) - (\w+) (OK|WARN|CRIT|UNKNOWN): .+", line) for line in lines]
    assert [match[2] for match in told] == ["1", "2", "3", "4"]
    assert [match[3] for match in told if match[1] == "ok"] == ["fine"]


RANGE = r"@?(?:-?[\d.]+:(?:-?[\d.]+)?|-?[\d.]+)?"
PERFDATA = re.compile(rf"'[^'=|]+'=-?[\d.]+(?:s|B|%)?(?:;{RANGE};{RANGE})?")


def test_nagios_gets_one_status_line_and_perfdata_with_ranges(walkdown: CommandLine, levels: Path) -> None:
    status, *problems = walkdown("check", "--system", levels, "-o", "nagios").stdout.splitlines()
    said, _, perfdata = status.partition(" | ")
    assert said == "CRITICAL - 3 of 4 checks not OK"
    values = re.findall(r"'[^']*'=\S+", perfdata)
    assert " ".join(values) == perfdata
    assert all(PERFDATA.fullmatch(value) for value in values)
    assert "'poor.depth'=7;5;9" in values
    assert [line.split(":")[0] for line in problems] == ["CRITICAL bad", "WARNING poor", "UNKNOWN odd"]


def test_nagios_speaks_of_a_single_check_by_what_it_saw(walkdown: CommandLine, levels: Path) -> None:
    (line,) = walkdown("check", "--system", levels, "-o", "nagios", "poor").stdout.splitlines()
    assert line.startswith("WARNING - ")
    assert line.count("|") == 1, "what a check says begins no perfdata"
    assert "'depth'=7;5;9" in line


SAMPLE = re.compile(
    r'([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)+)\}'
    r" (-?[\d.]+(?:e[+-]?\d+)?|nan)"
)


def test_prometheus_takes_the_metrics(walkdown: CommandLine) -> None:
    checks = "\n".join(f"  {kind}: {{kind: {kind}}}" for kind in ("cpu", "memory", "disk", "load", "network"))
    folder = walkdown.system(f"system: host\nchecks:\n{checks}\n")
    done = walkdown("check", "--system", folder, "-o", "prometheus")
    typed: set[str] = set()
    series: set[str] = set()
    for line in done.stdout.splitlines():
        if line.startswith("# TYPE "):
            name = line.split()[2]
            assert name not in typed, "the lines of a metric stand together"
            typed.add(name)
        elif not line.startswith("# HELP "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] == name
            series.add(line.rpartition(" ")[0])
    assert len(series) == len([line for line in done.stdout.splitlines() if line[0] != "#"])
    assert {"walkdown_check_level", "walkdown_memory_used_percent", "walkdown_disk_free_bytes"} <= typed
    assert not any(name.endswith("_bytes_bytes") for name in typed)


@pytest.fixture
def hostile(walkdown: CommandLine) -> Path:
    """A system in which forty texts that harm come from outside."""
    checks = []
    for number, payload in enumerate(BYTES):
        file = walkdown.folder / f"payload-{number}"
        file.write_bytes(payload)
        checks.append(f"  h{number}: {{kind: command, run: [cat, {file}], expect: {{regex: absent}}}}")
    return walkdown.system("system: hostile\nchecks:\n" + "\n".join(checks) + "\n")


@pytest.mark.parametrize("output", FORMATS)
@pytest.mark.parametrize("asks", ["this process", "an agent"])
def test_text_from_outside_never_reaches_the_terminal_raw(
    walkdown: CommandLine, hostile: Path, output: str, asks: str
) -> None:
    if asks == "an agent":
        with walkdown.watching(hostile):
            done = walkdown("check", "--system", hostile, "-o", output)
    else:
        done = walkdown("check", "--system", hostile, "-o", output)
    assert done.returncode == 2
    assert raw_in(done.stdout + done.stderr) == set()
    if output in ("json", "junit"):
        assert all(mark in done.stdout for mark in MARKS)
    if output == "json":
        json.loads(done.stdout)
    elif output == "junit":
        ElementTree.fromstring(done.stdout)
    elif output == "tap":
        assert len(done.stdout.splitlines()) == len(MARKS) + 2
    elif output in ("text", "nagios"):
        assert len(done.stdout.splitlines()) == len(MARKS) + 1


@pytest.mark.parametrize(
    ("env", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
    ids=str,
)
def test_colour_is_for_terminals_that_want_it(
    walkdown: CommandLine, env: dict[str, str], coloured: bool
) -> None:
    folder = walkdown.system()
    terminal = Terminal([WALKDOWN, "check", "--system", str(folder)], 120, 40, walkdown.environ | env)
    try:
        assert terminal.wait_end() == 0
        assert (GREEN.encode() in terminal.raw) is coloured
        assert (b"\x1b" in terminal.raw) is coloured
    finally:
        terminal.close()
    assert "\x1b" not in walkdown("check", "--system", folder, env=env).stdout


def test_an_agent_is_asked_and_sees_the_same_checks(walkdown: CommandLine, levels: Path) -> None:
    def seen(*more: str) -> list[tuple[str, str, str]]:
        done = walkdown("check", "--system", levels, "-o", "jsonl", *more)
        assert done.returncode == 2
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return [(event["check"], event["level"], event["error_class"]) for event in events]

    alone = seen()
    with walkdown.watching(levels) as agent:
        assert seen() == alone
        assert seen("--here") == alone
        os.kill(agent.pid, signal.SIGSTOP)
        try:
            done = walkdown("check", "--system", levels, "--here", "fine")
            assert done.returncode == 0, "who asks to look here needs no agent"
        finally:
            os.kill(agent.pid, signal.SIGCONT)


def test_an_agent_probes_anew_for_who_asks(walkdown: CommandLine) -> None:
    """What was true a second ago is no answer after a repair."""
    flag = walkdown.folder / "flag"
    folder = walkdown.system(
        f"system: repair\nchecks:\n  flag: {{kind: command, run: [cat, {flag}], every: 1h}}\n"
    )
    with walkdown.watching(folder):
        assert walkdown("check", "--system", folder).returncode == 2
        flag.touch()
        assert walkdown("check", "--system", folder).returncode == 0
        flag.unlink()
        assert walkdown("check", "--system", folder).returncode == 2


def test_a_file_changed_just_now_counts_at_once(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    with walkdown.watching(folder):
        assert walkdown("check", "--system", folder, "fine").returncode == 0
        walkdown.system("system: small\nchecks:\n  new: {kind: load}\n")
        done = walkdown("check", "--system", folder, "new")
        assert (done.returncode, done.stdout.split()[1]) == (0, "new")
        walkdown.system("system: small\nchecks:\n  new: {kind: laod}\n")
        done = walkdown("check", "--system", folder)
        assert done.returncode == 78, "a broken file is not hidden by an agent that goes on with the old one"
        assert "system.yaml:3:9: checks.new.kind" in done.stderr


def test_an_agent_that_is_silent_is_left_out_and_named(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    with walkdown.watching(folder) as agent:
        os.kill(agent.pid, signal.SIGSTOP)
        try:
            done = walkdown("check", "--system", folder)
        finally:
            os.kill(agent.pid, signal.SIGCONT)
    assert done.returncode == 0
    assert f"the agent was left out: the agent (process {agent.pid}) is silent" in done.stderr


def test_what_is_wrong_with_walkdown_itself_is_said_beside_the_result(walkdown: CommandLine) -> None:
    folder = walkdown.system(
        "system: small\nchecks:\n  load: {kind: load}\n  fine: {kind: load, title: 'http://a:b@c'}\n"
    )
    with walkdown.watching(folder):
        done = walkdown("check", "--system", folder, "-o", "json")
    json.loads(done.stdout)
    assert "WARN config: " in done.stderr
