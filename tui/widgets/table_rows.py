"""Owns the rows of a live table and the order in which they become lines: sections, sorting, filter. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Arrangement(Generic[V]):
    """The lines of a table, and where each row is among them."""

    lines: tuple[Line[V], ...] = ()
    line_of: Mapping[str, int] = field(default_factory=dict)
    """Key of a row -> index of its line."""
    keys: tuple[str, ...] = ()
    """Keys of the rows from top to bottom."""

    def at(self, index: int) -> Line[V] | None:
        """Return the line at that index; None beyond the last."""
        return self.lines[index] if 0 <= index < len(self.lines) else None

    def row(self, key: str) -> Row[V] | None:
        """Return the row of that key; None when it is not shown."""
        line = self.at(self.line_of.get(key, -1))
        return line if isinstance(line, Row) else None

    def near(self, index: int) -> str:
        """Return the key of the first row at or after that line, else of the last one; empty for no rows."""
        after = next((line.key for line in self.lines[index:] if isinstance(line, Row)), "")
        return after or (self.keys[-1] if self.keys else "")

    def stepped(self, key: str, steps: int) -> str:
        """Return the key so many rows further, or the last there is; empty for no rows."""
        if not self.keys:
            return ""
        place = self.keys.index(key) if key in self.line_of else 0
        return self.keys[max(0, min(len(self.keys) - 1, place + steps))]


def arrange(
    rows: Sequence[Row[V]],
    keep: Callable[[Row[V]], bool] | None,
    sort: Callable[[V], Any] | None,
    descending: bool,
) -> Arrangement[V]:
    """Return the lines of a table: as given with headings, or sorted without them."""
    kept = list(rows) if keep is None else [row for row in rows if keep(row)]
    if sort is None:
        lines = _with_headings(kept)
    else:
        order = sort

        def value(row: Row[V]) -> Any:
            return order(row.value)

        lines = [*sorted(kept, key=value, reverse=descending)]
    line_of = {line.key: index for index, line in enumerate(lines) if isinstance(line, Row)}
    return Arrangement(tuple(lines), line_of, tuple(line_of))


def _with_headings(rows: Sequence[Row[V]]) -> list[Line[V]]:
    lines: list[Line[V]] = []
    section = ""
    for row in rows:
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
