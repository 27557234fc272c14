"""Steps of the kind `command` for tests: rendered, run under a real supervisor, judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec

from runbooks.outcome import Outcome
from runbooks.step import Ended, StepContext, options_of
from runbooks.steps.command import CommandStep
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import step_context
from tests.runbooks.attempts import fresh, run


def words(*arguments: str) -> tuple[Template, ...]:
    return tuple(Template(argument) for argument in arguments)


def command(*arguments: str, **options) -> CommandStep:
    return CommandStep(words(*arguments), **options)


def script(text: str, **options) -> CommandStep:
    """A step that has a shell read the text, with these as its variables."""
    variables = {name: SecretTemplate(value) for name, value in options.pop("env", {}).items()}
    return CommandStep(shell=text, env=variables, **options)


def context_of(
    step: CommandStep, root: Path, *, changes: bool = True, number: int = 1, **more
) -> StepContext:
    context = step_context(step, fresh(root, number), kind="command", **more)
    return replace(context, plan=replace(context.plan, changes=changes))


async def carried_out(step: CommandStep, root: Path, **more) -> tuple[Outcome, Ended]:
    """Do it as a walk does: from the options that a plan keeps, under a supervisor; judge its end."""
    step = msgspec.convert(msgspec.json.decode(msgspec.json.encode(options_of(step))), CommandStep)
    context = context_of(step, root, **more)
    await step.prepare(replace(context, secrets={}))
    ended = await run(step.order(context), context.folder)
    return step.judge(ended, context), ended
