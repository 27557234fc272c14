"""Owns the walk through the options of a step or driver: what they name, wherever it stands in them.

Found are templates, and texts whose type says that they name something which must exist.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Annotated, Any

from checks.config.nodes import Path
from runbooks.step import Names
from runbooks.templates import Template

Change = Callable[[Any, str, Path], Any]
"""Is given a template and nothing, or a text and what it names, and the path; returns what stands instead."""


def changed(value: Any, kind: Any, change: Change, path: Path = ()) -> Any:
    """Return the value with all that it mentions changed.

    Args:
        value: Options of a step or driver, or a part of them.
        kind: Their type, or the type hint of the part.
        change: What becomes of a mention.
        path: Where the part stands.
    """
    if isinstance(value, Template):
        return change(value, "", path)
    if isinstance(value, str):
        what = _named_by(kind)
        return change(value, what, path) if what and value else value
    if is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        options = [option.name for option in fields(value) if option.init]
        new = {name: changed(getattr(value, name), hints[name], change, (*path, name)) for name in options}
        moved = {name: part for name, part in new.items() if part is not getattr(value, name)}
        return replace(value, **moved) if moved else value
    if isinstance(value, Mapping):
        parts = {key: changed(part, _inside(kind), change, (*path, key)) for key, part in value.items()}
        return parts if any(parts[key] is not value[key] for key in parts) else value
    if isinstance(value, (tuple, list)):
        items = [changed(part, _inside(kind), change, (*path, i)) for i, part in enumerate(value)]
        return type(value)(items) if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value


def mentions(value: Any, kind: Any) -> Iterator[tuple[Any, str, Path]]:
    """Yield everything that the value mentions: a template and nothing, or a text and what it names."""
    found: list[tuple[Any, str, Path]] = []

    def keep(mention: Any, what: str, path: Path) -> Any:
        found.append((mention, what, path))
        return mention

    changed(value, kind, keep)
    yield from found


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    """Return the types of a dataclass's fields; working them out takes a millisecond."""
    return typing.get_type_hints(kind, include_extras=True)


def _named_by(hint: Any) -> str:
    """Return what a text of this type names; empty when nothing."""
    if typing.get_origin(hint) is Annotated:
        for extra in hint.__metadata__:
            if isinstance(extra, Names):
                return extra.what
        return _named_by(typing.get_args(hint)[0])
    return next((what for branch in _branches(hint) if (what := _named_by(branch))), "")


def _inside(hint: Any) -> Any:
    """Return the type of what a mapping or list of this type holds; that of all branches of a union."""
    if typing.get_origin(hint) is Annotated:
        return _inside(typing.get_args(hint)[0])
    if branches := _branches(hint):
        held = [inside for branch in branches if (inside := _inside(branch)) is not None]
        return typing.Union[tuple(held)] if held else None  # noqa: UP007 - made at run time
    arguments = [argument for argument in typing.get_args(hint) if argument is not Ellipsis]
    return arguments[-1] if arguments else None


def _branches(hint: Any) -> tuple[Any, ...]:
    """Return the branches of a union; none of anything else."""
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else ()
