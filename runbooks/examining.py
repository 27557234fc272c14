"""Owns the examination of all files of a system: everything that is wrong with any of them, at once.

Files are judged each for itself. What cannot be told while another is broken is left out, so that nothing is
said that is not so: names that may be in a file that cannot be read, texts with variables that are wrong.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checks.board import SystemInfo
from checks.config.compiled import tree_of, without_empty_sections
from checks.config.files import read_sources
from checks.config.nodes import Node, Place, plain
from checks.config.problems import Problems
from checks.config.substitute import substitute
from checks.errors import ConfigError, Problem
from checks.load import load
from checks.recurrence.zones import zone_named
from checks.system import System
from runbooks.calendar.loading import calendar_warnings
from runbooks.calendar.plan import tasks_of
from runbooks.calendar.warnings import unfulfilled
from runbooks.carriers import check_schemes
from runbooks.checklist_library import load_lists
from runbooks.checklists.shelf import ListLibrary, ListsKnown
from runbooks.document.checklists import compile_lists
from runbooks.document.compiled import compile_library
from runbooks.document.files import CHECKLISTS, find_files, find_runbooks
from runbooks.document.known import Known
from runbooks.document.shelf import Library, Shelved
from runbooks.library import load_library, unfit_responses
from runbooks.notices.shelf import NoticeShelf, judged, read_shelf

UnknownKeys = Callable[[Collection[str]], Mapping[str, str]]
"""Returns of ids of bindings what is wrong with those that there are not."""

_MENTION = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Examined:
    """What the files of a system come to."""

    system: System
    library: Library
    lists: ListLibrary
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Outline:
    """What can be told of a system from the tree of its files, broken or not."""

    root: Node
    partial: bool = False
    """Whether a file cannot be read, so that what seems to be missing may be in it."""
    variables: Mapping[str, str] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()
    """Variables that cannot be filled in."""

    def names(self, section: str) -> tuple[str, ...]:
        """Return the names in a section."""
        found = self.root.get(section)
        return () if found is None else tuple(str(name) for name, _ in found.children())

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the groups of the checks."""
        checks, defaults = self.root.get("checks"), self.root.get("defaults")
        nodes = [node for _, node in checks.children()] if checks is not None else []
        named = [node.get("group") for node in (*nodes, *([defaults] if defaults is not None else []))]
        return tuple(dict.fromkeys(str(node.value) for node in named if node is not None and node.value))

    @property
    def timezone(self) -> str:
        """Return the zone of the system, where there is such a zone."""
        node = self.root.get("timezone")
        try:
            zone_named(str(node.value) if node is not None else "")
        except ValueError:
            return ""
        return str(node.value) if node is not None and node.value else ""


def examine(source: Path | None, unknown_keys: UnknownKeys | None = None) -> Examined:
    """Return what the files of a system come to.

    Args:
        source: Its folder or file; None is this machine, as it is found.
        unknown_keys: Judges the ids of bindings in `keymap:`; nobody does without it.

    Raises:
        ConfigError: with everything that is wrong, warnings included.
    """
    outline = _outlined(source) if source is not None else _NOTHING
    beside = _beside(outline, unknown_keys)
    try:
        system = load(source)
    except ConfigError as error:
        if source is None:
            raise
        said = (*error.problems, *beside)
        raise ConfigError(_told(said, outline, *_judged_alone(source, outline, error.problems))) from error
    library = load_library(system, source)
    lists = load_lists(system, source, library.names)
    notices = asyncio.run(judged(read_shelf(source), system.info.timezone, _windows(system)))
    warnings = (
        *unfit_responses(system, library),
        *calendar_warnings(system, library, lists.names, source),
    )
    said = (*system.warnings, *beside)
    shelves = (library, lists, notices)
    if beside or any(shelf.broken for shelf in shelves):
        raise ConfigError(_told((*said, *_placed(warnings, outline)), outline, *shelves))
    return Examined(
        system, library, lists, tuple(map(str, (*said, *library.warnings, *lists.warnings, *warnings)))
    )


def _windows(system: System) -> tuple[str, ...]:
    return tuple(system.sections.get("windows") or ())


def _outlined(source: Path) -> _Outline:
    problems = Problems()
    tree = tree_of(read_sources(source, problems), problems)
    if tree is None:
        return _Outline(_NOTHING.root, partial=True)
    root, variables = substitute(without_empty_sections(tree), problems)
    wrong = frozenset(name for name in variables if problems.blames(("vars", name)))
    return _Outline(root, problems.partial, variables, wrong)


