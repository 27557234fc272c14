"""Owns the way from YAML text to nodes: ruamel's events (YAML 1.2), and nothing that could run or explode.

Only mappings, lists and single values come out. Tags are refused, keys are unique, and depth, anchors and the
size that aliases unfold to are bounded while reading, before any memory is spent (S10).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from checks.config.files import Source
from checks.config.nodes import Node, Path, Place
from checks.config.problems import Problems

DEPTH_LIMIT = 50
ANCHOR_LIMIT = 100
NODE_LIMIT = 100_000
"""Values in one file, aliases unfolded."""

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})|0x[0-9a-fA-F]{1,15}|0o[0-7]{1,20}")
"""Integers that lose nothing by being one: `007` and `+49` stay text, as does what no counter holds."""
_FLOAT = re.compile(r"-?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_STRING_TAG = "tag:yaml.org,2002:str"


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """Reading cannot go on; the message is for the operator."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def parse(source: Source, problems: Problems) -> Node | None:
    """Return the file's top mapping; None when it is empty or, with the problem recorded, cannot be read."""
    try:
        return _Builder(source, problems).document()
    except _Refused as refused:
        place, message = refused.place, str(refused)
    except UnicodeDecodeError as error:
        line = source.raw.count(b"\n", 0, error.start) + 1
        place, message = Place(source.name, line), "not UTF-8 text"
    except MarkedYAMLError as error:
        place, message = _mistake(source.name, error)
    except ReaderError as error:
        line = source.raw.decode().count("\n", 0, error.position) + 1
        place = Place(source.name, line)
        message = f"character {chr(error.character)!a} may not stand here"
    except YAMLError as error:
        place, message = Place(source.name), str(error).splitlines()[0]
    problems.error(place, ("yaml",), message)
    problems.partial = True
    return None


def _mistake(file: str, error: MarkedYAMLError) -> tuple[Place, str]:
    """Return where ruamel stumbled, and in its words."""
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    parts = [part for part in (error.problem, error.context) if part]
    return place, ", ".join(parts) or "not YAML"


class _Builder:
    """Builds the nodes of one file from its events."""

    def __init__(self, source: Source, problems: Problems) -> None:
        self._file = source.name
        self._problems = problems
        self._events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(source.raw.decode("utf-8-sig")))
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._size = 0
        self._root: Node | None = None

    def document(self) -> Node | None:
        """Return the one document of the file."""
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document begins here; a file holds one")
                root = self._node(next(self._events), ())
        if root is None or root.value is None:
            return None
        if not isinstance(root.value, dict):
            raise _Refused(root.place, "the top of a file is a mapping, such as `checks:`")
        return root

    def _node(self, event: Any, path: Path, key: Place | None = None) -> Node:
        """Return the node that begins with this event, and take its events."""
        place = self._place(event)
        if isinstance(event, AliasEvent):
            return self._alias(event, key or place)
        if len(path) > DEPTH_LIMIT:
            self._refuse(event, f"nested deeper than {DEPTH_LIMIT} levels")
        before = self._size
        self._count(event, 1)
        if event.tag is not None and event.tag not in (_STRING_TAG, "!"):
            self._problems.error(place, path or ("yaml",), "tags are not supported; write a plain value")
        if isinstance(event, ScalarEvent):
            node = self._scalar(event, place, key or place)
        elif isinstance(event, SequenceStartEvent):
            node = Node(self._items(path), place, key or place)
        else:
            node = Node(self._members(path), place, key or place)
        if event.anchor is not None:
            if len(self._anchors) >= ANCHOR_LIMIT:
                self._refuse(event, f"more than {ANCHOR_LIMIT} anchors")
            self._anchors[event.anchor] = (node, self._size - before)
        return node

    def _alias(self, event: Any, key: Place) -> Node:
        if event.anchor not in self._anchors:
            self._refuse(event, f"*{event.anchor} stands for nothing that was written before it")
        node, size = self._anchors[event.anchor]
        self._count(event, size)
        return replace(node, key=key)

    def _items(self, path: Path) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _members(self, path: Path) -> dict[str, Node]:
        members: dict[str, Node] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                self._refuse(event, "a key must be a single word")
            place, name = self._place(event), event.value
            if name == "<<":
                self._problems.error(place, (*path, name), "merge keys are not part of YAML 1.2")
            node = self._node(next(self._events), (*path, name), place)
            if name in members:
                first = members[name].key
                self._problems.error(place, (*path, name), f"is written twice; first in line {first.line}")
            else:
                members[name] = node
        return members

    def _scalar(self, event: Any, place: Place, key: Place) -> Node:
        text = event.value
        one_line = event.start_mark.line == event.end_mark.line
        if event.style in ("|", ">"):
            return Node(text, place, key, text)
        if event.style or event.tag is not None:
            return Node(text, place, key, text, 1 if one_line and event.tag is None else None)
        return Node(_resolve(text), place, key, text, 0 if one_line else None)

    def _count(self, event: Any, size: int) -> None:
        self._size += size
        if self._size > NODE_LIMIT:
            self._refuse(event, f"more than {NODE_LIMIT} values, aliases unfolded")

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: Any, message: str) -> NoReturn:
        raise _Refused(self._place(event), message)


def _resolve(text: str) -> str | int | float | bool | None:
    """Return what an unquoted value is by YAML 1.2's core schema, where `no` and `1:30` are text."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
