"""Owns the kind `redis`: a server's memory, keys, clients, persistence and role, by PING and INFO."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from checks.databases.redis_session import Login, Session, refused
from checks.databases.resp import Refusal
from checks.databases.shares import share
from checks.errors import Degraded, ProbeError, TargetError
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Level, Observation, Reading, Table
from checks.net.dial import Target
from checks.net.handshake import Trust
from checks.rates import Looks, rate, two_looks
from checks.secrets import SecretText
from checks.units import show

COLUMNS = ("database", "keys", "with expiry", "mean time to live")


@dataclass(frozen=True, slots=True)
class Look:
    """What one round trip brought."""

    info: dict[str, str]
    latency: float
    problem: ProbeError | None
    """What PING was refused with, although INFO was answered."""

    def number(self, name: str) -> float | None:
        """Return INFO's number of that name; None when this server does not report it."""
        try:
            return float(self.info[name])
        except (KeyError, ValueError):
            return None

    def count(self, name: str) -> float:
        """Return INFO's number, zero when it is not reported."""
        return self.number(name) or 0.0

    @property
    def databases(self) -> dict[str, dict[str, float]]:
        """Return for each database with keys its numbers: keys, expires, avg_ttl."""
        found: dict[str, dict[str, float]] = {}
        for name, text in self.info.items():
            if name.startswith("db") and name[2:].isdigit():
                pairs = (pair.partition("=") for pair in text.split(","))
                found[name] = {key: float(value) for key, _, value in pairs if value.isdigit()}
        return found


@dataclass(frozen=True, slots=True)
class RedisCheck:
    """Asks a Redis server, or one that speaks its protocol, how it is."""

    host: str = "127.0.0.1"
    """Name or address."""
    port: int = 6379
    """Port."""
    socket: str = ""
    """Path of its Unix socket, instead of host and port."""
    username: str = ""
    """User of Redis's access lists; empty: the default user."""
    password: SecretText | None = None
    """Password; write it as `{{ secret.NAME }}`."""
    tls: bool = False
    """Speak TLS."""
    verify: bool = True
    """Verify certificate and host name; false shows as a permanent WARN."""
    ca_file: str = ""
    """PEM file of the certificates to trust instead of the system's."""

    EXAMPLE: ClassVar[str] = """\
kind: redis
host: 127.0.0.1
password: "{{ secret.redis_password }}"
warn:
  - memory_used > 80 %
  - evictions > 0 /s for 5 m
"""
    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("latency", "s", "Round trip of PING."),
        ReadingSpec("uptime", "s", "Time since the server was started."),
        ReadingSpec("memory", "B", "Memory that its data takes."),
        ReadingSpec("memory_used", "%", "Memory as a share of maxmemory; without one, of the host's memory."),
        ReadingSpec("fragmentation", "", "Memory taken from the host over memory used."),
        ReadingSpec("hit_ratio", "%", "Look-ups that found their key, lately; 100 when there were none."),
        ReadingSpec("evictions", "/s", "Keys thrown out for want of memory."),
        ReadingSpec("ops", "/s", "Commands executed."),
        ReadingSpec("clients", "", "Connected clients, ours included."),
        ReadingSpec("blocked_clients", "", "Clients that wait in a blocking command."),
        ReadingSpec("rejected", "/s", "Connections refused because there were too many."),
        ReadingSpec("keys", "", "Keys in all databases."),
        ReadingSpec("last_save", "s", "Time since the last successful save to disk, or since the start."),
        ReadingSpec("unsaved", "", "Changes since then."),
        ReadingSpec("replica", "", "1 on a replica, 0 on a primary."),
        ReadingSpec("replicas", "", "Replicas connected to this server."),
    )

    def __post_init__(self) -> None:
        """Refuse options that contradict each other."""
        if not 0 < self.port < 65536:
            raise ValueError(f"port must be between 1 and 65535, not {self.port}")
        if not self.host and not self.socket:
            raise ValueError("set host or socket")
        if self.username and self.password is None:
            raise ValueError("a username needs a password")
        if self.socket and self.tls:
            raise ValueError("TLS is spoken over host and port, not over a Unix socket")

    async def probe(self, context: ProbeContext) -> Observation:
        """Ask the server over the session that all checks of this login share."""
        trust = Trust(self.verify, self.ca_file) if self.tls else None
        target = Target(self.host, self.port, trust)
        login = Login(target, self.socket, self.username, context.reveal(self.password))

        async def connect() -> Session:
            return await Session.open(login, context.timeout, context.clock)

        async with context.keep.borrow(login.key, connect, lambda kept: kept.serves(login)) as session:

            async def look() -> Look:
                return await _look(session, context.clock.monotonic)

            looks = await two_looks(context, "redis", look)
        observed_at = context.clock.now()
        return self._observation(looks, observed_at, login.where)

    def _observation(self, looks: Looks[Look], now: float, where: str) -> Observation:
        look = looks.after
        numbers = _numbers(looks, now)
        units = {spec.name: spec.unit for spec in self.READINGS}
        problem = look.problem or _problem(look)
        if problem is None and self.tls and not self.verify:
            problem = Degraded("tls_unverified", f"{_summary(look, numbers)}, certificate not verified")
        return Observation(
            problem.summary if problem else _summary(look, numbers),
            problem.level if problem else Level.OK,
            problem.error_class if problem else "",
            tuple(Reading(name, value, units[name]) for name, value in numbers.items() if value is not None),
            Table(COLUMNS, tuple(_row(name, numbers) for name, numbers in look.databases.items())),
            where,
        )


