"""Owns the parts of a step that are steps themselves: those that verify it and those that undo it."""

from __future__ import annotations

from dataclasses import replace

from checks.config.nodes import Node, Path
from runbooks.document.form import PART, WITHIN, PartOptions
from runbooks.document.naming import text_of
from runbooks.document.reading import Reading
from runbooks.document.rules import check_action, nature
from runbooks.document.scope import Conditions
from runbooks.model import StepPlan

NONE = "none"
"""What `undo:` says when there is nothing to undo."""
_SHORTHAND = "wait"
"""The kind of a step that verifies and names no kind."""

_OR_NONE: dict[str | int, str] = {"undo": f", or {NONE}"}
_CAPTURING = tuple((key, "a part of a step captures nothing") for key in ("capture", "save"))

Parts = tuple[StepPlan, ...]


def read_verify(node: Node, path: Path, owner: str, under: Conditions, reading: Reading) -> Parts:
    """Return the steps that look whether a step has done what it should."""
    found = []
    for name, part, where in _listed(node, (*path, "verify"), f"{owner}.verify"):
        if isinstance(part.value, dict) and "kind" not in part.value:
            kind = Node(_SHORTHAND, part.place, part.key, _SHORTHAND)
            part = replace(part, value={"kind": kind, **part.value})
        step = _read(name, part, where, under, reading)
        if step is not None and step.changes:
            message = "what verifies a step only looks; this one changes something"
            reading.problems.error(part.key, where, message)
        found.append(step)
    return tuple(step for step in found if step is not None)


def read_undo(node: Node, path: Path, owner: str, under: Conditions, reading: Reading) -> Parts:
    """Return the steps that take a step back; none when there is nothing to undo."""
    if node.value == NONE:
        return ()
    listed = _listed(node, (*path, "undo"), f"{owner}.undo")
    found = [_read(name, part, where, under, reading) for name, part, where in listed]
    return tuple(step for step in found if step is not None)


def _listed(node: Node, path: Path, name: str) -> list[tuple[str, Node, Path]]:
    """Return each part with its id and path."""
    if not isinstance(node.value, list) or not node.value:
        return [(name, node, path)]
    items = enumerate(node.value)
    return [(f"{name}-{i + 1}" if i else name, item, (*path, i)) for i, item in items]


def _read(name: str, node: Node, path: Path, under: Conditions, reading: Reading) -> StepPlan | None:
    problems = reading.problems
    if not isinstance(node.value, dict):
        problems.error(node.key, path, f"must be a step or a list of steps{_OR_NONE.get(path[-1], '')}")
        return None
    for key, message in (("id", f"is not set here; this step is called {name!r}"), *_CAPTURING):
        if (member := node.get(key)) is not None:
            problems.error(member.key, (*path, key), message)
    sort = text_of(node.get("kind"))
    if sort in WITHIN:
        message = f"kind {sort} has steps within it and cannot be a part of a step"
        problems.error(node.value["kind"].key, (*path, "kind"), message)
        return None
    said, read = reading.mapping(node, path, PartOptions, PART, under)
    if said is None or read is None:
        return None
    check_action(read, node, path, reading.others.services, problems)
    kind = nature(said, read, node, path, problems)
    return StepPlan(
        name,
        said.kind,
        said.title.text,
        said.text.text,
        read.options,
        kind.changes,
        kind.expected,
        kind.timeout,
        said.retries,
        auto=kind.auto,
        refs=said.refs,
    )
