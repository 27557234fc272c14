"""Owns the kind `tls`: looks at a certificate that is served, at one in a file, or at both.

Days left are a reading, judged by rules. The verdict is about what no number tells: expired, not trusted,
for another host, an old protocol, another certificate served than the file holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar, Literal

from checks.errors import ProbeError, TargetError
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Level, Observation, Reading, Table
from checks.net.certificate import BROKEN_HASHES, Certificate, read_der, read_pem
from checks.net.dial import Connection, Target, budget, dial
from checks.net.handshake import Trust
from checks.net.wire import TlsWire
from checks.units import show

FLAWS = (
    "tls_expired",
    "tls_not_yet_valid",
    "tls_untrusted",
    "tls_hostname",
)
"""Failures after which the certificate is fetched all the same, to show what it says."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A certificate as it was seen, and what is wrong with it."""

    certificate: Certificate
    problem: ProbeError | None = None
    spoken: str = ""
    """Protocol and cipher; empty for a file."""


@dataclass(frozen=True, slots=True)
class TlsCheck:
    """Looks at a certificate."""

    READINGS: ClassVar = (
        ReadingSpec("expires_in", "s", "Until the certificate expires; negative once it has."),
        ReadingSpec("latency", "s", "Connecting and the TLS handshake; only when it is served."),
    )
    EXAMPLE: ClassVar = """\
kind: tls
host: api.example.com
warn: expires_in < 21 d
crit: expires_in < 7 d
"""

    host: str = ""
    """Host name or address of the server; empty when only `file` is looked at."""
    port: int = 443
    """Port of the server."""
    file: str = ""
    """PEM file to look at; with `host`, the server must serve the first certificate of this file."""
    server_name: str = ""
    """Name for which the certificate must stand; the host when empty."""
    verify: bool = True
    """Verify trust and name; false shows as a permanent WARN."""
    ca_file: str = ""
    """PEM file of the certificates to trust instead of the system's."""
    min_version: Literal["1.2", "1.3"] = "1.2"
    """Oldest version of TLS that is accepted."""
    allow_link_local: bool = False
    """Allow link-local addresses, as those of cloud metadata services are."""

    def __post_init__(self) -> None:
        """Refuse a check of nothing."""
        if not self.host and not self.file:
            raise ValueError("set host, file or both")
        if not 0 < self.port < 65536:
            raise ValueError(f"port {self.port} is not between 1 and 65535")

    async def probe(self, context: ProbeContext) -> Observation:
        """Look once."""
        started = context.clock.monotonic()
        if not self.host:
            sight = self._in_file(context.clock.now())
            return self._observation(sight, context.clock.now(), ())
        sight = await self._served(context)
        latency = Reading("latency", context.clock.monotonic() - started, "s")
        return self._observation(sight, context.clock.now(), (latency,))

    def _in_file(self, now: float) -> Sight:
        certificate = read_pem(self.file)
        return Sight(certificate, self._flaw(certificate, now))

    async def _served(self, context: ProbeContext) -> Sight:
        trust = Trust(self.verify, self.ca_file, self.min_version)
        target = Target(self.host, self.port, trust, self.server_name, self.allow_link_local)
        started = context.clock.monotonic()
        try:
            sight = _seen(await dial(target, budget(context.timeout), context.clock))
        except ProbeError as problem:
            if problem.error_class not in FLAWS:
                raise
            left = budget(context.timeout) - (context.clock.monotonic() - started)
            return replace(await self._unverified(target, trust, left, problem, context), problem=problem)
        if sight.problem is None and self.file:
            return replace(sight, problem=self._difference(sight.certificate))
        return sight

    async def _unverified(
        self, target: Target, trust: Trust, left: float, problem: ProbeError, context: ProbeContext
    ) -> Sight:
        """Return what the refused certificate says."""
        blind = replace(target, trust=replace(trust, verify=False))
        try:
            return _seen(await dial(blind, left, context.clock))
        except ProbeError:
            raise problem from None

    def _difference(self, served: Certificate) -> ProbeError | None:
        kept = read_pem(self.file)
        if kept.der == served.der:
            return None
        summary = f"serves another certificate than {self.file} holds"
        detail = f"serial served: {served.serial}\nserial in file: {kept.serial}"
        return TargetError("tls_differs", summary, detail)

    def _flaw(self, certificate: Certificate, now: float) -> ProbeError | None:
        """Return what is wrong with a certificate in a file; served ones are judged by OpenSSL."""
        if certificate.ends <= now:
            return TargetError("tls_expired", f"expired {_date(certificate.ends)}")
        if certificate.begins > now:
            return TargetError("tls_not_yet_valid", f"not valid before {_date(certificate.begins)}")
        if self.server_name and not certificate.covers(self.server_name):
            return TargetError("tls_hostname", f"does not stand for {self.server_name}")
        if certificate.signature in BROKEN_HASHES:
            return TargetError("tls_untrusted", f"is signed with {certificate.signature}")
        return None

    def _observation(self, sight: Sight, now: float, latency: tuple[Reading, ...]) -> Observation:
        certificate, problem = sight.certificate, sight.problem
        left = certificate.ends - now
        readings = (Reading("expires_in", left, "s"), *latency)
        rows = _rows(sight)
        if problem is not None:
            return Observation(
                problem.summary, problem.level, problem.error_class, readings, rows, problem.detail
            )
        summary = f"expires in {show(left, 's')}"
        if not self.verify:
            return Observation(
                f"{summary}, certificate not verified", Level.WARN, "tls_unverified", readings, rows
            )
        return Observation(summary, readings=readings, rows=rows)


def _seen(connection: Connection) -> Sight:
    with connection.wire as wire:
        assert isinstance(wire, TlsWire)
        return Sight(read_der(wire.certificate), spoken=f"{wire.version} {wire.cipher}")


def _rows(sight: Sight) -> Table:
    certificate = sight.certificate
    rows = (
        ("subject", certificate.subject),
        ("names", ", ".join(certificate.names) or "none"),
        ("issuer", certificate.issuer),
        ("valid from", _date(certificate.begins)),
        ("valid to", _date(certificate.ends)),
        ("signature", certificate.signature or "without a hash"),
        ("serial", certificate.serial),
        *((("protocol", sight.spoken),) if sight.spoken else ()),
    )
    return Table(("field", "value"), rows)


def _date(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%F %R} UTC"
