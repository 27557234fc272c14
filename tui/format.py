"""Owns how numbers and ages are written on screens: short, aligned, the same everywhere. Pure.

Amounts with a unit are `checks.units.show`, moments `checks/moments.py`; here is what only a screen needs.
"""

from __future__ import annotations

from checks.units import show

_SPANS = ((86400.0, "d"), (3600.0, "h"), (60.0, "m"))
AGE_STEP = 5.0
"""Seconds; below a minute an age moves in such steps, so that a calm screen stays still."""


def age(seconds: float) -> str:
    """Return an age in at most five cells: `now`, `15 s`, `3 m`, `2 h`, `4 d`. Rounds down."""
    if seconds < AGE_STEP:
        return "now"
    for length, unit in _SPANS:
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds // AGE_STEP * AGE_STEP:.0f} s"


def amount(value: float | None, unit: str) -> str:
    """Return a reading's value with its unit; a dash when there is none."""
    return "-" if value is None else show(value, unit)
