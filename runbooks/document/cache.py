"""Owns the memory of libraries: plain JSON, good while the code of the step kinds and drivers is the same.

Where it lies, and for whom, is for `checks/config/entries.py` to say. No plan holds a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from checks.config import entries
from runbooks.document.shelf import Library
from runbooks.registry import DRIVERS, STEPS, find_driver, find_step


class _Entry(msgspec.Struct, frozen=True):
    library: Library
    kinds: dict[str, str]
    """Each kind of step that a file names, and which file of code it was read by."""
    drivers: dict[str, str]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Entry)


def recall(key: str) -> Library | None:
    """Return what is remembered under the key; None when nothing usable is."""
    try:
        entry = _decoder.decode(entries.read(key))
    except (OSError, msgspec.MsgspecError):
        return None
    as_it_was = entry.kinds == _stamps(entry.kinds, STEPS, find_step)
    return (
        entry.library if as_it_was and entry.drivers == _stamps(entry.drivers, DRIVERS, find_driver) else None
    )


def remember(key: str, library: Library, kinds: Iterable[str], drivers: Iterable[str]) -> None:
    """Keep it under the key; that it cannot be kept is no error.

    Args:
        key: What it was made of.
        library: The library.
        kinds: The kinds of step that its files name.
        drivers: The drivers of its services.
    """
    entry = _Entry(library, _stamps(kinds, STEPS, find_step), _stamps(drivers, DRIVERS, find_driver))
    entries.write(key, _encoder.encode(entry))


def _stamps(
    names: Iterable[str], table: Mapping[str, str], find: Callable[[str], type[Any]]
) -> dict[str, str]:
    return {name: _stamp(name, table, find) for name in sorted(names)}


def _stamp(name: str, table: Mapping[str, str], find: Callable[[str], type[Any]]) -> str:
    """Return what changes when the code does; empty when there is none. Ours is not imported for it."""
    try:
        if name not in table:
            return entries.stamp(find(name))
        spec = find_spec(table[name].partition(":")[0])
        seen = Path(spec.origin or "").stat() if spec is not None else None
    except (KeyError, ImportError, AttributeError, OSError):
        return ""
    return "" if seen is None else f"{seen.st_mtime_ns} {seen.st_size}"
