"""Owns how benchmarks compare: interleaved rounds, medians, and the table in which every number has a peer.

Absolute times move from run to run and from machine to machine; the ratios of one run are what counts.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

HEAD = ("what", "ours", "peer", "ratio", "target", "met")
WIDTHS = (54, 15, 31, 8, 18, 3)


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at: a bound on the ratio to the peer, or on our own number."""

    op: str
    """`<=` or `>=`."""
    bound: float
    of: str = "ratio"
    """`ratio` or `ours`."""

    def __str__(self) -> str:
        """Return it as the table shows it."""
        return f"{self.of} {self.op} {self.bound:g}"

    def is_met(self, ours: float, ratio: float) -> bool | None:
        """Return whether it is met; None when the peer is missing."""
        value = ours if self.of == "ours" else ratio
        if math.isnan(value):
            return None
        return value <= self.bound if self.op == "<=" else value >= self.bound


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison."""

    what: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float = math.nan
    """The peer's number; NaN when there is no peer here."""
    target: Target | None = None

    @property
    def ratio(self) -> float:
        """Return ours over theirs."""
        return self.ours / self.theirs if self.theirs else math.nan

    def cells(self) -> tuple[str, ...]:
        """Return the row as text."""
        met = None if self.target is None else self.target.is_met(self.ours, self.ratio)
        theirs = "" if math.isnan(self.theirs) else f"{self.peer} {digits(self.theirs)}"
        return (
            self.what,
            f"{digits(self.ours)} {self.unit}",
            theirs,
            "" if math.isnan(self.ratio) else f"{self.ratio:.2f}",
            str(self.target or ""),
            {None: "", True: "yes", False: "NO"}[met],
        )


def show(title: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> None:
    """Print the table; notes say what was left out."""
    print(f"\n{title}")
    for cells in (HEAD, *(row.cells() for row in rows)):
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip())
    for note in notes:
        print(f"({note})")


def interleaved(work: Mapping[str, Callable[[], float]], rounds: int = 5) -> dict[str, float]:
    """Return the median of what each work measures, all taking turns in each round."""
    seen: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, measure in work.items():
            seen[name].append(measure())
    return {name: statistics.median(values) for name, values in seen.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which so large a share of the values lies; NaN for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else math.nan


def digits(number: float) -> str:
    """Return the number with three digits that count."""
    if math.isnan(number):
        return "-"
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
