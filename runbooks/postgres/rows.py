"""Owns what statements answered: how much of it is kept, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from checks.text import clean

MOST_ROWS = 1000
MOST_SIZE = 1024 * 1024
"""Bytes; so much of all answers of a step together is kept."""
MOST_REMARKS = 100
LONGEST_REMARK = 1000
"""Characters."""
NULL = "(null)"

Row = tuple[str | None, ...]


@dataclass(slots=True)
class Room:
    """How much more may be kept."""

    rows: int = MOST_ROWS
    size: int = MOST_SIZE
    cut: int = 0
    """Bytes that were left out of the rows that are kept."""

    @property
    def is_left(self) -> bool:
        """Return whether another row may be kept."""
        return self.rows > 0 and self.size > 0

    def fit(self, row: Iterable[bytes | None]) -> Row:
        """Return the row as text, as far as there is room for it; a database may hold any bytes."""
        self.rows -= 1
        kept: list[str | None] = []
        for cell in row:
            part = (cell or b"")[: max(0, self.size)]
            self.size -= 1 + len(part)
            self.cut += len(cell or b"") - len(part)
            kept.append(None if cell is None else part.decode(errors="replace"))
        return tuple(kept)


@dataclass(slots=True)
class Answer:
    """What one statement answered."""

    tag: str = ""
    """As the server words it: `UPDATE 3`, `VACUUM`."""
    count: int = 0
    """Rows that it affected or returned."""
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    """The first ones, as far as they are kept."""
    came: int = 0
    """Rows that it returned."""


@dataclass(slots=True)
class Remarks:
    """What the server remarked beside its answers, such as the lines of VACUUM VERBOSE."""

    kept: list[str] = field(default_factory=list)
    came: int = 0

    def add(self, remark: str) -> None:
        """Count a remark, and keep it if there is room."""
        self.came += 1
        if self.came <= MOST_REMARKS:
            self.kept.append(remark[:LONGEST_REMARK])

    def lines(self) -> list[str]:
        """Return what is kept, line by line."""
        lines = [clean(line) for remark in self.kept for line in remark.splitlines()]
        more = self.came - len(self.kept)
        return [*lines, f"truncated: {more} more remarks are not kept"] if more else lines


@dataclass(slots=True)
class Answers:
    """What the statements of a step answered, in order."""

    given: list[Answer] = field(default_factory=list)
    room: Room = field(default_factory=Room)

    @property
    def summary(self) -> str:
        """Return in one line what they came to."""
        if len(self.given) == 1:
            return self.given[0].tag
        rows = sum(answer.count for answer in self.given)
        return f"{len(self.given)} statements, {rows} rows"

    @property
    def last_with_rows(self) -> Answer | None:
        """Return the last answer that has columns; None when there is none."""
        return next((answer for answer in reversed(self.given) if answer.columns), None)

    def lines(self) -> list[str]:
        """Return everything that is kept, line by line."""
        lines: list[str] = []
        for answer in self.given:
            lines.append(clean(answer.tag))
            lines += table(answer.columns, answer.rows) if answer.columns else []
            if more := answer.came - len(answer.rows):
                lines.append(f"truncated: {more} more rows are not kept")
        if self.room.cut:
            lines.append(f"truncated: {self.room.cut} bytes of the rows above are not kept")
        return lines


def table(columns: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Return rows as lines, one each, cells apart by bars."""
    head = " | ".join(map(clean, columns))
    return [head, *(" | ".join(NULL if cell is None else clean(cell) for cell in row) for row in rows)]
