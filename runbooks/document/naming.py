"""Owns what a step captures: under which names, and what it can be; and the values that a choice has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from checks.config.nodes import Node, Path
from checks.config.problems import Problems
from runbooks.document.form import CHOICE, is_word
from runbooks.document.reading import Read, Reading
from runbooks.document.rules import near_value
from runbooks.document.scope import Captured, Conditions
from runbooks.templates import Template


def text_of(node: Node | None) -> str:
    """Return a node's text; empty when it is none."""
    return node.value if node is not None and isinstance(node.value, str) else ""


def choice_completed(node: Node) -> Node:
    """Return a choice with what its branches say: its values; and its id as the name of the value."""
    assert isinstance(node.value, dict)
    members = dict(node.value)
    branches = members.get("branches")
    if branches is not None and isinstance(branches.value, dict) and "values" not in members:
        values = [Node(value, child.key, child.key, value) for value, child in branches.value.items()]
        members["values"] = replace(branches, value=values)
    if "id" in members:
        members.setdefault("save", members["id"])
    return replace(node, value=members)


def branch_values(
    branches: Node | None, node: Node, path: Path, problems: Problems
) -> Iterator[tuple[str, Node]]:
    """Yield each value of a choice that has a branch, and the branch."""
    if branches is None:
        return
    if not isinstance(branches.value, dict):
        message = "must be a mapping of values and lists of steps"
        problems.error(branches.key, (*path, "branches"), message)
        return
    listed = node.get("values")
    values = tuple(text_of(item) for _, item in listed.children()) if listed is not None else ()
    for value, branch in branches.value.items():
        if value not in values:
            message = f"{value!r} is none of the values{near_value(value, values)}"
            problems.error(branch.key, (*path, "branches", value), message)
        yield value, branch


def captured_by(node: Node) -> dict[str, Node]:
    """Return the names under which a step captures values, and where it says so, as far as its file tells."""
    names: dict[str, Node] = {}
    capture, save = node.get("capture"), node.get("save")
    if capture is not None and isinstance(capture.value, dict):
        names.update(capture.value)
    if text_of(save):
        assert save is not None
        names[text_of(save)] = save
    elif text_of(node.get("kind")) == CHOICE and text_of(node.get("id")):
        names[text_of(node.get("id"))] = node
    return names


def all_captured(node: Node) -> Iterator[tuple[str, str]]:
    """Yield every name that is captured in a list of steps or below it, and the id of the step."""
    for _, child in node.children():
        if step := text_of(child.get("id")):
            yield from ((name, step) for name in captured_by(child))
        yield from all_captured(child)


def learn(step: str, node: Node, read: Read | None, path: Path, when: Conditions, reading: Reading) -> str:
    """Have the names known from here on that a step captures; return the one of its answer, if it has one."""
    saved = text_of(node.get("save"))
    for name, place in captured_by(node).items():
        is_answer = name == saved
        secret = is_answer and read is not None and getattr(read.step, "secret", False) is True
        value = Captured(name, step, when, _values(read) if is_answer else (), secret)
        key = (*path, "save") if is_answer else (*path, "capture", name)
        if reason := _refusal(value, reading):
            reading.problems.error(place.key, key, reason)
        reading.scope.learn(value)
    return saved


def _refusal(value: Captured, reading: Reading) -> str:
    """Return why a value may not be called so; empty when it may."""
    name = value.name
    if not is_word(name) and name != value.by:
        return f"{name!r} is no name for a value; write letters, digits and _, such as last_version"
    for names, what in (
        (reading.scope.inputs, "an input"),
        (reading.scope.asked, "an input"),
        (reading.known.variables, "a variable of the system"),
        (reading.known.secrets if value.secret else (), "a secret of the system"),
    ):
        if name in names:
            return f"{name!r} is the name of {what} already"
    by = reading.scope.clash(value)
    return f"{name!r} is captured by step {by!r} as well, which may be run, too" if by else ""


def _values(read: Read | None) -> tuple[str, ...]:
    """Return what the answer of a step can be; empty when anything, or not known."""
    step: Any = None if read is None else read.step
    for option in ("values", "choices"):
        values = getattr(step, option, ())
        if values and isinstance(values, tuple) and not any(getattr(value, "names", ()) for value in values):
            return tuple(value.shown({}) if isinstance(value, Template) else value for value in values)
    return ()
