"""Owns the reading of steps, laid flat: branches follow their choice, nested runbooks their heading."""

from __future__ import annotations

from dataclasses import replace

from checks.config.nodes import Node, Path, Place
from checks.text import clean
from runbooks.document.approving import refuse_at_the_end, wants_approval
from runbooks.document.draft import Draft
from runbooks.document.form import CHOICE, COMMON, HEADINGS, NESTED, StepOptions
from runbooks.document.given import read_given
from runbooks.document.naming import branch_values, choice_completed, learn, text_of
from runbooks.document.nesting import embed
from runbooks.document.parts import Parts, read_undo, read_verify
from runbooks.document.reading import Read, Reading
from runbooks.document.rules import check_action, check_verified, check_way_back, nature, refuse_keys
from runbooks.document.scope import Conditions, both
from runbooks.document.when import read_when
from runbooks.model import ApprovalNeed, Condition, StepPlan

DEEPEST = 5
"""Runbooks that may lie within one another."""
MOST = 500
"""Steps of a runbook, those of nested ones included."""


class StepReader:
    """Reads the steps of one runbook."""

    def __init__(self, reading: Reading) -> None:
        """Begin with the first."""
        self.nested: list[tuple[Draft, Node, Path]] = []
        """The runbooks within this one, and where they are named."""
        self.last: list[StepPlan] = []
        """The steps of their `finally:`."""
        self._reading = reading
        self._problems = reading.problems
        self._ids: dict[str, Place] = {}
        self._count = 0

    def read(self, node: Node | None, path: Path, under: Conditions = ()) -> list[StepPlan]:
        """Return the steps of a list; what is wrong with them is recorded."""
        if node is None or node.value is None:
            return []
        if not isinstance(node.value, list):
            self._problems.error(node.key, path, "must be a list of steps")
            return []
        found: list[StepPlan] = []
        for i, item in enumerate(node.value):
            found += self._step(item, (*path, i), under)
        return found

    def _step(self, node: Node, path: Path, under: Conditions) -> list[StepPlan]:
        """Return a step and those that lie within it."""
        if not isinstance(node.value, dict):
            self._problems.error(node.key, path, "must be a mapping with id: and kind:")
            return []
        self._count_one(node, path)
        kind = text_of(node.get("kind"))
        when = read_when(node, path, under, self._reading)
        if kind in HEADINGS:
            message = "means nothing for a step that has others within it; say it of those"
            refuse_keys(node, path, HEADINGS[kind], COMMON, message, self._problems)
        if kind == CHOICE:
            node = choice_completed(node)
        said, read = self._reading.mapping(node, path, StepOptions, COMMON, when)
        self._reading.check_guards(node, path)
        name = self._claim(node, path)
        saved = learn(name, node, read, path, when, self._reading)
        self._reading.scope.steps[name] = when
        verify, undo = self._parts(node, path, name, when)
        step: list[StepPlan] = []
        if said is not None and read is not None:
            plan = self._plan(said, read, node, path)
            step = [replace(plan, when=when, verify=verify, undo=undo)]
        if kind == CHOICE:
            return [*step, *self._branches(node, path, saved, when)]
        if kind == NESTED:
            inner = self._nest(node, path, name, when)
            return [*(replace(one, options=_counted(one, len(inner))) for one in step), *inner]
        return step

    def _claim(self, node: Node, path: Path) -> str:
        """Return the id of a step, which is its alone."""
        name = text_of(node.get("id"))
        if name in self._ids:
            place = (node.get("id") or node).key
            self._problems.error(
                place, (*path, "id"), f"{name!r} is used twice; first in line {self._ids[name].line}"
            )
        self._ids.setdefault(name, node.key)
        return name

    def _parts(self, node: Node, path: Path, name: str, when: Conditions) -> tuple[Parts, Parts]:
        """Return the steps that verify a step and those that undo it."""
        verify, undo = node.get("verify"), node.get("undo")
        return (
            () if verify is None else read_verify(verify, path, name, when, self._reading),
            () if undo is None else read_undo(undo, path, name, when, self._reading),
        )

    def _plan(self, said: StepOptions, read: Read, node: Node, path: Path) -> StepPlan:
        """Return the step by itself."""
        kind = nature(said, read, node, path, self._problems)
        check_way_back(said, kind.changes, node, path, self._problems)
        check_verified(read, node, path, self._problems)
        check_action(read, node, path, self._reading.others.services, self._problems)
        return StepPlan(
            said.id,
            said.kind,
            clean(said.title.text),
            clean(said.text.text, lines=True),
            read.options,
            kind.changes,
            kind.expected,
            kind.timeout,
            said.retries,
            irreversible=said.irreversible,
            point_of_no_return=said.point_of_no_return,
            setup=said.setup,
            guards=said.guards,
            on_failure=said.on_failure,
            auto=kind.auto,
            approval=wants_approval(said.approval, kind.changes, node, path, self._reading),
            refs=tuple(map(clean, said.refs)),
            expects=said.expects,
        )

    def _branches(self, node: Node, path: Path, saved: str, when: Conditions) -> list[StepPlan]:
        """Return the steps of the branches of a choice, each under the condition that it was taken."""
        branches = node.get("branches")
        found: list[StepPlan] = []
        for value, branch in branch_values(branches, node, path, self._problems):
            under = both(when, (Condition(saved, (value,)),))
            found += self.read(branch, (*path, "branches", value), under)
        return found

    def _nest(self, node: Node, path: Path, name: str, when: Conditions) -> list[StepPlan]:
        """Return the steps of the runbook that a step names."""
        runbook = node.get("runbook")
        draft = self._reading.others.drafts.get(text_of(runbook))
        if draft is None or runbook is None:
            self._reading.scope.broken.add(name)
            return []
        if draft.depth + 1 > DEEPEST:
            message = f"runbooks lie within one another {draft.depth + 1} deep; {DEEPEST} is the most"
            self._problems.error(runbook.key, (*path, "runbook"), message)
        given = read_given(node, path, draft, when, self._reading)
        if given is None:
            self._reading.scope.broken.add(name)
            return []
        try:
            embedded = embed(draft, name, when, given)
        except ValueError as error:
            self._problems.error((node.get("with") or node).key, (*path, "with"), str(error))
            self._reading.scope.broken.add(name)
            return []
        self._adopt(draft, node, path)
        for step in embedded.steps:
            self._count_one(node, path)
            self._reading.scope.steps[step.id] = step.when
        for value in embedded.captured:
            self._reading.scope.learn(value)
        self.last += embedded.last
        if path[0] == "finally":
            refuse_at_the_end(draft.plan, runbook, (*path, "runbook"), self._problems)
            return [replace(step, approval=False) for step in embedded.steps]
        if self._reading.approval is ApprovalNeed.REQUIRED:
            return [replace(step, approval=step.approval or step.changes) for step in embedded.steps]
        return list(embedded.steps)

    def _adopt(self, draft: Draft, node: Node, path: Path) -> None:
        self.nested.append((draft, node, path))
        self._reading.services |= draft.services

    def _count_one(self, node: Node, path: Path) -> None:
        self._count += 1
        if self._count == MOST + 1:
            message = f"more than {MOST} steps, those of nested runbooks included"
            self._problems.error(node.key, path, message)


def _counted(step: StepPlan, inner: int) -> dict[str, object]:
    """Return the options of a heading that says how many steps follow."""
    return {**step.options, "steps": inner} if "steps" in step.options else step.options
