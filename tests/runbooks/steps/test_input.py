"""The step kind input: a value that is typed, chosen, or a file of a listing."""

import gzip
import os

import pytest

from checks.testing import FakeClock
from runbooks.outcome import Applied, FailedError
from runbooks.steps.input import Files, InputStep
from runbooks.templates import Template
from runbooks.testing import step_context
from tests.runbooks.files.archives import LINES, tar

NOW = 1_800_000_000.0


def asking(**options):
    return InputStep(Template("Which {{ what }}?"), "value", **options)


async def given(step, answer, tmp_path, **context):
    context = step_context(step, tmp_path, values={"what": "one", "last": "2.0.0"}, **context)
    return step.take(answer, await step.question(context), context)


async def refused(step, answer, tmp_path):
    with pytest.raises(FailedError) as error:
        await given(step, answer, tmp_path)
    assert error.value.error_class == "refused"
    return error.value.summary


def keep(folder, name, data, hours=1.0):
    file = folder / name
    file.write_bytes(data)
    os.utime(file, (NOW - hours * 3600,) * 2)
    return str(file)


async def test_a_typed_value_is_captured_under_its_name(tmp_path):
    outcome = await given(asking(), "v2", tmp_path)
    assert outcome.captured == {"value": "v2"}
    assert outcome.applied is Applied.NONE


async def test_the_prompt_and_the_default_are_filled_in(tmp_path):
    step = asking(default=Template("{{ last }}"))
    context = step_context(step, tmp_path, values={"what": "version", "last": "2.0.0"})
    question = await step.question(context)
    assert (question.prompt, question.default) == ("Which version?", "2.0.0")
    assert (await step.prepare(context)).lines == ("ask for value: Which version?",)


async def test_the_whole_value_must_match_the_pattern(tmp_path):
    step = asking(pattern=r"\d+\.\d+\.\d+")
    assert (await given(step, "1.2.3", tmp_path)).captured == {"value": "1.2.3"}
    for wrong in ("1.2", "v1.2.3", "1.2.3; rm -rf /", "1.2.3\n", ""):
        await refused(step, wrong, tmp_path)


async def test_a_value_that_is_none_of_the_choices_is_refused(tmp_path):
    step = asking(choices=(Template("docker"), Template("v{{ last }}")))
    assert (await given(step, "v2.0.0", tmp_path)).captured == {"value": "v2.0.0"}
    assert "none of those" in await refused(step, "dokcer", tmp_path)


@pytest.mark.parametrize("answer", ["", "a\nb", "a\x00", "\x1b[31m", "a\u200bb", "x" * 5000])
async def test_what_does_not_show_is_refused(tmp_path, answer):
    await refused(asking(), answer, tmp_path)


async def test_a_secret_is_asked_for_as_one_and_never_told(tmp_path):
    step = asking(secret=True)
    context = step_context(step, tmp_path, values={"what": "key"})
    question = await step.question(context)
    assert question.secret
    outcome = step.take("h\u00fcnter \u200b22", question, context)
    assert outcome.captured == {"value": "h\u00fcnter \u200b22"}
    assert "22" not in outcome.summary + outcome.detail
    with pytest.raises(FailedError) as error:
        step.take("hunter22\n", question, context)
    assert "hunter22" not in str(error.value)


async def test_files_are_offered_newest_first_with_age_size_and_soundness(tmp_path):
    old = keep(tmp_path, "shop-1.tar.gz", gzip.compress(tar(("a", LINES))), hours=26)
    new = keep(tmp_path, "shop-2.tar.gz", gzip.compress(tar(("a", LINES), ("b", b""))), hours=2)
    keep(tmp_path, "notes.txt", b"no archive")
    step = asking(files=Files(Template(str(tmp_path)), "*.tar.gz", verify="tar"))
    context = step_context(step, tmp_path, values={"what": "backup"}, clock=FakeClock(NOW))
    question = await step.question(context)
    assert [choice.value for choice in question.choices] == [new, old]
    assert question.choices[0].label.startswith("2 h 0 m old, ")
    assert question.choices[0].label.endswith("sound: 2 members")
    assert question.choices[1].label.startswith("1 d 2 h old, ")
    assert step.take(old, question, context).captured == {"value": old}


