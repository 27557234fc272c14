"""Owns the schema of a store: numbered migrations in `checks/storage/migrations/`, applied once and in order.

A migration that was applied never changes: its checksum is kept beside its number. A store with a migration
that we do not know was written by a newer walkdown, and is refused rather than guessed at.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from checks.errors import StoreError

FOLDER = Path(__file__).parent / "migrations"

_LEDGER = """
CREATE TABLE IF NOT EXISTS migration (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at REAL NOT NULL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Return the SHA-256 of its text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Return every migration of the folder (`NNNN_name.sql`), in order."""
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return tuple(Migration(int(file.name[:4]), file.stem, file.read_text("utf-8")) for file in files)


def pending(connection: sqlite3.Connection, known: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """Return the migrations that the store still lacks.

    Raises:
        StoreError: when the store is newer than we are, or was made from other migrations than ours.
    """
    applied = _applied(connection)
    newest = max((migration.number for migration in known), default=0)
    if max(applied, default=0) > newest:
        raise StoreError("the store was written by a newer walkdown")
    for migration in known:
        if applied.get(migration.number, migration.checksum) != migration.checksum:
            raise StoreError(f"the store was made with another {migration.name} than ours")
    return tuple(migration for migration in known if migration.number not in applied)


def apply(connection: sqlite3.Connection, migration: Migration, now: float) -> None:
    """Apply one migration; the caller holds the transaction, as `executescript` would end it."""
    connection.execute(_LEDGER)
    for statement in _statements(migration.sql):
        connection.execute(statement)
    connection.execute(
        "INSERT INTO migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
        (migration.number, migration.name, migration.checksum, now),
    )


def _applied(connection: sqlite3.Connection) -> dict[int, str]:
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").fetchone() is None:
        return {}
    return dict(connection.execute("SELECT number, checksum FROM migration"))


def _statements(sql: str) -> list[str]:
    """Return the statements of a script, one by one."""
    statements, lines = [], ""
    for line in sql.splitlines(keepends=True):
        lines += line
        if sqlite3.complete_statement(lines):
            statements.append(lines)
            lines = ""
    return statements
