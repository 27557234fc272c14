"""Owns the reading of one mapping that is a step or a part of one: its kind's options, and what they name.

`Reading` is what is known while a file is gone through; everything wrong is recorded in its problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from checks.config.kinded import find_class, members, only, refuse_unknown, stored
from checks.config.nodes import Node, Path
from checks.config.problems import Problems
from checks.config.validate import locate, options_at, read_as
from checks.suggest import did_you_mean
from runbooks.document.draft import Draft
from runbooks.document.form import STEPS, WITHIN, PartOptions
from runbooks.document.known import Known
from runbooks.document.mentions import mentions
from runbooks.document.scope import Conditions, Scope, implies
from runbooks.document.texts import bare_number
from runbooks.model import ApprovalNeed, Risk, ServicePlan
from runbooks.step import Step
from runbooks.templates import Template

P = TypeVar("P", bound=PartOptions)


@dataclass(frozen=True, slots=True)
class Read:
    """A step with its options, as far as they could be read."""

    kind: type[Step]
    step: Step
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Others:
    """What a runbook can name beside itself."""

    services: Mapping[str, ServicePlan | None] = field(default_factory=dict)
    """None: the service is there, but broken."""
    drafts: Mapping[str, Draft | None] = field(default_factory=dict)
    """None: the runbook is there, but broken."""


class Reading:
    """What is known while the file of a runbook is gone through, and what was found wrong."""

    def __init__(self, known: Known, others: Others, scope: Scope, problems: Problems) -> None:
        """Begin at the top."""
        self.known = known
        self.others = others
        self.scope = scope
        self.problems = problems
        self.services: set[str] = set()
        """The services that are named."""
        self.risk = Risk.MEDIUM
        """That of the runbook, as its file says."""
        self.approval = ApprovalNeed.NONE
        """What holds for a step that does not say."""

    def mapping(
        self, node: Node, path: Path, form: type[P], common: Iterable[str], under: Conditions
    ) -> tuple[P | None, Read | None]:
        """Return what every such step says, and what its kind makes of the rest; None for what is wrong."""
        problems = self.problems
        kind = find_class(node, path, STEPS, problems)
        for template, place, inner in templates_below(node, path):
            self.check_names(template, place, inner, under)
        said = read_as(form, only(node, tuple(common)), path, problems)
        if kind is None:
            return said, None
        name = str(node.value["kind"].value) if isinstance(node.value, dict) else ""
        within = WITHIN[name][:1] if name in WITHIN else ()
        refuse_unknown(node, path, kind, (*common, *within), STEPS, problems)
        own = only(node, [key for key in options_at(kind, ()) if key not in common])
        step = read_as(kind, own, path, problems)
        if step is None:
            self._check_rest(kind, own, path, under)
            return said, None
        self._check_mentions(step, kind, own, path, under)
        options, bug = stored(kind, step, bare_number)
        if bug:
            problems.error(node.key, path, bug)
            return said, None
        return said, Read(kind, step, options)

    def _check_rest(self, kind: Any, own: Node, path: Path, under: Conditions) -> None:
        """Look at what is named by those options of a step that are right, when others are wrong."""
        right = only(own, [key for key, _ in members(own) if not self.problems.blames((*path, key))])
        rest = read_as(kind, right, path, Problems())
        if rest is not None:
            self._check_mentions(rest, kind, right, path, under)

    def check_names(self, template: Template, node: Node, path: Path, under: Conditions) -> None:
        """Record every name in the template that stands for nothing here."""
        for name in template.secrets:
            self._check_name(name, node, path, under, secret=True)
        for name in template.names:
            self.check_name(name, node, path, under)

    def check_name(self, name: str, node: Node, path: Path, under: Conditions) -> None:
        """Record a name that stands for no value here."""
        if name in self.scope.asked or self.scope.ways(name, secret=True):
            said = f"write {{{{ secret.{name} }}}} in an option that takes secrets"
            self.problems.error(node.key, path, f"{name!r} is secret; {said}")
        else:
            self._check_name(name, node, path, under, secret=False)

    def _check_name(self, name: str, node: Node, path: Path, under: Conditions, *, secret: bool) -> None:
        scope = self.scope
        if scope.is_sure(name, under, secret=secret):
            return
        if ways := scope.ways(name, secret=secret):
            message = f"{name!r} need not be there: step {ways[0].by!r} that captures it is not always run"
            self.problems.error(node.key, path, message)
        elif name in scope.later and name not in scope.captured:
            message = f"{name!r} is not known yet: it is captured by step {scope.later[name]!r}"
            self.problems.error(node.key, path, message)
        elif secret:
            near = did_you_mean(name, scope.secrets) or "; define it under secrets: or as an input"
            self._unknown(node, path, f"unknown secret {name!r}{near}")
        else:
            near = did_you_mean(name, (*self.known.variables, *scope.names(), *scope.asked))
            hint = near or "; it is no variable, no input, and no step captures it"
            self._unknown(node, path, f"unknown name {name!r}{hint}")

    def check_guards(self, node: Node, path: Path) -> None:
        """Record guards, and what is expected to fail, that are no checks."""
        for key in ("guards", "expects"):
            named = node.get(key)
            for i, one in named.children() if named is not None else ():
                if isinstance(one.value, str):
                    self._check_mention("check", one.value, one, (*path, key, i), ())

    def _check_mentions(self, step: Any, kind: Any, node: Node, path: Path, under: Conditions) -> None:
        for mention, what, inner in mentions(step, kind):
            if what:
                place, found = locate(node, inner)
                self._check_mention(what, mention, place, (*path, *found), under)

    def _check_mention(self, what: str, name: str, node: Node, path: Path, under: Conditions) -> None:
        known: Iterable[str]
        if what == "check":
            known = self.known.checks
        elif what == "service":
            known = self.others.services
            self.services.add(name)
        elif what == "runbook":
            known = self.others.drafts
        else:
            known = self.scope.steps
        if name not in known:
            beside = " before this one" if what == "step" else ""
            said = f"unknown {what} {name!r}{beside}{did_you_mean(name, known)}"
            if what in OURS or self.known.complete:
                self.problems.error(node.key, path, said)
        elif isinstance(known, Mapping) and known[name] is None:
            self.problems.error(node.key, path, f"{what} {name!r} cannot be used: it is broken itself")
        elif what == "step" and not implies(under, self.scope.steps[name]):
            self.problems.error(node.key, path, f"step {name!r} is not always run when this one is")

    def _unknown(self, node: Node, path: Path, message: str) -> None:
        """Record that something is not there, unless it may be in a file of the system that is broken."""
        if self.known.complete:
            self.problems.error(node.key, path, message)


OURS = ("runbook", "step")
"""What runbooks name that stands in no file of the system, so that it can be told whether it is there."""
NESTS = frozenset({"verify", "undo", "branches", "with"})
"""Keys of a step below which names are looked at by those who read them."""


def templates_below(node: Node, path: Path) -> Iterator[tuple[Template, Node, Path]]:
    """Yield every template of a step's own options, with its place."""
    for key, child in members(node):
        if key not in NESTS:
            yield from _templates(child, (*path, key))


def _templates(node: Node, path: Path) -> Iterator[tuple[Template, Node, Path]]:
    if isinstance(node.value, Template):
        yield node.value, node, path
    for key, child in node.children():
        yield from _templates(child, (*path, key))
