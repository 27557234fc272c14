r"""Owns the texts of a runbook while it is read: variables of the system are filled in, other names stay.

A text that still names something becomes a template. What a variable brings in is never looked at again: its
braces are escaped, also where they only come about beside others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from checks.config.nodes import Node, Path
from checks.config.problems import Problems
from checks.config.substitute import BRACES, LONGEST, MOST, refuse_in_shell
from runbooks.templates import NAME, PARTS, SECRET, SecretTemplate, Template

Piece = tuple[str, bool]
"""A part of a text, and whether it is a name that stands for something."""
_SHELL = (("shell", 'set them under env: and write "$NAME" here'),)
_SQL = tuple((key, "set them under values: and write %(name)s here") for key in ("run", "count"))
"""Options that hold programs, and what to write there instead."""


class WrittenFloat(float):
    """A number that shows as it was written, so that a version `1.10` does not become 1.1."""

    written = ""

    def __str__(self) -> str:
        """Return it as it was written."""
        return self.written


class WrittenInt(int):
    """A whole number that shows as it was written, such as `0o755`."""

    written = ""

    def __str__(self) -> str:
        """Return it as it was written."""
        return self.written


def bare_number(value: object) -> float | int:
    """Return a number as a plain one, for those who keep it.

    Raises:
        TypeError: when it is none.
    """
    if isinstance(value, WrittenFloat):
        return float(value)
    if isinstance(value, WrittenInt):
        return int(value)
    raise TypeError(f"a {type(value).__name__}")


class Filling:
    """Fills in the variables of one file."""

    def __init__(self, variables: Mapping[str, str], problems: Problems) -> None:
        """Know the variables of the system."""
        self._variables = variables
        self._problems = problems
        self._brought_in = 0

    def tree(self, node: Node, path: Path = ()) -> Node:
        """Return a node with everything below it filled in."""
        if isinstance(node.value, dict):
            refuse_in_shell(node, path, self._problems)
            self._refuse_in_programs(node, path)
            return replace(node, value={k: self.tree(child, (*path, k)) for k, child in node.value.items()})
        if isinstance(node.value, list):
            return replace(node, value=[self.tree(child, (*path, i)) for i, child in enumerate(node.value)])
        if isinstance(node.value, str):
            return self._text(node, node.value, path) if "{{" in node.value else node
        return _as_written(node)

    def _refuse_in_programs(self, node: Node, path: Path) -> None:
        """Refuse a name in a text that is read as a program: what it stands for would be a part of that."""
        kind = node.get("kind")
        for key, instead in (*_SHELL, *(_SQL if kind is not None and kind.value == "sql" else ())):
            member = node.get(key)
            for inner, part in _parts(member, (*path, key)) if member is not None else ():
                if any(match[1] is not None for match in BRACES.finditer(part.text)):
                    self._problems.error(part.key, inner, f"is a program and takes no variables; {instead}")

    def _text(self, node: Node, text: str, path: Path) -> Node:
        try:
            pieces = self._pieces(node, text, path)
            template = joined(pieces)
        except ValueError as error:
            self._problems.error(node.key, path, str(error))
            return replace(node, value="", quote=None)
        if not any(named for _, named in pieces):
            plain = "".join(part for part, _ in pieces)
            return replace(node, value=plain, text=plain, quote=None)
        return replace(node, value=template, quote=None)

    def _pieces(self, node: Node, text: str, path: Path) -> list[Piece]:
        pieces: list[Piece] = []
        end = length = 0
        for match in BRACES.finditer(text):
            pieces.append((text[end : match.start()], False))
            end = match.end()
            name = match[1]
            if name is None:
                pieces.append(("{{", False))
            elif name in self._variables:
                length += len(self._variables[name])
                self._brought_in += len(self._variables[name])
                if length > LONGEST or self._brought_in > MOST:
                    raise ValueError("variables make too much text of this")
                pieces.append((self._variables[name], False))
            elif re.fullmatch(NAME, name):
                pieces.append((name, True))
            else:
                hint = r"only names can stand in {{ }}; for other braces write \{{"
                self._problems.error(node.key, path, f"{name!r} is not a name: {hint}")
        return [*pieces, (text[end:], False)]


def _parts(node: Node, path: Path) -> list[tuple[Path, Node]]:
    """Return a text with its path, or those of a list."""
    if isinstance(node.value, list):
        return [((*path, i), item) for i, item in enumerate(node.value) if isinstance(item.value, str)]
    return [(path, node)] if isinstance(node.value, str) else []


def _as_written(node: Node) -> Node:
    """Return a number as one that shows as it was written."""
    number: WrittenFloat | WrittenInt
    if isinstance(node.value, float):
        number = WrittenFloat(node.value)
    elif isinstance(node.value, int) and not isinstance(node.value, bool):
        number = WrittenInt(node.value)
    else:
        return node
    number.written = node.text
    return replace(node, value=number)


def pieces_of(template: Template) -> list[Piece]:
    """Return the parts of a template, those that only say something without escapes."""
    pieces: list[Piece] = []
    end = 0
    for match in PARTS.finditer(template.text):
        pieces.append((template.text[end : match.start()], False))
        pieces.append(("{{", False) if match[1] is None else (match[1], True))
        end = match.end()
    return [*pieces, (template.text[end:], False)]


def joined(pieces: Iterable[Piece]) -> Template:
    r"""Return the parts as one template.

    Raises:
        ValueError: when a `\` would stand before a name and take its meaning away.
    """
    text = said = ""
    secret = False
    for part, named in pieces:
        if not named:
            said += part
            continue
        if said.endswith(("\\", "\\{")):
            raise ValueError(r"a \ cannot stand right before {{: it would take its meaning away")
        text += f"{_escaped(said)}{{{{ {part} }}}}"
        said = ""
        secret = secret or part.startswith(SECRET)
    text += _escaped(said)
    return SecretTemplate(text) if secret else Template(text)


def _escaped(said: str) -> str:
    return Template.literal(said).text
