"""Owns the whole way from files to a validated configuration. Costs time: it imports pydantic and ruamel."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from checks.config.checks import read_checks
from checks.config.contacts import check_contacts
from checks.config.document import SECTIONS, Defaults, Document
from checks.config.files import Source
from checks.config.literals import literal_secrets
from checks.config.merge import merge, overlay
from checks.config.needs import check_needs
from checks.config.nodes import Node, Path, Place, from_plain, plain
from checks.config.parse import parse
from checks.config.problems import Problems
from checks.config.reports import check_reports
from checks.config.resolved import Resolved, ResolvedCheck
from checks.config.routes import check_covers, check_responses, check_routes
from checks.config.substitute import escaped, substitute
from checks.config.targets import check_targets
from checks.config.tasks import check_tasks
from checks.config.validate import options_at, read_as
from checks.config.windows import check_windows
from checks.errors import ConfigError
from checks.secrets import SecretText
from checks.suggest import did_you_mean

_UNNAMED = Document("unnamed")


def compile_sources(sources: Iterable[Source], problems: Problems) -> Resolved:
    """Return what the files come to.

    Raises:
        ConfigError: with every problem found in any of them, those already recorded included.
    """
    root = tree_of(sources, problems)
    if root is None:
        raise ConfigError(problems.all())
    return compile_tree(root, problems)


def tree_of(sources: Iterable[Source], problems: Problems) -> Node | None:
    """Return the files as one tree, its variables not filled in; None when there are no files."""
    base: Node | None = None
    over: Node | None = None
    for source in sources:
        node = parse(source, problems)
        if node is None:
            base = base or Node({}, Place(source.name), Place(source.name))
        elif source.overlay:
            over = node
        else:
            base = node if base is None else merge(base, node, problems)
    if over is not None:
        base = overlay(base or replace(over, value={}), over)
    return base


def compile_data(data: dict[str, Any], source: str) -> Resolved:
    """Return what data that came from no file comes to; braces in it are text, not variables.

    Raises:
        ConfigError: with every problem found.
    """
    return compile_tree(from_plain(escaped(data), Place(source)), Problems())


def compile_tree(root: Node, problems: Problems) -> Resolved:
    """Return what a merged tree comes to."""
    root = without_empty_sections(root)
    root, variables = substitute(root, problems)
    document = _document(root, problems)
    checks = root.get("checks")
    found: tuple[ResolvedCheck, ...] = ()
    if checks is None:
        if not problems.partial:
            problems.warn(root.place, ("checks",), "there are none, so nothing is looked at")
    elif isinstance(checks.value, dict):
        found = read_checks(checks, document.defaults, problems)
        check_needs(checks, problems)
    else:
        problems.error(checks.key, ("checks",), "must be a mapping of names and checks")
    if (contacts := root.get("contacts")) is not None:
        check_contacts(contacts, problems)
    if (windows := root.get("windows")) is not None:
        check_windows(windows, document.timezone or "", problems)
    if (tasks := root.get("tasks")) is not None:
        check_tasks(tasks, windows, document.timezone or "", problems)
    if (reports := root.get("reports")) is not None:
        check_reports(reports, problems)
    if (targets := root.get("targets")) is not None:
        check_targets(targets, problems)
    _check_told(root, document, checks, {check.group for check in found}, problems)
    for literal, path in literal_secrets(root, (), _harmless):
        problems.literal_secret = True
        message = "a secret in plain text; define it under secrets: and write {{ secret.NAME }} here"
        problems.warn(literal.key, path, message)
    return Resolved(
        document.system,
        document.title,
        document.environment,
        document.timezone or "",
        found,
        document.secrets,
        variables,
        tuple(document.keymap.items()),
        {name: _bare(plain(node)) for name in SECTIONS if (node := root.get(name)) is not None},
        problems.settle(),
        not problems.literal_secret,
    )


def _check_told(
    root: Node, document: Document, checks: Node | None, groups: Collection[str], problems: Problems
) -> None:
    """Record what routes and responses name that is not there."""
    names = [str(name) for name, _ in checks.children()] if checks is not None else []
    routes, responses, windows = root.get("notify"), root.get("responses"), root.get("windows")
    if windows is not None:
        check_covers(windows, {*names, *groups}, problems)
    if routes is not None:
        check_routes(routes, names, groups, document.timezone or "", problems)
    if responses is not None:
        known = [str(name) for name, _ in routes.children()] if routes is not None else []
        check_responses(responses, names, known, problems)


def _harmless(path: Path) -> bool:
    return path[0] in ("secrets", "keymap")


def without_empty_sections(root: Node) -> Node:
    """Return the tree without sections that have a heading only."""
    assert isinstance(root.value, dict)
    return replace(root, value={name: node for name, node in root.value.items() if node.value is not None})


def _document(root: Node, problems: Problems) -> Document:
    """Return the top of the configuration; a section that is wrong is recorded and left out."""
    assert isinstance(root.value, dict)
    known = options_at(Document, ())
    for name, node in root.value.items():
        if name not in known:
            near = did_you_mean(name, known) or f"; sections: {', '.join(known)}"
            problems.error(node.key, (name,), f"unknown section{near}")
    members = {name: node for name, node in root.value.items() if name in known and name != "checks"}
    read = read_as(Document, replace(root, value=members), (), problems)
    if read is not None:
        return read
    # Something is wrong at the top: the defaults are still needed to go on.
    defaults = members.get("defaults")
    lone = Problems()
    usable = read_as(Defaults, defaults, ("defaults",), lone) if defaults is not None else None
    return replace(_UNNAMED, defaults=usable or Defaults())


def _bare(data: Any) -> Any:
    """Return plain data in which texts that name secrets are texts, as written."""
    if isinstance(data, dict):
        return {key: _bare(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_bare(value) for value in data]
    return data.template if isinstance(data, SecretText) else data
