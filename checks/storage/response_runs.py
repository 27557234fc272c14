"""Owns in the store what responses have done; knows no rule."""

from __future__ import annotations

import sqlite3

from checks.alerts.responses import Past

REMEMBERED = 1000
"""Runs of a response that are kept."""


def past_of(connection: sqlite3.Connection, response: str) -> Past:
    """Return what a response has done so far."""
    rows = connection.execute(
        "SELECT began, escalated FROM response_run WHERE response = ? ORDER BY id DESC LIMIT ?",
        (response, REMEMBERED),
    ).fetchall()
    return Past(tuple(began for began, _ in reversed(rows)), bool(rows and rows[0][1]))


def begin_run(connection: sqlite3.Connection, response: str, runbook: str, now: float) -> int:
    """Write that a run begins, and return its number; the caller holds the transaction."""
    cursor = connection.execute(
        "INSERT INTO response_run (response, runbook, began, ended, code, escalated)"
        " VALUES (?, ?, ?, 0, -1, 0)",
        (response, runbook, now),
    )
    connection.execute(
        "DELETE FROM response_run WHERE response = ? AND id <="
        " (SELECT id FROM response_run WHERE response = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (response, response, REMEMBERED),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def end_run(connection: sqlite3.Connection, run: int, code: int, now: float) -> None:
    """Write how a run ended; the caller holds the transaction."""
    connection.execute("UPDATE response_run SET ended = ?, code = ? WHERE id = ?", (now, code, run))


def leave_to_people(connection: sqlite3.Connection, response: str) -> None:
    """Write that people were told after the last run; the caller holds the transaction."""
    connection.execute(
        "UPDATE response_run SET escalated = 1 WHERE id ="
        " (SELECT max(id) FROM response_run WHERE response = ?)",
        (response,),
    )
