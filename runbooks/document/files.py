"""Owns the files of runbooks and checklists: which there are, and their names without reading YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from checks.config.files import Source, read_source, yaml_files
from checks.config.nodes import Place
from checks.config.problems import Problems

FOLDER = "runbooks"
"""The folder inside a system's folder, one runbook in each of its files."""
CHECKLISTS = "checklists"
"""The same of checklists."""
_NAME = r"^%s:[ \t]+[\"']?([a-z0-9._-]+)[\"']?[ \t]*(?:#.*)?$"


@dataclass(frozen=True, slots=True)
class Found:
    """One file; without a source, it could not be read, and the problems say why."""

    file: str
    source: Source | None
    problems: Problems


def find_runbooks(system: Path) -> tuple[Found, ...]:
    """Return the files of the runbooks of a system; one that is a single file has none."""
    return find_files(system, FOLDER)


def find_files(system: Path, within: str) -> tuple[Found, ...]:
    """Return the files of that folder of a system; one that is a single file has none."""
    folder = system / within
    if not system.is_dir() or not folder.exists():
        return ()
    try:
        files = yaml_files(folder)
    except OSError as error:
        problems = Problems()
        problems.error(Place(str(folder)), ("file",), error.strerror or str(error))
        return (Found(str(folder), None, problems),)
    return tuple(_found(file) for file in files)


def guessed_name(source: Source | None, key: str = "runbook") -> str:
    """Return what a runbook or checklist is probably called, without reading its YAML."""
    pattern = re.compile((_NAME % key).encode(), re.MULTILINE)
    match = pattern.search(source.raw) if source is not None else None
    return match[1].decode() if match else ""


def _found(file: Path) -> Found:
    problems = Problems()
    return Found(str(file), read_source(file, problems), problems)
