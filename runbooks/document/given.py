"""Owns the reading of `with:`: what the inputs of a nested runbook are given by the one around it."""

from __future__ import annotations

from collections.abc import Mapping

from checks.config.nodes import Node, Path
from checks.secrets import REFUSED
from checks.suggest import did_you_mean
from runbooks.document.draft import Draft
from runbooks.document.form import InputOptions
from runbooks.document.reading import Reading
from runbooks.document.scope import Conditions
from runbooks.templates import Template


def read_given(
    node: Node, path: Path, draft: Draft, under: Conditions, reading: Reading
) -> Mapping[str, Template] | None:
    """Return what each input of the runbook is given; None when something is wrong with that."""
    section = node.get("with") or Node({}, node.key, node.key)
    path = (*path, "with")
    if not isinstance(section.value, dict):
        reading.problems.error(section.key, path, "must be a mapping")
        return None
    given: dict[str, Template] = {}
    for name, child in section.value.items():
        below = (*path, name)
        if name not in draft.inputs:
            near = did_you_mean(name, draft.inputs) or _listed(draft)
            reading.problems.error(child.key, below, f"runbook {draft.plan.name} has no such input{near}")
            continue
        template = _template(child)
        if template is None:
            reading.problems.error(child.key, below, "must be text; put it in quotes")
            continue
        reading.check_names(template, child, below, under)
        _check(template, draft.inputs[name], child, below, draft.plan.name, reading)
        given[name] = template
    for name, about in draft.inputs.items():
        if about.default is not None:
            given.setdefault(name, Template.literal(about.default))
        elif name not in section.value:
            message = f"is required: runbook {draft.plan.name} asks for it"
            reading.problems.error(section.key, (*path, name), message)
    return None if reading.problems.blames(path) else given


def _template(node: Node) -> Template | None:
    if isinstance(node.value, Template):
        return node.value
    if isinstance(node.value, bool) or not isinstance(node.value, (str, int, float)):
        return None
    return Template.literal(str(node.value))


def _check(
    template: Template, about: InputOptions, node: Node, path: Path, runbook: str, reading: Reading
) -> None:
    """Record when the input would refuse what it is given, or when nobody could tell."""
    problems = reading.problems
    if about.secret:
        if not template.secrets:
            message = f"is secret in runbook {runbook}: give it a secret, such as {{{{ secret.NAME }}}}"
            problems.error(node.key, path, message)
    elif template.secrets:
        problems.error(node.key, path, REFUSED)
    elif not template.names:
        if reason := about.refusal_of(template.shown({})):
            problems.error(node.key, path, reason)
    elif (about.pattern or about.choices) and not (
        problems.blames(path) or _is_judged(template, about, reading)
    ):
        message = f"is not held against what runbook {runbook} demands of it"
        problems.warn(node.key, path, message)


def _is_judged(template: Template, about: InputOptions, reading: Reading) -> bool:
    """Return whether all that the text can become has passed the same judgement already."""
    (name, *more) = template.names
    if more or template.text != f"{{{{ {name} }}}}":
        return False
    own = reading.scope.inputs.get(name)
    if own is not None and about.pattern and own.pattern == about.pattern:
        return True
    values = reading.scope.values_of(name)
    return bool(values) and not any(about.refusal_of(value) for value in values)


def _listed(draft: Draft) -> str:
    return f"; inputs: {', '.join(draft.inputs)}" if draft.inputs else ""
