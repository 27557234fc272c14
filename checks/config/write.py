"""Owns the way back: plain data, as discovery finds it, becomes YAML that an operator will want to edit.

What is written loads as what it was made from, whatever the texts in it are.
"""

from __future__ import annotations

import io
import textwrap
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from checks.config.substitute import escaped

WIDTH = 100
SCHEMA_LINE = "# yaml-language-server: $schema={}"
_ABOUT = {
    "vars": "Values for {{ name }} in texts.",
    "secrets": "Where secrets come from: env, file, command, credential. {{ secret.NAME }} stands for one.",
    "defaults": "What holds for every check that does not say otherwise.",
    "checks": "`walkdown kinds` lists the kinds, `walkdown kinds NAME` the options and readings of one.\n"
    "Rules: READING OP NUMBER [UNIT] [for DURATION | for N samples].",
    "keymap": "Keys of the console.",
}


def write_system(data: dict[str, Any], schema: str, about: str = "") -> str:
    """Return the data as commented YAML; editors find the schema by its path or URL.

    Args:
        data: A system in the form of its YAML; braces in its texts are text, not variables.
        schema: Where editors find the JSON Schema.
        about: What to say at the top, such as where and when it was found.
    """
    parts = [SCHEMA_LINE.format(schema)]
    if about:
        parts.append(_comment(about))
    for section, value in escaped(data).items():
        if isinstance(value, (dict, list)):
            parts.append("")
            if section in _ABOUT:
                parts.append(_comment(_ABOUT[section]))
        if section == "checks" and value:
            parts.append(_checks(value))
        else:
            parts.append(as_yaml({section: value}))
    return "\n".join(parts) + "\n"


def _checks(checks: dict[str, Any]) -> str:
    """Return the checks with a line between them and a heading where a group begins."""
    parts = ["checks:"]
    group = ""
    for number, (name, check) in enumerate(checks.items()):
        if number:
            parts.append("")
        if check.get("group", "") not in ("", group):
            group = check["group"]
            parts.append(f"  {_comment(f'-- {group} --')}")
        parts.append(textwrap.indent(as_yaml({name: check}), "  ", lambda line: line != "\n"))
    return "\n".join(parts)


def _comment(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def as_yaml(data: dict[str, Any] | list[Any]) -> str:
    """Return data as YAML: mappings in lines, lists of single values in brackets."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_styled(data), stream)
    return stream.getvalue().removesuffix("\n")


def _quoted(value: Any) -> Any:
    """Return text quoted where ruamel would leave `?` bare between brackets, where it means a key."""
    return DoubleQuotedScalarString(value) if isinstance(value, str) and value.startswith("?") else value


def _fits_a_block(text: str) -> bool:
    """Return whether a text of several lines can stand line by line and comes back as it was."""
    lines = text.split("\n")
    return all(line.isprintable() and line == line.strip() for line in lines) and bool(lines[0])


def _styled(value: Any) -> Any:
    if isinstance(value, dict):
        return CommentedMap((_styled(key), _styled(child)) for key, child in value.items())
    if isinstance(value, (list, tuple)):
        items = CommentedSeq(_quoted(_styled(child)) for child in value)
        if not any(isinstance(child, (dict, list, tuple)) for child in value):
            items.fa.set_flow_style()
        return items
    if isinstance(value, str) and not value.isprintable():
        return LiteralScalarString(value) if _fits_a_block(value) else DoubleQuotedScalarString(value)
    return value
