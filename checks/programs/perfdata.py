"""Owns the output of monitoring plugins: text, then `|`, then performance data.

The format is that of the Monitoring Plugins guidelines: `'label'=value[unit];warn;crit;min;max`. Bounds in it
are left alone; the plugin's own exit code has judged them.
"""

from __future__ import annotations

import math
import re

from checks.model import Reading

MOST = 200
"""Values of one plugin that become readings."""

_ITEM = re.compile(r"(?:'((?:[^']|'')+)'|([^\s=';|]+))=([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)([a-zA-Z%]{0,3})")
_UNITS = {"s": ("s", 1.0), "ms": ("s", 1e-3), "us": ("s", 1e-6), "ns": ("s", 1e-9), "%": ("%", 1.0)}
_UNITS |= {"B": ("B", 1.0), "KB": ("B", 1e3), "MB": ("B", 1e6), "GB": ("B", 1e9), "TB": ("B", 1e12)}
_UNITS |= {"KiB": ("B", 2.0**10), "MiB": ("B", 2.0**20), "GiB": ("B", 2.0**30), "TiB": ("B", 2.0**40)}
"""Unit of a plugin -> our base unit and the factor to it; any other unit is a plain count, `c` among them."""


def parse_perfdata(text: str) -> tuple[Reading, ...]:
    """Return the values of a plugin's whole output; what is no number is left out."""
    readings = []
    for quoted, plain, number, unit in _ITEM.findall(_data(text)):
        value = _number(number)
        if value is not None:
            base, factor = _UNITS.get(unit, ("", 1.0))
            label = quoted.replace("''", "'") or plain
            readings.append(Reading("perfdata", value * factor, base, (("label", label),)))
    return tuple(readings[:MOST])


def _data(text: str) -> str:
    """Return what stands behind the first line's bar, and behind the bar of the lines after it."""
    first, _, rest = text.partition("\n")
    return f"{first.partition('|')[2]} {rest.partition('|')[2]}"


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
