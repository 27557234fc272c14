"""A shell completes commands, options, checks and kinds: quickly, and without ever saying anything else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers.commands import WALKDOWN, CommandLine
from tui.cli import COMMANDS


@pytest.fixture
def complete(walkdown: CommandLine):
    """Return what bash would offer for a line."""

    def ask(line: str, **env: str) -> list[str]:
        words = line.split(" ")
        wish = {
            "_WALKDOWN_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
        }
        done = walkdown(env=wish | env)
        assert (done.returncode, done.stderr) == (0, "")
        return [offer.partition(",")[2] for offer in done.stdout.split()]

    return ask


def test_commands_and_options_are_completed(complete) -> None:
    assert complete("walkdown ") == list(COMMANDS)
    assert complete("walkdown com") == ["completion"]
    assert complete("walkdown agent s") == ["status", "stop"]
    assert complete("walkdown check --o") == ["--output"]
    assert complete("walkdown check -o j") == ["json", "jsonl", "junit"]
    assert "--slow" in complete("walkdown --")


def test_checks_are_completed_from_what_was_loaded_before(walkdown: CommandLine, complete) -> None:
    folder = walkdown.system()
    assert complete(f"walkdown check --system {folder} ") == [], "a first look takes too long for a key"
    walkdown("validate", "--system", folder)
    assert complete(f"walkdown check --system {folder} ") == ["fine", "load"]
    assert complete(f"walkdown check --system {folder} fine ") == ["load"], (
        "what is there is not offered again"
    )
    assert complete(f"walkdown --system {folder} render l") == ["load"]
    assert complete("walkdown check f", WALKDOWN_SYSTEM=str(folder)) == ["fine"]


def test_checks_of_this_machine_are_completed(complete) -> None:
    assert complete("walkdown check memo") == ["memory"]


def test_kinds_are_completed(complete) -> None:
    assert complete("walkdown kinds t") == ["tcp", "tls"]


@pytest.mark.parametrize("system", ["system: [broken", "checks: 5\n", ""])
def test_a_system_that_cannot_be_loaded_completes_nothing_and_says_nothing(
    walkdown: CommandLine, complete, system: str
) -> None:
    folder = walkdown.system(system)
    walkdown("validate", "--system", folder)
    assert complete(f"walkdown check --system {folder} a") == []
    assert complete("walkdown check --system /nowhere a") == []


def test_bash_learns_it_from_the_script(walkdown: CommandLine) -> None:
    script = walkdown("completion", "bash").stdout
    lines = (
        'COMP_WORDS=(walkdown kinds ht); COMP_CWORD=2; _walkdown_completion walkdown; echo "${COMPREPLY[@]}"'
    )
    path = f"{Path(WALKDOWN).parent}:{walkdown.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script}\n{lines}"],
        env=walkdown.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("http\n", "")


@pytest.mark.parametrize(
    ("shell", "registers"), [("zsh", "#compdef walkdown"), ("fish", "complete --no-files")]
)
def test_other_shells_have_scripts_of_their_own(walkdown: CommandLine, shell: str, registers: str) -> None:
    script = walkdown("completion", shell).stdout
    assert registers in script
    assert f"_WALKDOWN_COMPLETE={shell}_complete" in script
    if interpreter := shutil.which(shell):
        subprocess.run([interpreter, "-n"], input=script, text=True, check=True)


def test_the_shell_in_use_is_meant_when_none_is_named(walkdown: CommandLine) -> None:
    own = walkdown("completion", env={"SHELL": "/usr/bin/zsh"})
    assert own.stdout == walkdown("completion", "zsh").stdout
    assert walkdown("completion", env={"SHELL": "/bin/dash"}).returncode == 64
