"""Owns `-o prometheus`: the text exposition format for a textfile collector, hence no timestamps.

A reading becomes `walkdown_KIND_READING_UNIT`, so that one metric has one meaning; three metrics are about
every check.
"""

from __future__ import annotations

import re

from checks.board import Snapshot, SystemInfo

_ABOUT = {
    "walkdown_check_level": "0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN.",
    "walkdown_check_duration_seconds": "How long the last probe took.",
    "walkdown_check_last_run_timestamp_seconds": "When the last probe began.",
}
_UNIT_SUFFIX = {
    "s": "_seconds",
    "B": "_bytes",
    "%": "_percent",
    "B/s": "_bytes_per_second",
    "/s": "_per_second",
}
_NOT_A_NAME = re.compile(r"[^a-zA-Z0-9_]")


def render(system: SystemInfo, snapshot: Snapshot) -> str:
    """Return every metric with its type; ends without a blank line."""
    about = {"system": system.name}
    kinds = {info.name: info.kind for info in system.checks}
    metrics: dict[str, list[str]] = {}
    for state in snapshot.states:
        labels = about | {"check": state.name}
        _add(metrics, "walkdown_check_level", labels, float(state.level.exit_code))
        _add(metrics, "walkdown_check_duration_seconds", labels, state.last.elapsed)
        _add(metrics, "walkdown_check_last_run_timestamp_seconds", labels, state.last.at)
        for reading in state.last.observation.readings:
            name = _metric(kinds.get(state.name, ""), reading.name, reading.unit)
            _add(metrics, name, dict(reading.labels) | labels, reading.value)
    return "\n".join(line for name in sorted(metrics) for line in (*_head(name), *metrics[name]))


def _head(name: str) -> tuple[str, ...]:
    kind = f"# TYPE {name} gauge"
    return (f"# HELP {name} {_ABOUT[name]}", kind) if name in _ABOUT else (kind,)


def _metric(kind: str, reading: str, unit: str) -> str:
    """Return the metric's name; the unit ends it, once."""
    suffix = _UNIT_SUFFIX.get(unit, "")
    return _NOT_A_NAME.sub("_", f"walkdown_{kind}_{reading.removesuffix(suffix)}{suffix}")


def _add(metrics: dict[str, list[str]], name: str, labels: dict[str, str], value: float) -> None:
    pairs = ",".join(f'{_NOT_A_NAME.sub("_", key)}="{_escape(text)}"' for key, text in labels.items())
    metrics.setdefault(name, []).append(f"{name}{{{pairs}}} {value!r}")


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
