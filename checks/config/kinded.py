"""Owns mappings that name what sort of thing they are, as checks do by `kind:`: which options they take.

What sorts there are is in a table. The options of one are the fields of its dataclass, beside those that
every such mapping has.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from checks.config.nodes import Node, Path
from checks.config.problems import Problems
from checks.config.validate import options_at
from checks.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Table:
    """The sorts that there are of something."""

    key: str
    """The key that names the sort, such as `kind`."""
    command: str
    """The command of walkdown that lists and explains them."""
    find: Callable[[str], type[Any]]
    """Returns the class of a sort; raises KeyError when there is none of that name."""
    names: Callable[[], tuple[str, ...]]


def find_class(node: Node, path: Path, table: Table, problems: Problems) -> type[Any] | None:
    """Return the class that the mapping names; None when it names none, with the problem recorded."""
    named = node.get(table.key)
    path = (*path, table.key)
    if named is None:
        problems.missing(node.key, path, f"is required; `walkdown {table.command}` lists them")
        return None
    if not isinstance(named.value, str):
        message = getattr(named.value, "refusal", "must be text")
        problems.error(named.key, path, message)
        return None
    try:
        return table.find(named.value)
    except KeyError:
        names = table.names()
        near = did_you_mean(named.value, names) or f"; {table.command}: {', '.join(names)}"
        problems.error(named.key, path, f"unknown {table.key} {named.value!r}{near}")
    except (ImportError, AttributeError) as error:
        problems.error(named.key, path, f"{table.key} {named.value} cannot be used here: {error}")
    return None


def refuse_unknown(
    node: Node, path: Path, kind: type[Any], common: Iterable[str], table: Table, problems: Problems
) -> None:
    """Record every key of the mapping that is neither an option of its class nor one of the common keys."""
    known = (*options_at(kind, ()), *common)
    named = node.get(table.key)
    for key, member in members(node):
        if key not in known:
            hint = f"; see `walkdown {table.command} {'' if named is None else named.value}`"
            problems.error(member.key, (*path, key), f"unknown key{did_you_mean(key, known) or hint}")


def members(node: Node) -> Iterable[tuple[str, Node]]:
    """Return the members of a mapping; of anything else none."""
    return node.value.items() if isinstance(node.value, dict) else ()


def only(node: Node, keys: Collection[str]) -> Node:
    """Return the mapping with these keys only."""
    return replace(node, value={key: child for key, child in members(node) if key in keys})


def stored(
    kind: type[Any], value: object, bare: Callable[[Any], Any] | None = None
) -> tuple[dict[str, Any], str]:
    """Return the options in the form that is kept, and what keeps them from coming back as they were.

    Args:
        kind: The class of the options.
        value: The options.
        bare: Makes something plain of a value that is not.
    """
    try:
        options: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value, enc_hook=bare))
        reason = "" if msgspec.convert(options, kind) == value else "they come back as others"
    except (TypeError, msgspec.MsgspecError) as error:
        options, reason = {}, str(error)
    if not reason:
        return options, ""
    return {}, f"its options cannot be kept, which is a bug in the kind: {reason}"
