"""One probe from start to Result: whatever the kind does, a Result comes back, clean, masked and cut."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.errors import Degraded, MeasureError, TargetError
from checks.expressions import Rule
from checks.kind import ProbeContext
from checks.kinds.command import CommandCheck
from checks.model import Level, Observation, Reading, Table
from checks.runner import DETAIL_BYTES, SUMMARY_CELLS, open_runner
from checks.secrets import SecretSource, SecretText


@dataclass(frozen=True, slots=True)
class Does:
    """A check that does what the test says."""

    act: Any
    password: SecretText | None = None
    READINGS: ClassVar = ()
    EXAMPLE: ClassVar = ""

    async def probe(self, context: ProbeContext) -> Observation:
        done = self.act(context) if callable(self.act) else self.act
        return await done if asyncio.iscoroutine(done) else done


async def run(act, *rules, timeout=1.0, secrets=None, password=None):
    async with open_runner(secrets or {}, SystemClock()) as runner:
        return await runner.run(Definition("it", "does", Does(act, password), timeout=timeout, rules=rules))


def raises(error):
    def act(context):
        raise error

    return act


@pytest.mark.parametrize(
    ("error", "level"),
    [(TargetError, Level.CRIT), (MeasureError, Level.UNKNOWN), (Degraded, Level.WARN)],
)
async def test_an_error_of_a_probe_has_its_level_and_its_class(error, level):
    result = await run(raises(error("some_class", "what happened", "evidence")))
    assert (result.level, result.error_class, result.summary) == (level, "some_class", "what happened")
    assert result.observation.detail == "evidence"


async def test_a_probe_that_does_not_end_is_cut_at_its_deadline():
    result = await run(lambda context: asyncio.Event().wait(), timeout=0.1)
    assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
    assert 0.1 <= result.elapsed < 0.6


@pytest.mark.parametrize(
    "bug",
    [
        raises(ZeroDivisionError()),
        raises(TimeoutError()),
        raises(asyncio.CancelledError()),
        raises(SystemExit(1)),
        raises(TargetError("some_class", None)),
        None,
        Observation(None),
        Observation("x", readings=(Reading("n", "not a number"),)),
        Observation("x", rows=Table(("a",), ((None,),))),
        "not an observation",
    ],
)
async def test_a_bug_in_a_kind_is_an_unknown_result(bug, caplog):
    result = await run(bug)
    assert (result.level, result.error_class) == (Level.UNKNOWN, "internal_error")
    assert len(caplog.records) == 1


async def test_a_reading_that_is_no_number_is_absent_and_its_rule_is_unknown():
    rule = Rule("n > 1", Level.CRIT, "n", ">", 1.0)
    result = await run(Observation("x", readings=(Reading("n", float("nan")),)), rule)
    assert result.level is Level.UNKNOWN
    assert result.observation.readings == ()


async def test_text_is_cleaned_and_cut():
    hostile = "\x1b]52;c;QUJD\x07" + "x" * 10_000
    seen = Observation(hostile, detail=hostile * 3, rows=Table((hostile,), ((hostile,),)))
    seen = replace(seen, readings=(Reading("n", 1.0, labels=(("name", hostile),)),))
    result = await run(seen)
    texts = [
        result.summary,
        result.observation.detail,
        result.observation.rows.columns[0],
        result.observation.rows.rows[0][0],
        result.observation.readings[0].labels[0][1],
    ]
    assert not any("\x1b" in text or "\x07" in text for text in texts)
    assert len(result.summary) <= SUMMARY_CELLS
    assert len(result.observation.detail.encode()) <= DETAIL_BYTES


async def test_a_secret_is_masked_wherever_a_kind_lets_it_out(tmp_path):
    file = tmp_path / "word"
    file.write_text("opensesame\n")
    secret = {"word": SecretSource(file=str(file))}

    def leak(context):
        word = context.reveal(SecretText("{{ secret.word }}"))
        assert word == "opensesame"
        raise TargetError("auth", f"login with {word} failed", word)

    result = await run(leak, secrets=secret, password=SecretText("{{ secret.word }}"))
    assert "opensesame" not in repr(result)
    assert "*****" in result.summary


async def test_the_last_words_of_a_probe_that_was_cut_are_masked_and_cleaned_too(tmp_path):
    (tmp_path / "word").write_text("opensesame\n")

    async def hang(context):
        word = context.reveal(SecretText("{{ secret.word }}"))
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as cancelled:
            cancelled.add_note(f"said {word} \x1b]0;owned\x07" + "x" * 10_000)
            raise

    secrets = {"word": SecretSource(file=str(tmp_path / "word"))}
    result = await run(hang, timeout=0.1, secrets=secrets, password=SecretText("{{ secret.word }}"))
    assert result.error_class == "total_timeout"
    assert result.observation.detail.startswith("said *****")
    assert not {"\x1b", "\x07"} & set(result.observation.detail)
    assert len(result.observation.detail.encode()) <= DETAIL_BYTES


async def test_a_program_that_was_cut_in_the_middle_of_a_secret_shows_none_of_it(tmp_path):
    (tmp_path / "word").write_text("opensesame-and-more\n")
    script = 'printf "first\n%.16s" "$WORD" | tee /dev/stderr; sleep 600'
    check = CommandCheck(("sh", "-c", script), env={"WORD": SecretText("{{ secret.word }}")})
    async with open_runner({"word": SecretSource(file=str(tmp_path / "word"))}, SystemClock()) as runner:
        result = await runner.run(Definition("it", "command", check, timeout=1.0))
    assert result.error_class == "total_timeout"
    assert result.observation.detail == "last errors:\nfirst\n*****\nlast output:\nfirst\n*****"


async def test_a_probe_ended_from_outside_is_no_bug(caplog):
    async with open_runner({}, SystemClock()) as runner:
        endless = Does(lambda context: asyncio.Event().wait())
        probing = asyncio.create_task(runner.run(Definition("it", "does", endless)))
        await asyncio.sleep(0)
        probing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probing
    assert not caplog.records


async def test_a_secret_that_cannot_be_read_is_unknown_and_never_a_verdict_on_the_target():
    result = await run(
        lambda context: context.reveal(SecretText("{{ secret.word }}")),
        secrets={"word": SecretSource(env="NOT_SET_ANYWHERE")},
        password=SecretText("{{ secret.word }}"),
    )
    assert (result.level, result.error_class) == (Level.UNKNOWN, "secret")
    assert "NOT_SET_ANYWHERE" in result.summary


async def test_a_secret_that_takes_too_long_blocks_neither_the_loop_nor_the_deadline():
    beats = 0

    async def beat():
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    beating = asyncio.create_task(beat())
    try:
        result = await run(
            None,
            secrets={"word": SecretSource(command=("sleep", "2"))},
            password=SecretText("{{ secret.word }}"),
            timeout=0.5,
        )
    finally:
        beating.cancel()
    assert (result.level, result.error_class) == (Level.UNKNOWN, "secret")
    assert result.elapsed < 1.0
    assert beats > 20
