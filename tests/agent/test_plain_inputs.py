"""Where the inputs of a walk come from, in which order, and that secrets never come from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.walk_inputs import given_inputs, taken_from_environment, variable_of, without_questions
from checks.errors import UsageError
from runbooks.model import InputPlan, Plan

PLAN = Plan(
    "p",
    inputs=(
        InputPlan("version", "Target version", pattern=r"\d+\.\d+"),
        InputPlan("target-host", choices=("web1", "web2"), default="web1"),
        InputPlan("token", secret=True),
    ),
)
SECRET = "hunter2-hunter2"


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "inputs"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_an_option_counts_before_the_file_and_the_file_before_the_environment(tmp_path: Path):
    file = written(tmp_path, "# a comment\n\nversion=2.0\ntarget-host=web2\n")
    variables = {variable_of("version"): "1.0", variable_of("token"): SECRET}
    assert given_inputs(PLAN, ("version=3.0",), file, variables) == {
        "version": "3.0",
        "target-host": "web2",
        "token": SECRET,
    }


def test_a_value_is_taken_as_it_stands_to_the_end_of_its_line(tmp_path: Path):
    file = written(tmp_path, "token= a=b # c \n")
    assert given_inputs(PLAN, (), file, {}) == {"token": " a=b # c "}


def test_a_secret_on_the_command_line_is_refused_without_being_repeated():
    with pytest.raises(UsageError) as refused:
        given_inputs(PLAN, (f"token={SECRET}",), None, {})
    assert "every user of this host could read it" in str(refused.value)
    assert "WALKDOWN_INPUT_TOKEN" in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o602])
def test_a_file_with_a_secret_that_others_can_open_is_refused(tmp_path: Path, mode: int):
    file = written(tmp_path, f"token={SECRET}\n", mode)
    with pytest.raises(UsageError, match="chmod 600") as refused:
        given_inputs(PLAN, (), file, {})
    assert SECRET not in str(refused.value)


def test_a_file_without_secrets_may_be_anybodys(tmp_path: Path):
    assert given_inputs(PLAN, (), written(tmp_path, "version=1.2\n", 0o644), {}) == {"version": "1.2"}


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("verison=1.2", "there is no input 'verison'; did you mean 'version'?"),
        ("version", "write it as NAME=VALUE"),
        ("version=one", r"input version must match"),
        ("version=", "input version is empty"),
        ("target-host=web3", "must be one of web1, web2"),
        ("version=1.2\x1b[m", "a character in it that does not show"),
    ],
)
def test_what_cannot_be_used_is_refused_and_said(option: str, said: str):
    with pytest.raises(UsageError) as refused:
        given_inputs(PLAN, (option,), None, {})
    assert said in str(refused.value)


def test_the_environment_is_emptied_of_inputs_so_that_no_child_inherits_them():
    environ = {"PATH": "/bin", "WALKDOWN_INPUT_TOKEN": SECRET, "WALKDOWN_SYSTEM": "x"}
    assert taken_from_environment(environ) == {"WALKDOWN_INPUT_TOKEN": SECRET}
    assert environ == {"PATH": "/bin", "WALKDOWN_SYSTEM": "x"}
    assert variable_of("target-host") == "WALKDOWN_INPUT_TARGET_HOST"


def test_where_nobody_is_asked_defaults_stand_and_what_is_missing_is_said():
    given = {"version": "1.2", "token": SECRET}
    assert without_questions(PLAN, given) == given | {"target-host": "web1"}
    with pytest.raises(UsageError, match="version is needed: --input version=VALUE"):
        without_questions(PLAN, {"token": SECRET})
    with pytest.raises(UsageError) as refused:
        without_questions(PLAN, {"version": "1.2"})
    assert str(refused.value) == "input token is needed: --input-file or WALKDOWN_INPUT_TOKEN"
