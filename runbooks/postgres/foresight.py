"""Owns the look before a step is confirmed: is it the server that was meant, can it be marked, what will go?

It reads only, and refuses rather than shows what could not be done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checks.clock import Clock
from checks.errors import ProbeError
from runbooks.outcome import FailedError
from runbooks.postgres.account import LOOKING
from runbooks.postgres.failures import LostError, failed
from runbooks.postgres.marker import MarkerTable
from runbooks.postgres.preflight import ExpectedServer, arrive
from runbooks.postgres.rows import Room, table
from runbooks.postgres.script import Statement
from runbooks.postgres.session import StepLogin, open_session

SHOWN_ROWS = 20
SHOWN_SIZE = 4096
"""Bytes; so much of the answer to `count` is shown."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked at."""

    expected: ExpectedServer
    changes: bool
    markers: MarkerTable | None
    count: Statement | None
    values: Sequence[str]
    """Of the query's parameters."""


async def foresee(login: StepLogin, question: Question, clock: Clock) -> tuple[str, ...]:
    """Return the lines of the answer to the query; none when there is no query.

    Raises:
        FailedError: when the step could not be done.
    """
    try:
        session = await open_session(login, LOOKING, clock)
    except ProbeError as error:
        raise FailedError(error.error_class, error.summary, detail=error.detail) from error
    try:
        with failed("before the step"):
            await arrive(session, question.expected, question.changes)
            if question.markers is not None:
                await question.markers.look(session)
        if question.count is None:
            return ()
        with failed("count"):
            answer = await session.run(question.count.sql, question.values, Room(SHOWN_ROWS, SHOWN_SIZE))
    except LostError as error:
        raise FailedError(error.error_class, error.summary) from error
    finally:
        await session.close()
    return tuple(table(answer.columns, answer.rows))
