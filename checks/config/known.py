"""Owns what is known of a system without loading it: names of checks, windows and tasks.

An entry of the cache is read for its names only: nothing else in it is looked at, nor the code of a kind.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from checks.access import NOBODY_ELSE, SECTION, Access
from checks.config import entries
from checks.config.files import read_sources
from checks.config.problems import Problems


class _Named(msgspec.Struct):
    name: str


class _Sections(msgspec.Struct, frozen=True):
    windows: dict[str, msgspec.Raw] = {}
    tasks: dict[str, msgspec.Raw] = {}
    access: Access = NOBODY_ELSE


class _Names(msgspec.Struct):
    checks: list[_Named]
    sections: _Sections = _Sections()


class _Entry(msgspec.Struct):
    resolved: _Names


_decoder = msgspec.json.Decoder(_Entry)


def known_names(source: Path) -> tuple[str, ...]:
    """Return the names of the checks of a system whose files are as they were when it was last loaded.

    None: it was never loaded, cannot be used, has no checks, or a secret stands in its files.
    """
    return tuple(check.name for check in _recalled(source).checks)


def known_windows(source: Path) -> tuple[str, ...]:
    """Return the names of the windows of a system, as `known_names` those of its checks."""
    return tuple(_recalled(source).sections.windows)


def known_tasks(source: Path) -> tuple[str, ...]:
    """Return the names of the tasks of a system, as `known_names` those of its checks."""
    return tuple(_recalled(source).sections.tasks)


def known_access(source: Path) -> Access | None:
    """Return who may attach beside the owner; None when that is not known without loading the system."""
    sources = read_sources(source, Problems())
    if not any(SECTION.encode() in file.raw for file in sources):
        return NOBODY_ELSE
    try:
        return _decoder.decode(entries.read(entries.key_of(sources))).resolved.sections.access
    except (OSError, msgspec.MsgspecError):
        return None


def _recalled(source: Path) -> _Names:
    try:
        entry = _decoder.decode(entries.read(entries.key_of(read_sources(source, Problems()))))
    except (OSError, msgspec.MsgspecError):
        return _Names([])
    return entry.resolved
