"""Owns the question whether this is the server that was meant: asked first in every session of a step."""

from __future__ import annotations

from dataclasses import dataclass

from runbooks.outcome import FailedError
from runbooks.postgres.session import StepSession

ARRIVE = """
SELECT current_database(), current_user, pg_is_in_recovery(), pg_backend_pid(),
       current_setting('server_version'),
       (SELECT set_config(name, '5s', false) FROM pg_settings
        WHERE name = 'client_connection_check_interval'),
       set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
                                        ELSE current_setting('synchronous_commit') END, false)
"""
"""Beside asking: has the server notice soon that we are gone, and answer no COMMIT before its time."""


@dataclass(frozen=True, slots=True)
class ExpectedServer:
    """What must be true of the server, or nothing is done."""

    database: str = ""
    """Its `current_database()`; empty: the database that is logged in to."""
    user: str = ""
    """Its `current_user`; empty: the role that is logged in as."""
    standby: bool | None = None
    """Whether it must be a standby; left out: a step that changes something wants a primary."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a session has come to."""

    database: str
    user: str
    standby: bool
    pid: str
    version: str

    def __str__(self) -> str:
        """Return it in one line."""
        role = "standby" if self.standby else "primary"
        return f"PostgreSQL {self.version} {role}, database {self.database}, role {self.user}, pid {self.pid}"


async def arrive(session: StepSession, expected: ExpectedServer, changes: bool) -> Arrival:
    """Look around, and go on only when this is what was meant.

    Raises:
        FailedError: `wrong_database`, `wrong_role`, `wrong_server`.
        StatementError, LostError: as `StepSession.run`.
    """
    ((database, user, recovering, pid, version, *_),) = (await session.run(ARRIVE)).rows
    here = Arrival(str(database), str(user), recovering == "t", str(pid), str(version))
    for error_class, what, is_it, wanted in (
        ("wrong_database", "database", here.database, expected.database),
        ("wrong_role", "role", here.user, expected.user),
    ):
        if wanted and is_it != wanted:
            raise FailedError(error_class, f"the {what} is {is_it}, not {wanted}; nothing was done")
    standby = False if expected.standby is None and changes else expected.standby
    if standby is not None and here.standby != standby:
        is_it, wanted = ("a standby", "a primary") if here.standby else ("a primary", "a standby")
        raise FailedError("wrong_server", f"the server is {is_it}, not {wanted}; nothing was done")
    return here
