"""Owns the way from files to a library of plans. Costs time: it imports pydantic and ruamel.

Every file is judged alone: what is wrong with one leaves the others usable, unless they name it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter

from checks.config.compiled import tree_of, without_empty_sections
from checks.config.files import Source
from checks.config.needs import circles
from checks.config.nodes import Node, Place
from checks.config.parse import parse
from checks.config.problems import Problems
from checks.config.substitute import substitute
from checks.errors import Problem
from runbooks.document.draft import Draft
from runbooks.document.files import Found, guessed_name
from runbooks.document.form import SERVICES, STEPS
from runbooks.document.known import Known
from runbooks.document.naming import text_of
from runbooks.document.reading import Others
from runbooks.document.runbook import nested_in, read_runbook
from runbooks.document.services import read_services
from runbooks.document.shelf import Broken, Library
from runbooks.model import Plan, ServicePlan


@dataclass(frozen=True, slots=True)
class Compiled:
    """A library, and what it was judged by."""

    library: Library
    kinds: frozenset[str]
    """The kinds of step that its files name, whether or not there are such."""
    drivers: frozenset[str]


def compile_library(files: Iterable[Found], sources: Iterable[Source], known: Known) -> Compiled:
    """Return the runbooks of a system.

    Args:
        files: Those of the runbooks.
        sources: Those of the system.
        known: What is known of the system.
    """
    ours = Problems()
    root = tree_of(sources, ours) or Node({}, Place(""), Place(""))
    root, _ = substitute(without_empty_sections(root), ours)
    wrong = Problems()
    services = read_services(root.get("services"), wrong)
    folder = _Folder(services, known)
    pages = [_Page(found) for found in files]
    folder.read(pages)
    broken = tuple(Broken(file, "", problems) for file, problems in _by_file(wrong))
    library = Library(
        tuple(folder.plan(page.draft) for page in pages if page.draft is not None),
        (*broken, *(page.broken for page in pages if page.draft is None)),
        tuple(problem for page in pages if page.draft is not None for problem in page.problems.all()),
    )
    trees = [page.root for page in pages if page.root is not None]
    kinds = frozenset(name for tree in trees for name in _named(tree, STEPS.key))
    return Compiled(library, kinds, frozenset(_named(root, SERVICES.key)))


class _Page:
    """One file while it is compiled."""

    def __init__(self, found: Found) -> None:
        self.file = found.file
        self.problems = found.problems
        self.root = None if found.source is None else parse(found.source, found.problems)
        self.name = guessed_name(found.source)
        if self.root is not None:
            self.name = text_of(self.root.get("runbook"))
        elif found.source is not None and not found.problems.all():
            found.problems.error(Place(self.file), ("runbook",), "is required; the file is empty")
        self.draft: Draft | None = None

    @property
    def broken(self) -> Broken:
        return Broken(self.file, self.name, self.problems.all())


class _Folder:
    """Reads runbooks in such an order that what is nested comes first."""

    def __init__(self, services: Mapping[str, ServicePlan | None], known: Known) -> None:
        self._services = services
        self._known = known
        self._drafts: dict[str, Draft | None] = {}

    def read(self, pages: list[_Page]) -> None:
        """Give each page its draft, or its problems."""
        named = self._named_once(pages)
        self._drafts = dict.fromkeys(named)
        graph: dict[str, dict[str, Node]] = {name: {} for name in named}
        for name, page in named.items():
            for other, node in nested_in(page.root) if page.root is not None else ():
                if other in named:
                    graph[name].setdefault(other, node)
        for circle, closing in circles(graph):
            message = f"runbooks go round in a circle: {' -> '.join(circle)}"
            named[circle[0]].problems.error(closing.key, ("runbook",), message)
        for name in TopologicalSorter(graph).static_order():
            self._drafts[name] = self._read(named[name])
        for page in pages:
            if named.get(page.name) is not page:
                self._read(page)

    def plan(self, draft: Draft) -> Plan:
        """Return the plan of a draft with the services that it names."""
        used = (self._services.get(name) for name in sorted(draft.services))
        return replace(draft.plan, services=tuple(service for service in used if service is not None))

    def _named_once(self, pages: list[_Page]) -> dict[str, _Page]:
        named: dict[str, _Page] = {}
        for page in pages:
            first = named.setdefault(page.name, page) if page.name else page
            if first is not page:
                node = page.root.get("runbook") if page.root is not None else None
                place = node.key if node is not None else Place(page.file)
                page.problems.error(
                    place, ("runbook",), f"{page.name!r} is the runbook of {first.file} already"
                )
        return named

    def _read(self, page: _Page) -> Draft | None:
        if page.root is not None:
            others = Others(self._services, self._drafts)
            page.draft = read_runbook(page.root, self._known, others, page.problems)
        return page.draft


def _by_file(problems: Problems) -> Iterator[tuple[str, tuple[Problem, ...]]]:
    found = problems.all()
    for file in dict.fromkeys(problem.file for problem in found):
        yield file, tuple(problem for problem in found if problem.file == file)


def _named(node: Node, key: str) -> Iterator[str]:
    """Yield what every mapping below the node names by the key."""
    for _, child in node.children():
        if name := text_of(child.get(key)):
            yield name
        yield from _named(child, key)
