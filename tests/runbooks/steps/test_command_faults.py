"""What is said of commands that fail, flood, fork, hang and ask, and of what they may have changed."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

import pytest

from checks.clock import SystemClock
from runbooks import evidence
from runbooks.command_output import Captured, Expected
from runbooks.launch import Launcher
from runbooks.outcome import Applied, Ending
from runbooks.records import LeaseRef
from runbooks.step import Ended
from runbooks.templates import SecretTemplate, Template
from tests.checks.test_supervise import alive, highest_memory, number_in, until
from tests.hostile import BYTES, raw_in
from tests.runbooks.attempts import MIB, fresh, journal, run, running
from tests.runbooks.steps.commands import carried_out, command, context_of, script

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become anybody")
AS_NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups"


@pytest.mark.fault("step:command", "server_error")
async def test_another_exit_code_is_a_failure_and_the_last_error_says_why(tmp_path: Path):
    outcome, _ = await carried_out(script("echo fine; echo 'disk on fire' >&2; exit 3"), tmp_path)
    assert (outcome.ending, outcome.error_class, outcome.applied) == (
        Ending.FAILED,
        "exit_code",
        Applied.PARTIAL,
    )
    assert outcome.summary == "exit code 3: disk on fire"
    assert outcome.detail == "disk on fire\nfine"


@pytest.mark.fault("step:command", "server_error")
@pytest.mark.parametrize(("name", "number"), [("KILL", 9), ("SEGV", 11), ("TERM", 15)])
async def test_a_signal_is_named(tmp_path: Path, name: str, number: int):
    outcome, _ = await carried_out(script(f"echo working; kill -{number} $$"), tmp_path)
    assert (outcome.error_class, outcome.applied) == ("signal", Applied.PARTIAL)
    assert outcome.summary == f"ended by SIG{name}: working"


async def test_a_program_that_is_not_there_was_not_started_and_changed_nothing(tmp_path: Path):
    outcome, ended = await carried_out(command("no-such-program"), tmp_path)
    assert (outcome.error_class, outcome.applied) == ("not_found", Applied.NONE)
    assert ended.status == 127


@pytest.mark.fault("step:command", "auth")
async def test_a_program_that_cannot_be_executed_was_not_started_and_changed_nothing(tmp_path: Path):
    outcome, ended = await carried_out(command("/etc/passwd"), tmp_path)
    assert (outcome.error_class, outcome.applied) == ("not_executable", Applied.NONE)
    assert ended.status == 126


@pytest.mark.parametrize(
    ("text", "error_class"), [("no-such-program", "not_found"), ("/etc/passwd", "not_executable")]
)
async def test_a_script_may_have_done_something_before_it_missed_a_program(
    tmp_path: Path, text: str, error_class: str
):
    outcome, _ = await carried_out(script(f"touch {tmp_path}/done; {text}"), tmp_path)
    assert (outcome.error_class, outcome.applied) == (error_class, Applied.PARTIAL)


async def test_under_an_old_fence_nothing_is_executed(tmp_path: Path):
    step = command("touch", str(tmp_path / "trap"))
    context = context_of(step, tmp_path)
    lease = journal(tmp_path / "journal", 2)
    ended = await run(step.order(context), context.folder, LeaseRef(lease.database, "shop", 1))
    outcome = step.judge(ended, context)
    assert (outcome.ending, outcome.error_class, outcome.applied) == (Ending.FAILED, "fence", Applied.NONE)
    assert not (tmp_path / "trap").exists()


@pytest.mark.fault("step:command", "auth")
@pytest.mark.fault("step:command", "fork_daemon")
@pytest.mark.parametrize(
    "text",
    [
        "printf 'Password: ' >&2; read answer",
        "printf '[sudo] password for admin: '; exec 3</dev/tty",
        "cat </dev/tty",
        "echo 'Enter passphrase for key: '; exit 1",
    ],
)
async def test_a_question_for_a_password_is_said_to_be_one(tmp_path: Path, text: str):
    outcome, ended = await carried_out(script(text), tmp_path)
    assert (outcome.error_class, outcome.applied) == ("needs_tty", Applied.PARTIAL)
    assert ended.elapsed < 60


@needs_root
async def test_sudo_that_wants_a_password_in_the_midst_may_have_come_after_a_change(tmp_path: Path):
    outcome, _ = await carried_out(script(f"{AS_NOBODY} sudo -n true"), tmp_path)
    assert (outcome.error_class, outcome.applied) == ("needs_password", Applied.PARTIAL)


@pytest.mark.fault("step:command", "auth")
@needs_root
async def test_sudo_that_lets_nobody_in_changed_nothing(tmp_path: Path):
    (tmp_path / "sudo").write_text(f'#!/bin/sh\nexec {AS_NOBODY} /usr/bin/sudo "$@"\n')
    (tmp_path / "sudo").chmod(0o755)
    path = SecretTemplate(f"{tmp_path}:/usr/bin:/bin")
    outcome, _ = await carried_out(command("true", user=Template("root"), env={"PATH": path}), tmp_path)
    assert (outcome.error_class, outcome.applied) == ("needs_password", Applied.NONE)
    assert "sudo wants a password" in outcome.summary


@pytest.mark.fault("step:command", "fork_daemon")
async def test_a_daemon_that_holds_the_output_is_named_and_left_alone(tmp_path: Path):
    note = tmp_path / "pid"
    daemon = f"sleep 300 & echo $! >{note}; until grep -q sleep /proc/$!/comm; do :; done; echo started"
    outcome, ended = await carried_out(script(daemon), tmp_path)
    assert (outcome.ending, outcome.summary) == (Ending.SUCCEEDED, "started")
    assert ended.elapsed < 60
    assert f"left running: {number_in(note)} sleep" in outcome.detail
    assert alive(number_in(note))
    os.kill(number_in(note), signal.SIGKILL)


@pytest.mark.fault("step:command", "fork_daemon")
async def test_a_command_that_ignores_term_is_gone_six_seconds_after_it_was_asked_to_end(tmp_path: Path):
    note = tmp_path / "pid"
    step = script(f"trap '' TERM; echo $$ >{note}; while :; do sleep 0.1; done")
    context = context_of(step, tmp_path)
    async with running(step.order(context), context.folder) as one:
        await until(lambda: number_in(note))
        began = time.monotonic()
        one.terminate()
        outcome = step.judge(await one.ended(), context)
    assert time.monotonic() - began < 15
    assert (outcome.ending, outcome.error_class, outcome.applied) == (
        Ending.FAILED,
        "terminated",
        Applied.PARTIAL,
    )
    assert not alive(number_in(note))


async def test_a_command_that_ends_well_after_it_was_asked_to_end_did_not_do_what_it_should(tmp_path: Path):
    step = script(f"trap 'exit 0' TERM; touch {tmp_path}/ready; while :; do sleep 0.05; done")
    context = context_of(step, tmp_path)
    async with running(step.order(context), context.folder) as one:
        await until((tmp_path / "ready").exists)
        one.terminate()
        outcome = step.judge(await one.ended(), context)
    assert (outcome.ending, outcome.error_class) == (Ending.FAILED, "terminated")


@pytest.mark.parametrize(
    ("stopped", "word"), [("disk_full", "disk is full"), ("too_much_output", "more than")]
)
def test_without_evidence_a_command_has_failed(tmp_path: Path, stopped: str, word: str):
    step = command("true")
    context = context_of(step, tmp_path)
    ended = Ended(0, context.folder / "out", context.folder / "errors", 1.0, stopped=stopped)
    outcome = step.judge(ended, context)
    assert (outcome.error_class, outcome.applied) == ("evidence", Applied.PARTIAL)
    assert word in outcome.summary


@pytest.mark.fault("step:command", "huge")
@pytest.mark.fault("step:command", "fork_daemon")
async def test_a_hundred_megabytes_are_judged_at_both_ends_and_cost_little_memory(tmp_path: Path):
    text = f"echo FIRST; head -c {100 * MIB} /dev/zero; echo LAST 7"
    expect = Expected(output="(?s)^FIRST\n.*bytes left out.*LAST 7\n$")
    step = script(text, expect=expect, capture={"number": Captured(pattern="LAST (.*)")})
    context = context_of(step, tmp_path)
    async with Launcher(SystemClock()) as launcher:
        Path("/proc/self/clear_refs").write_text("5")
        before = highest_memory()
        ended = await (await launcher.start(step.order(context), context.folder)).ended()
        (_, out) = evidence.gather(context.folder)
        assert highest_memory() - before <= 16 * MIB
    outcome = step.judge(ended, context)
    assert (outcome.ending, outcome.captured) == (Ending.SUCCEEDED, {"number": "7"})
    assert (out.name, out.size, out.truncated) == ("out", 100 * MIB + 13, True)
    hashed = hashlib.sha256(b"FIRST\n")
    for _ in range(100):
        hashed.update(bytes(MIB))
    hashed.update(b"LAST 7\n")
    assert out.sha256 == hashed.hexdigest()


async def test_a_judgement_is_the_same_before_and_after_the_evidence_was_cut(tmp_path: Path):
    step = script(
        f"head -c {30 * MIB} /dev/urandom; echo LAST; exit 3", success=3, expect=Expected(output="LAST\n$")
    )
    context = context_of(step, tmp_path)
    ended = await run(step.order(context), context.folder)
    before = step.judge(ended, context)
    evidence.gather(context.folder)
    assert step.judge(ended, context) == before
    assert before.ending is Ending.SUCCEEDED


@pytest.mark.fault("step:command", "hostile_text")
async def test_nothing_in_the_output_can_reach_a_terminal_raw_and_on_disk_it_is_as_it_came(tmp_path: Path):
    content = b"\n".join(BYTES) + b"\x00\xff\xfe\n"
    (tmp_path / "content").write_bytes(content)
    outcome, ended = await carried_out(script(f"cat {tmp_path}/content | tee /dev/stderr; exit 1"), tmp_path)
    assert outcome.ending is Ending.FAILED
    assert not raw_in(outcome.summary + outcome.detail)
    assert "\n" not in outcome.summary
    assert ended.out.read_bytes() == ended.errors.read_bytes() == content


async def test_a_secret_that_a_command_says_is_masked_where_it_is_shown(tmp_path: Path):
    secret = "canary-0123456789-ABCDEFGH"
    many = 'for n in $(seq 400); do printf "%s %s" "$S" "$S" | base64 -w0; echo "$S"; done'
    text = f'{many}; echo "$S" >&2; exit 1'
    step = script(text, env={"S": "{{ secret.canary }}"})
    outcome, _ = await carried_out(step, tmp_path, secrets={"canary": secret})
    assert "*****" in outcome.summary
    shown = outcome.summary + outcome.detail
    assert not any(secret[place : place + 8] in shown for place in range(len(secret) - 7))


async def test_bytes_that_are_no_text_can_be_searched(tmp_path: Path):
    step = script(
        r"printf '\377\000\200 lag=7 \377'", expect=Expected("lag=7"), capture={"lag": Captured(r"lag=(\d+)")}
    )
    assert (await carried_out(step, tmp_path))[0].captured == {"lag": "7"}


async def test_an_attempt_whose_folder_has_no_output_can_be_judged(tmp_path: Path):
    step = command("true")
    context = context_of(step, tmp_path)
    folder = fresh(tmp_path, 9)
    ended = Ended(1, folder / "out", folder / "errors", 0.1)
    assert step.judge(ended, context).summary == "exit code 1"
