"""Owns how the files of a system become one: mappings merge, lists append, a value is set once.

The overlay comes last and may do more: what it says of a value or a list stands instead, and `null` removes.
"""

from __future__ import annotations

from dataclasses import replace

from checks.config.nodes import Node, Path
from checks.config.problems import Problems


def merge(base: Node, other: Node, problems: Problems, path: Path = ()) -> Node:
    """Return both as one; what is set twice is recorded with both places, and the first stands."""
    if other.value is None:
        return base
    if base.value is None:
        return other
    if isinstance(base.value, list) and isinstance(other.value, list):
        return replace(base, value=[*base.value, *other.value])
    if not isinstance(base.value, dict) or not isinstance(other.value, dict):
        problems.error(other.key, path, f"is set twice; first in {base.key}")
        return base
    members = dict(base.value)
    for name, node in other.value.items():
        members[name] = merge(members[name], node, problems, (*path, name)) if name in members else node
    return replace(base, value=members)


def overlay(base: Node, over: Node) -> Node:
    """Return the base with everything that the overlay says."""
    if not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return over
    members = dict(base.value)
    for name, node in over.value.items():
        if node.value is None:
            members.pop(name, None)
        else:
            members[name] = overlay(members[name], node) if name in members else node
    return replace(base, value=members)
