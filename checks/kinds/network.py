"""Owns the `network` kind: traffic and errors of this machine's interfaces, and its TCP connections."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar

import psutil

from checks.errors import MeasureError
from checks.host import procfs
from checks.host.listeners import listeners
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Observation, Reading, Table
from checks.rates import rate, two_looks
from checks.units import show

Counters = dict[str, dict[str, int]]
"""Interface -> counter -> its value."""
_UNITS = {"received": "B/s", "sent": "B/s", "errors": "/s", "drops": "/s"}


@dataclass(frozen=True, slots=True)
class NetworkCheck:
    """Rates of every interface that has carried anything, and counts of TCP connections."""

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("received", "B/s", "Received.", ("interface",)),
        ReadingSpec("sent", "B/s", "Sent.", ("interface",)),
        ReadingSpec("errors", "/s", "Packets with errors, both ways.", ("interface",)),
        ReadingSpec("drops", "/s", "Packets dropped, both ways.", ("interface",)),
        ReadingSpec("tcp_established", "", "TCP connections that are open."),
        ReadingSpec("tcp_listen", "", "TCP sockets that wait for connections."),
        ReadingSpec("tcp_time_wait", "", "TCP connections closed a moment ago."),
    )
    EXAMPLE: ClassVar[str] = """\
kind: network
title: Network
ignore: [lo, "veth*", "docker*"]
warn: errors > 1 /s for 5 m
"""

    interfaces: tuple[str, ...] = ()
    """Names or patterns such as `eth*` of the interfaces to look at; empty: all but the ignored ones."""
    ignore: tuple[str, ...] = ("lo", "veth*", "br-*", "docker*")
    """Names or patterns of the interfaces to leave out; those of containers only repeat what others carry."""

    async def probe(self, context: ProbeContext) -> Observation:
        """Look once, or twice when it is the first time."""
        looks = await two_looks(context, "network", self._counters)
        missing = [
            pattern for pattern in self.interfaces if not any(_matched(n, (pattern,)) for n in looks.after)
        ]
        if missing:
            raise MeasureError("not_found", f"no interface {', '.join(missing)} has carried anything")
        readings, rows = [], []
        for interface, counters in looks.after.items():
            before = looks.before.get(interface, {})
            rates = {name: rate(before.get(name), value, looks.seconds) for name, value in counters.items()}
            for name, value in rates.items():
                if value is not None:
                    readings.append(Reading(name, value, _UNITS[name], (("interface", interface),)))
            cells = ("-" if value is None else show(value, _UNITS[name]) for name, value in rates.items())
            rows.append((interface, *cells))
        table = Table(("interface", *_UNITS), tuple(rows))
        return Observation(_summary(readings), readings=(*readings, *_connections()), rows=table)

    async def _counters(self) -> Counters:
        try:
            seen = psutil.net_io_counters(pernic=True, nowrap=False)
        except FileNotFoundError as error:
            raise MeasureError("unsupported", f"{error.filename} is missing here") from error
        except PermissionError as error:
            raise MeasureError("permission", f"{error.filename}: {error.strerror}") from error
        return {
            name: {
                "received": nic.bytes_recv,
                "sent": nic.bytes_sent,
                "errors": nic.errin + nic.errout,
                "drops": nic.dropin + nic.dropout,
            }
            for name, nic in sorted(seen.items())
            if self._wanted(name) and nic.bytes_recv + nic.bytes_sent > 0
        }

    def _wanted(self, interface: str) -> bool:
        if self.interfaces:
            return _matched(interface, self.interfaces)
        return not _matched(interface, self.ignore)


def _matched(interface: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(interface, pattern) for pattern in patterns)


def _connections() -> list[Reading]:
    """Return the counts that the kernel keeps of itself: no connection is looked at."""
    readings = []
    established = procfs.table("net/snmp", b"Tcp:").get("CurrEstab")
    if established is not None:
        readings.append(Reading("tcp_established", established))
    with contextlib.suppress(MeasureError):
        readings.append(Reading("tcp_listen", len(listeners())))
    time_wait = procfs.pairs("net/sockstat", b"TCP:").get("tw")
    if time_wait is not None:
        readings.append(Reading("tcp_time_wait", time_wait))
    return readings


def _summary(readings: list[Reading]) -> str:
    """Return the traffic of the busiest interface."""
    traffic: dict[str, dict[str, float]] = {}
    for reading in readings:
        if reading.unit == "B/s":
            traffic.setdefault(reading.labels[0][1], {})[reading.name] = reading.value
    if not traffic:
        return "no interface has carried anything yet"
    busiest = max(traffic, key=lambda interface: sum(traffic[interface].values()))
    flows = (f"{show(value, 'B/s')} {name}" for name, value in traffic[busiest].items())
    return f"{busiest} {', '.join(flows)}"
