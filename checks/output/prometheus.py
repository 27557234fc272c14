"""Owns `-o prometheus`: the text exposition format for a textfile collector, hence no timestamps."""

from __future__ import annotations

import re

from checks.board import Snapshot, SystemInfo

_UNIT_SUFFIX = {
    "s": "_seconds",
    "B": "_bytes",
    "%": "_percent",
    "B/s": "_bytes_per_second",
    "/s": "_per_second",
}
_NOT_A_NAME = re.compile(r"[^a-zA-Z0-9_]")


def render(system: SystemInfo, snapshot: Snapshot) -> str:
    """Return every metric with its help and type; ends without a blank line."""
    about = {"system": system.name}
    metrics: dict[str, list[str]] = {}
    for state in snapshot.states:
        labels = about | {"check": state.name}
        _add(metrics, "walkdown_check_level", labels, float(state.level.exit_code))
        _add(metrics, "walkdown_check_duration_seconds", labels, state.last.elapsed)
        _add(metrics, "walkdown_check_last_run_timestamp_seconds", labels, state.last.at)
        for reading in state.last.observation.readings:
            name = f"walkdown_{_NOT_A_NAME.sub('_', reading.name)}{_UNIT_SUFFIX.get(reading.unit, '')}"
            _add(metrics, name, labels | dict(reading.labels), reading.value)
    return "\n".join(line for name in sorted(metrics) for line in (f"# TYPE {name} gauge", *metrics[name]))


def _add(metrics: dict[str, list[str]], name: str, labels: dict[str, str], value: float) -> None:
    pairs = ",".join(f'{_NOT_A_NAME.sub("_", key)}="{_escape(text)}"' for key, text in labels.items())
    metrics.setdefault(name, []).append(f"{name}{{{pairs}}} {value:.10g}")


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
