"""Owns the table of kinds. A kind is imported when it is first asked for: importing is what costs.

To add a kind: one file in `checks/kinds/` and one line here. Third parties register theirs in the
entry-point group `walkdown.kinds`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from checks.kind import Check

KINDS: dict[str, str] = {
    "command": "checks.kinds.command:CommandCheck",
    "container": "checks.kinds.container:ContainerCheck",
    "cpu": "checks.kinds.cpu:CpuCheck",
    "disk": "checks.kinds.disk:DiskCheck",
    "http": "checks.kinds.http:HttpCheck",
    "load": "checks.kinds.load:LoadCheck",
    "memory": "checks.kinds.memory:MemoryCheck",
    "network": "checks.kinds.network:NetworkCheck",
    "postgres": "checks.kinds.postgres:PostgresCheck",
    "process": "checks.kinds.process:ProcessCheck",
    "redis": "checks.kinds.redis:RedisCheck",
    "tcp": "checks.kinds.tcp:TcpCheck",
    "tls": "checks.kinds.tls:TlsCheck",
}
"""Name of the kind -> `module:class`."""


def kind_names() -> tuple[str, ...]:
    """Return the names of every kind, ours and third parties', sorted."""
    return tuple(sorted({*KINDS, *_third_parties()}))


def find_kind(name: str) -> type[Check]:
    """Return the kind's class.

    Raises:
        KeyError: when no kind has that name.
    """
    kind: type[Check]
    if name in KINDS:
        module, _, attribute = KINDS[name].partition(":")
        kind = getattr(import_module(module), attribute)
    else:
        kind = _third_parties()[name].load()
    return kind


def _third_parties() -> dict[str, Any]:
    """Return the entry points of third parties' kinds by name; looking for them takes 9 ms to import."""
    from importlib.metadata import entry_points  # noqa: PLC0415

    return {point.name: point for point in entry_points(group="walkdown.kinds")}
