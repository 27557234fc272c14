"""Owns the kind `postgres`: sessions, activity, size, standby, all asked over one read-only session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from checks.databases.postgres_login import Login
from checks.databases.postgres_session import Row, Session
from checks.databases.shares import share
from checks.databases.statements import read_statements
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Level, Observation, Reading, Table
from checks.options import Seconds
from checks.rates import Looks, rate, two_looks
from checks.secrets import SecretText
from checks.units import show

STATEMENTS = read_statements("postgres")
SIZE_LASTS = 60.0
"""Seconds for which a database's size is not asked again: the server looks at every file for it."""

BOOLEANS = {"t": 1, "f": 0}
COLUMNS = ("pid", "user", "database", "running", "waits for", "query")


@dataclass(frozen=True, slots=True)
class Look:
    """What one round trip brought."""

    activity: Row
    running: tuple[Row, ...]
    latency: float

    def number(self, name: str) -> float | None:
        """Return the activity's number of that name; None when the server does not know it."""
        text = self.activity[name]
        return None if text is None else float(BOOLEANS.get(text, text))

    def counter(self, name: str) -> float:
        """Return a counter; zero where the server has none."""
        return self.number(name) or 0.0


@dataclass(frozen=True, slots=True)
class PostgresCheck:
    """Asks a PostgreSQL server (10 or later) how it is."""

    host: str = "/var/run/postgresql"
    """Name or address, or the folder that holds the Unix socket."""
    port: int = 5432
    """Port; it is part of the Unix socket's name too."""
    database: str = "postgres"
    """Database to look into; activity and size are those of this one."""
    user: str = ""
    """Role to log in as, best a member of `pg_monitor`; empty: the name of the user running walkdown."""
    password: SecretText | None = None
    """Password; write it as `{{ secret.NAME }}`."""
    passfile: str = ""
    """Password file of libpq's format; empty: `~/.pgpass`."""
    sslmode: Literal["", "disable", "prefer", "require", "verify-ca", "verify-full"] = ""
    """How TLS is asked for, as in libpq; empty: `prefer` on this host, `verify-full` elsewhere. `require`
    verifies nothing, and shows as a permanent WARN."""
    ca_file: str = ""
    """File of the certificates to trust; empty: those of the system."""
    long_query: Seconds = 0.0
    """List only queries that have been running for so long."""

    EXAMPLE: ClassVar[str] = """\
kind: postgres
host: 127.0.0.1
database: app
user: monitor
password: "{{ secret.db_password }}"
warn:
  - connections_used > 80 % for 5 m
  - longest_query > 5 m
"""
    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("latency", "s", "Time of the round trip that brought most of these readings."),
        ReadingSpec("uptime", "s", "Time since the server was started."),
        ReadingSpec("connections", "", "Client connections to the server, ours included."),
        ReadingSpec("connections_used", "%", "Client connections as a share of max_connections."),
        ReadingSpec("active", "", "Others' sessions that run a query now."),
        ReadingSpec("idle", "", "Others' sessions that wait for their client."),
        ReadingSpec("idle_in_transaction", "", "Others' sessions that hold a transaction open, idle."),
        ReadingSpec("waiting", "", "Others' sessions that wait for a lock."),
        ReadingSpec("longest_query", "s", "Age of the oldest query that runs now; 0 when none does."),
        ReadingSpec("longest_transaction", "s", "Age of the oldest open transaction; 0 when none is."),
        ReadingSpec("hit_ratio", "%", "Blocks of this database found in shared buffers, lately."),
        ReadingSpec("rollback_ratio", "%", "Transactions of this database rolled back, lately."),
        ReadingSpec("commits", "/s", "Transactions committed in this database."),
        ReadingSpec("deadlocks", "/s", "Deadlocks resolved in this database."),
        ReadingSpec("size", "B", "Size of this database; at most a minute old."),
        ReadingSpec("in_recovery", "", "1 on a standby, 0 on a primary."),
        ReadingSpec("receiving", "", "1 while a standby is connected to its primary; 0 on a primary."),
        ReadingSpec("replay_lag", "s", "How far replay is behind on a standby; 0 on a primary."),
        ReadingSpec("replay_bytes", "B", "Received and not yet replayed on a standby; 0 on a primary."),
    )

    def __post_init__(self) -> None:
        """Refuse what no server can be found by."""
        if not 0 < self.port < 65536:
            raise ValueError(f"port must be between 1 and 65535, not {self.port}")
        if not self.host:
            raise ValueError("host must not be empty")

    async def probe(self, context: ProbeContext) -> Observation:
        """Ask the server over the session that all checks of this login share."""
        login = Login(
            self.host,
            self.port,
            self.database,
            self.user,
            context.reveal(self.password),
            self.sslmode,
            self.ca_file,
            self.passfile,
        )

        async def connect() -> Session:
            return await Session.open(login, context.timeout, context.clock)

        async with context.keep.borrow(login.key, connect, lambda kept: kept.serves(login)) as session:

            async def look() -> Look:
                return await self._look(session, context)

            looks = await two_looks(context, "postgres", look)
            size = await self._size(session, context)
            seen = _observation(looks, size, f"{login.where}, {session.protection}")
        if self.sslmode == "require":
            summary = f"{seen.summary}, certificate not verified"
            return replace(seen, summary=summary, level=Level.WARN, error_class="tls_unverified")
        return seen

    async def _look(self, session: Session, context: ProbeContext) -> Look:
        running = STATEMENTS["running"].with_values(str(self.long_query))
        started = context.clock.monotonic()
        (activity,), queries = await session.ask(context.timeout, STATEMENTS["activity"], running)
        return Look(activity, tuple(queries), context.clock.monotonic() - started)

    async def _size(self, session: Session, context: ProbeContext) -> float:
        asked, size = context.memory.get("size", (None, 0.0))
        now = context.clock.monotonic()
        if asked is None or now - asked >= SIZE_LASTS:
            ((row,),) = await session.ask(context.timeout, STATEMENTS["size"])
            size = float(row["size"] or 0)
            context.memory["size"] = (now, size)
        return float(size)


