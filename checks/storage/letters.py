"""Owns alerts in the store: what routes were told, and the messages. Knows nothing of how they are sent.

Both are written in one transaction: what was decided and that it is to be sent are there together, or not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field

from checks.alerts.alert import Condition, Letter, RouteState, Told

KEPT = 1000
"""Messages that are kept after they were taken or given up."""

_COLUMNS = "key, route, subject, body, created, due, attempts, error, sent_at, given_up_at"
_WAITS = "sent_at = 0 AND given_up_at = 0"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What an agent before this one has left."""

    states: Mapping[str, RouteState] = field(default_factory=dict)
    letters: tuple[Letter, ...] = ()
    """Those that wait, oldest first."""


def save(connection: sqlite3.Connection, states: Mapping[str, RouteState], letters: Iterable[Letter]) -> None:
    """Write what all routes were told in place of what they had been, and these messages as they are now.

    The caller holds the transaction.
    """
    told = [
        (route, check, one.condition.value, one.at)
        for route, state in states.items()
        for check, one in state.told.items()
    ]
    connection.execute("DELETE FROM alert_news")
    connection.executemany(
        "INSERT INTO alert_news VALUES (?, ?)", [(route, state.news) for route, state in states.items()]
    )
    connection.execute("DELETE FROM alert_told")
    connection.executemany("INSERT INTO alert_told VALUES (?, ?, ?, ?)", told)
    keep(connection, letters)


def keep(connection: sqlite3.Connection, letters: Iterable[Letter]) -> None:
    """Write these messages as they are now; the caller holds the transaction."""
    connection.executemany(
        f"INSERT INTO alert_letter ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        " ON CONFLICT (key) DO UPDATE SET due = excluded.due, attempts = excluded.attempts,"
        " error = excluded.error, sent_at = excluded.sent_at, given_up_at = excluded.given_up_at",
        [astuple(letter) for letter in letters],
    )
    connection.execute(
        f"DELETE FROM alert_letter WHERE NOT ({_WAITS}) AND id <="  # noqa: S608 - a constant
        f" (SELECT id FROM alert_letter WHERE NOT ({_WAITS}) ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (KEPT,),
    )


def recall(connection: sqlite3.Connection) -> Recalled:
    """Return what was left; troubles in a form that another version wrote are left out."""
    told: dict[str, dict[str, Told]] = {}
    for route, check, condition, at in connection.execute("SELECT * FROM alert_told"):
        if condition in Condition.__members__:
            told.setdefault(route, {})[check] = Told(Condition(condition), at)
    news = dict(connection.execute("SELECT route, seq FROM alert_news"))
    states = {
        route: RouteState(told.get(route, {}), news=news.get(route, -1)) for route in told.keys() | news
    }
    return Recalled(states, tuple(_read(connection, f"WHERE {_WAITS} ORDER BY id", ())))


def newest_letters(connection: sqlite3.Connection, limit: int) -> tuple[Letter, ...]:
    """Return the newest messages, whatever became of them, newest first."""
    return tuple(_read(connection, "ORDER BY id DESC LIMIT ?", (limit,)))


def _read(connection: sqlite3.Connection, which: str, values: tuple[object, ...]) -> Iterable[Letter]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM alert_letter {which}", values)  # noqa: S608
    return (Letter(*row) for row in rows)
