"""Owns making a connection: name, address, TLS, each with its time taken and its own classes of failure.

Every way in which a target cannot be reached becomes a `ProbeError` here, once for all kinds. Nothing is
retried; no proxy and no other ambient setting is heeded.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from checks.clock import Clock
from checks.errors import MeasureError, ProbeError, TargetError
from checks.net.handshake import Trust, context_for, failure
from checks.net.reach import connect, reach
from checks.net.resolve import RESOLVER, Address
from checks.net.wire import PlainWire, TlsWire

SHARE = 0.1
LONGEST = 0.5
"""What a kind leaves of its time to say what it was waiting for: this share, at most these seconds."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect to, and how."""

    host: str
    port: int
    trust: Trust | None = None
    """How to trust it when TLS is spoken; None: in the clear."""
    server_name: str = ""
    """The name that its certificate must bear; empty: the host."""
    allow_link_local: bool = False
    """Connect even if the address is link-local, as those of cloud metadata services are."""

    @property
    def name(self) -> str:
        """Return `host:port`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Phases:
    """How long each part of connecting took, in seconds."""

    dns: float = 0.0
    connect: float = 0.0
    tls: float = 0.0

    def __add__(self, other: Phases) -> Phases:
        """Return the phases of two connections made one after the other."""
        return Phases(self.dns + other.dns, self.connect + other.connect, self.tls + other.tls)


@dataclass(frozen=True, slots=True)
class Connection:
    """An open connection and how it came about; whoever dialled closes its wire."""

    wire: PlainWire | TlsWire
    address: str
    phases: Phases


def budget(timeout: float) -> float:
    """Return the seconds of a probe's timeout that a kind may use, so that it can say what it awaited."""
    return timeout - min(LONGEST, timeout * SHARE)


async def dial(target: Target, timeout: float, clock: Clock) -> Connection:
    """Connect within so many seconds.

    Raises:
        TargetError: `dns_nxdomain`, `refused`, `unreachable`, `connect_timeout`, `connection_lost`, or
            one of `tls_timeout`, `tls_expired`, `tls_not_yet_valid`, `tls_untrusted`, `tls_hostname`,
            `tls_version`, `tls_protocol`.
        MeasureError: `dns_servfail`, `dns_timeout`, `denied_address`, `ca_file`, or for a reason of ours.
    """
    late: ProbeError = MeasureError("dns_timeout", f"no address for {target.host} within {timeout:.3g} s")
    started = clock.monotonic()
    try:
        async with asyncio.timeout(timeout):
            addresses = await RESOLVER.resolve(
                target.host, target.port, allow_link_local=target.allow_link_local
            )
            resolved = clock.monotonic()
            late = TargetError("connect_timeout", f"no connection to {target.name} within {timeout:.3g} s")
            plain, address = await reach(target.name, addresses)
            connected = clock.monotonic()
            late = TargetError("tls_timeout", f"no TLS with {target.name} within {timeout:.3g} s")
            wire = plain if target.trust is None else await _secure(plain, address, target, target.trust)
    except TimeoutError as error:
        raise late from error
    phases = Phases(resolved - started, connected - resolved, clock.monotonic() - connected)
    return Connection(wire, address.text, phases)


async def _secure(plain: PlainWire, address: Address, target: Target, trust: Trust) -> TlsWire:
    try:
        wire = TlsWire(plain, context_for(trust), target.server_name or target.host)
        await wire.shake_hands()
    except OSError as error:
        plain.close()
        problem = failure(target.name, error)
        if problem.error_class in ("tls_expired", "tls_not_yet_valid"):
            problem = await _dated(problem, address, target, trust)
        raise problem from error
    except BaseException:
        plain.close()
        raise
    return wire


async def _dated(problem: ProbeError, address: Address, target: Target, trust: Trust) -> ProbeError:
    """Return the problem with the dates in it; the ssl module only tells those of what it accepts.

    So the certificate is looked at once more, and all but its dates are verified.
    """
    context = context_for(replace(trust, ignore_time=True))
    try:
        with TlsWire(await connect(address), context, target.server_name or target.host) as wire:
            await wire.shake_hands()
            begin, end = (datetime.fromtimestamp(second, UTC) for second in wire.validity)
    except OSError:
        return problem
    return TargetError(problem.error_class, f"{problem.summary}: valid from {begin:%F %R} to {end:%F %R} UTC")
