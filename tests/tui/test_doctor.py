"""The doctor says what hinders, what to do about it, and changes nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from checks.model import Level
from tests.servers.commands import WALKDOWN, CommandLine
from tests.test_architecture import CONFIGURATION, DRIVERS, modules_after
from tests.tui.terminal import Terminal as Pty
from tui.diagnosis.finding import Finding
from tui.diagnosis.terminal import Terminal, judge

GOOD = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
TMUX = {
    "version": "3.3a",
    "escape-time": "10",
    "focus-events": "1",
    "set-clipboard": "on",
    "default-terminal": "tmux-256color",
}


def findings(environ: dict[str, str], **seen) -> dict[str, Finding]:
    return {finding.name: finding for finding in judge(Terminal(environ, **{"size": (120, 40)} | seen))}


def test_a_good_terminal_needs_nothing() -> None:
    found = findings(GOOD)
    assert all(finding.level is Level.OK and not finding.hint for finding in found.values())
    assert found["size"].value == "120x40"
    assert found["colours"].value.startswith("16.7 million")


@pytest.mark.parametrize(
    ("environ", "seen", "name", "hint"),
    [
        ({"TERM": "dumb"}, {}, "TERM", "export TERM="),
        ({"TERM": ""}, {}, "TERM", "export TERM="),
        ({"TERM": "vt100", "COLORTERM": ""}, {}, "colours", "COLORTERM=truecolor"),
        ({}, {"size": (59, 40)}, "size", "60x15"),
        ({}, {"size": (80, 14)}, "size", "60x15"),
        ({}, {"encoding": "ascii"}, "encoding", "--ascii"),
        ({}, {"streams": (False, False, False)}, "terminal", "ssh: add -t"),
        ({"TMUX": "/tmp/tmux,1,0"}, {"tmux": TMUX | {"escape-time": "500"}}, "tmux", "set -s escape-time 10"),
        ({"TMUX": "/tmp/tmux,1,0"}, {"tmux": TMUX | {"focus-events": "0"}}, "tmux", "focus-events on"),
        (
            {"TMUX": "/tmp/tmux,1,0"},
            {"tmux": TMUX | {"set-clipboard": "off"}},
            "tmux",
            "set-clipboard on",
        ),
        ({"TMUX": "/tmp/tmux,1,0"}, {"tmux": TMUX | {"default-terminal": "screen"}}, "tmux", "tmux-256color"),
        ({"TEXTUAL_THEME": "x"}, {}, "TEXTUAL", "unset"),
    ],
    ids=str,
)
def test_what_hinders_is_told_with_what_to_do(environ, seen, name: str, hint: str) -> None:
    finding = findings(GOOD | environ, **seen)[name]
    assert finding.level is Level.WARN
    assert hint in finding.hint


def test_a_tmux_that_is_set_up_is_fine_and_one_that_is_silent_gets_the_whole_advice() -> None:
    environ = GOOD | {"TMUX": "/tmp/tmux,1,0"}
    assert findings(environ, tmux=TMUX)["tmux"] == Finding("tmux", "3.3a")
    silent = findings(environ)["tmux"]
    assert silent.level is Level.OK
    assert all(option in silent.hint for option in TMUX if option != "version")


def test_what_lies_between_is_named() -> None:
    environ = GOOD | {"STY": "1.pts", "SSH_CONNECTION": "a b c d", "SUDO_UID": "1000", "TEXTUAL_X": "1"}
    found = findings(environ, ancestors=("bash", "mosh-server"))
    assert {"screen", "mosh", "ssh", "sudo"} <= set(found)
    assert "256" in found["colours"].value
    assert findings(GOOD | {"NO_COLOR": "1"})["colours"].value == "none, as NO_COLOR asks"


def test_a_real_tmux_is_asked_for_its_options(walkdown: CommandLine) -> None:
    server = f"walkdown-test-{os.getpid()}"
    tmux = ["tmux", "-L", server, "-f", "/dev/null"]
    out = walkdown.folder / "out"
    command = f"{WALKDOWN} doctor -o json > {out}.new; mv {out}.new {out}; sleep 60"
    env = walkdown.environ | {"SHELL": "/bin/sh"}
    subprocess.run([*tmux, "new-session", "-d", "-x", "100", "-y", "30", command], env=env, check=True)
    try:
        while not out.exists():
            time.sleep(0.05)
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)
    (found,) = [finding for finding in json.loads(out.read_text())["terminal"] if finding["name"] == "tmux"]
    assert found["level"] == "WARN"
    assert "escape-time 500" in found["value"]


def test_it_prints_every_area_in_a_terminal_and_judges_by_its_exit_code(walkdown: CommandLine) -> None:
    environ = walkdown.environ | GOOD | {"XDG_STATE_HOME": str(walkdown.folder / "state")}
    terminal = Pty([WALKDOWN, "doctor"], 120, 60, environ)
    try:
        assert terminal.wait_end() in (0, 1)
        for words in ("terminal", "versions", "permissions", "files", "120x60", "Textual", "none runs"):
            assert words in terminal.text
    finally:
        terminal.close()


def test_it_changes_nothing(walkdown: CommandLine) -> None:
    done = walkdown("doctor", "-o", "json")
    document = json.loads(done.stdout)
    assert set(document) == {"schema", "terminal", "versions", "permissions", "files"}
    assert done.returncode == 1, "without a terminal something is to be done"
    assert not list(walkdown.folder.iterdir())


def test_it_imports_no_driver_and_no_textual() -> None:
    loaded = modules_after("import tui.doctor")
    assert not loaded & (DRIVERS | CONFIGURATION | {"textual", "rich", "sqlite3"})


def test_it_tells_an_agent_that_runs_and_one_that_hangs(walkdown: CommandLine) -> None:
    folder = walkdown.system()

    def agent() -> dict[str, str]:
        document = json.loads(walkdown("doctor", "-o", "json", "--system", folder).stdout)
        (found,) = [finding for finding in document["files"] if finding["name"] == "agent"]
        return found

    with walkdown.watching(folder) as running:
        assert agent()["value"] == f"runs (process {running.pid}, 2 checks)"
        running.send_signal(19)
        assert agent()["level"] == "WARN"
        assert f"process {running.pid}) is silent" in agent()["hint"]


def test_it_finds_what_is_wrong_with_our_own_files(walkdown: CommandLine) -> None:
    state = walkdown.folder / "state" / "walkdown"
    state.parent.mkdir()
    (walkdown.folder / "elsewhere").mkdir()
    state.symlink_to(walkdown.folder / "elsewhere")
    folder = walkdown.system()
    (folder / "system.yaml").chmod(0o666)
    found = {
        finding["name"]: finding
        for finding in json.loads(walkdown("doctor", "-o", "json", "--system", folder).stdout)["files"]
    }
    assert found["state"]["level"] == "WARN"
    assert "link" in found["state"]["hint"]
    if os.geteuid() == 0:
        assert "root would obey it" in found["system"]["hint"]


def test_it_tells_a_docker_engine_that_does_not_answer(walkdown: CommandLine) -> None:
    def docker(host: str) -> dict[str, str]:
        document = json.loads(walkdown("doctor", "-o", "json", env={"DOCKER_HOST": host}).stdout)
        (found,) = [finding for finding in document["permissions"] if finding["name"] == "docker"]
        return found

    place = walkdown.folder / "docker.sock"
    assert docker(f"unix://{place}")["value"].startswith("not here")
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(place))
        assert docker(f"unix://{place}")["level"] == "WARN"
        engine.listen()
        assert docker(f"unix://{place}")["value"] == f"answers at {place}"
    assert docker("tcp://10.0.0.1:2375")["value"].startswith("at tcp://")


def test_a_home_that_cannot_be_written_is_told(walkdown: CommandLine) -> None:
    done = walkdown("doctor", env={"XDG_STATE_HOME": "/dev/null/nowhere"})
    assert "WARN  state" in done.stdout
    assert "set XDG_STATE_HOME" in done.stdout
    assert Path("/dev/null").exists()