async def test_a_corrupt_or_tiny_file_is_listed_but_cannot_be_chosen(tmp_path):
    whole = gzip.compress(tar(("a", LINES)))
    good = keep(tmp_path, "good.tgz", whole)
    cut = keep(tmp_path, "cut.tgz", whole[:-20])
    tiny = keep(tmp_path, "tiny.tgz", b"x")
    step = asking(files=Files(Template(str(tmp_path)), "*.tgz", least_size=20.0, verify="archive"))
    context = step_context(step, tmp_path, values={"what": "backup"})
    question = await step.question(context)
    refusals = {choice.value: choice.refusal for choice in question.choices}
    assert refusals[good] == ""
    assert refusals[cut].startswith("corrupt: ")
    assert refusals[tiny] == "smaller than 20 B"
    for path in (cut, tiny):
        with pytest.raises(FailedError) as error:
            step.take(path, question, context)
        assert error.value.error_class == "refused"
        assert "cannot be chosen" in error.value.summary


@pytest.mark.parametrize("answer", ["-rf", "../etc/passwd", "/etc/passwd", "good", "1"])
async def test_only_a_file_of_the_listing_can_be_given(tmp_path, answer):
    keep(tmp_path, "good", b"content")
    await refused(asking(files=Files(Template(str(tmp_path)))), answer, tmp_path)


async def test_links_folders_and_pipes_are_not_offered_and_odd_names_cannot_be_chosen(tmp_path):
    keep(tmp_path, "-rf", b"content")
    keep(tmp_path, "two\nlines", b"content")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    step = asking(files=Files(Template(str(tmp_path)), newest_first=False))
    question = await step.question(step_context(step, tmp_path, values={"what": "file"}))
    assert [choice.value for choice in question.choices] == [f"{tmp_path}/-rf", f"{tmp_path}/two\nlines"]
    assert [bool(choice.refusal) for choice in question.choices] == [False, True]


async def test_what_there_was_no_time_for_is_said_not_to_be_verified(tmp_path):
    for number in range(3):
        keep(tmp_path, f"{number}.tgz", gzip.compress(tar(("a", LINES))))
    step = asking(files=Files(Template(str(tmp_path)), verify="tar", patience=0.0))
    question = await step.question(step_context(step, tmp_path, values={"what": "backup"}))
    assert all("not verified" in choice.label for choice in question.choices)
    assert not any(choice.refusal for choice in question.choices)


async def test_a_long_listing_says_how_much_is_left_out(tmp_path):
    for number in range(120):
        keep(tmp_path, f"{number:03}", b"x", hours=number)
    step = asking(files=Files(Template(str(tmp_path))))
    question = await step.question(step_context(step, tmp_path, values={"what": "file"}))
    assert len(question.choices) == 100
    assert "(the first 100 of 120 files)" in question.prompt


@pytest.mark.parametrize(
    ("folder", "error_class"), [("empty", "no_files"), ("gone", "folder"), ("file", "folder")]
)
async def test_a_folder_that_offers_nothing_fails_the_step(tmp_path, folder, error_class):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    step = asking(files=Files(Template(f"{tmp_path}/{folder}")))
    with pytest.raises(FailedError) as error:
        await given(step, "x", tmp_path)
    assert error.value.error_class == error_class


async def test_a_folder_that_depends_on_where_we_are_is_refused(tmp_path):
    with pytest.raises(FailedError) as error:
        await given(asking(files=Files(Template("backups"))), "x", tmp_path)
    assert error.value.error_class == "folder"
