"""The step kind report: a text with values in it, kept as evidence and in a file if asked."""

import stat

import pytest

from runbooks.outcome import Applied, Ending, FailedError
from runbooks.steps.report import ReportStep
from runbooks.templates import MissingValueError, Template
from runbooks.testing import FakeBoard, step_context

BODY = Template("Update to {{ version }}\nby {{ who }}\n")
VALUES = {"version": "2.0.0", "who": "anna"}


@pytest.fixture
def attempt(tmp_path):
    folder = tmp_path / "evidence"
    folder.mkdir()
    return lambda step, values=VALUES: step_context(step, folder, values=values)


async def test_the_text_is_kept_as_evidence(tmp_path, attempt):
    step = ReportStep(BODY)
    assert (await step.prepare(attempt(step))).lines == ("| Update to 2.0.0", "| by anna")
    outcome = await step.look(attempt(step), FakeBoard({}))
    assert (outcome.ending, outcome.applied) == (Ending.SUCCEEDED, Applied.NONE)
    kept = tmp_path / "evidence" / "report.txt"
    assert outcome.detail == kept.read_text() == "Update to 2.0.0\nby anna\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_it_is_written_to_a_file_and_may_be_repeated(tmp_path, attempt):
    path = tmp_path / "reports" / "update-2.0.0.txt"
    path.parent.mkdir()
    step = ReportStep(BODY, Template(f"{path.parent}/update-{{{{ version }}}}.txt"))
    assert (await step.prepare(attempt(step))).lines[0] == f"write {path}"
    for _ in range(2):
        outcome = await step.look(attempt(step), FakeBoard({}))
        assert outcome.summary == f"2 lines, in {path}"
    assert path.read_text() == "Update to 2.0.0\nby anna\n"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_file_of_somebody_else_is_not_overwritten(tmp_path, attempt):
    path = tmp_path / "report.txt"
    path.write_text("somebody else's\n")
    step = ReportStep(BODY, Template(str(path)))
    with pytest.raises(FailedError) as failed:
        await step.look(attempt(step), FakeBoard({}))
    assert failed.value.error_class == "exists"
    assert path.read_text() == "somebody else's\n"


@pytest.mark.parametrize(("path", "error_class"), [("gone/report.txt", "not_found"), ("link", "link")])
async def test_where_it_cannot_be_written_it_fails(tmp_path, attempt, path, error_class):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    step = ReportStep(BODY, Template(f"{tmp_path}/{path}"))
    with pytest.raises(FailedError) as failed:
        await step.look(attempt(step), FakeBoard({}))
    assert failed.value.error_class == error_class
    assert not (tmp_path / "elsewhere").exists()


async def test_control_characters_of_values_do_no_harm(tmp_path, attempt):
    step = ReportStep(BODY)
    values = {"version": "\x1b]0;owned\x07", "who": "a\u202eb"}
    text = (await step.look(attempt(step, values), FakeBoard({}))).detail
    assert not set("\x1b\x07\u202e") & set(text)


async def test_a_value_that_is_not_there_fails_it_before_anything_is_written(tmp_path, attempt):
    step = ReportStep(BODY)
    with pytest.raises(MissingValueError):
        await step.prepare(attempt(step, {}))
    assert not list((tmp_path / "evidence").iterdir())
