"""Owns the loading of the runbooks of a system.

Loading is quick when nothing has changed: what was read before is taken from the cache, and neither YAML nor
a validator is imported, nor any kind of step.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import msgspec

from checks.config import entries
from checks.config.files import Source, read_sources
from checks.config.problems import Problems
from checks.system import System
from runbooks.document import cache
from runbooks.document.files import find_runbooks
from runbooks.document.known import Known
from runbooks.document.shelf import EMPTY, Library

_COMPILER = "runbooks.document.compiled"
"""Imported by name and only when needed: it brings pydantic and ruamel along."""


def load_library(system: System, source: Path | None) -> Library:
    """Return the runbooks of a loaded system, with the problems of those that cannot be used.

    Args:
        system: The system, whose checks, variables and secrets they may name.
        source: Its folder or file; a system that was discovered, or is a single file, has no runbooks.
    """
    if source is None:
        return EMPTY
    known = Known.of(system)
    files = find_runbooks(source)
    if not files and not system.sections.get("services"):
        return EMPTY
    sources = read_sources(source, Problems())
    readable = [found.source for found in files if found.source is not None]
    about = Source("runbooks", msgspec.json.encode(known))
    key = entries.key_of((about, *sources, *readable))
    library = cache.recall(key) if len(readable) == len(files) else None
    if library is None:
        compiled = import_module(_COMPILER).compile_library(files, sources, known)
        library = compiled.library
        if len(readable) == len(files):
            cache.remember(key, library, compiled.kinds, compiled.drivers)
    found: Library = library
    return found


def examine_library(source: Path) -> Library:
    """Return the runbooks of a system that cannot be loaded itself, as far as they can be judged."""
    sources = read_sources(source, Problems())
    library: Library = import_module(_COMPILER).compile_library(find_runbooks(source), sources, None).library
    return library
