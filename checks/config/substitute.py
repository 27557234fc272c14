r"""Owns `{{ name }}`: variables put into texts, once, after YAML was read; what they bring in stays as it is.

There are no expressions: a name, or `secret.NAME`, which stays as written for the vault. Braces that are not
ours are written `\{{`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from checks.config.nodes import Node, Path
from checks.config.problems import Problems
from checks.secrets import REFERENCE, SecretText
from checks.suggest import did_you_mean

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
BRACES = re.compile(r"\\\{\{|\{\{\s*(.*?)\s*\}\}")
"""Braces that are not ours, or what stands between those that are."""
LONGEST = 64 * 1024
"""Characters of one text with its variables filled in; they may name one another, and so multiply."""
MOST = 64 * LONGEST
"""Characters of all variables that are filled in, anywhere."""

_OPENING = re.compile(r"\{\{(?:\s*secret\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\})?")


def substitute(root: Node, problems: Problems) -> tuple[Node, dict[str, str]]:
    """Return the tree with its variables filled in, and the variables themselves."""
    filling = _Filling(root, problems)
    return filling.tree(root, ()), filling.variables()


class _Filling:
    """Fills in one tree."""

    def __init__(self, root: Node, problems: Problems) -> None:
        self._problems = problems
        self._vars = dict(_members(root.get("vars")))
        self._secrets = {name for name, _ in _members(root.get("secrets"))}
        self._texts: dict[str, str] = {}
        self._brought_in = 0
        self._under_way: list[str] = []

    def variables(self) -> dict[str, str]:
        """Return every variable's text."""
        return {name: self._variable(name) for name in self._vars}

    def tree(self, node: Node, path: Path) -> Node:
        """Return a node with everything below it filled in."""
        if path == ("vars",):
            self.variables()
            return node
        if isinstance(node.value, dict):
            refuse_in_shell(node, path, self._problems)
            return replace(node, value={k: self.tree(child, (*path, k)) for k, child in node.value.items()})
        if isinstance(node.value, list):
            return replace(node, value=[self.tree(child, (*path, i)) for i, child in enumerate(node.value)])
        if not isinstance(node.value, str) or "{{" not in node.value:
            return node
        text = self._fill(node, path, secrets=True)
        if REFERENCE.findall(text) != REFERENCE.findall(node.value):
            self._problems.error(node.key, path, "a variable may not bring in a secret; name it here")
        named = any((match[1] or "").startswith("secret.") for match in BRACES.finditer(node.value))
        return replace(node, value=SecretText(text) if named else text, text=text, quote=None)

    def _fill(self, node: Node, path: Path, *, secrets: bool) -> str:
        length = 0

        def bounded(match: re.Match[str]) -> str:
            nonlocal length
            text = fill(match) if length <= LONGEST and self._brought_in <= MOST else ""
            length += len(text)
            self._brought_in += len(text)
            return text

        def fill(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return "{{"
            if name.startswith("secret."):
                self._check_secret(name.removeprefix("secret."), node, path, secrets)
                return match[0]
            if not NAME.fullmatch(name):
                hint = r"only names can stand in {{ }}; for other braces write \{{"
                self._problems.error(node.key, path, f"{name!r} is not a name: {hint}")
            elif name in self._vars:
                return self._variable(name)
            else:
                near = did_you_mean(name, self._vars) or "; define it under vars:"
                self._problems.missing(node.key, path, f"unknown variable {name!r}{near}")
            return ""

        text = BRACES.sub(bounded, str(node.value))
        if length > LONGEST or self._brought_in > MOST:
            self._problems.error(node.key, path, "variables make too much text of this")
        return text

    def _check_secret(self, name: str, node: Node, path: Path, allowed: bool) -> None:
        if not allowed:
            self._problems.error(
                node.key,
                path,
                "a variable may not hold a secret, for variables are shown and stored; "
                f"write {{{{ secret.{name} }}}} where it is used",
            )
        elif name not in self._secrets:
            near = did_you_mean(name, self._secrets) or "; define it under secrets:"
            self._problems.missing(node.key, path, f"unknown secret {name!r}{near}")

    def _variable(self, name: str) -> str:
        """Return a variable's text, its own variables filled in."""
        if name in self._texts:
            return self._texts[name]
        node, path = self._vars[name], ("vars", name)
        if name in self._under_way:
            circle = " -> ".join([*self._under_way[self._under_way.index(name) :], name])
            self._problems.error(node.key, path, f"variables go round in a circle: {circle}")
            return ""
        if isinstance(node.value, (dict, list)) or node.value is None:
            self._problems.error(node.key, path, "a variable is a single value")
            text = ""
        elif isinstance(node.value, str):
            self._under_way.append(name)
            text = self._fill(node, path, secrets=False)
            self._under_way.pop()
        else:
            text = node.text
        return self._texts.setdefault(name, text)


def refuse_in_shell(node: Node, path: Path, problems: Problems) -> None:
    """Refuse a variable in the text that a shell is to run: it would be read as part of the program."""
    shell, run = node.get("shell"), node.get("run")
    if shell is None or shell.value is not True or run is None or not isinstance(run.value, str):
        return
    if any(match[1] is not None for match in BRACES.finditer(run.value)):
        message = 'a text for a shell takes no variables; set them under env: and write "$NAME" here'
        problems.error(run.key, (*path, "run"), message)


def _members(node: Node | None) -> list[tuple[str, Node]]:
    return list(node.value.items()) if node is not None and isinstance(node.value, dict) else []


def escaped(data: dict[str, Any]) -> dict[str, Any]:
    """Return data so written that substitution leaves it as it is, but for secrets that it defines itself.

    What was found on a machine may hold braces, and nobody wrote them for us.
    """
    secrets = data.get("secrets", {})

    def escape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: escape(child) for key, child in value.items()}
        if isinstance(value, (list, tuple)):
            return [escape(child) for child in value]
        if not isinstance(value, str):
            return value
        return _OPENING.sub(lambda match: match[0] if match[1] in secrets else f"\\{match[0]}", value)

    return {key: escape(value) for key, value in data.items()}
