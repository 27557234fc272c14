"""Owns names becoming addresses: a few threads of its own, stable classes of failure, refused ranges.

A resolver that hangs holds at most four threads and nobody else's. What is returned here is what is
connected to, so that a name cannot point elsewhere between the check of its address and its use.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from queue import SimpleQueue
from typing import Any

from checks.errors import MeasureError, ProbeError, TargetError

THREADS = 4
MOST_ADDRESSES = 8
"""Addresses of one name that are tried."""

METADATA = frozenset(map(ipaddress.ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200")))
"""Where clouds answer with their machines' credentials, beside 169.254.0.0/16 and fe80::/10."""
HOLDS_V4 = tuple(map(ipaddress.ip_network, ("::/96", "::ffff:0:0/96", "64:ff9b::/96")))
"""IPv6 networks whose last four bytes are an IPv4 address: compatible, mapped, translated (NAT64)."""

Lookup = Callable[..., list[tuple[Any, ...]]]
"""The signature of `socket.getaddrinfo`."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address to connect to."""

    family: int
    text: str
    sockaddr: tuple[Any, ...]
    """What `socket.connect` takes."""


class Resolver:
    """Asks the system's resolver, in daemon threads: one that hangs cannot hold up the end of the process."""

    def __init__(self, lookup: Lookup = socket.getaddrinfo, threads: int = THREADS) -> None:
        """Start no thread yet."""
        self.lookup = lookup
        """The function that asks; tests put theirs in its place."""
        self._threads = threads
        self._started = 0
        self._jobs: SimpleQueue[tuple[Future[list[tuple[Any, ...]]], str, int]] = SimpleQueue()

    async def resolve(self, host: str, port: int, *, allow_link_local: bool = False) -> tuple[Address, ...]:
        """Return the addresses of the host, families taking turns, in the system's order of preference.

        Raises:
            TargetError: `dns_nxdomain`, when the name does not exist.
            MeasureError: `dns_servfail`, when nobody could say; `denied_address`, when an address is
                link-local, as those of cloud metadata services are, and that was not allowed.
        """
        addresses = _literal(host, port) or _arranged(await self._ask(host, port))
        if not allow_link_local:
            _refuse_link_local(host, addresses)
        return addresses

    async def _ask(self, host: str, port: int) -> list[tuple[Any, ...]]:
        job: Future[list[tuple[Any, ...]]] = Future()
        self._jobs.put((job, host, port))
        if self._started < self._threads:
            self._started += 1
            threading.Thread(target=self._serve, name="resolver", daemon=True).start()
        try:
            return await asyncio.wrap_future(job)
        except (OSError, UnicodeError) as error:
            raise _failure(host, error) from error

    def _serve(self) -> None:
        """Answer jobs for ever; one that was cancelled while it waited is passed over."""
        while True:
            job, host, port = self._jobs.get()
            if not job.set_running_or_notify_cancel():
                continue
            try:
                job.set_result(self.lookup(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                job.set_exception(error)


RESOLVER = Resolver()
"""The resolver of this process."""


def _literal(host: str, port: int) -> tuple[Address, ...]:
    """Return the address that the host is, if it is one: then nobody need be asked."""
    if ":" not in host and not host[-1:].isdigit():
        return ()
    bare, _, zone = host.partition("%")
    try:
        if _read(bare).version == 4:
            return (Address(socket.AF_INET, host, (host, port)),)
        scope = int(zone) if zone.isdigit() else socket.if_nametoindex(zone) if zone else 0
    except (ValueError, OSError):
        return ()
    return (Address(socket.AF_INET6, host, (bare, port, 0, scope)),)


@lru_cache(maxsize=1024)
def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address; the same few are read again at every probe."""
    return ipaddress.ip_address(text)


def _arranged(found: list[tuple[Any, ...]]) -> tuple[Address, ...]:
    """Return the first of each family, then the second of each, so that a dead family costs one attempt."""
    seen: Counter[int] = Counter()
    ranked: list[tuple[int, Address]] = []
    for family, _, _, _, sockaddr in found:
        ranked.append((seen[family], Address(family, sockaddr[0], sockaddr)))
        seen[family] += 1
    ranked.sort(key=lambda entry: entry[0])
    return tuple(address for _, address in ranked[:MOST_ADDRESSES])


def _refuse_link_local(host: str, addresses: tuple[Address, ...]) -> None:
    for address in addresses:
        ip = _read(address.text)
        if ip.version == 6 and any(ip in network for network in HOLDS_V4):
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if ip.is_link_local or ip in METADATA:
            raise MeasureError(
                "denied_address",
                f"{host} is {address.text}, a link-local address; allow_link_local: true permits it",
            )


def _failure(host: str, error: OSError | UnicodeError) -> ProbeError:
    if isinstance(error, UnicodeError):
        return TargetError("dns_nxdomain", f"{host!r} cannot be a host name")
    if error.errno in (socket.EAI_NONAME, socket.EAI_NODATA):
        return TargetError("dns_nxdomain", f"no address for {host}: {error.strerror}")
    return MeasureError("dns_servfail", f"could not resolve {host}: {error.strerror}")
