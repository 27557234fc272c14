"""The step kind manual: what a person declares."""

import dataclasses

import pytest

from runbooks.outcome import Applied, Ending, FailedError
from runbooks.steps.manual import ManualStep
from runbooks.templates import Template
from runbooks.testing import step_context


async def answered(step, answer, tmp_path, *, changes=False):
    context = step_context(step, tmp_path, values={"host": "db1"})
    context = dataclasses.replace(context, plan=dataclasses.replace(context.plan, changes=changes))
    return step.take(answer, await step.question(context), context)


async def test_the_operator_declares_that_it_is_done(tmp_path):
    step = ManualStep(Template("The disk of {{ host }} was swapped."))
    outcome = await answered(step, "done", tmp_path)
    assert outcome.ending is Ending.SUCCEEDED
    assert outcome.summary == "The disk of db1 was swapped."
    assert outcome.applied is Applied.NONE


async def test_what_a_person_changes_counts_as_applied(tmp_path):
    assert (await answered(ManualStep(), "done", tmp_path, changes=True)).applied is Applied.FULL


async def test_not_done_fails_the_step(tmp_path):
    with pytest.raises(FailedError) as failed:
        await answered(ManualStep(), "not done", tmp_path)
    assert failed.value.error_class == "not_done"


@pytest.mark.fault("step:manual", "hostile_text")
@pytest.mark.parametrize("answer", ["", "y", "DONE", "done\n", "\x1b[200~done"])
async def test_any_other_answer_is_asked_for_again(tmp_path, answer):
    with pytest.raises(FailedError) as refused:
        await answered(ManualStep(), answer, tmp_path)
    assert refused.value.error_class == "refused"


async def test_evidence_is_a_line_that_later_steps_find(tmp_path):
    step = ManualStep(evidence="text", save="seen")
    assert not (await step.question(step_context(step, tmp_path))).choices
    outcome = await answered(step, "build 42 by anna", tmp_path)
    assert outcome.captured == {"seen": "build 42 by anna"}
    assert "build 42 by anna" in outcome.summary


@pytest.mark.fault("step:manual", "hostile_text")
@pytest.mark.parametrize("answer", ["", "   ", "two\nlines", "a\x00b", "x" * 5000, "hid\u202eden"])
async def test_evidence_that_says_nothing_or_hides_something_is_refused(tmp_path, answer):
    with pytest.raises(FailedError) as refused:
        await answered(ManualStep(evidence="text"), answer, tmp_path)
    assert refused.value.error_class == "refused"


async def test_evidence_can_also_be_that_it_was_not_done(tmp_path):
    with pytest.raises(FailedError) as failed:
        await answered(ManualStep(evidence="text"), "not done", tmp_path)
    assert failed.value.error_class == "not_done"


async def test_what_will_be_declared_is_shown_before(tmp_path):
    step = ManualStep(Template("Checked."))
    assert (await step.prepare(step_context(step, tmp_path))).lines == ("declare: Checked.",)
