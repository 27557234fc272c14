"""Owns the reading of one check: its kind's options, what every check may say, and its rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace

from checks.config.document import CheckOptions, Defaults
from checks.config.kinded import Table, find_class, only, refuse_unknown, stored
from checks.config.nodes import Node, Path, Place
from checks.config.problems import Problems
from checks.config.resolved import ResolvedCheck
from checks.config.validate import options_at, read_as
from checks.config.values import SLUG
from checks.errors import RuleError
from checks.expressions import Rule, parse
from checks.kind import Check, ReadingSpec
from checks.model import Level
from checks.registry import find_kind, kind_names

EVERY, TIMEOUT, ATTEMPTS = 30.0, 10.0, 3
"""What holds when neither the check nor `defaults:` says."""
LEAST_EVERY = 1.0
MEASURING = frozenset({"cpu", "disk", "load", "memory", "network", "process"})
"""Kinds that read this host's own counters: cheap enough for twice a second."""
JUDGED_BY_RULES = frozenset({"cpu", "disk", "load", "memory", "network"})
"""Kinds that expect nothing by themselves, so that without a rule they are never anything but OK."""

_SLUG_SAID = "is small letters and digits, joined by single - _ . such as api-health"
TABLE = Table("kind", "kinds", find_kind, kind_names)
COMMON = tuple(option.name for option in fields(CheckOptions))


def read_checks(section: Node, defaults: Defaults, problems: Problems) -> tuple[ResolvedCheck, ...]:
    """Return every check that can be used; what is wrong with the others is recorded."""
    found = []
    for name, node in section.children():
        path: Path = ("checks", name)
        if not re.fullmatch(SLUG, str(name)):
            problems.error(node.key, path, f"a name {_SLUG_SAID}")
        elif isinstance(node.value, dict):
            found.append(_CheckReader(str(name), node, path, defaults, problems).check())
        else:
            problems.error(node.key, path, "must be a mapping that begins with kind:")
    return tuple(check for check in found if check is not None)


class _CheckReader:
    """Reads one check."""

    def __init__(self, name: str, node: Node, path: Path, defaults: Defaults, problems: Problems) -> None:
        self._name = name
        self._node = node
        self._path = path
        self._defaults = defaults
        self._problems = problems

    def check(self) -> ResolvedCheck | None:
        """Return the check; None when something is wrong with it."""
        kind = find_class(self._node, self._path, TABLE, self._problems)
        common = read_as(CheckOptions, only(self._node, COMMON), self._path, self._problems)
        if kind is None:
            return None
        refuse_unknown(self._node, self._path, kind, COMMON, TABLE, self._problems)
        own = [key for key in options_at(kind, ()) if key not in COMMON]
        check = read_as(kind, only(self._node, own), self._path, self._problems)
        rules = self._rules(kind, check)
        self._warn_when_nothing_is_asserted(rules)
        if common is None or check is None:
            return None
        options, bug = stored(kind, check)
        if bug:
            self._problems.error(self._node.key, self._path, bug)
        every, timeout = self._times(common)
        return ResolvedCheck(
            self._name,
            common.kind,
            options,
            common.title,
            self._defaults.group if common.group is None else common.group,
            every,
            timeout,
            common.attempts or self._defaults.attempts or ATTEMPTS,
            rules,
            common.needs,
            common.mandatory,
            common.refs,
        )

    def _kind_name(self) -> str:
        node = self._node.get("kind")
        return str(node.value) if node is not None else ""

    def _times(self, common: CheckOptions) -> tuple[float, float]:
        """Return interval and timeout; the check's word goes before the defaults'."""
        every = common.every or self._defaults.every or EVERY
        if common.every and common.every < LEAST_EVERY and common.kind not in MEASURING:
            self._problems.error(self._place("every"), (*self._path, "every"), "must be at least 1 s")
        if common.timeout and common.timeout > every:
            self._problems.warn(
                self._place("timeout"),
                (*self._path, "timeout"),
                f"is longer than every ({every:g} s); probes will be missed",
            )
        return every, common.timeout or min(self._defaults.timeout or TIMEOUT, every)

    def _place(self, key: str) -> Place:
        return (self._node.get(key) or self._node).key

    def _rules(self, kind: type[Check], check: Check | None) -> tuple[Rule, ...]:
        specs = _readings(kind, check)
        rules: list[Rule] = []
        if specs is None:
            return ()
        for key, level in (("warn", Level.WARN), ("crit", Level.CRIT)):
            node = self._node.get(key)
            for path, rule in _texts(node, (*self._path, key)) if node is not None else ():
                try:
                    rules.append(parse(rule.text, level, specs, self._kind_name()))
                except RuleError as error:
                    if not self._problems.blames(path):
                        self._problems.error(_place_in(rule, error.position), path, str(error))
        return tuple(rules)

    def _warn_when_nothing_is_asserted(self, rules: tuple[Rule, ...]) -> None:
        kind = self._kind_name()
        for key in ("warn", "crit"):
            node = self._node.get(key)
            if node is not None and node.value in (None, "", []):
                self._problems.warn(node.key, (*self._path, key), "is empty, so it asserts nothing")
        if not rules and kind in JUDGED_BY_RULES and not self._problems.blames(self._path):
            message = f"asserts nothing: kind {kind} is judged by rules alone"
            self._problems.warn(self._node.key, self._path, message)


def _readings(kind: type[Check], check: Check | None) -> tuple[ReadingSpec, ...] | None:
    """Return what rules may judge; None when only the check itself could say, and it cannot be used."""
    declare: Callable[[Check], tuple[ReadingSpec, ...]] | None = getattr(kind, "declared_readings", None)
    if declare is None:
        return kind.READINGS
    return None if check is None else declare(check)


def _texts(node: Node, path: Path) -> list[tuple[Path, Node]]:
    """Return the rules of a key: its one text, or those of its list."""
    if isinstance(node.value, list):
        return [((*path, i), item) for i, item in enumerate(node.value) if isinstance(item.value, str)]
    return [(path, node)] if node.value else []


def _place_in(node: Node, position: int) -> Place:
    """Return the place of a character of a text, or that of its key where they do not correspond."""
    if node.quote is None:
        return node.key
    return replace(node.place, column=node.place.column + node.quote + position)
