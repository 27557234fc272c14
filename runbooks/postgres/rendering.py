"""Owns the words in which a step's SQL is shown before it is run: all of it, and what goes around it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from runbooks.postgres.marker import MarkerTable
from runbooks.postgres.script import Statement

LONGEST_LABEL = 120
"""Characters of a statement where only its beginning is shown."""


def begin_of(isolation: str, changes: bool) -> str:
    """Return the statement that begins the transaction."""
    return f"BEGIN ISOLATION LEVEL {isolation.upper()} READ {'WRITE' if changes else 'ONLY'}"


def shown(
    statements: Sequence[Statement],
    begin: str,
    changes: bool,
    markers: MarkerTable | None,
    values: Mapping[str, str],
) -> tuple[str, ...]:
    """Return everything that will be run, line by line."""
    marking = []
    if changes and markers is not None:
        marking = [f"-- and a row for this attempt in {markers.name}, which is made when it is missing"]
    before = [f"{begin};", *marking] if begin else []
    after = [] if begin else marking
    if begin:
        after = ["COMMIT;" if changes else "ROLLBACK;"]
    body = [line for one in statements for line in f"{one.text};".splitlines()]
    said = [f"-- %({name})s is {json.dumps(text, ensure_ascii=False)}" for name, text in values.items()]
    return (*before, *body, *after, *said)


def destroyed(statements: Sequence[Statement]) -> tuple[str, ...]:
    """Return the statements that take away or write over what is there, a line each."""
    return tuple(" ".join(one.text.split())[:LONGEST_LABEL] for one in statements if one.destroys)
