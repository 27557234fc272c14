"""Owns the putting of one runbook into another: its steps under the id of the step that names it.

Its inputs are replaced by what they are given, the names that it captures get the id before them, and steps
that cannot be run with these inputs are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from runbooks.document.draft import Draft
from runbooks.document.mentions import changed
from runbooks.document.scope import Captured, Conditions, both, never
from runbooks.document.texts import Piece, joined, pieces_of
from runbooks.model import Condition, StepPlan
from runbooks.registry import find_step
from runbooks.templates import SECRET, Template


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a nested runbook comes to in the one around it."""

    steps: tuple[StepPlan, ...]
    last: tuple[StepPlan, ...]
    captured: tuple[Captured, ...]


def embed(draft: Draft, name: str, under: Conditions, given: Mapping[str, Template]) -> Embedded:
    """Return the steps of a runbook as those of another.

    Args:
        draft: The runbook.
        name: The id of the step that stands for it.
        under: The conditions of that step.
        given: What each of its inputs is.

    Raises:
        ValueError: when a condition in it is about an input that is given more than a name or a value, or
            when what it is given cannot stand in a text of it.
    """
    embedding = _Embedding(draft, name, under, given)
    steps = (embedding.step(step) for step in draft.plan.steps)
    last = (embedding.step(step) for step in draft.plan.last)
    captured = (embedding.captured(value) for value in draft.captured)
    return Embedded(
        tuple(step for step in steps if step is not None),
        tuple(step for step in last if step is not None),
        tuple(value for value in captured if value is not None),
    )


class _Embedding:
    """Puts one runbook under one step."""

    def __init__(self, draft: Draft, name: str, under: Conditions, given: Mapping[str, Template]) -> None:
        self._plan = draft.plan
        self._name = name
        self._under = under
        self._hidden = {value.name for value in draft.captured if value.secret}
        self._given = {
            f"{SECRET}{key}" if draft.inputs[key].secret else key: pieces_of(template)
            for key, template in given.items()
        }

    def step(self, plan: StepPlan) -> StepPlan | None:
        """Return the step under its new id; None when it cannot be run."""
        when = self._conditions(plan.when)
        if when is None:
            return None
        guards = tuple(dict.fromkeys((*self._plan.guards, *plan.guards)))
        expects = tuple(dict.fromkeys((*self._plan.expects, *plan.expects)))
        verify, undo = (tuple(map(self._part, parts)) for parts in (plan.verify, plan.undo))
        step = replace(self._part(plan), when=when, verify=verify, undo=undo)
        return replace(step, guards=guards, expects=expects)

    def captured(self, value: Captured) -> Captured | None:
        """Return the value under its new name; None when it is never captured."""
        under = self._conditions(value.under)
        if under is None:
            return None
        return replace(value, name=self._prefixed(value.name), by=self._prefixed(value.by), under=under)

    def _prefixed(self, name: str) -> str:
        return f"{self._name}.{name}"

    def _part(self, plan: StepPlan) -> StepPlan:
        kind = find_step(plan.kind)
        step: Any = changed(msgspec.convert(plan.options, kind), kind, self._mention)
        if save := getattr(step, "save", ""):
            step = replace(step, save=self._prefixed(save))
        if capture := getattr(step, "capture", {}):
            step = replace(step, capture={self._prefixed(name): how for name, how in capture.items()})
        options = msgspec.json.decode(msgspec.json.encode(step))
        title, text = (self._template(Template(said)).text for said in (plan.title, plan.text))
        return replace(plan, id=self._prefixed(plan.id), title=title, text=text, options=options)

    def _mention(self, mention: Any, what: str, path: object) -> Any:
        if isinstance(mention, Template):
            return self._template(mention)
        return self._prefixed(mention) if what == "step" else mention

    def _template(self, template: Template) -> Template:
        if not template.names and not template.secrets:
            return template
        pieces: list[Piece] = []
        for text, named in pieces_of(template):
            pieces += self._named(text) if named else [(text, False)]
        return type(template)(joined(pieces).text)

    def _named(self, name: str) -> list[Piece]:
        """Return what stands for a name: what an input is given, a secret of the system, a captured value."""
        if (given := self._given.get(name)) is not None:
            return given
        if not name.startswith(SECRET):
            return [(self._prefixed(name), True)]
        secret = name.removeprefix(SECRET)
        return [(f"{SECRET}{self._prefixed(secret)}" if secret in self._hidden else name, True)]

    def _conditions(self, conditions: Conditions) -> Conditions | None:
        """Return the conditions as the runbook around sees them; None when they cannot hold."""
        found: list[Condition] = []
        for condition in conditions:
            given = self._given.get(condition.name)
            if given is None:
                found.append(replace(condition, name=self._prefixed(condition.name)))
            elif not any(named for _, named in given):
                if "".join(text for text, _ in given) not in condition.values:
                    return None
            else:
                found.append(Condition(_only_name(condition.name, given), condition.values))
        merged = both(self._under, ())
        for one in found:
            merged = both(merged, (one,))
        return None if never(merged) else merged


def _only_name(name: str, given: list[Piece]) -> str:
    said = [(text, named) for text, named in given if text]
    if len(said) > 1:
        raise ValueError(f"steps depend on input {name!r}, which must be given a value or a single name")
    return said[0][0]
