"""Owns the marker: a row that says that an attempt was applied, written in the very transaction that did it.

The key of the attempt is its primary key, so that nothing is applied twice under one key. The row holds the
fence of the lease as well; an attempt with a lower one than was ever seen for its target is refused. Rows are
never changed and never removed by us.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from runbooks.outcome import Applied, FailedError
from runbooks.postgres.session import StepSession

NONE = "none"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")

LOOK = """
SELECT n.oid IS NOT NULL,
       c.oid IS NOT NULL,
       c.relkind = 'r' AND c.relowner = ANY (trusted.roles) AND n.nspowner = ANY (trusted.roles),
       CASE WHEN c.oid IS NOT NULL THEN has_schema_privilege(n.oid, 'USAGE')
                 AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
            WHEN n.oid IS NOT NULL THEN has_schema_privilege(n.oid, 'CREATE')
            ELSE has_database_privilege(current_database(), 'CREATE') END
FROM (SELECT array(SELECT r.oid FROM pg_roles r
                   WHERE r.rolsuper OR r.rolname = current_user
                      OR r.oid = (SELECT datdba FROM pg_database WHERE datname = current_database()))
     ) AS trusted (roles)
LEFT JOIN pg_namespace n ON n.nspname = $1
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = $2
"""


@dataclass(frozen=True, slots=True)
class MarkerTable:
    """Where markers lie."""

    schema: str
    table: str

    def __str__(self) -> str:
        """Return its name as it stands in SQL."""
        return f'"{self.schema}"."{self.table}"'

    @property
    def name(self) -> str:
        """Return its name for people."""
        return f"{self.schema}.{self.table}"

    async def look(self, session: StepSession) -> tuple[bool, bool]:
        """Return whether its schema is there, and whether it is itself.

        Raises:
            FailedError: `marker`, when the role of this session cannot use or make it, or must not.
            StatementError, LostError: as `StepSession.run`.
        """
        ((schema, table, trusted, may),) = (await session.run(LOOK, (self.schema, self.table))).rows
        if table == "t" and trusted != "t":
            raise FailedError(
                "marker",
                f"{self.name} is not a plain table of this role, of the database's owner or of a superuser: "
                "whoever owns it could have it run code as this role",
            )
        if may != "t":
            verb = "write" if table == "t" else "make"
            raise FailedError(
                "marker",
                f"this role may not {verb} {self.name}, which tells after a lost connection whether the step "
                "was applied; grant it (USAGE, SELECT, INSERT), or write marker: none to do without",
            )
        return schema == "t", table == "t"

    async def make(self, session: StepSession) -> None:
        """Make it when it is missing; before any transaction, for it stays whatever becomes of the step.

        Raises:
            FailedError, StatementError, LostError: as `look`.
        """
        if all(await self.look(session)):
            return
        number = (_number(self.name),)
        await session.run("SELECT pg_advisory_lock($1::int8)", number)
        schema, table = await self.look(session)
        if not schema:
            await session.run(f'CREATE SCHEMA "{self.schema}"')
        if not table:
            await session.run(
                f"CREATE TABLE {self} (key pg_catalog.text PRIMARY KEY, target pg_catalog.text NOT NULL, "
                "fence pg_catalog.int8 NOT NULL, at pg_catalog.timestamptz NOT NULL)"
            )
        await session.run("SELECT pg_advisory_unlock($1::int8)", number)

    async def find(self, session: StepSession, key: str) -> str:
        """Return when the attempt of that key was applied; empty when it is not marked.

        Raises:
            FailedError, StatementError, LostError: as `look`.
        """
        there = await session.run("SELECT to_regclass($1)", (str(self),))
        if there.rows == [(None,)]:
            return ""
        await self.look(session)
        rows = (await session.run(f"SELECT at FROM {self} WHERE key = $1", (key,))).rows  # noqa: S608
        return str(rows[0][0]) if rows else ""


@dataclass(frozen=True, slots=True)
class Marker:
    """The marker of one attempt."""

    at: MarkerTable
    key: str
    target: str
    fence: int

    async def claim(self, session: StepSession) -> None:
        """Hold the target in this database to the end of the session, and see that we may act on it.

        Whoever acts on the same target waits until then, at most for the lock timeout. So one who was
        relieved in the midst of it is either through before his successor begins, or refused.

        Raises:
            FailedError: `fenced`, `applied_already`, or as `MarkerTable.look`.
            StatementError, LostError: as `StepSession.run`.
        """
        held = (_number(f"{self.at.name} {self.target}"),)
        await session.run("SELECT pg_advisory_lock($1::int8)", held)
        await self.at.make(session)
        sql = (
            "SELECT max(at) FILTER (WHERE key = $1), max(fence) FILTER (WHERE target = $2) "  # noqa: S608
            f"FROM {self.at} WHERE key = $1 OR target = $2"
        )
        ((at, highest),) = (await session.run(sql, (self.key, self.target))).rows
        if at is not None:
            summary = f"this very attempt was applied before, at {at}; nothing was done again"
            raise FailedError("applied_already", summary, Applied.FULL)
        if highest is not None and int(highest) > self.fence:
            raise FailedError(
                "fenced",
                f"somebody who took over (fence {highest}) has acted on {self.target} since; "
                f"ours is {self.fence}, so nothing was done",
            )

    async def write(self, session: StepSession) -> None:
        """Write the row.

        Raises:
            StatementError, LostError: as `StepSession.run`.
        """
        sql = f"INSERT INTO {self.at} (key, target, fence, at) VALUES ($1, $2, $3, now())"  # noqa: S608
        await session.run(sql, (self.key, self.target, str(self.fence)))


def marker_table(text: str) -> MarkerTable | None:
    """Return where markers lie, written as `schema.table`; None for `none`.

    Raises:
        ValueError: when it is neither.
    """
    if text == NONE:
        return None
    schema, _, table = text.partition(".")
    if not (_NAME.fullmatch(schema) and _NAME.fullmatch(table)):
        raise ValueError(f"marker: {text!r} is neither schema.table nor none")
    return MarkerTable(schema, table)


def _number(what: str) -> str:
    """Return the number by which an advisory lock on this is known."""
    digest = hashlib.sha256(f"walkdown {what}".encode()).digest()
    return str(int.from_bytes(digest[:8], "big", signed=True))
