"""Owns the rows of a live table and the order in which they become lines: sections, sorting, filter. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Row(Generic[V]):
    """One row: who it is, what it shows, and under which heading it stands in the table's own order."""

    key: str
    value: V
    section: str = ""
    """The heading; rows of one section stand together. Empty: none."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that only names the section that follows."""

    text: str


Line = Row[V] | Heading


def arrange(
    rows: Sequence[Row[V]],
    keep: Callable[[Row[V]], bool] | None,
    sort: Callable[[V], Any] | None,
    descending: bool,
) -> list[Line[V]]:
    """Return the lines of a table: as given with headings, or sorted without them."""
    kept = list(rows) if keep is None else [row for row in rows if keep(row)]
    if sort is not None:
        order = sort
        return sorted(kept, key=lambda row: order(row.value), reverse=descending)
    lines: list[Line[V]] = []
    section = ""
    for row in kept:
        if row.section != section:
            section = row.section
            lines.append(Heading(section))
        lines.append(row)
    return lines


def matcher(query: str, text: Callable[[Row[V]], str]) -> Callable[[Row[V]], bool] | None:
    """Return a test for rows that hold every word of the query and none that follows a `!`; None for all."""
    words = query.casefold().split()
    wanted = [word for word in words if not word.startswith("!")]
    unwanted = [word[1:] for word in words if word.startswith("!") and len(word) > 1]
    if not wanted and not unwanted:
        return None

    def matches(row: Row[V]) -> bool:
        shown = text(row).casefold()
        return all(word in shown for word in wanted) and not any(word in shown for word in unwanted)

    return matches
