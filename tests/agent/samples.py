"""A question of any kind, about nothing in particular, for tests of who may ask it."""

import enum
import types
import typing
from dataclasses import fields, is_dataclass

import msgspec

from runbooks import decisions

PLAIN = {str: "x", int: 1, float: 60.0, bool: False, bytes: b"x"}


def sample(kind: type, number: int):
    """Return a question of this kind under that number."""
    hints = typing.get_type_hints(kind)
    values = {name: _value(hints[name]) for name in kind.__struct_fields__}
    if "id" in values:
        values["id"] = number
    return kind(**values)


def _value(hint):
    if hint is decisions.Decision:
        return decisions.Note("a note")
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _value(arguments[0])
    if origin in (tuple, list, frozenset, dict):
        return origin()
    if origin is not None and arguments:
        return _value(arguments[0])
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint(
            **{n: _value(h) for n, h in typing.get_type_hints(hint).items() if n in hint.__struct_fields__}
        )
    if is_dataclass(hint):
        found = typing.get_type_hints(hint)
        return hint(**{one.name: _value(found[one.name]) for one in fields(hint)})
    return None
