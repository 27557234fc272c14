"""Owns units: what each one is in the base unit of its family, and how amounts are read and written.

Families and their base units: time `s`, size `B`, share `%`, size per time `B/s`, count per time `/s`, and
plain counts, which have no unit. Decimal prefixes are powers of 1000, binary ones (`KiB`) powers of 1024
(IEC 80000-13).
"""

from __future__ import annotations

import math
import re

_TIME = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_TIME |= {"d": 86400.0, "w": 604800.0}
_SIZE = {"B": 1.0}
_SIZE |= {f"{prefix}B": 1000.0**power for power, prefix in enumerate(("k", "M", "G", "T", "P"), 1)}
_SIZE |= {f"{prefix}iB": 1024.0**power for power, prefix in enumerate(("K", "M", "G", "T", "P"), 1)}
_SIZE_RATE = {f"{unit}/s": factor for unit, factor in _SIZE.items()}
_COUNT_RATE = {"/s": 1.0, "/m": 1 / 60, "/min": 1 / 60, "/h": 1 / 3600}
_COUNT = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}

FAMILIES: dict[str, dict[str, float]] = {
    "s": _TIME,
    "B": _SIZE,
    "%": {"%": 1.0},
    "B/s": _SIZE_RATE,
    "/s": _COUNT_RATE,
    "": _COUNT,
}
"""Base unit -> every unit of the family -> its factor."""

AMOUNT = re.compile(r"\s*([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([^\s\d]*)\s*")
"""A number and its unit, the space between them optional."""


_LIMIT = re.compile(r"\s*([1-9]\d{0,2})\s+per\s+(.+)")


def to_base(number: float, unit: str, base: str) -> float:
    """Return the amount in the base unit; a bare number is in the base unit already.

    Raises:
        ValueError: when the unit is not of the base unit's family; the message lists those that are.
    """
    family = FAMILIES[base]
    if not unit:
        return number
    if unit not in family:
        known = ", ".join(name for name in family if name) or "none"
        raise ValueError(f"unit {unit!r} does not fit; units that do: {known}")
    return number * family[unit]


def read(text: str, base: str) -> float:
    """Return an amount such as `1.5 MiB` or `10s` in the base unit.

    Raises:
        ValueError: when it is no amount, or of another family.
    """
    match = AMOUNT.fullmatch(text)
    if match is None:
        example = {"s": "30s", "B": "10 MiB", "%": "80 %"}.get(base, "10")
        raise ValueError(f"{text!r} is not an amount; write it like {example!r}")
    return to_base(float(match[1]), match[2], base)


def read_limit(text: str) -> tuple[int, float]:
    """Return how often something may be done within how many seconds, such as `3 per 1 h`.

    Raises:
        ValueError: when the text does not say that.
    """
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no limit; write it as in '3 per 1 h'")
    span = read(found[2], "s")
    if span < 1:
        raise ValueError("a limit is for a second at least")
    return int(found[1]), span


def show(number: float, base: str) -> str:
    """Return an amount in its base unit as an operator reads it: `85.1 GiB`, `84 ms`, `3 d 4 h`, `22 %`."""
    if not math.isfinite(number):
        return f"{number} {base}".rstrip()
    if base == "s":
        return _show_time(number)
    if base in ("B", "B/s"):
        return _show_size(number) + base[1:]
    return f"{_digits(number)} {base}".rstrip()


def _show_time(seconds: float) -> str:
    if 0 < abs(seconds) < 0.0009995:
        return f"{seconds * 1e6:.0f} us"
    if 0 < abs(seconds) < 0.9995:
        return f"{_digits(seconds * 1e3)} ms"
    if abs(seconds) < 59.95:
        return f"{_digits(seconds)} s"
    sign, whole = ("-" if seconds < 0 else ""), round(abs(seconds))
    for unit, span, smaller, part in (("d", 86400, "h", 3600), ("h", 3600, "m", 60)):
        if whole >= span:
            return f"{sign}{whole // span} {unit} {whole % span // part} {smaller}"
    return f"{sign}{whole // 60} m {whole % 60} s"


def _show_size(size: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(size) < 1000:
            return f"{_digits(size) if unit != 'B' else f'{size:.0f}'} {unit}"
        size /= 1024
    return f"{_digits(size)} TiB"


def _digits(number: float) -> str:
    """Return three digits at most after a small number, none after a large one, and no idle zeros."""
    for bound, places in ((0.9995, 3), (9.995, 2), (99.95, 1)):
        if abs(number) < bound:
            return f"{number:.{places}f}".rstrip("0").rstrip(".")
    return f"{number:.0f}"
