"""`walkdown run` and `resume` as a user runs them: real processes, a real agent, exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from agent.walk_exits import WalkExit
from tests.agent.walking import Walking, shelf
from tests.servers.commands import WALKDOWN, CommandLine

USAGE, CONFIG, INTERRUPTED, READER_GONE = 64, 78, 130, 141


@pytest.fixture
def walking(walkdown: CommandLine) -> Iterator[Walking]:
    """A system with runbooks."""
    with shelf(walkdown) as mine:
        yield mine


def test_a_walk_by_a_pipe_is_done_and_ends_with_0(walking: Walking):
    done = walking("run", "good", answers="1\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert walking.deeds == ["made"]
    for words in (
        "Step 1 of 2: Make the file",
        "  > making",
        "Step 1 of 2, Make the file: verified",
        "Done: 2 of 2 steps succeeded",
    ):
        assert words in done.stdout


@pytest.mark.parametrize(
    "env", [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"LANG": "C", "LC_ALL": "C"}, {"TERM": ""}]
)
def test_no_byte_but_text_and_line_feeds_is_ever_written(walking: Walking, env: dict[str, str]):
    done = walking("run", "good", "--plain", answers=b"2\nno need\n", env=env, text=False)
    assert done.returncode == 0
    assert all(byte == 10 or byte >= 32 for byte in done.stdout + done.stderr)
    assert all(line.startswith(b"ANN: ") for line in done.stderr.splitlines())


@pytest.mark.parametrize(
    ("answers", "code", "deeds"),
    [
        ("1\n1\n4\nenough for today\n", WalkExit.FAILED, ["made"]),
        ("1\n1\n3\ndoes not work\n1\n", WalkExit.ROLLED_BACK, []),
        ("1\n4\nenough for today\n", WalkExit.STOPPED, ["made"]),
        ("1\n", WalkExit.LEFT_OPEN, ["made"]),
        ("", WalkExit.LEFT_OPEN, []),
    ],
)
def test_the_exit_code_says_how_it_ended(walking: Walking, answers: str, code: WalkExit, deeds: list[str]):
    done = walking("run", "bad", answers=answers)
    assert (done.returncode, walking.deeds) == (code, deeds), done.stdout


def test_a_walk_that_was_left_open_goes_on_by_resume_and_nothing_is_done_twice(walking: Walking):
    left = walking("run", "bad", answers="1\n")
    assert left.returncode == WalkExit.LEFT_OPEN
    assert f"walkdown resume --system {walking.source} {walking.open()}\n" in left.stdout
    done = walking("resume", answers="1\n3\ndoes not work\n1\n")
    assert (done.returncode, walking.deeds) == (WalkExit.ROLLED_BACK, []), done.stdout
    assert "Step 1 of 2: make: succeeded" in done.stdout
    again = walking("resume")
    assert (again.returncode, again.stdout) == (WalkExit.REFUSED, "No walk is open.\n")
    by_name = walking("resume", walking.open())
    assert by_name.returncode == WalkExit.ROLLED_BACK, "a walk that is over ends as it ended"


def test_a_second_walk_on_the_same_target_is_refused_with_14(walking: Walking):
    walking("run", "bad")
    refused = walking("run", "good", answers="1\n")
    assert refused.returncode == WalkExit.REFUSED
    assert "Not begun: " in refused.stdout
    assert walking.deeds == []


def test_without_an_operator_it_decides_as_the_runbook_says(walking: Walking):
    done = walking("run", "good", "--auto")
    assert (done.returncode, walking.deeds) == (0, ["made"]), done.stdout
    walking.world.unlink()
    back = walking("run", "bad", "--auto")
    assert (back.returncode, walking.deeds) == (WalkExit.ROLLED_BACK, []), back.stdout
    assert "roll back" in back.stdout
    assert "on_failure: rollback; break failed" in back.stdout
    refused = walking("run", "by-hand", "--auto")
    assert refused.returncode == WalkExit.REFUSED
    assert "steps that need an operator: look" in refused.stdout


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(walking: Walking):
    (walking.source / "runbooks" / "windowed.yaml").write_text(
        "runbook: windowed\nwindow: required\n"
        "steps:\n  - {id: one, kind: command, run: ['true'], undo: none}\n"
    )
    done = walking("run", "good", "--dry-run")
    assert (done.returncode, walking.deeds) == (0, [])
    assert "1 of 2: Make the file" in done.stdout
    assert "Nothing speaks against it." in done.stdout
    assert walking("walks").stdout == ""
    shut = walking("run", "windowed", "--dry-run")
    assert shut.returncode == WalkExit.REFUSED
    said = " ".join(shut.stdout.split())
    assert "A window must be open before anything is changed: no window is open, and none is planned." in said
    assert "Nothing else speaks against it." in said
    walking("window", "open", "urgent", "--for", "2h", "--reason", "the disk is full")
    opened = walking("run", "windowed", "--dry-run")
    assert (opened.returncode, "Nothing speaks against it." in opened.stdout) == (0, True)
    system = walking.source / "system.yaml"
    system.write_text(system.read_text().replace("{text: hello}", "{text: never}"))
    walking.end()
    wrong = walking("run", "good", "--dry-run")
    assert wrong.returncode == WalkExit.FAILED
    assert "NOT WELL: " in wrong.stdout
    assert "Not well: look." in wrong.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "goood"), USAGE, "no runbook is called 'goood'; did you mean 'good'?"),
        (("run", "good", "--input", "x=1"), USAGE, "there is no input 'x'"),
        (
            ("run", "secret", "--input", "token=hunter2-hunter2"),
            USAGE,
            "every user of this host could read it",
        ),
        (
            ("run", "secret", "--auto", "--input", "version=7"),
            USAGE,
            "input token is needed: --input-file or ",
        ),
        (("run", "secret", "--auto", "--input", "version=x"), USAGE, "input version must match"),
        (("run", "good", "--auto", "--dry-run"), USAGE, "exclude each other"),
        (("resume", "nothing"), USAGE, "there is no walk 'nothing'"),
        (("resume", "--take-over"), USAGE, "--take-over and --reason go together"),
        (("run",), USAGE, "Missing argument 'RUNBOOK'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_begins_nothing(walking: Walking, arguments: tuple[str, ...], code: int, said: str):
    done = walking(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert walking("walks").stdout == ""


def test_a_runbook_or_a_system_that_cannot_be_used_is_78_and_every_problem_is_said(walking: Walking):
    (walking.source / "runbooks" / "good.yaml").write_text("runbook: good\nstepz: []\n")
    done = walking("run", "good")
    assert done.returncode == CONFIG
    assert "good.yaml:2:1: " in done.stderr
    walking.end()
    (walking.source / "system.yaml").write_text("system: small\nchekcs: {}\n")
    done = walking("run", "good")
    assert done.returncode == CONFIG
    assert "system.yaml:2:1: chekcs" in done.stderr
    assert not list(walking.line.folder.rglob("*.sock")), "no agent is started for it"


def test_a_secret_comes_by_the_environment_and_no_other_process_inherits_it(walking: Walking):
    env = {"WALKDOWN_INPUT_TOKEN": "hunter2-hunter2"}
    done = walking("run", "secret", "--auto", "--input", "version=7", env=env)
    assert done.returncode == 0, done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    with open(f"/proc/{walking.agent()}/environ") as environ:
        assert "hunter2" not in environ.read()
    shown = walking("evidence", walking.open(), "use", "out").stdout
    assert shown.splitlines() == ["version 7", "*****"]


def test_missing_inputs_are_asked_for_until_they_fit(walking: Walking):
    done = walking("run", "secret", answers="seven\n7\nhunter2-hunter2\n1\n")
    assert done.returncode == 0, done.stdout
    assert "version must match" in done.stdout
    assert "hunter2" not in done.stdout
    nothing = walking("run", "secret", answers="7\n")
    assert nothing.returncode == INTERRUPTED
    assert "Nothing was begun." in nothing.stdout


def heard_out(child: subprocess.Popen) -> tuple[str, str]:
    """Return all that it still says; `communicate` would lose what came along with a line read before."""
    said = child.stdout.read(), child.stderr.read()
    child.stdin.close()
    child.stdin = None
    child.wait(30)
    return said


def test_sigint_asks_and_a_program_that_is_left_is_unknown_with_13(walking: Walking):
    pipe = subprocess.PIPE
    with walking.line.started(
        "run", "slow", "--system", walking.source, stdin=pipe, stdout=pipe, stderr=pipe
    ) as child:
        child.stdin.write("1\n")
        child.stdin.flush()
        assert any("> begun" in line for line in child.stdout)
        child.send_signal(signal.SIGINT)
        child.stdin.write("3\nit has no end\n4\nsomebody has to look\n")
        child.stdin.flush()
        said = ""
        while "stop, " not in said:
            said += child.stdout.readline()
        walking.gate.touch()
        out, err = heard_out(child)
    assert (child.returncode, err) == (WalkExit.UNKNOWN, ""), out
    assert "nobody knows what became of a step" in said + out


@pytest.mark.parametrize("stdin", ["</dev/null", "<&-"])
def test_who_cannot_be_asked_is_told_so_and_how_to_go_on(walking: Walking, stdin: str):
    command = ["sh", "-c", f'exec "$0" "$@" {stdin}', WALKDOWN, "run", "slow", "--system", walking.source]
    done = subprocess.run(
        command, env=walking.line.environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (WalkExit.LEFT_OPEN, "")
    last = " ".join(done.stdout.split("Type a number")[-1].split())
    assert "Nobody can answer here: standard input is no terminal, and at its end." in last
    assert "The walk stays open in the agent, as it stands. To go on with it:" in last
    assert last.endswith(f"walkdown resume --system {walking.source} {walking.open()}")


def test_sigterm_leaves_the_walk_open(walking: Walking):
    pipe = subprocess.PIPE
    with walking.line.started(
        "run", "slow", "--system", walking.source, stdin=pipe, stdout=pipe, stderr=pipe
    ) as child:
        assert any("run it, exactly" in line for line in child.stdout)
        child.terminate()
        out, err = heard_out(child)
    assert (child.returncode, err) == (WalkExit.LEFT_OPEN, "")
    assert "The walk stays open in the agent" in out
    assert "Nobody can answer here" not in out


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP], ids=lambda number: number.name)
def test_a_console_that_is_killed_takes_nothing_with_it(walking: Walking, number: signal.Signals):
    pipe = subprocess.PIPE
    with walking.line.started("run", "slow", "--system", walking.source, stdin=pipe, stdout=pipe) as child:
        child.stdin.write("1\n")
        child.stdin.flush()
        assert any("> begun" in line for line in child.stdout)
        child.send_signal(number)
        child.wait(timeout=20)
    walking.gate.touch()
    done = walking("resume", walking.open())
    assert done.returncode == 0, done.stdout
    assert "Done: 1 of 1 steps succeeded" in done.stdout


def test_a_reader_that_leaves_ends_the_console_and_leaves_the_walk(walking: Walking):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = walking("run", "good", answers="1\n", stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (READER_GONE, "")
    assert walking.deeds == []
