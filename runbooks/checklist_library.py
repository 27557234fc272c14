"""Owns the loading of the checklists of a system.

Loading is quick when nothing has changed: what was read before is taken from the cache, and neither YAML nor
a validator is imported.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import msgspec

from checks.config import entries
from checks.config.files import Source
from checks.system import System
from runbooks.checklists.shelf import EMPTY, ListLibrary, ListsKnown
from runbooks.document.files import CHECKLISTS, find_files
from runbooks.document.known import Known
from runbooks.library import load_library

_COMPILER = "runbooks.document.checklists"
"""Imported by name and only when needed: it brings pydantic and ruamel along."""
_SHAPE = 1
"""Rises when what is remembered gets another shape or meaning without a new version of walkdown."""
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ListLibrary)


def load_lists(system: System, source: Path | None, runbooks: tuple[str, ...] | None = None) -> ListLibrary:
    """Return the checklists of a loaded system, with the problems of those that cannot be used.

    Args:
        system: The system, whose checks, groups, windows and variables they may name.
        source: Its folder or file; a system that was discovered, or is a single file, has none.
        runbooks: The names of its runbooks; they are loaded when not given.
    """
    files = () if source is None else find_files(source, CHECKLISTS)
    if not files:
        return EMPTY
    names = load_library(system, source).names if runbooks is None else runbooks
    known = known_of(system, names)
    readable = [found.source for found in files if found.source is not None]
    about = Source(f"{CHECKLISTS} {_SHAPE}", msgspec.json.encode(known))
    key = entries.key_of((about, *readable))
    remembered = _recall(key) if len(readable) == len(files) else None
    if remembered is not None:
        return remembered
    library: ListLibrary = import_module(_COMPILER).compile_lists(files, known)
    if len(readable) == len(files):
        entries.write(key, _encoder.encode(library))
    return library


def known_of(system: System, runbooks: tuple[str, ...]) -> ListsKnown:
    """Return what checklists know of a system that was loaded."""
    known = Known.of(system)
    groups = dict.fromkeys(definition.group for definition in system.definitions if definition.group)
    windows = tuple(system.sections.get("windows") or {})
    return ListsKnown(known.checks, tuple(groups), windows, runbooks, known.variables)


def _recall(key: str) -> ListLibrary | None:
    try:
        return _decoder.decode(entries.read(key))
    except (OSError, msgspec.MsgspecError):
        return None
