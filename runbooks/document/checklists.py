"""Owns the way from files to checklists. Costs time: it imports pydantic and ruamel.

Every file is judged alone: what is wrong with one leaves the others usable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from checks.config.kinded import members, only
from checks.config.nodes import Node, Path, Place
from checks.config.parse import parse
from checks.config.problems import Problems
from checks.config.validate import read_as
from checks.suggest import did_you_mean
from checks.text import clean
from runbooks.checklist_plan import PHASES, ItemPlan, ListPlan, PhasePlan
from runbooks.checklists.shelf import ListLibrary, ListsKnown
from runbooks.document.checklist_form import ITEMS, PHASED, ItemOptions, ListOptions
from runbooks.document.files import Found, guessed_name
from runbooks.document.naming import text_of
from runbooks.document.shelf import Broken
from runbooks.document.texts import Filling
from runbooks.templates import Template

KEY = "checklist"
"""The key at the top that names a list."""
EVERYWHERE = tuple(option.name for option in fields(ListOptions))
TOP = (*EVERYWHERE, ITEMS, PHASED)


def compile_lists(files: Iterable[Found], known: ListsKnown) -> ListLibrary:
    """Return the checklists of a system, with what is wrong with those that cannot be used."""
    plans: list[ListPlan] = []
    broken: list[Broken] = []
    warnings: list[Problems] = []
    named: dict[str, str] = {}
    for found in files:
        root = None if found.source is None else parse(found.source, found.problems)
        name = text_of(root.get(KEY)) if root is not None else guessed_name(found.source, KEY)
        if root is None and found.source is not None and not found.problems.all():
            found.problems.error(Place(found.file), (KEY,), "is required; the file is empty")
        if root is not None and name and named.setdefault(name, found.file) != found.file:
            node = root.get(KEY) or root
            found.problems.error(node.key, (KEY,), f"{name!r} is the checklist of {named[name]} already")
        plan = _List(known, found.problems).read(root) if root is not None else None
        if plan is None:
            broken.append(Broken(found.file, name, found.problems.all()))
        else:
            plans.append(plan)
            warnings.append(found.problems)
    said = tuple(problem for problems in warnings for problem in problems.all())
    return ListLibrary(tuple(plans), tuple(broken), said)


class _List:
    """Reads one list."""

    def __init__(self, known: ListsKnown, problems: Problems) -> None:
        self._known = known
        self._problems = problems

    def read(self, root: Node) -> ListPlan | None:
        """Return the list; None when something is wrong with it, with every problem recorded."""
        problems = self._problems
        root = Filling(self._known.variables, problems).tree(root)
        self._refuse_names(root, ())
        if not self._known.complete:
            root = _as_written(root)
        for key, node in members(root):
            if key not in TOP:
                near = did_you_mean(key, TOP) or f"; keys: {', '.join(TOP)}"
                problems.error(node.key, (key,), f"unknown key{near}")
        said = read_as(ListOptions, only(root, EVERYWHERE), (), problems)
        phases = tuple(self._phases(root))
        self._refuse_twice(root)
        self._check("window", root.get("window"), ("window",), self._known.windows)
        if said is None or any(not problem.warning for problem in problems.all()):
            return None
        if not any(phase.items for phase in phases):
            problems.warn(root.key, (ITEMS,), "there are none, so nothing is asked")
        return ListPlan(
            said.checklist,
            clean(said.title),
            clean(said.summary, lines=True),
            said.manner,
            said.window,
            said.ahead or 0.0,
            phases,
            tuple(map(clean, said.refs)),
            root.place.file,
        )

    def _phases(self, root: Node) -> Iterator[PhasePlan]:
        flat, phased = root.get(ITEMS), root.get(PHASED)
        if flat is not None and phased is not None:
            self._problems.error(phased.key, (PHASED,), f"set either {ITEMS} or {PHASED}")
        if phased is None:
            yield PhasePlan("", tuple(self._items(flat, (ITEMS,))))
            return
        if not isinstance(phased.value, dict):
            self._problems.error(phased.key, (PHASED,), f"must be a mapping of {', '.join(PHASES)}")
            return
        for name, node in phased.value.items():
            if name not in PHASES:
                near = did_you_mean(name, PHASES) or f"; phases: {', '.join(PHASES)}"
                self._problems.error(node.key, (PHASED, name), f"unknown phase{near}")
        for name in PHASES:
            if items := tuple(self._items(phased.get(name), (PHASED, name))):
                yield PhasePlan(name, items)

    def _items(self, node: Node | None, path: Path) -> Iterator[ItemPlan]:
        if node is None or node.value is None:
            return
        if not isinstance(node.value, list):
            self._problems.error(node.key, path, "must be a list of items")
            return
        for place, child in enumerate(node.value):
            if not isinstance(child.value, dict):
                message = "must be a mapping with id: and title:"
                self._problems.error(child.key, (*path, place), message)
                continue
            self._check_mentions(child, (*path, place))
            if (item := read_as(ItemOptions, child, (*path, place), self._problems)) is not None:
                yield ItemPlan(
                    item.id,
                    clean(item.title),
                    clean(item.text, lines=True),
                    tuple(map(clean, item.refs)),
                    item.advisory,
                    item.source(),
                )

    def _check_mentions(self, node: Node, path: Path) -> None:
        """Record what an item names that is not there."""
        known = self._known
        self._check("runbook", node.get("walk"), (*path, "walk"), known.runbooks)
        for part, below in ((node, path), (node.get("evidence"), (*path, "evidence"))):
            if part is None:
                continue
            self._check("check", part.get("check"), (*below, "check"), known.checks)
            self._check("group", part.get("group"), (*below, "group"), known.groups)
            listed = part.get("checks")
            if listed is not None and isinstance(listed.value, list):
                for place, child in enumerate(listed.value):
                    self._check("check", child, (*below, "checks", place), known.checks)

    def _check(self, what: str, node: Node | None, path: Path, known: tuple[str, ...]) -> None:
        name = text_of(node)
        if name and node is not None and name not in known and (what == "runbook" or self._known.complete):
            self._problems.error(node.key, path, f"unknown {what} {name!r}{did_you_mean(name, known)}")

    def _refuse_twice(self, root: Node) -> None:
        """Record ids that stand twice, in whatever phase."""
        first: dict[str, int] = {}
        for node, path in _item_nodes(root):
            name = node.get("id")
            if name is None or not isinstance(name.value, str):
                continue
            if name.value in first:
                message = f"{name.value!r} is used twice; first in line {first[name.value]}"
                self._problems.error(name.key, (*path, "id"), message)
            first.setdefault(name.value, name.key.line)

    def _refuse_names(self, node: Node, path: Path) -> None:
        """Record names that are no variables; secrets have no place in a list, which anybody may read."""
        if isinstance(node.value, Template):
            for name in node.value.secrets:
                message = f"a secret may not stand here: {name} would be shown and written down"
                self._problems.error(node.key, path, message)
            for name in node.value.names if self._known.complete else ():
                near = did_you_mean(name, self._known.variables) or "; define it under vars:"
                self._problems.error(node.key, path, f"unknown variable {name!r}{near}")
        for key, child in node.children():
            self._refuse_names(child, (*path, key))


def _as_written(node: Node) -> Node:
    """Return the tree with texts as they stand in the file, where nobody can say what they name."""
    if isinstance(node.value, Template):
        return replace(node, value=node.value.text)
    if isinstance(node.value, dict):
        return replace(node, value={key: _as_written(child) for key, child in node.value.items()})
    if isinstance(node.value, list):
        return replace(node, value=[_as_written(child) for child in node.value])
    return node


def _item_nodes(root: Node) -> Iterator[tuple[Node, Path]]:
    """Yield the nodes of all items with their paths, in the order of the file."""
    sections: list[tuple[Node | None, Path]] = [(root.get(ITEMS), (ITEMS,))]
    phased = root.get(PHASED)
    if phased is not None:
        sections += [(node, (PHASED, str(name))) for name, node in members(phased)]
    for section, path in sections:
        if section is not None and isinstance(section.value, list):
            yield from ((child, (*path, place)) for place, child in enumerate(section.value))