def _beside(outline: _Outline, unknown_keys: UnknownKeys | None) -> tuple[Problem, ...]:
    """Return what is wrong with what others know: what carries routes, the keys of the console."""
    problems = Problems()
    if (routes := outline.root.get("notify")) is not None:
        check_schemes(routes, problems)
    keymap = outline.root.get("keymap")
    if keymap is not None and unknown_keys is not None:
        found = unknown_keys(outline.names("keymap"))
        for name, node in keymap.children():
            if words := found.get(str(name)):
                problems.error(node.key, ("keymap", name), words)
    return problems.all()


def _judged_alone(
    source: Path, outline: _Outline, problems: Iterable[Problem]
) -> tuple[Library, ListLibrary, NoticeShelf, tuple[Problem, ...]]:
    """Return runbooks, checklists and notices of a system that cannot be loaded, and what names them."""
    unread = Problems()
    sources = read_sources(source, unread)
    library = compile_library(find_runbooks(source), sources, _known(outline)).library
    lists = compile_lists(find_files(source, CHECKLISTS), _lists_known(outline, library.names))
    windows = None if outline.partial else outline.names("windows")
    notices = asyncio.run(judged(read_shelf(source), outline.timezone, windows))
    sections = {name: _sound(name, outline, problems) for name in ("responses", "tasks", "windows")}
    system = System(SystemInfo("", timezone=outline.timezone), sections=sections)
    broken = [one.name for one in library.broken]
    missing = (
        *unfit_responses(system, library),
        *unfulfilled(tasks_of(system), library.plans, broken, lists.names),
    )
    return library, lists, notices, _placed(missing, outline)


def _known(outline: _Outline) -> Known:
    return Known.guessed(outline.root, dict(outline.variables), complete=not outline.partial)


def _lists_known(outline: _Outline, runbooks: tuple[str, ...]) -> ListsKnown:
    if outline.partial:
        return ListsKnown(runbooks=runbooks, complete=False)
    names = outline.names
    return ListsKnown(names("checks"), outline.groups, names("windows"), runbooks, dict(outline.variables))


def _sound(section: str, outline: _Outline, problems: Iterable[Problem]) -> dict[str, Any]:
    """Return what is well-formed of a section, as plain data."""
    node = outline.root.get(section)
    wrong = {problem.key for problem in problems if not problem.warning}
    return {
        str(name): plain(child)
        for name, child in (node.children() if node is not None else ())
        if isinstance(child.value, dict) and not any(_is_below(key, f"{section}.{name}") for key in wrong)
    }


def _is_below(key: str, other: str) -> bool:
    return key == other or key.startswith((f"{other}.", f"{other}["))


def _placed(lines: Iterable[str], outline: _Outline) -> tuple[Problem, ...]:
    """Return warnings that name their key only with the place at which it stands; others are left out."""
    found = []
    for line in lines:
        key, _, words = line.partition(": ")
        node: Node | None = outline.root
        for part in key.split("."):
            node = node.get(part) if node is not None else None
        if node is not None:
            at = node.key
            found.append(Problem(at.file, at.line, at.column, key, words.removeprefix("warning: "), True))
    return tuple(found)


def _told(
    said: Iterable[Problem], outline: _Outline, *others: Shelved | tuple[Problem, ...]
) -> tuple[Problem, ...]:
    """Return all problems; of a line that was spoken of already, and of wrong variables, nothing more."""
    first = (*said, *(one for other in others if isinstance(other, tuple) for one in other))
    found = sorted(dict.fromkeys(first), key=lambda one: (one.file, one.line, one.column))
    lines = {(problem.file, problem.line) for problem in found}
    for other in others:
        more = () if isinstance(other, tuple) else _of_shelf(other)
        found += [one for one in more if (one.file, one.line) not in lines and not _follows(one, outline)]
    return tuple(dict.fromkeys(found))


def _of_shelf(shelf: Shelved) -> tuple[Problem, ...]:
    return (*shelf.warnings, *(each for one in shelf.broken for each in one.problems))


def _follows(problem: Problem, outline: _Outline) -> bool:
    """Return whether a problem may come of a variable that is wrong, or not known, itself."""
    if not (outline.wrong or outline.partial):
        return False
    try:
        lines = Path(problem.file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    mentioned = {match[1] for match in _MENTION.finditer("\n".join(_block(lines, problem.line)))}
    unknown = {name for name in mentioned if name not in outline.variables} if outline.partial else set()
    return bool(mentioned & outline.wrong or unknown)


def _block(lines: list[str], number: int) -> Iterator[str]:
    """Yield the line of that number, and what is written below it."""
    first = lines[number - 1 : number]
    yield from first
    indent = _indent(first[0]) if first else 0
    for line in lines[number:]:
        if line.strip() and _indent(line) <= indent:
            return
        yield line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))


_NOTHING = _Outline(Node({}, Place(""), Place("")))
