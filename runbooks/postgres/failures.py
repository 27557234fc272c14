"""Owns what can go wrong with a statement, and what that means for a step: stable classes by SQLSTATE."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import pq

from checks.databases.postgres_errors import BY_SQLSTATE
from checks.errors import WalkdownError
from runbooks.outcome import FailedError

CLASSES = {code: error_class for code, (_, error_class) in BY_SQLSTATE.items()} | {
    "25006": "read_only",
    "40001": "serialization",
    "40P01": "deadlock",
    "55P03": "lock_timeout",
    "57014": "statement_timeout",
}
"""SQLSTATE -> class; those of whole groups are in `GROUPS`."""
GROUPS = {"22": "value", "23": "constraint", "42": "statement", "53": "resources"}
"""First two characters of an SQLSTATE -> class: appendix A of the PostgreSQL documentation."""


class LostError(WalkdownError):
    """The connection broke, or had to be given up; the server may still be at work."""

    def __init__(self, error_class: str, summary: str) -> None:
        """Keep the stable code and the line for the operator."""
        super().__init__(summary)
        self.error_class = error_class
        self.summary = summary


@dataclass(frozen=True, slots=True)
class Said:
    """What the server said of a statement that it refused."""

    sqlstate: str
    message: str
    more: str = ""
    """Detail, hint and place, line by line."""


class StatementError(WalkdownError):
    """The server refused a statement or broke it off; within a transaction, nothing of it stays."""

    def __init__(self, said: Said) -> None:
        """Keep what was said."""
        super().__init__(said.message)
        self.said = said

    @classmethod
    def of(cls, result: pq.abc.PGresult) -> StatementError:
        """Return the error that a result tells."""
        fields = pq.DiagnosticField
        more = {
            "detail": fields.MESSAGE_DETAIL,
            "hint": fields.MESSAGE_HINT,
            "where": fields.CONTEXT,
            "character": fields.STATEMENT_POSITION,
        }
        told = ((name, text(result.error_field(field))) for name, field in more.items())
        return cls(
            Said(
                text(result.error_field(fields.SQLSTATE)),
                text(result.error_field(fields.MESSAGE_PRIMARY)) or "refused without a reason",
                "\n".join(f"{name}: {words}" for name, words in told if words),
            )
        )

    @property
    def error_class(self) -> str:
        """Return the stable code."""
        state = self.said.sqlstate
        return CLASSES.get(state) or GROUPS.get(state[:2], "server_error")


@contextmanager
def failed(what: str) -> Iterator[None]:
    """Turn a refusal within into a FailedError that begins with what was refused.

    Raises:
        FailedError: instead of StatementError; that nothing was applied is for the caller to say or deny.
    """
    try:
        yield
    except StatementError as error:
        summary = f"{what}: {error.said.message} (SQLSTATE {error.said.sqlstate})"
        raise FailedError(error.error_class, summary, detail=error.said.more) from None


def text(raw: bytes | None) -> str:
    """Return what the server sent as text; a database without an encoding may send any bytes."""
    return (raw or b"").decode(errors="replace")