async def _look(session: Session, monotonic: Callable[[], float]) -> Look:
    """Ask both at once; a server that refuses PING may still answer INFO.

    Raises:
        ProbeError: when INFO was refused.
    """
    started = monotonic()
    await session.send(("PING",), ("INFO",))
    pong = await session.reply()
    latency = monotonic() - started
    info = await session.reply()
    problem = refused(session.where, pong) if isinstance(pong, Refusal) else None
    if isinstance(info, Refusal):
        raise problem or refused(session.where, info)
    if not isinstance(info, str):
        raise TargetError("malformed", f"{session.where}: INFO was not answered with text")
    fields = (line.partition(":") for line in info.splitlines() if not line.startswith("#"))
    return Look({name: value.strip() for name, _, value in fields if value}, latency, problem)


def _numbers(looks: Looks[Look], now: float) -> dict[str, float | None]:
    """Return every reading; None where this server does not report what it needs."""
    before, look = looks.before, looks.after
    memory = look.number("used_memory")
    limit = look.count("maxmemory") or look.count("total_system_memory")
    saved, there = look.number("rdb_last_save_time"), look.number("server_time_usec")
    hits = ("keyspace_hits", "keyspace_misses")
    return {
        "latency": look.latency,
        "uptime": look.number("uptime_in_seconds"),
        "memory": memory,
        "memory_used": 100 * memory / limit if memory is not None and limit else None,
        "fragmentation": look.number("mem_fragmentation_ratio"),
        "hit_ratio": share(_pair(before, hits), _pair(look, hits)),
        "evictions": rate(before.number("evicted_keys"), look.number("evicted_keys"), looks.seconds),
        "ops": look.number("instantaneous_ops_per_sec"),
        "clients": look.number("connected_clients"),
        "blocked_clients": look.number("blocked_clients"),
        "rejected": rate(
            before.number("rejected_connections"), look.number("rejected_connections"), looks.seconds
        ),
        "keys": sum(numbers.get("keys", 0.0) for numbers in look.databases.values()),
        "last_save": None if saved is None else max(0.0, (there / 1e6 if there else now) - saved),
        "unsaved": look.number("rdb_changes_since_last_save"),
        "replica": float(look.info.get("role") == "slave"),
        "replicas": look.number("connected_slaves"),
    }


def _pair(look: Look, names: tuple[str, str]) -> tuple[float, float]:
    return look.count(names[0]), look.count(names[1])


def _problem(look: Look) -> ProbeError | None:
    """Return what INFO says is wrong by the server's own word, the worst first."""
    info = look.info
    counted = look.count("used_memory") - look.count("mem_not_counted_for_evict")
    full = 0 < look.count("maxmemory") < counted
    if full and info.get("maxmemory_policy") == "noeviction":
        limit = show(look.count("maxmemory"), "B")
        return TargetError("oom", f"memory is full: {limit} used and nothing may be evicted; writes fail")
    if info.get("master_link_status") == "down":
        master = f"{info.get('master_host')}:{info.get('master_port')}"
        return Degraded("replication", f"replica without its primary {master}")
    if info.get("rdb_last_bgsave_status") == "err":
        return Degraded("persistence", "the last save to disk failed")
    if "err" in (info.get("aof_last_write_status"), info.get("aof_last_bgrewrite_status")):
        return Degraded("persistence", "the append-only file could not be written")
    return None


def _summary(look: Look, numbers: dict[str, float | None]) -> str:
    info = look.info
    role = "replica" if info.get("role") == "slave" else "primary"
    limit = look.count("maxmemory")
    memory = show(look.count("used_memory"), "B") + (f" of {show(limit, 'B')}" if limit else "")
    clients, ops = look.count("connected_clients"), look.count("instantaneous_ops_per_sec")
    return (
        f"Redis {info.get('redis_version', '?')} {role}: {memory}, {clients:.0f} clients, {ops:.0f} ops/s, "
        f"hit ratio {show(numbers['hit_ratio'] or 0.0, '%')}"
    )


def _row(name: str, numbers: dict[str, float]) -> tuple[str, ...]:
    life = show(numbers.get("avg_ttl", 0.0) / 1000, "s") if numbers.get("avg_ttl") else "-"
    return name, f"{numbers.get('keys', 0.0):.0f}", f"{numbers.get('expires', 0.0):.0f}", life
