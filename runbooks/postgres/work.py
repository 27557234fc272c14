"""Owns the work of one attempt as a value: statements with their values, and what their answers must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runbooks.outcome import FailedError
from runbooks.postgres.failures import failed
from runbooks.postgres.marker import Marker
from runbooks.postgres.rows import Answer, Answers
from runbooks.postgres.script import Statement
from runbooks.postgres.session import StepSession

LONGEST_CAPTURED = 8 * 1024
"""Characters of one captured value: it goes into the journal, and into other steps."""


@dataclass(frozen=True, slots=True)
class RowSpan:
    """How many rows there may be."""

    least: int = 0
    """So many at least."""
    most: int | None = None
    """Left out: any number."""

    def __post_init__(self) -> None:
        """Refuse what no number is in."""
        if self.least < 0 or (self.most is not None and self.most < self.least):
            raise ValueError(f"no number of rows is {self}")

    def __contains__(self, count: int) -> bool:
        """Return whether so many rows are within it."""
        return self.least <= count and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        """Return it in words."""
        if self.most is None:
            return f"at least {self.least}"
        return f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"


ANY = RowSpan()
Rows = int | RowSpan
"""How many rows there must be, as it is written."""


def spans(wanted: Rows | tuple[Rows | None, ...] | None, statements: int) -> tuple[RowSpan, ...]:
    """Return how many rows each of so many statements must affect or return.

    Raises:
        ValueError: when it does not say so for each of several.
    """
    if wanted is None:
        return (ANY,) * statements
    several = wanted if isinstance(wanted, tuple) else (wanted,)
    if len(several) != statements:
        raise ValueError(f"expect_rows: write a list with one entry for each of the {statements} statements")
    return tuple(map(_span, several))


def _span(wanted: Rows | None) -> RowSpan:
    if isinstance(wanted, int):
        return RowSpan(wanted, wanted)
    return ANY if wanted is None else wanted


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done in one session."""

    statements: tuple[Statement, ...]
    values: Mapping[str, str] = field(repr=False)
    """May be secret."""
    rows: tuple[RowSpan, ...]
    """How many rows each statement must affect or return."""
    capture: Mapping[str, str]
    """Name -> column of the first row of the last statement that returns rows."""
    marker: Marker | None
    begin: str
    """The statement that begins the transaction; empty when there is none."""

    def label(self, number: int) -> str:
        """Return what a statement is called in messages; the first has number 1."""
        if len(self.statements) == 1:
            return "the statement"
        return f"statement {number} of {len(self.statements)}"

    async def run(self, session: StepSession, number: int, answers: Answers) -> None:
        """Run one statement and see whether so many rows came as must.

        Raises:
            FailedError: it was refused, or the rows are not as many; what stays is for the caller to say.
            LostError: as `StepSession.run`.
        """
        statement, span = self.statements[number - 1], self.rows[number - 1]
        with failed(self.label(number)):
            answer = await session.run(statement.sql, statement.bound(self.values), answers.room)
        answers.given.append(answer)
        if answer.count not in span:
            raise FailedError("assertion", f"{self.label(number)}: {answer.count} rows, expected {span}")

    def captured(self, answers: Answers) -> dict[str, str]:
        """Return the values that later steps may name.

        Raises:
            FailedError: `capture`, when there is no row, no such column, or nothing in it.
        """
        if not self.capture:
            return {}
        answer = answers.last_with_rows
        if answer is None or not answer.came:
            raise FailedError("capture", "nothing can be captured: no row was returned")
        if answers.room.cut or not answer.rows:
            raise FailedError("capture", "nothing can be captured: too much was returned to be kept")
        return {name: _cell(answer, column) for name, column in self.capture.items()}


def _cell(answer: Answer, column: str) -> str:
    if column not in answer.columns:
        has = ", ".join(answer.columns)
        raise FailedError("capture", f"column {column} cannot be captured: the columns are {has}")
    value = answer.rows[0][answer.columns.index(column)]
    if value is None:
        raise FailedError("capture", f"column {column} cannot be captured: it is NULL")
    if len(value) > LONGEST_CAPTURED:
        raise FailedError("capture", f"column {column} cannot be captured: it has {len(value)} characters")
    return value


def demand_fit(values: Mapping[str, str]) -> None:
    """Refuse values that PostgreSQL could not be given as they are.

    Raises:
        FailedError: `value`.
    """
    for name, value in values.items():
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise FailedError("value", f"value {name} holds a character that PostgreSQL cannot keep")
