"""Owns promises: the `targets:` of a system, read, and whether a number keeps one. Pure.

`uptime: 99.9 %`, `mttr: 30 m`, `mtbf: 720 h`, `planned: 4 h per month`, `watch: 1 h`, `patch: 24 h`;
and `notice`, which a window says by `announce:`. What is written or called otherwise is told as it
stands and not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from checks.units import read, show
from runbooks.report_blocks import Table

MONTH = 30 * 86400.0
UNITS = {"uptime": "%"}
AT_LEAST = frozenset({"uptime", "mtbf", "notice", "watch"})
"""Of these more is better; of the others, less."""
KNOWN = frozenset({"uptime", "mttr", "mtbf", "planned", "notice", "watch", "patch"})
MEANS = {
    "uptime": "uptime",
    "mttr": "mean time to repair",
    "mtbf": "mean time between failures",
    "planned": "time in windows",
    "notice": "announced ahead",
    "watch": "watched after the last walk",
    "patch": "patches pending for",
}


class Promise(msgspec.Struct, frozen=True):
    """A target, and what came of it."""

    name: str
    target: str
    """As it is written; empty when none is."""
    bound: float | None
    """What it comes to, in seconds or percent; None when it cannot be judged."""
    value: float | None
    """What was measured; None when nothing was."""
    unit: str
    met: bool | None
    """None when there is no target, or nothing was measured."""
    remark: str = ""

    @property
    def words(self) -> str:
        """Return it in one line."""
        value = "not known" if self.value is None else show(self.value, self.unit)
        target = f", the target is {self.target}" if self.target else ""
        return f"{MEANS.get(self.name, self.name)}: {value}{target}{_MET[self.met]}"


_MET = {None: "", True: " (met)", False: " (MISSED)"}


def promised(
    targets: Mapping[str, Any], values: Mapping[str, float | None], months: float = 1.0
) -> tuple[Promise, ...]:
    """Return what became of every target, and of every other number that is measured.

    `months` is how many months' worth of `planned` the time told of may take.
    """
    names = dict.fromkeys((*values, *targets))
    return tuple(_promise(name, targets.get(name), values, months) for name in names)


def _promise(name: str, given: Any, values: Mapping[str, float | None], months: float) -> Promise:
    unit, text = UNITS.get(name, "s"), "" if given is None else str(given)
    value = values.get(name)
    bound = bound_of(name, text) if text else None
    remark = "" if bound is not None or not text else "not judged: it is not known what it means here"
    if bound is not None and name == "planned":
        bound *= months
        remark = f"for {months:.2g} months: {show(bound, 's')}" if abs(months - 1) > 0.05 else ""
    met = None
    if bound is not None and value is not None:
        met = value >= bound if name in AT_LEAST else value <= bound
    return Promise(name, text, bound, value, unit, met, remark)


def bound_of(name: str, text: str) -> float | None:
    """Return what a target comes to, in its base unit; None when it cannot be read."""
    if name not in KNOWN:
        return None
    amount = text.partition(" per ")[0].strip().lstrip("<>= ")
    try:
        return read(amount, UNITS.get(name, "s"))
    except ValueError:
        return None


def promise_table(promises: Iterable[Promise]) -> Table:
    """Return them for people."""
    return Table(
        ("Promised", "Target", "Measured", "Met", "Remark"),
        tuple(
            (
                MEANS.get(one.name, one.name),
                one.target or "-",
                "not known" if one.value is None else show(one.value, one.unit),
                {None: "not judged" if one.target else "-", True: "yes", False: "NO"}[one.met],
                one.remark or "-",
            )
            for one in promises
        ),
    )
