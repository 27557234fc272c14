"""Owns the reading of `when:`: the inputs, captured values and choices that decide whether a step is run."""

from __future__ import annotations

from checks.config.nodes import Node, Path
from runbooks.document.reading import Reading
from runbooks.document.rules import near_value
from runbooks.document.scope import Conditions, both, never
from runbooks.model import Condition


def read_when(node: Node, path: Path, under: Conditions, reading: Reading) -> Conditions:
    """Return the conditions of a step, those of the branch included that it stands in.

    What is no mapping of names and texts is left out here: whoever reads the step's options says so.
    """
    when = node.get("when")
    if when is None or not isinstance(when.value, dict):
        return under
    found = under
    for name, child in when.value.items():
        values = tuple(item.value for item in _items(child) if isinstance(item.value, str))
        if len(values) == len(_items(child)):
            found = both(found, (Condition(name, values),))
    for name, child in when.value.items():
        _check(name, child, (*path, "when", name), found, reading)
    if never(found) and not reading.problems.blames((*path, "when")):
        message = "the step is never run: the branch that it stands in is for another value"
        reading.problems.error(when.key, (*path, "when"), message)
    return found


def _check(name: str, node: Node, path: Path, found: Conditions, reading: Reading) -> None:
    reading.check_name(name, node, path, found)
    items = _items(node)
    if not items:
        reading.problems.error(node.key, path, "needs a value, or several of which one must be")
    known = reading.scope.values_of(name)
    for i, item in enumerate(items):
        if known and isinstance(item.value, str) and item.value not in known:
            where = (*path, i) if isinstance(node.value, list) else path
            message = f"{name} is never {item.value!r}{near_value(item.value, known)}"
            reading.problems.error(item.key, where, message)


def _items(node: Node) -> list[Node]:
    return node.value if isinstance(node.value, list) else [node]
