"""The step kind choice: one of several branches, and never none of them (catalogue D-18)."""

import pytest

from runbooks.outcome import FailedError
from runbooks.question import Choice
from runbooks.steps.choice import ChoiceStep
from runbooks.templates import MissingValueError, Template
from runbooks.testing import step_context

VALUES = ("docker", "systemd")


def deciding(by=None):
    return ChoiceStep(VALUES, "way", Template("How?"), by and Template(by), {"docker": "by Compose"})


async def test_the_operator_sees_what_each_value_means_and_chooses(tmp_path):
    step = deciding()
    context = step_context(step, tmp_path)
    question = await step.question(context)
    assert question.prompt == "How?"
    assert question.choices == (Choice("docker", "by Compose"), Choice("systemd", ""))
    assert step.take("systemd", question, context).captured == {"way": "systemd"}
    assert step.automatic(context) is None
    assert not step.auto


@pytest.mark.parametrize("answer", ["", "Docker", "npm", "docker ", "docker\nsystemd"])
async def test_another_answer_is_asked_for_again(tmp_path, answer):
    step = deciding()
    context = step_context(step, tmp_path)
    with pytest.raises(FailedError) as refused:
        step.take(answer, await step.question(context), context)
    assert refused.value.error_class == "refused"


async def test_a_value_decides_where_there_is_one(tmp_path):
    step = deciding("{{ method }}")
    context = step_context(step, tmp_path, values={"method": "docker"})
    assert step.auto
    assert step.automatic(context) == "docker"
    question = await step.question(context)
    assert question.default == "docker"
    assert (await step.prepare(context)).lines == ("way = docker",)
    assert step.take("docker", question, context).captured == {"way": "docker"}
    with pytest.raises(FailedError) as refused:
        step.take("systemd", question, context)
    assert refused.value.error_class == "refused"


@pytest.mark.parametrize("method", ["", "dokcer", "docker\n", "{{ way }}"])
async def test_a_value_without_a_branch_is_refused_before_anything_happens(tmp_path, method):
    step = deciding("{{ method }}")
    context = step_context(step, tmp_path, values={"method": method})
    with pytest.raises(FailedError) as unknown:
        await step.prepare(context)
    assert unknown.value.error_class == "unknown_value"
    with pytest.raises(FailedError):
        step.automatic(context)


async def test_a_value_that_is_not_there_is_refused(tmp_path):
    step = deciding("{{ method }}")
    with pytest.raises(MissingValueError):
        await step.prepare(step_context(step, tmp_path))
