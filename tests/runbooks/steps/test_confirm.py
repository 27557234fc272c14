"""The step kind confirm: a phrase typed in sight of what will be gone (reliability S29)."""

import time

import pytest

from runbooks.outcome import Ending, FailedError
from runbooks.steps.confirm import ConfirmStep, Listing
from runbooks.templates import Template
from runbooks.testing import step_context


def words(*argv):
    return tuple(Template(word) for word in argv)


async def typed(answer, tmp_path, phrase="delete old logs"):
    step = ConfirmStep(Template(phrase))
    context = step_context(step, tmp_path)
    return step.take(answer, await step.question(context), context)


async def test_the_phrase_confirms(tmp_path):
    assert (await typed("delete old logs", tmp_path)).ending is Ending.SUCCEEDED


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "y",
        "y\n",
        "yes",
        "delete old log",
        "Delete old logs",
        "delete old logs ",
        " delete old logs",
        "delete  old logs",
        "delete old logs\n",
        "delete old logs\r",
        "\x1b[200~delete old logs\x1b[201~",
        "delete\u00a0old logs",
        "delete old logs\u200b",
        "delete old l\u043egs",
    ],
)
async def test_nothing_else_does_least_of_all_what_was_pasted(tmp_path, answer):
    with pytest.raises(FailedError) as refused:
        await typed(answer, tmp_path)
    assert refused.value.error_class == "refused"


async def test_the_phrase_can_name_what_is_destroyed(tmp_path):
    step = ConfirmStep(Template("drop {{ database }}"), (Template("all rows of {{ database }}"),))
    context = step_context(step, tmp_path, values={"database": "shop"})
    action = await step.prepare(context)
    assert action.phrase == "drop shop"
    assert action.destroys == ("all rows of shop",)
    assert (await step.question(context)).phrase == "drop shop"


@pytest.mark.parametrize("name", ["", "a\nb", " ", "x" * 200, "a\u202eb"])
async def test_a_phrase_that_nobody_could_type_is_refused(tmp_path, name):
    step = ConfirmStep(Template("{{ name }}"))
    with pytest.raises(FailedError) as refused:
        await step.prepare(step_context(step, tmp_path, values={"name": name}))
    assert refused.value.error_class == "phrase"


async def test_files_are_counted_by_pattern_when_the_step_is_shown(tmp_path):
    for number in range(25):
        (tmp_path / f"app-{number:02}.log").write_bytes(b"x" * 1024)
    (tmp_path / "keep.txt").write_text("kept")
    step = ConfirmStep(Template("go"), show=(Listing(Template(f"{tmp_path}/*.log")),))
    shown = (await step.prepare(step_context(step, tmp_path))).destroys
    assert shown[0] == f"{tmp_path}/*.log: 25 files, 25 KiB"
    assert shown[1] == f"  {tmp_path}/app-00.log  1 KiB"
    assert shown[-1] == "  and 5 more"
    assert not any("keep.txt" in line for line in shown)


async def test_a_folder_is_counted_with_all_below_it_and_no_link_is_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "huge").write_bytes(b"x" * 100_000)
    folder = tmp_path / "data"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "deep" / "deeper" / "file").write_bytes(b"x" * 2048)
    (folder / "link").symlink_to(outside)
    step = ConfirmStep(Template("go"), show=(Listing(Template(str(folder))),))
    shown = (await step.prepare(step_context(step, tmp_path))).destroys
    assert shown[0].startswith(f"{folder}: 2 files, 2")
    assert shown[1].startswith(f"  {folder}/  ")


async def test_that_nothing_is_there_is_said(tmp_path):
    step = ConfirmStep(Template("go"), show=(Listing(Template(f"{tmp_path}/gone*")),))
    shown = (await step.prepare(step_context(step, tmp_path))).destroys
    assert shown == (f"{tmp_path}/gone*: nothing is there",)


async def test_a_name_with_stars_in_it_is_that_file(tmp_path):
    (tmp_path / "a*").write_text("1")
    (tmp_path / "ab").write_text("1")
    step = ConfirmStep(Template("go"), show=(Listing(Template(f"{tmp_path}/a*")),))
    assert (await step.prepare(step_context(step, tmp_path))).destroys[0].endswith("1 file, 1 B")


async def test_a_program_says_what_will_be_gone_and_secrets_in_it_are_masked(tmp_path):
    step = ConfirmStep(Template("go"), show=(Listing(run=words("printf", "%s\n", "3 rows", "key hunter22")),))
    context = step_context(step, tmp_path, secrets={"key": "hunter22"})
    shown = (await step.prepare(context)).destroys
    assert shown[1:] == ("  3 rows", "  key *****")


async def test_a_program_that_fails_or_hangs_lets_nobody_confirm(tmp_path, monkeypatch):
    monkeypatch.setattr("runbooks.steps.confirm.PATIENCE", 0.3)
    for argv in (["false"], ["sleep", "60"], ["/no/such/program"]):
        step = ConfirmStep(Template("go"), show=(Listing(run=words(*argv)),))
        began = time.monotonic()
        with pytest.raises(FailedError) as failed:
            await step.prepare(step_context(step, tmp_path))
        assert failed.value.error_class == "not_listed"
        assert time.monotonic() - began < 10


async def test_a_program_is_given_no_secret_of_ours_and_no_value_as_an_option(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "hunter22")
    step = ConfirmStep(Template("go"), show=(Listing(run=words("env")),))
    context = step_context(step, tmp_path, hidden=frozenset({"SHOP_PASSWORD"}))
    assert not any("hunter22" in line for line in (await step.prepare(context)).destroys)
    sneaky = ConfirmStep(Template("go"), show=(Listing(run=words("ls", "{{ name }}")),))
    with pytest.raises(FailedError) as refused:
        await sneaky.prepare(step_context(sneaky, tmp_path, values={"name": "--version"}))
    assert refused.value.error_class == "argument"