SEEN_OF_ALL = (
    "active",
    "idle",
    "idle_in_transaction",
    "waiting",
    "longest_query",
    "longest_transaction",
)
"""Readings that need the right to see other users' sessions; without it they are absent, not wrong."""

ALWAYS_SEEN = ("uptime", "connections", "in_recovery", "receiving", "replay_lag", "replay_bytes")


def _observation(looks: Looks[Look], size: float, where: str) -> Observation:
    now = looks.after
    sees_all = now.activity["sees_all"] == "t"
    names = ALWAYS_SEEN + (SEEN_OF_ALL if sees_all else ())
    numbers: dict[str, float | None] = {name: now.number(name) for name in names}
    numbers |= _derived(looks)
    numbers["size"] = size
    units = {spec.name: spec.unit for spec in PostgresCheck.READINGS}
    return Observation(
        _summary(now, numbers, sees_all),
        readings=tuple(
            Reading(name, value, units[name]) for name, value in numbers.items() if value is not None
        ),
        rows=Table(COLUMNS, tuple(_row(query) for query in now.running)),
        detail=where if sees_all else f"{where}\nTo see every session: GRANT pg_monitor TO <this role>",
    )


def _derived(looks: Looks[Look]) -> dict[str, float | None]:
    """Return what is computed from counters and settings."""
    before, now = looks.before, looks.after
    commits, blocks = ("xact_commit", "xact_rollback"), ("blks_hit", "blks_read")
    committed = share(_pair(before, commits), _pair(now, commits))
    return {
        "latency": now.latency,
        "connections_used": 100 * now.counter("connections") / now.counter("max_connections"),
        "hit_ratio": share(_pair(before, blocks), _pair(now, blocks)),
        "rollback_ratio": 100.0 - committed,
        "commits": rate(before.number("xact_commit"), now.number("xact_commit"), looks.seconds),
        "deadlocks": rate(before.number("deadlocks"), now.number("deadlocks"), looks.seconds),
    }


def _pair(look: Look, names: tuple[str, str]) -> tuple[float, float]:
    return look.counter(names[0]), look.counter(names[1])


def _summary(look: Look, numbers: dict[str, float | None], sees_all: bool) -> str:
    most = look.activity["max_connections"]
    parts = [f"{look.counter('connections'):.0f} of {most} connections"]
    if not sees_all:
        parts.append("others' sessions hidden: needs pg_monitor")
    elif look.running:
        oldest = show(look.counter("longest_query"), "s")
        parts.append(f"{look.counter('active'):.0f} active, the longest query for {oldest}")
    else:
        parts.append(f"{look.counter('active'):.0f} active")
    lag = numbers["replay_lag"]
    if look.activity["in_recovery"] == "t":
        parts.append("receiving" if look.activity["receiving"] == "t" else "not receiving")
        parts.append("replay lag unknown" if lag is None else f"replay lag {show(lag, 's')}")
    role = "standby" if look.activity["in_recovery"] == "t" else "primary"
    return f"PostgreSQL {look.activity['version']} {role}: " + ", ".join(parts)


def _row(query: Row) -> tuple[str, ...]:
    running = show(float(query["seconds"] or 0), "s")
    texts = (query["pid"], query["user"], query["database"], running, query["waits_for"], query["query"])
    return tuple(" ".join((text or "").split()) for text in texts)
