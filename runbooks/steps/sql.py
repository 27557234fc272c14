"""Owns the step kind `sql`: statements in a PostgreSQL database, all or nothing, provable afterwards.

The text of SQL is never filled in: values go to the server beside it, as parameters. So no value can become
SQL, and what was confirmed is what is run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from checks.options import Seconds
from checks.private import append_private
from runbooks.action import Action
from runbooks.harmless import harmless, harmless_errors, harmless_outcome
from runbooks.outcome import Ending, FailedError, Outcome, UnknownError, succeeded
from runbooks.postgres.account import LOOKING, Account, Bounds, session_name
from runbooks.postgres.applying import Applying
from runbooks.postgres.finding import Fate, look_once
from runbooks.postgres.foresight import Question, foresee
from runbooks.postgres.marker import Marker, marker_table
from runbooks.postgres.preflight import ExpectedServer
from runbooks.postgres.rendering import begin_of, destroyed, shown
from runbooks.postgres.script import Statement, read_script
from runbooks.postgres.script_file import read_file
from runbooks.postgres.work import Rows, Work, demand_fit, spans
from runbooks.step import StepContext
from runbooks.templates import SecretTemplate

LATE = 1.0
"""Seconds by which we are later than the server to end a statement that takes too long."""


@dataclass(frozen=True, slots=True)
class SqlStep:
    """Runs SQL in a PostgreSQL database."""

    CHANGES: ClassVar[bool] = True
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: close-stale-jobs
kind: sql
host: 127.0.0.1
database: app
user: maintenance
passfile: /etc/walkdown/pgpass
run: UPDATE public.jobs SET state = 'failed' WHERE state = 'running' AND age(started) > %(limit)s::interval
values: {limit: 6 hours}
expect_rows: {most: 500}
undo: none
"""

    database: str
    """Database to log in to; a step never guesses one."""
    host: str = "/var/run/postgresql"
    """Name or address, or the folder that holds the Unix socket."""
    port: int = 5432
    """Port; it is part of the Unix socket's name too."""
    user: str = ""
    """Role to log in as; empty: the name of the user running walkdown."""
    password: SecretTemplate | None = None
    """Password; write it as `{{ secret.NAME }}`. Nothing is looked at before the step is confirmed then, as
    secrets are read only for what was confirmed; a password file lets it."""
    passfile: str = ""
    """Password file of libpq's format; empty: `~/.pgpass`."""
    sslmode: Literal["", "disable", "prefer", "require", "verify-ca", "verify-full"] = ""
    """How TLS is asked for, as in libpq; empty: `prefer` on this host, `verify-full` elsewhere."""
    ca_file: str = ""
    """File of the certificates to trust; empty: those of the system."""
    search_path: str = ""
    """Schemas in which names without one are looked for, apart by commas; empty: `pg_catalog` alone, so that
    nobody can put a function of the same name in between."""
    run: str | tuple[str, ...] = ""
    """The SQL: statements in one text, apart by semicolons, or in a list. `%(name)s` stands for a value."""
    file: str = ""
    """File to read the SQL from instead, with its whole path."""
    values: Mapping[str, SecretTemplate] = field(default_factory=dict)
    """The values that `%(name)s` stands for. Sent beside the SQL, never put into it."""
    transaction: Literal["whole", "none"] = "whole"
    """`whole`: everything is applied, or nothing. `none`: one statement after another, for what PostgreSQL
    runs outside of transactions only, such as VACUUM; such a step needs `verify:`."""
    isolation: Literal["read committed", "repeatable read", "serializable"] = "read committed"
    """How the transaction is kept apart from others."""
    expect: ExpectedServer = field(default_factory=ExpectedServer)
    """What must be true of the server, or nothing is done: database, user, standby."""
    expect_rows: Rows | tuple[Rows | None, ...] | None = None
    """How many rows the statement must affect or return: a number, or `{least: 1, most: 500}`; of several
    statements a list, `null` for any. Otherwise everything is rolled back."""
    lock_timeout: Seconds = 5.0
    """How long a statement may wait for a lock; others queue behind it meanwhile."""
    capture: Mapping[str, str] = field(default_factory=dict)
    """Values for later steps: name and column of the first row of the last statement that returns rows."""
    count: str = ""
    """A query whose answer is shown before the step is confirmed, such as how many rows will be gone. It is
    asked again right before: when the answer has changed, the step is refused and shown anew."""
    marker: str = "walkdown.marker"
    """Table, as `schema.table`, for a row that proves that the step was applied; made when missing. `none`:
    without, what was lost at its COMMIT stays unknown."""

    def __post_init__(self) -> None:
        """Refuse what can never be run."""
        self._account()
        marker_table(self.marker)
        if bool(self.run) == bool(self.file):
            raise ValueError("set either run or file")
        if self.file and not self.file.startswith("/"):
            raise ValueError("file must be a whole path, beginning with /")
        if self.run:
            self._parted((self.run,) if isinstance(self.run, str) else self.run)
        if self.count and len(read_script(self.count, self.values)) != 1:
            raise ValueError("count must be one query")

    async def prepare(self, context: StepContext) -> Action:
        """Return the SQL, its values, and where; look at the server when that needs no secret.

        Raises:
            FailedError: when it could not be done there.
            MissingValueError: when a value names what the walk does not have.
        """
        statements = await self._statements()
        account, changes = self._account(), context.plan.changes
        values = {name: template.shown(context.values) for name, template in self.values.items()}
        demand_fit(values)
        gone = destroyed(statements) if changes else ()
        needed = sorted(self._secrets_to_look())
        if not needed:
            login = account.looking("", Bounds(LOOKING, LOOKING))
            seen = await foresee(login, self._question(changes, values), context.clock)
            gone += tuple(f"count: {line}" for line in seen)
        elif self.count:
            gone += (f"not counted: {', '.join(needed)} is read only for what was confirmed",)
        lines = shown(statements, self._begin(changes), changes, marker_table(self.marker), values)
        if self.sslmode == "require":
            lines += ("-- the certificate of the server is not verified (sslmode: require)",)
        everything = changes and any(one.destroys_whole for one in statements)
        phrase = self.database if everything else ""
        return Action(lines, account.where, account.role, destroys=gone, phrase=phrase)

    async def act(self, context: StepContext) -> Outcome:
        """Run it once.

        Raises:
            FailedError: it failed; a transaction was rolled back then.
            UnknownError: the connection was lost at the COMMIT, or between statements without a transaction.
        """
        with harmless_errors(context.masker):
            outcome = harmless_outcome(await self._act(context), context.masker)
        if outcome.detail:
            with append_private(context.folder / "rows") as file:
                file.write(outcome.detail.encode())
        return outcome

    async def trace(self, context: StepContext) -> Outcome:
        """Look whether the attempt is still at work, and for its marker."""
        if not context.plan.changes:
            return Outcome(Ending.FAILED, "interrupted; it changes nothing", error_class="interrupted")
        login = self._account().looking(self._password(context), Bounds(LOOKING, LOOKING))
        table, name = marker_table(self.marker), session_name(context.key)
        finding = await look_once(login, name, context.key, table, LOOKING, context.clock)
        words = harmless(finding.words, context.masker)
        if finding.fate is Fate.APPLIED:
            lost = f"; what it captured is lost: {', '.join(self.capture)}" if self.capture else ""
            return succeeded(f"{words}: it was applied{lost}")
        if finding.fate is Fate.NOT_APPLIED and self.transaction == "whole":
            return Outcome(Ending.FAILED, f"{words}: nothing was applied", error_class="not_applied")
        return Outcome(Ending.UNKNOWN, words, error_class=f"sql_{finding.fate}")

    async def _act(self, context: StepContext) -> Outcome:
        seconds, changes = context.plan.timeout, context.plan.changes
        account, password, bounds = (
            self._account(),
            self._password(context),
            Bounds(seconds, self.lock_timeout),
        )
        applying = Applying(
            account.acting(password, context.key, bounds) if changes else account.looking(password, bounds),
            account.looking(password, Bounds(LOOKING, LOOKING)),
            self._expected,
            await self._work(context),
            changes,
            context.clock,
            context.clock.monotonic() + seconds,
        )
        try:
            async with asyncio.timeout(seconds + LATE):
                return await applying.run()
        except TimeoutError:
            words = "it took too long, and then to end it did"
            raise (UnknownError if applying.sent else FailedError)("timeout", words) from None

    async def _work(self, context: StepContext) -> Work:
        statements = await self._statements()
        values = {
            name: template.filled(context.values, context.secrets) for name, template in self.values.items()
        }
        demand_fit(values)
        table, marker = marker_table(self.marker), None
        if context.plan.changes and table is not None:
            marker = Marker(table, context.key, context.target or context.walk, context.fence)
        wanted = spans(self.expect_rows, len(statements))
        begin = self._begin(context.plan.changes)
        return Work(statements, values, wanted, self.capture, marker, begin)

    async def _statements(self) -> tuple[Statement, ...]:
        """Return the statements.

        Raises:
            FailedError: `file`, when they cannot be had from the file.
        """
        if not self.file:
            return self._parted((self.run,) if isinstance(self.run, str) else self.run)
        text = await asyncio.to_thread(read_file, self.file)
        try:
            return self._parted((text,))
        except ValueError as error:
            raise FailedError("file", f"{self.file}: {error}") from None

    def _parted(self, texts: tuple[str, ...]) -> tuple[Statement, ...]:
        statements = tuple(one for text in texts for one in read_script(text, self.values))
        spans(self.expect_rows, len(statements))
        asked = read_script(self.count, self.values) if self.count else ()
        used = {name for one in (*statements, *asked) for name in one.names}
        if unused := sorted(set(self.values) - used):
            raise ValueError(f"values: {', '.join(unused)} is not used; write it as %({unused[0]})s")
        alone = [one for one in statements if one.alone]
        if alone and self.transaction == "whole":
            begin = alone[0].text[:40]
            raise ValueError(f"{begin!r} cannot be run in a transaction; write transaction: none and verify:")
        return statements

    def _question(self, changes: bool, values: Mapping[str, str]) -> Question:
        count = read_script(self.count, self.values)[0] if self.count else None
        markers = marker_table(self.marker) if changes else None
        return Question(self._expected, changes, markers, count, count.bound(values) if count else ())

    def _secrets_to_look(self) -> set[str]:
        """Return the secrets without which nothing can be looked at."""
        asked = read_script(self.count, self.values)[0].names if self.count else ()
        templates = [self.password, *(self.values[name] for name in asked)]
        return {name for template in templates if template is not None for name in template.secrets}

    def _account(self) -> Account:
        return Account(
            self.host,
            self.port,
            self.database,
            self.user,
            self.sslmode,
            self.ca_file,
            self.passfile,
            self.search_path,
        )

    def _password(self, context: StepContext) -> str:
        return "" if self.password is None else self.password.filled(context.values, context.secrets)

    def _begin(self, changes: bool) -> str:
        return begin_of(self.isolation, changes) if self.transaction == "whole" else ""

    @property
    def _expected(self) -> ExpectedServer:
        database, user = self.expect.database or self.database, self.expect.user or self.user
        return replace(self.expect, database=database, user=user)
