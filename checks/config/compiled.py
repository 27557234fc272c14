"""Owns the whole way from files to a validated configuration. Costs time: it imports pydantic and ruamel."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from checks.config.checks import read_checks
from checks.config.document import SECTIONS, Defaults, Document
from checks.config.files import Source
from checks.config.merge import merge, overlay
from checks.config.needs import check_needs
from checks.config.nodes import Node, Path, Place, from_plain, plain
from checks.config.parse import parse
from checks.config.problems import Problems
from checks.config.resolved import Resolved, ResolvedCheck
from checks.config.substitute import escaped, substitute
from checks.config.validate import options_at, read_as
from checks.errors import ConfigError
from checks.secrets import SECRET_NAME, SecretText
from checks.suggest import did_you_mean

_USER_IN_URL = re.compile(r"://[^/\s:@{}]*:[^/\s@{}]+@")
"""A password in a URL."""
_UNNAMED = Document("unnamed")


def compile_sources(sources: Iterable[Source], problems: Problems) -> Resolved:
    """Return what the files come to.

    Raises:
        ConfigError: with every problem found in any of them, those already recorded included.
    """
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
    if base is None:
        raise ConfigError(problems.all())
    return compile_tree(base, problems)


def compile_data(data: dict[str, Any], source: str) -> Resolved:
    """Return what data that came from no file comes to; braces in it are text, not variables.

    Raises:
        ConfigError: with every problem found.
    """
    return compile_tree(from_plain(escaped(data), Place(source)), Problems())


def compile_tree(root: Node, problems: Problems) -> Resolved:
    """Return what a merged tree comes to."""
    root = _without_empty_sections(root)
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
    _find_literal_secrets(root, (), problems)
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


def _without_empty_sections(root: Node) -> Node:
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


def _find_literal_secrets(node: Node, path: Path, problems: Problems) -> None:
    """Record passwords that stand in the configuration itself."""
    for key, child in node.children():
        below = (*path, key)
        if isinstance(child.value, str) and child.value and below[0] not in ("secrets", "keymap"):
            if SECRET_NAME.fullmatch(str(key)) or _USER_IN_URL.search(child.value):
                problems.literal_secret = True
                problems.warn(
                    child.key,
                    below,
                    "a secret in plain text; define it under secrets: and write {{ secret.NAME }} here",
                )
        else:
            _find_literal_secrets(child, below, problems)


def _bare(data: Any) -> Any:
    """Return plain data in which texts that name secrets are texts, as written."""
    if isinstance(data, dict):
        return {key: _bare(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_bare(value) for value in data]
    return data.template if isinstance(data, SecretText) else data
