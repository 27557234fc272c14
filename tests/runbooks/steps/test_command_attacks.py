"""Values chosen by an attacker stay values: no shell reads them, no program takes them for options."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.outcome import FailedError
from runbooks.templates import LONGEST, MissingValueError, SecretTemplate, Template
from tests.runbooks.attempts import run, whole
from tests.runbooks.steps.commands import carried_out, command, context_of, script, words

DO = "touch TRAP"
PAYLOADS = (
    *(
        f"{sign} {DO}"
        for sign in (";", "&", "&&", "|", "||", "|&", "\n", "\r\n", "\r", ";;", "!", "()", "&>x")
    ),
    *(
        f"x{sign}{DO}{sign}"
        for sign in (";", "&", "|", "\n", "'", '"', "`", "$", "\\", "\x0b", "\x0c", "\u2028")
    ),
    *(f"$({DO})", f"`{DO}`", f"${{IFS}}$({DO})", f"<({DO})", f">({DO})", f"$(({DO}))", f"${{x:-$({DO})}}"),
    *(
        f"'; {DO}; '",
        f'"; {DO}; "',
        f"'\"; {DO}; \"'",
        f"\\'; {DO}; \\'",
        f"'$({DO})'",
        f'"$({DO})"',
        f"x' {DO} '",
    ),
    *(f"x\n{DO}\n", f"x;\n{DO}", f"#\n{DO}", f"\\\n{DO}", f"EOF\n{DO}\nEOF", f"STDIN\n{DO}", f"}}; {DO}; {{"),
    *("> TRAP", ">> TRAP", "2>TRAP", ">|TRAP", "<>TRAP", "*", "~root", "a{b,c}", "%s%n", "{{ secret.x }}"),
    *("{{ path }}", "\\{{ path }}", "x\ttouch\tTRAP", "TRAP; $0", "$BASH_ENV", "\u202e;touch TRAP"),
)
OPTIONS = (
    *("-rf", "-", "--", "--help", "-oProxyCommand=touch TRAP", "--upload-file=/etc/passwd", "-e", "-c"),
    *(
        "--exec=touch TRAP",
        "-K/etc/passwd",
        "-I touch TRAP",
        "--checkpoint-action=exec=touch TRAP",
        "-T",
        "-v",
    ),
    *("--to-command=touch TRAP", "-f /etc/shadow", "--rsh=touch TRAP", "-\n", "-x", "--output=TRAP"),
)


def test_there_are_sixty_payloads_and_twenty_options():
    assert len(set(PAYLOADS)) >= 60
    assert len(set(OPTIONS)) == 20


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 16))
async def test_no_value_is_ever_read_by_a_shell(tmp_path: Path, number: int):
    place = tmp_path / "here"
    place.mkdir()
    step = command(
        *("/bin/sh", "-c", 'printf "%s\\0" "$1" "$VALUE"; cat', "x", "{{ value }}"),
        env={"VALUE": SecretTemplate("{{ value }}")},
        stdin=SecretTemplate("{{ value }}"),
        creates=Template("{{ value }}"),
        unless=words("test", "{{ value }}", "=", "{{ value }}x"),
        folder=Template(str(place)),
    )
    for count, payload in enumerate(PAYLOADS[number : number + 16]):
        value = payload.replace("TRAP", str(place / "TRAP"))
        _, ended = await carried_out(step, tmp_path, values={"value": value}, number=count)
        assert ended.out.read_bytes().decode().split("\0") == [value] * 3
        assert not list(place.iterdir()), payload


@pytest.mark.parametrize("number", range(0, len(PAYLOADS), 16))
async def test_no_variable_is_ever_read_by_the_shell_that_was_asked_for(tmp_path: Path, number: int):
    place = tmp_path / "here"
    place.mkdir()
    step = script('printf %s "$VALUE"', env={"VALUE": "{{ value }}"}, folder=Template(str(place)))
    for count, payload in enumerate(PAYLOADS[number : number + 16]):
        value = payload.replace("TRAP", str(place / "TRAP"))
        _, ended = await carried_out(step, tmp_path, values={"value": value}, number=count)
        assert ended.out.read_bytes().decode() == value
        assert not list(place.iterdir()), payload


@pytest.mark.parametrize("payload", PAYLOADS[::6])
async def test_no_value_becomes_a_program_a_user_or_a_folder_by_way_of_a_shell(tmp_path: Path, payload: str):
    trap = tmp_path / "TRAP"
    value = payload.replace("TRAP", str(trap))
    for options in ({"user": Template("{{ value }}")}, {"folder": Template("{{ value }}")}):
        step = command("true", **options)
        with pytest.raises(FailedError):
            await step.prepare(context_of(step, tmp_path, values={"value": value}))
    step = command("{{ value }}")
    context = context_of(step, tmp_path, values={"value": value})
    outcome = step.judge(await run(step.order(context), context.folder), context)
    assert outcome.error_class in ("not_found", "not_executable")
    assert not trap.exists()


@pytest.mark.parametrize("value", OPTIONS)
@pytest.mark.parametrize("word", ["{{ value }}", "{{ value }}/x"])
async def test_no_value_becomes_an_option(tmp_path: Path, value: str, word: str):
    step = command("echo", "name", word)
    context = context_of(step, tmp_path, values={"value": value})
    with pytest.raises(FailedError, match="would become the option"):
        await step.prepare(context)
    with pytest.raises(FailedError, match="would become the option"):
        step.order(context)


@pytest.mark.parametrize(
    "step",
    [
        command("echo", "--", "{{ value }}"),
        command("echo", "--name={{ value }}"),
        command("echo", "-{{ value }}"),
        command("echo", "{{ value }}", allow_dashes=True),
    ],
)
async def test_where_no_option_is_expected_a_dash_is_let_through(tmp_path: Path, step):
    await step.prepare(context_of(step, tmp_path, values={"value": "-x"}))


@pytest.mark.parametrize("arguments", [("--", "a", "{{ value }}"), ("{{ dashes }}", "{{ value }}")])
async def test_only_the_word_right_before_can_say_that_no_option_follows(tmp_path: Path, arguments):
    step = command("kubectl", *arguments)
    with pytest.raises(FailedError, match="would become the option"):
        await step.prepare(context_of(step, tmp_path, values={"value": "-x", "dashes": "--"}))


async def test_a_value_with_a_nul_is_refused(tmp_path: Path):
    step = command("echo", "{{ value }}")
    with pytest.raises(FailedError, match="no argument may hold"):
        await step.prepare(context_of(step, tmp_path, values={"value": "a\0b"}))


async def test_values_that_make_too_much_text_are_refused(tmp_path: Path):
    step = command("echo", "{{ value }}{{ value }}")
    with pytest.raises(MissingValueError, match="are the most"):
        await step.prepare(context_of(step, tmp_path, values={"value": "x" * (LONGEST - 1)}))


async def test_no_secret_is_left_on_disk_or_seen_by_other_users(tmp_path: Path):
    canary = "canary-4fd1-ABCDEFGH-in-no-file"
    text = 'test "$S" = "$(cat)" && ! grep -la "$(echo canary)-4fd1" /proc/[0-9]*/cmdline && echo same'
    step = script(text, env={"S": "{{ secret.it }}"}, stdin=SecretTemplate("{{ secret.it }}"))
    outcome, ended = await carried_out(step, tmp_path, secrets={"it": canary})
    assert ended.out.read_text() == "same\n", outcome
    assert not any(canary.encode() in content for content in whole(tmp_path).values())


async def test_a_secret_can_be_no_argument(tmp_path: Path):
    step = command("echo", "{{ secret.word }}")
    context = context_of(step, tmp_path, secrets={"word": "canary-0123456789"})
    assert "canary" not in " ".join(step.order(context).argv)
