"""The step kind command: what is shown, what is run, what its end means, what is taken from it."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from runbooks.command_output import Captured, Expected
from runbooks.outcome import Applied, Ending, FailedError
from runbooks.registry import find_step
from runbooks.step import Program
from runbooks.steps.command import CommandStep
from runbooks.templates import MissingValueError, SecretTemplate, Template
from tests.runbooks.steps.commands import carried_out, command, context_of, script, words

CANARY = "canary-4fd1-ABCDEFGH-never-seen"
US = pwd.getpwuid(os.geteuid()).pw_name


async def test_what_is_shown_is_what_a_shell_would_need(tmp_path: Path):
    step = command(
        "deploy",
        "--tag",
        "{{ version }}",
        "it's",
        env={"MODE": SecretTemplate("{{ mode }} mode"), "TOKEN": SecretTemplate("t-{{ secret.token }}")},
        stdin=SecretTemplate("line one\n{{ secret.token }}\n"),
        folder=Template("/srv/{{ mode }}"),
    )
    action = await step.prepare(context_of(step, tmp_path, values={"version": "1.2 3", "mode": "fast"}))
    assert action.lines == (
        "export MODE='fast mode'",
        "export TOKEN='t-{{ secret.token }}'",
        """deploy --tag '1.2 3' 'it'"'"'s'""",
        "standard input:",
        "  line one",
        "  {{ secret.token }}",
    )
    assert (action.where, action.user, action.shell) == ("this host, in /srv/fast", US, False)
    assert not action.done_already


async def test_a_shell_is_shown_to_be_one_and_its_text_as_it_is(tmp_path: Path):
    step = script("set -e\necho '{{ not ours }}'")
    action = await step.prepare(context_of(step, tmp_path))
    assert action.shell
    assert action.lines == ("/bin/sh -c", "  set -e", "  echo '{{ not ours }}'")


async def test_another_user_is_shown_and_reached_by_sudo_without_a_secret_in_sight(tmp_path: Path):
    step = command("whoami", user=Template("{{ who }}"), env={"TOKEN": SecretTemplate("{{ secret.token }}")})
    context = context_of(step, tmp_path, values={"who": "nobody"}, secrets={"token": CANARY})
    action = await step.prepare(context)
    names = "TOKEN,WALKDOWN_ATTEMPT,WALKDOWN_KEY,WALKDOWN_STEP,WALKDOWN_WALK"
    assert action.lines[-1] == f"sudo -n -u nobody --preserve-env={names} -- whoami"
    assert action.user == "nobody"
    assert step.order(context).argv[:4] == ("sudo", "-n", "-u", "nobody")
    assert CANARY not in " ".join(step.order(context).argv)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become anybody")
async def test_it_runs_as_another_user_with_its_variables(tmp_path: Path):
    step = script(
        'whoami; test "$TOKEN" = ' + CANARY + ' && echo same; echo "$WALKDOWN_STEP"',
        user=Template("nobody"),
        env={"TOKEN": "{{ secret.token }}"},
    )
    outcome, ended = await carried_out(step, tmp_path, secrets={"token": CANARY})
    assert ended.out.read_text() == "nobody\nsame\nstep\n"
    assert outcome.ending is Ending.SUCCEEDED


@pytest.mark.parametrize("user", ["-u", "root; id", "#0", "%sudo", "a b", "root\n"])
async def test_what_can_be_no_user_is_refused(tmp_path: Path, user: str):
    step = command("true", user=Template("{{ who }}"))
    with pytest.raises(FailedError, match="cannot name a user"):
        await step.prepare(context_of(step, tmp_path, values={"who": user}))


async def test_it_is_run_as_it_was_shown(tmp_path: Path):
    step = command(
        "sh",
        "-c",
        'pwd; printf "%s|" "$@" "$MODE"; cat',
        "x",
        "{{ word }}",
        env={"MODE": SecretTemplate("{{ secret.mode }}")},
        stdin=SecretTemplate("{{ word }}"),
        folder=Template("/usr"),
    )
    outcome, ended = await carried_out(
        step, tmp_path, values={"word": "two words"}, secrets={"mode": "secret-mode"}
    )
    assert ended.out.read_text() == "/usr\ntwo words|secret-mode|two words"
    assert (outcome.ending, outcome.applied) == (Ending.SUCCEEDED, Applied.FULL)
    assert outcome.summary == "two words|*****|two words"


async def test_it_can_tell_one_attempt_from_another(tmp_path: Path):
    step = script("env | grep -E '^WALKDOWN_(ATTEMPT|KEY|STEP|WALK)=' | sort")
    _, ended = await carried_out(step, tmp_path, key="abc", walk="w1", id="deploy.pull", attempt=2)
    assert ended.out.read_text().split() == [
        "WALKDOWN_ATTEMPT=2",
        "WALKDOWN_KEY=abc",
        "WALKDOWN_STEP=deploy.pull",
        "WALKDOWN_WALK=w1",
    ]


async def test_a_reading_command_applies_nothing(tmp_path: Path):
    outcome, _ = await carried_out(command("uptime"), tmp_path, changes=False)
    assert (outcome.ending, outcome.applied) == (Ending.SUCCEEDED, Applied.NONE)
    outcome, _ = await carried_out(command("false"), tmp_path, changes=False, number=2)
    assert (outcome.ending, outcome.applied) == (Ending.FAILED, Applied.NONE)


async def test_values_are_taken_from_the_output(tmp_path: Path):
    text = 'echo "ignored" >&2; echo \'{"image": {"id": "sha256:91f2", "size": 7, "old": false}}\''
    step = script(
        text,
        capture={
            "id": Captured(json="$.image.id"),
            "size": Captured(json="image.size"),
            "old": Captured(json="image.old"),
            "hash": Captured(pattern="sha256:([0-9a-f]+)"),
            "all": Captured(whole=True),
        },
    )
    outcome, _ = await carried_out(step, tmp_path)
    assert outcome.captured == {
        "id": "sha256:91f2",
        "size": "7",
        "old": "false",
        "hash": "91f2",
        "all": '{"image": {"id": "sha256:91f2", "size": 7, "old": false}}',
    }


@pytest.mark.parametrize(
    ("text", "wanted", "why"),
    [
        ("echo no", Captured(pattern="id=(.*)"), "matches nothing"),
        ("echo no", Captured(json="a"), "is not JSON"),
        ("echo '{}'", Captured(json="a"), "has no a"),
        ("echo '{\"a\": [1]}'", Captured(json="a"), "no single value"),
        ("head -c 5000 /dev/zero | tr '\\0' x", Captured(whole=True), "longer than 4096"),
        ("printf 'a\\377'", Captured(whole=True), "no text"),
        ("printf 'a\\000b'", Captured(whole=True), "ends every text"),
        ("head -c 2M /dev/zero", Captured(json="a"), "longer than"),
        ('echo "$S"', Captured(whole=True), "holds a secret"),
    ],
)
async def test_a_value_that_cannot_be_had_fails_the_step_which_may_have_changed_something(
    tmp_path: Path, text: str, wanted: Captured, why: str
):
    step = script(text, capture={"id": wanted}, env={"S": "{{ secret.canary }}"})
    outcome, _ = await carried_out(step, tmp_path, secrets={"canary": CANARY})
    assert (outcome.ending, outcome.error_class, outcome.applied) == (
        Ending.FAILED,
        "capture",
        Applied.PARTIAL,
    )
    assert outcome.summary.startswith("capture id: ")
    assert why in outcome.summary
    assert CANARY not in outcome.summary + outcome.detail


async def test_captured_text_loses_its_line_end_and_nothing_else(tmp_path: Path):
    outcome, _ = await carried_out(
        script("printf ' a \\r\\n'", capture={"x": Captured(whole=True)}), tmp_path
    )
    assert outcome.captured == {"x": " a "}


@pytest.mark.parametrize(
    ("expect", "good"),
    [
        (Expected(output="backup (complete|done)"), True),
        (Expected(output="(?s)^FIRST.*LAST\n$"), True),
        (Expected(output="restore"), False),
        (Expected(not_output="ERROR"), True),
        (Expected(not_output="backup"), False),
        (Expected(output="backup", not_output="complete"), False),
    ],
)
async def test_the_output_must_be_as_expected(tmp_path: Path, expect: Expected, good: bool):
    outcome, _ = await carried_out(
        script("echo FIRST; echo backup complete; echo LAST", expect=expect), tmp_path
    )
    assert (outcome.ending is Ending.SUCCEEDED) is good
    assert (outcome.error_class, outcome.applied) == (
        ("", Applied.FULL) if good else ("unexpected_output", Applied.PARTIAL)
    )


@pytest.mark.parametrize(
    ("success", "code", "good"), [(0, 0, True), (3, 3, True), ((0, 24), 24, True), (3, 0, False)]
)
async def test_other_exit_codes_can_be_good(tmp_path: Path, success, code: int, good: bool):
    outcome, _ = await carried_out(script(f"exit {code}", success=success), tmp_path)
    assert (outcome.ending is Ending.SUCCEEDED) is good


async def test_what_is_there_already_need_not_be_made(tmp_path: Path):
    step = command("touch", "{{ path }}", creates=Template("{{ path }}"))
    context = context_of(step, tmp_path, values={"path": str(tmp_path / "made")})
    assert (await step.prepare(context)).done_already == ""
    (tmp_path / "made").touch()
    assert (await step.prepare(context)).done_already == f"{tmp_path / 'made'} is there"


async def test_a_program_may_say_that_it_need_not_be_run(tmp_path: Path):
    step = command("false", unless=words("grep", "-q", "{{ word }}", "/proc/version"))
    for word, wanted in (("Linux", "grep -q Linux /proc/version exits with 0"), ("Minix", "")):
        context = context_of(step, tmp_path, values={"word": word})
        assert (await step.prepare(context)).done_already == wanted
    step = command("false", unless=words("no-such-program"))
    with pytest.raises(FailedError, match="no such program"):
        await step.prepare(context_of(step, tmp_path))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "exactly one of run and shell"),
        ({"run": words("a"), "shell": "b"}, "exactly one of run and shell"),
        ({"run": words("")}, "names no program"),
        ({"shell": "a", "success": 256}, "from 0 to 255"),
        ({"shell": "a", "env": {"A-B": SecretTemplate("x")}}, "cannot name a variable"),
        ({"shell": "a", "env": {"": SecretTemplate("x")}}, "cannot name a variable"),
        ({"shell": "a", "folder": Template("relative")}, "must begin with /"),
    ],
)
def test_what_could_not_be_run_as_written_is_refused(options: dict, why: str):
    with pytest.raises(ValueError, match=why):
        CommandStep(**options)


@pytest.mark.parametrize(
    "options",
    [{}, {"whole": True, "json": "a"}, {"pattern": "none"}, {"pattern": "(a)(b)"}, {"pattern": "(?=a)"}],
)
def test_what_can_never_yield_a_value_is_refused(options: dict):
    with pytest.raises(ValueError):
        Captured(**options)
    with pytest.raises(ValueError, match="RE2"):
        Expected(output="(?<=a)")


async def test_a_value_that_the_walk_does_not_have_is_missing(tmp_path: Path):
    step = command("echo", "{{ nothing }}")
    with pytest.raises(MissingValueError):
        await step.prepare(context_of(step, tmp_path))


async def test_a_folder_that_does_not_begin_at_the_root_is_refused(tmp_path: Path):
    step = command("true", folder=Template("{{ where }}"))
    with pytest.raises(FailedError, match="begin with /"):
        await step.prepare(context_of(step, tmp_path, values={"where": "tmp"}))


def test_the_kind_is_a_program_and_registered():
    assert find_step("command") is CommandStep
    assert isinstance(command("true"), Program)
    assert CommandStep.CHANGES
    assert "kind: command" in CommandStep.EXAMPLE
