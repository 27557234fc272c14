"""Owns the finding of a local Redis, or what speaks its protocol, that answers without a password."""

from __future__ import annotations

from typing import Any

from checks.net.knock import knock

PORT = 6379
SOCKETS = ("/run/redis/redis-server.sock", "/run/redis/redis.sock", "/run/valkey/valkey-server.sock")


def find() -> dict[str, dict[str, Any]]:
    """Return the check of the first server that answers."""
    for where in (PORT, *SOCKETS):
        try:
            if _answers(where):
                return {"redis": _check(where)}
        except OSError:
            continue
    return {}


def _answers(where: str | int) -> bool:
    with knock(where) as door:
        door.sendall(b"PING\r\n")
        return door.recv(64).startswith(b"+PONG")


def _check(where: str | int) -> dict[str, Any]:
    return {
        "kind": "redis",
        "title": "Redis",
        "group": "data",
        "every": "15s",
        **({"socket": where} if isinstance(where, str) else {"host": "127.0.0.1", "port": where}),
        "warn": ["memory_used > 85 % for 1 m", "evictions > 0 /s for 5 m"],
        "crit": "memory_used > 95 % for 1 m",
    }
