"""Owns `walkdown doctor`: what this terminal, this user and this machine allow, and what to do about it.

It changes nothing and imports no driver. What every report of a bug should bring along.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import click
import msgspec

from checks.command_line import leave, system_option
from checks.model import worst
from checks.text import clean
from tui.diagnosis.finding import Finding
from tui.diagnosis.machine import permissions, versions
from tui.diagnosis.places import places
from tui.diagnosis.terminal import Terminal, judge

SCHEMA = 1
"""Rises when a key of the JSON changes its meaning or goes away."""


@click.command()
@click.option("-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format.")
@system_option
def doctor(output: str, source: Path | None) -> None:
    """Say what this terminal, user and machine allow.

    Nothing is changed. Exit code 1 when something should be done.
    """
    found = {
        "terminal": judge(Terminal.seen()),
        "versions": versions(),
        "permissions": permissions(),
        "files": places(source),
    }
    click.echo(_as_json(found) if output == "json" else _as_text(found))
    leave(worst(tuple(finding.level for part in found.values() for finding in part)).exit_code)


def _as_text(found: dict[str, tuple[Finding, ...]]) -> str:
    width = max(len(finding.name) for part in found.values() for finding in part)
    lines = []
    for area, findings in found.items():
        lines.append(area)
        for finding in findings:
            lines.append(f"  {finding.level:<6}{finding.name:<{width}}  {clean(finding.value)}")
            if finding.hint:
                hint = clean(finding.hint, lines=True)
                lines.append(textwrap.indent(hint, " " * (width + 10)))
    return "\n".join(lines)


def _as_json(found: dict[str, tuple[Finding, ...]]) -> str:
    document = {"schema": SCHEMA} | {
        area: [
            {"name": f.name, "level": f.level, "value": clean(f.value), "hint": clean(f.hint, lines=True)}
            for f in findings
        ]
        for area, findings in found.items()
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
