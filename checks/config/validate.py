"""Owns the reading of nodes into dataclasses: pydantic judges, and its errors get places and plain words."""

from __future__ import annotations

import functools
import re
import types
import typing
from collections.abc import Hashable, Iterable
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from checks.config.nodes import Node, Path, Place, plain
from checks.config.problems import Problems
from checks.suggest import did_you_mean

T = TypeVar("T")

STRICT = ConfigDict(extra="forbid")
_SAID = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must be a mapping",
    "mapping_type": "must be a mapping",
    "dataclass_type": "must be a mapping",
    "tuple_type": "must be a list, such as [a, b]",
    "list_type": "must be a list, such as [a, b]",
    "invalid-json-value": "must be plain data",
    "string_pattern_mismatch": "must be small letters and digits, joined by single - _ . such as api-health",
}


@functools.cache
def adapter(kind: Hashable) -> TypeAdapter[Any]:
    """Return what validates the dataclass and all within it, unknown keys forbidden.

    pydantic takes no settings for a plain dataclass, but hands those of what encloses it down.
    """
    return TypeAdapter(tuple[kind], config=STRICT)  # type: ignore[valid-type]


def read_as(kind: type[T], node: Node, path: Path, problems: Problems) -> T | None:
    """Return the node as an instance of the dataclass; None with every problem recorded."""
    try:
        read: T = adapter(typing.cast("Hashable", kind)).validate_python((plain(node),))[0]
        return read
    except PydanticUserError as error:
        reason = error.message.splitlines()[0]
        problems.error(node.key, path, f"its options cannot be read, which is a bug in the kind: {reason}")
    except ValidationError as error:
        said: dict[Path, tuple[Place, list[str]]] = {}
        for details in error.errors(include_url=False):
            if details["type"] == "missing" and problems.partial:
                continue
            place, inner = _where(node, details)
            said.setdefault(inner, (place, []))[1].append(_message(kind, inner, details))
        for inner, (place, messages) in said.items():
            # What a union's other branches say of the whole is noise once one branch went deeper.
            deeper = any(other[: len(inner)] == inner and other != inner for other in said)
            if not deeper and not problems.blames((*path, *inner)):
                problems.error(place, (*path, *inner), ", or ".join(dict.fromkeys(messages)))
    return None


def _where(node: Node, details: ErrorDetails) -> tuple[Place, Path]:
    """Return place and path of an error; what is missing is told where the mapping stands that lacks it."""
    found, inner = locate(node, details["loc"][1:])
    return found.key, (*inner, details["loc"][-1]) if details["type"] == "missing" else inner


def locate(node: Node, loc: Iterable[int | str]) -> tuple[Node, Path]:
    """Return the node that pydantic's location means, and its path; branches of unions are stepped over."""
    path: list[str | int] = []
    for part in loc:
        children = dict(node.children())
        if part in children:
            node = children[part]
            path.append(part)
    return node, tuple(path)


def _message(kind: type[Any], path: Path, details: ErrorDetails) -> str:
    """Return what is wrong in words for an operator; the value is shown only where it cannot be secret."""
    if refusal := getattr(details["input"], "refusal", ""):
        return str(refusal)
    if details["type"] == "missing":
        return "is required"
    context = details.get("ctx", {})
    if details["type"] == "unexpected_keyword_argument":
        known = options_at(kind, path[:-1])
        return f"unknown key{did_you_mean(str(path[-1]), known) or _listed('known', known)}"
    if details["type"] in ("literal_error", "enum"):
        wanted = str(context["expected"])
        near = did_you_mean(str(details["input"]), re.findall(r"'([^']*)'", wanted))
        return f"must be {wanted}{near}"
    if details["type"] == "string_type":
        composite = isinstance(details["input"], (dict, list))
        return "must be text" if composite else "must be text; put it in quotes"
    if details["type"] == "value_error":
        return str(context["error"]).replace("Input should", "must")
    return _SAID.get(details["type"]) or details["msg"].replace("Input should", "must")


def options_at(kind: Any, path: Path) -> tuple[str, ...]:
    """Return the option names of the dataclass that stands at the path within another; none if none does."""
    for found in _dataclasses(kind):
        if not path:
            # A key that is a word of Python's own, such as `from`, has a name with `_` behind it.
            return tuple(option.name.removesuffix("_") for option in fields(found) if option.init)
        hint = typing.get_type_hints(found, include_extras=True).get(str(path[0]))
        if hint is not None:
            return options_at(hint, path[1:])
    # What is not a field is the key of a mapping or the index of a list.
    if typing.get_origin(kind) is Annotated:
        return options_at(typing.get_args(kind)[0], path)
    inside = [argument for argument in typing.get_args(kind) if argument is not str]
    for argument in inside if not _dataclasses(kind) else ():
        if path and (names := options_at(argument, path[1:])):
            return names
    return ()


def _dataclasses(hint: Any) -> list[Any]:
    """Return the dataclasses that a type hint allows directly: itself, annotated, or in a union."""
    if is_dataclass(hint):
        return [hint]
    if typing.get_origin(hint) is Annotated:
        return _dataclasses(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [found for branch in typing.get_args(hint) for found in _dataclasses(branch)]
    return []


def _listed(what: str, names: Iterable[str]) -> str:
    return f"; {what}: {', '.join(sorted(names))}" if names else ""
