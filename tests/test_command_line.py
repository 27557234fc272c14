"""What holds for every command: help, exit codes of wrong use, no traceback however the output ends."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from checks.version import __version__
from tests.servers.commands import WALKDOWN, CommandLine
from tests.tui.terminal import Terminal
from tui.cli import COMMANDS

USAGE, UNAVAILABLE, IO, CONFIG, INTERRUPTED, READER_GONE = 64, 69, 74, 78, 130, 141

SLOW = """
system: slow
defaults: {timeout: 40s}
checks:
  slow: {kind: command, run: [sleep, "30"]}
"""

TEN_MISTAKES = """
system: Bad Name
titel: Ten mistakes
timezone: Europe/Atlantis
secrets:
  db: {env: DB, file: /run/db}
checks:
  api:
    kind: http
    url: "http://{{ hots }}/"
    warn: latncy > 1 s
    timout: 5s
    needs: [databse]
  page:
    kind: htpp
  files:
    kind: disk
    crit: used > 5 s
"""


@pytest.mark.parametrize(
    "command", [(), *((name,) for name in COMMANDS), ("agent", "status"), ("agent", "stop")], ids=" ".join
)
def test_every_command_explains_itself(walkdown: CommandLine, command: tuple[str, ...]) -> None:
    done = walkdown(*command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: walkdown")
    assert done.stdout == walkdown(*command, "-h").stdout
    assert not done.stderr


def test_help_lists_every_command_with_its_own_first_line(walkdown: CommandLine) -> None:
    listed = walkdown("--help").stdout
    for name, (_, words) in COMMANDS.items():
        assert f"  {name} " in listed
        said = " ".join(walkdown(name, "--help").stdout.split())
        assert words.rstrip(".") in said, f"{name} says of itself something else"


STARTS = "An agent is started when none runs"
START_ONE = {
    *("run", "resume", "approve", "window", "baseline", "diff", "checklist", "calendar", "task", "incident"),
    *("notice", "silence", "unsilence", "silences", "ack", "unack", "alerts raise"),
}
NEED_NONE = {
    "window status",
    "check",
    "watch",
    "doctor",
    "walks",
    "evidence",
    "audit",
    "uptime",
    "contacts",
    "alerts",
}


def test_help_and_guide_say_alike_which_commands_start_an_agent(walkdown: CommandLine) -> None:
    def says_so(command: str) -> bool:
        return STARTS in " ".join(walkdown(*command.split(), "--help").stdout.split())

    assert {name for name in {*COMMANDS, *START_ONE} if says_so(name)} == START_ONE
    guide = (Path(__file__).parents[1] / "docs/guide.md").read_text()
    rows = guide.partition("### Who starts an agent")[2].partition("What writes")[0].splitlines()[4:]
    left = " ".join(row.split("|")[1] for row in rows if row.count("|") > 2)
    right = " ".join(row.split("|")[2] for row in rows if row.count("|") > 2)
    assert {name for name in START_ONE if f"`{name}`" in left} == START_ONE
    assert {name for name in NEED_NONE if f"`{name}`" in right} == NEED_NONE


@pytest.mark.parametrize("command", [("uptime",), ("walks",), ("alerts",), ("report", "daily"), ("doctor",)])
def test_what_needs_no_agent_starts_none(walkdown: CommandLine, command: tuple[str, ...]) -> None:
    walkdown(*command)
    assert "no agent runs" in walkdown("agent", "status").stdout


def test_the_version_is_that_of_the_package(walkdown: CommandLine) -> None:
    assert walkdown("--version").stdout == f"walkdown {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "did you mean 'check'?"),
        (["--theme", "nrod"], "no theme is called 'nrod'; did you mean 'nord'?"),
        (["--hlep"], "--help"),
        (["check", "--hlep"], "--help"),
        (["check", "-o", "yaml"], "'json'"),
        (["check", "-o"], "requires an argument"),
        (["check", "fin"], "no check is called 'fin'; did you mean 'fine'?"),
        (["check", "z*"], "no check is called 'z*'"),
        (["render", "laod"], "did you mean 'load'?"),
        (["kinds", "htpp"], "no kind is called 'htpp'; did you mean 'http'?"),
        (["kinds", "http", "tcp"], "unexpected extra argument"),
        (["agent", "stpo"], "stop"),
        (["completion", "tcsh"], "'bash'"),
        (["--system", "/nowhere", "check"], "/nowhere: no such file or folder"),
        (["check", "--system", "/nowhere"], "/nowhere: no such file or folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_64_and_says_what_may_have_been_meant(
    walkdown: CommandLine, arguments: list[str], said: str
) -> None:
    done = walkdown(*arguments, env={"WALKDOWN_SYSTEM": str(walkdown.system())})
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_system_is_that_of_the_option_before_that_of_the_environment(walkdown: CommandLine) -> None:
    named, given = walkdown.system(name="named"), walkdown.system("system: other\n", "given")
    env = {"WALKDOWN_SYSTEM": str(named)}
    assert walkdown("validate", env=env).stdout.startswith("Small system: 2 checks")
    assert walkdown("--system", given, "validate", env=env).stdout.startswith("other:")
    assert walkdown("validate", "--system", given, env=env).stdout.startswith("other:")


def test_a_system_of_the_environment_that_is_not_there_is_not_passed_over(walkdown: CommandLine) -> None:
    done = walkdown("check", env={"WALKDOWN_SYSTEM": "/nowhere"})
    assert done.returncode == USAGE
    assert "$WALKDOWN_SYSTEM: /nowhere" in done.stderr


@pytest.mark.parametrize("command", ["validate", "check", "render", "watch"])
def test_ten_mistakes_give_ten_lines_with_their_places_and_78(walkdown: CommandLine, command: str) -> None:
    folder = walkdown.system(TEN_MISTAKES)
    done = walkdown(command, "--system", folder)
    assert (done.returncode, done.stdout) == (CONFIG, "")
    lines = done.stderr.splitlines()
    places = [line.removeprefix(f"{folder}/").split(": ")[:2] for line in lines]
    assert places == [
        ["system.yaml:1:1", "system"],
        ["system.yaml:2:1", "titel"],
        ["system.yaml:3:1", "timezone"],
        ["system.yaml:5:3", "secrets.db"],
        ["system.yaml:9:5", "checks.api.url"],
        ["system.yaml:10:11", "checks.api.warn"],
        ["system.yaml:11:5", "checks.api.timout"],
        ["system.yaml:12:13", "checks.api.needs[0]"],
        ["system.yaml:14:5", "checks.page.kind"],
        ["system.yaml:17:20", "checks.files.crit"],
    ]


def test_the_console_refuses_a_wrong_configuration_before_it_opens(walkdown: CommandLine) -> None:
    folder = walkdown.system(TEN_MISTAKES)
    terminal = Terminal([WALKDOWN, "--system", str(folder)], 120, 40, walkdown.environ)
    try:
        terminal.wait_end()
        assert terminal.status == CONFIG
        assert b"checks.api.timout" in terminal.raw
        assert b"\x1b[" not in terminal.raw
    finally:
        terminal.close()


@pytest.mark.parametrize("missing", ["stdin", "stdout", "stderr"])
def test_without_a_terminal_the_console_says_so_and_starts_no_agent(
    walkdown: CommandLine, missing: str
) -> None:
    """A console reads standard input, draws on standard error, and measures standard output."""
    master, slave = os.openpty()
    streams = {"stdin": slave, "stdout": slave, "stderr": slave}
    streams[missing] = subprocess.DEVNULL if missing == "stdin" else subprocess.PIPE
    try:
        done = walkdown("--system", walkdown.system(), **streams)
        said = done.stderr if missing == "stderr" else os.read(master, 4096).decode()
    finally:
        os.close(slave)
        os.close(master)
    assert done.returncode == UNAVAILABLE
    assert "needs a terminal; try: walkdown check" in said
    assert not list(walkdown.folder.rglob("*.sock"))


@pytest.mark.parametrize(
    "arguments", [["check"], ["check", "-o", "json"], ["schema"], ["kinds"]], ids=" ".join
)
def test_a_reader_that_leaves_is_no_traceback_and_no_level(
    walkdown: CommandLine, arguments: list[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = walkdown("--system", walkdown.system(), *arguments, stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (READER_GONE, "")


def test_a_pipeline_that_takes_the_first_line_gets_it(walkdown: CommandLine) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{WALKDOWN} check -o prometheus | head -1"],
        env=walkdown.environ | {"WALKDOWN_SYSTEM": str(walkdown.system())},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("# HELP walkdown_")
    assert not done.stderr


def test_a_full_disk_below_the_output_is_74_and_one_line(walkdown: CommandLine) -> None:
    with Path("/dev/full").open("w") as full:
        done = walkdown("check", "--system", walkdown.system(), stdout=full)
    assert done.returncode == IO
    assert done.stderr == "cannot write: No space left on device\n"


def test_ctrl_c_is_130_without_a_traceback_and_leaves_no_command_behind(walkdown: CommandLine) -> None:
    folder = walkdown.system(SLOW.replace('"30"', '"31.7182"'))
    pipe = subprocess.PIPE
    with walkdown.started("check", "--system", folder, stdout=pipe, stderr=pipe) as child:
        wait_until(lambda: sleeping("31.7182"))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
        assert (child.returncode, out, err) == (INTERRUPTED, "", "")
    wait_until(lambda: not sleeping("31.7182"))


def test_text_that_the_locale_lacks_ends_nothing(walkdown: CommandLine) -> None:
    folder = walkdown.system(
        "system: small\ntitle: Größe ☃\nchecks: {load: {kind: load, warn: load1 > 1e9}}\n"
    )
    done = walkdown("check", "--system", folder, env={"PYTHONIOENCODING": "latin-1"}, text=False)
    assert done.returncode == 0
    assert r"Größe \u2603: healthy" in done.stdout.decode("latin-1")


def sleeping(seconds: str) -> bool:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[-2:-1] == [seconds.encode()] and words[0].endswith(b"sleep"):
            return True
    return False


def wait_until(condition) -> None:
    """Wait on the condition; the test's own limit ends it."""
    import time

    while not condition():
        time.sleep(0.02)
