"""Owns the reading of one runbook from its tree: its top, its inputs, its steps, and what must fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checks.config.kinded import members, only
from checks.config.literals import literal_secrets
from checks.config.nodes import Node, Path
from checks.config.problems import Problems
from checks.config.validate import read_as
from checks.suggest import did_you_mean
from checks.text import clean
from runbooks.document.approving import check_runbook_approval
from runbooks.document.draft import Draft
from runbooks.document.form import EVERYWHERE, LISTS, NESTED, InputOptions, RunbookOptions, is_word
from runbooks.document.known import Known
from runbooks.document.naming import all_captured, text_of
from runbooks.document.reading import Others, Reading
from runbooks.document.scope import Scope
from runbooks.document.steps import StepReader
from runbooks.document.texts import Filling
from runbooks.model import InputPlan, Plan, Risk, WindowNeed

INPUTS = "inputs"
TOP = (*EVERYWHERE, INPUTS, *LISTS)
"""The keys at the top of a runbook."""
_HARMLESS = frozenset({"inputs", "capture", "when", "labels"})
"""Keys below which what is called like a secret is something else: the name or the path of a value."""


def read_runbook(root: Node, known: Known, others: Others, problems: Problems) -> Draft | None:
    """Return a runbook; None when something is wrong with it, with every problem recorded."""
    root = Filling(known.variables, problems).tree(root)
    _refuse_unknown(root, problems)
    said = read_as(RunbookOptions, only(root, EVERYWHERE), (), problems)
    inputs = _inputs(root, known, problems)
    reading = Reading(known, others, _scope(root, inputs, known), problems)
    if said is not None:
        reading.risk, reading.approval = said.risk, said.approval
        check_runbook_approval(said.approval, root, reading)
    reading.check_guards(root, ())
    steps = StepReader(reading)
    walked = steps.read(root.get("steps"), ("steps",))
    captured = tuple(value for ways in reading.scope.captured.values() for value in ways)
    last = steps.read(root.get("finally"), ("finally",))
    _refuse_literal_secrets(root, problems)
    if said is None:
        return None
    _warn(said, root, walked, problems)
    asked = tuple(_asked(name, about) for name, about in inputs.items())
    plan = replace(_plan(said, root, known), inputs=asked, steps=tuple(walked), last=(*steps.last, *last))
    plan = _as_strict_as(plan, steps, problems)
    if any(not problem.warning for problem in problems.all()):
        return None
    depth = 1 + max((draft.depth for draft, _, _ in steps.nested), default=0)
    return Draft(plan, inputs, captured, frozenset(reading.services), depth)


def _refuse_unknown(root: Node, problems: Problems) -> None:
    for key, node in members(root):
        if key not in TOP:
            near = did_you_mean(key, TOP) or f"; keys: {', '.join(TOP)}"
            problems.error(node.key, (key,), f"unknown key{near}")


def _plan(said: RunbookOptions, root: Node, known: Known) -> Plan:
    """Return the top of the plan."""
    return Plan(
        said.runbook,
        clean(said.title),
        clean(said.summary, lines=True),
        said.risk,
        said.window,
        said.target or known.system,
        said.guards,
        refs=tuple(map(clean, said.refs)),
        source=root.place.file,
        expects=said.expects,
    )


def nested_in(root: Node) -> Iterator[tuple[str, Node]]:
    """Yield the name of every runbook that steps anywhere in this one name, and where they do."""
    for _, child in root.children():
        runbook = child.get("runbook")
        if runbook is not None and text_of(runbook) and text_of(child.get("kind")) == NESTED:
            yield text_of(runbook), runbook
        yield from nested_in(child)


def _inputs(root: Node, known: Known, problems: Problems) -> dict[str, InputOptions]:
    """Return the inputs; one that is wrong counts as one of which anything may be said."""
    section = root.get(INPUTS)
    if section is None or section.value is None:
        return {}
    if not isinstance(section.value, dict):
        problems.error(section.key, (INPUTS,), "must be a mapping of names and what is asked for")
        return {}
    found = {}
    for name, node in section.value.items():
        path: Path = (INPUTS, name)
        about = node if node.value is not None else replace(node, value={})
        found[name] = read_as(InputOptions, about, path, problems) or InputOptions(secret=_is_secret(node))
        if not is_word(name):
            problems.error(node.key, path, "the name of an input is letters, digits and _")
        elif name in known.variables:
            problems.error(node.key, path, f"{name!r} is the name of a variable of the system already")
        elif found[name].secret and name in known.secrets:
            problems.error(node.key, path, f"{name!r} is the name of a secret of the system already")
    return found


def _is_secret(node: Node) -> bool:
    secret = node.get("secret")
    return secret is not None and secret.value is True


def _scope(root: Node, inputs: dict[str, InputOptions], known: Known) -> Scope:
    asked = frozenset(name for name, about in inputs.items() if about.secret)
    later = {
        name: step
        for key in reversed(tuple(LISTS))
        if (section := root.get(key)) is not None
        for name, step in all_captured(section)
    }
    open_ones = {name: about for name, about in inputs.items() if name not in asked}
    return Scope(open_ones, frozenset(known.secrets) | asked, asked, later=later)


def _asked(name: str, about: InputOptions) -> InputPlan:
    return InputPlan(name, clean(about.prompt), about.pattern, about.choices, about.default, about.secret)


def _refuse_literal_secrets(root: Node, problems: Problems) -> None:
    for node, path in literal_secrets(root, (), lambda path: path[-1] in _HARMLESS):
        if not problems.blames(path):
            message = (
                "a secret in plain text, which would stand in every journal; "
                "define it under secrets: and write {{ secret.NAME }} here"
            )
            problems.error(node.key, path, message)


def _warn(said: RunbookOptions, root: Node, walked: Sequence[object], problems: Problems) -> None:
    if not walked and not problems.blames(("steps",)):
        problems.warn((root.get("steps") or root).key, ("steps",), "there are none, so nothing is done")
    if said.risk is Risk.HIGH and not said.guards:
        message = "there are none, though the risk is high: nothing is watched for getting worse"
        problems.warn((root.get("guards") or root).key, ("guards",), message)


def _as_strict_as(plan: Plan, steps: StepReader, problems: Problems) -> Plan:
    """Return the plan with as much asked of the operator as the strictest runbook within it asks."""
    risks, needs = list(Risk), list(WindowNeed)
    risk, window = plan.risk, plan.window
    for draft, node, path in steps.nested:
        inner = draft.plan
        risk = max(risk, inner.risk, key=risks.index)
        window = min(window, inner.window, key=needs.index)
        if inner.target != plan.target and any(step.changes for step in inner.all_steps()):
            where = (node.get("runbook") or node).key
            message = f"runbook {inner.name} changes {inner.target}, this one {plan.target}"
            message += "; both must name the same target"
            problems.error(where, (*path, "runbook"), message)
    return replace(plan, risk=risk, window=window)
