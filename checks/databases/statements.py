"""Owns the reading of SQL from `checks/databases/queries/`: files of named blocks. It knows no database."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

_TITLE = re.compile(r"^-- (\w+) --$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement with the values of its parameters."""

    name: str
    sql: str
    values: tuple[str, ...] = ()
    """What `$1`, `$2`, ... stand for."""

    def with_values(self, *values: str) -> Statement:
        """Return the statement with these values for its parameters."""
        return replace(self, values=values)


@cache
def read_statements(name: str) -> dict[str, Statement]:
    """Return the statements of `checks/databases/queries/NAME.sql` by their names."""
    text = files("checks.databases").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")
    _, *blocks = _TITLE.split(text)
    titles, bodies = blocks[0::2], blocks[1::2]
    return {title: Statement(title, body.strip()) for title, body in zip(titles, bodies, strict=True)}
