"""Owns `-o nagios`: the monitoring-plugins contract, one status line with perfdata, a line per problem.

Source: the Monitoring Plugins development guidelines, sections on output, perfdata and exit codes.
"""

from __future__ import annotations

import re

from checks.board import CheckState, Snapshot, SystemInfo
from checks.model import Level, Reading, worst

_WORDS = {Level.OK: "OK", Level.WARN: "WARNING", Level.CRIT: "CRITICAL", Level.UNKNOWN: "UNKNOWN"}
_UNITS = {"s": "s", "B": "B", "%": "%"}
"""Base units that perfdata knows; others are left out, as the guidelines ask."""
_RANGES = {"==": "@{0}:{0}", "!=": "{0}:{0}", "<": "{0}:", ">": "{0}"}
"""Comparison of a rule -> the range outside of which (with @: inside of which) it fires."""
_FORBIDDEN = re.compile(r"['=|\s]+")


def render(system: SystemInfo, snapshot: Snapshot) -> str:
    """Return the status line and a line for each check that is not OK."""
    levels = tuple(state.level for state in snapshot.states)
    bad = [state for state in snapshot.states if state.level is not Level.OK]
    bad.sort(key=lambda state: (-state.level.severity, state.name))
    said = f"{len(bad)} of {len(levels)} checks not OK" if bad else f"{len(levels)} checks OK"
    if len(snapshot.states) == 1:
        said = snapshot.states[0].last.summary
    first = f"{_WORDS[worst(levels)]} - {_plain(said)}"
    perfdata = " ".join(_perfdata(snapshot))
    lines = [f"{first} | {perfdata}" if perfdata else first]
    if len(snapshot.states) > 1:
        lines += [f"{_WORDS[state.level]} {state.name}: {_plain(state.last.summary)}" for state in bad]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Return the text without the bar that begins perfdata."""
    return text.replace("|", "/")


def _perfdata(snapshot: Snapshot) -> list[str]:
    alone = len(snapshot.states) == 1
    return [
        f"'{_label(state, reading, alone)}'={_amount(reading)}{_bounds(state, reading)}"
        for state in snapshot.states
        for reading in state.last.observation.readings
    ]


def _amount(reading: Reading) -> str:
    return f"{_number(reading.value)}{_UNITS.get(reading.unit, '')}"


def _label(state: CheckState, reading: Reading, alone: bool) -> str:
    parts = (*(() if alone else (state.name,)), reading.name, *(value for _, value in reading.labels))
    return _FORBIDDEN.sub("_", ".".join(parts))


def _bounds(state: CheckState, reading: Reading) -> str:
    """Return `;warn;crit` in range grammar for the rules on this reading; empty when there are none."""
    found: dict[Level, str] = {}
    for verdict in state.last.verdicts:
        condition = verdict.rule.rpartition("]")[2]
        for_all = condition == verdict.rule
        if verdict.reading == reading.name and (for_all or verdict.labels == reading.labels):
            op = next(op for op in _RANGES if op in condition)
            found.setdefault(verdict.level, _RANGES[op].format(_number(verdict.bound)))
    if not found:
        return ""
    return f";{found.get(Level.WARN, '')};{found.get(Level.CRIT, '')}"


def _number(value: float) -> str:
    """Return the number without an exponent."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
