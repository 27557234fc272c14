"""Owns the configuration as a tree of values that know where they stand in their files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file, counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Return `file:line:col`."""
        return f"{self.file}:{self.line}:{self.column}"


class Unfilled(Protocol):
    """A text that names what is not known while loading: a secret, or what only a walk brings."""

    @property
    def refusal(self) -> str:
        """Return why it may not stand where plain text is needed."""
        ...


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the configuration, with its places."""

    value: dict[str, Node] | list[Node] | str | int | float | bool | Unfilled | None
    place: Place
    """Where the value begins."""
    key: Place
    """Where the key begins that the value belongs to; for an item of a list, where the item begins."""
    text: str = ""
    """A single value as it was written, so that a version `1.10` does not become 1.1."""
    quote: int | None = None
    """Columns between `place` and the first character of the text; None when they do not correspond."""

    def children(self) -> Iterable[tuple[str | int, Node]]:
        """Yield the members of a mapping or list, each with its key or index."""
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from enumerate(self.value)

    def get(self, key: str) -> Node | None:
        """Return the member of that name; None when there is none, or this is no mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None


Path = tuple[str | int, ...]
"""Keys and indices from the top of the configuration to a node."""


def dotted(path: Path) -> str:
    """Return the path as operators read it: `checks.api.warn[1]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def plain(node: Node) -> Any:
    """Return the value without its places."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def from_plain(data: Any, place: Place) -> Node:
    """Return a tree for data that came from no file; everything stands at the one place."""
    if isinstance(data, dict):
        return Node({str(key): from_plain(child, place) for key, child in data.items()}, place, place)
    if isinstance(data, (list, tuple)):
        return Node([from_plain(child, place) for child in data], place, place)
    text = str(data).lower() if isinstance(data, bool) else str(data)
    return Node(data, place, place, text)
