"""Owns the loading of the runbooks of a system.

Loading is quick when nothing has changed: what was read before is taken from the cache, and neither YAML nor
a validator is imported, nor any kind of step.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import msgspec

from checks.alerts.responses import responses_of
from checks.config import entries
from checks.config.files import Source, read_sources
from checks.config.problems import Problems
from checks.suggest import did_you_mean
from checks.system import System
from runbooks.document import cache
from runbooks.document.files import find_runbooks
from runbooks.document.known import Known
from runbooks.document.shelf import EMPTY, Library
from runbooks.model import Risk

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


def unfit_responses(system: System, library: Library) -> tuple[str, ...]:
    """Return a warning for each response whose runbook is not there or cannot be walked without a person.

    Nothing is said of one whose runbook is broken.
    """
    plans = {plan.name: plan for plan in library.plans}
    broken = {one.name for one in library.broken}
    found = []
    for response in responses_of(system.sections):
        plan = plans.get(response.runbook)
        if response.runbook in broken:
            continue
        if plan is None:
            why = f"no runbook is called {response.runbook!r}{did_you_mean(response.runbook, plans)}"
        elif plan.approval:
            why = f"{plan.name} has steps that another user has to approve, so it cannot be walked by itself"
        elif not plan.auto or plan.risk is Risk.HIGH:
            why = f"{plan.name} needs an operator, so it cannot be walked by itself"
        else:
            continue
        found.append(f"responses.{response.name}.run: warning: {why}")
    return tuple(found)
