"""Owns the finding of local PostgreSQL servers that let us in without a password.

Speaks just enough of protocol 3.0 to log in and leave. A server that wants a password is not made a check of
this kind: it would be red for want of configuration, not of health.
"""

from __future__ import annotations

import getpass
import os
import struct
from pathlib import Path
from typing import Any

from checks.net.knock import knock

FOLDER = Path("/var/run/postgresql")
"""Only the server's own user may put a socket there, unlike `/tmp`."""
PORT = 5432
_PREFIX = ".s.PGSQL."
_VERSION = 196608
_ANSWERS = 64
"""Messages of a login, at most."""


def find() -> dict[str, dict[str, Any]]:
    """Return a check for each server that can be logged in to: over its Unix socket, else over TCP."""
    found: dict[int, dict[str, Any]] = {}
    for path in FOLDER.glob(f"{_PREFIX}*"):
        port = path.name.removeprefix(_PREFIX)
        if port.isdigit() and (user := _welcome(str(path))):
            found[int(port)] = _check(str(FOLDER), int(port), user)
    if PORT not in found and (user := _welcome(PORT)):
        found[PORT] = _check("127.0.0.1", PORT, user)
    return {_check_name(port, found): check for port, check in sorted(found.items())}


def _check_name(port: int, found: dict[int, dict[str, Any]]) -> str:
    return "postgres" if port == min(found) else f"postgres-{port}"


def _welcome(where: str | int) -> str:
    """Return the first role that the server lets in as it is; empty when it lets in none."""
    for user in dict.fromkeys((os.environ.get("PGUSER", ""), _own_name(), "postgres")):
        try:
            if user and _logs_in(where, user):
                return user
        except OSError:
            return ""
    return ""


def _own_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _logs_in(where: str | int, user: str) -> bool:
    settings = ("user", user, "database", "postgres", "application_name", "walkdown", "")
    body = struct.pack(">I", _VERSION) + "\0".join((*settings, "")).encode()
    with knock(where) as door:
        door.sendall(struct.pack(">I", len(body) + 4) + body)
        with door.makefile("rb") as answers:
            for _ in range(_ANSWERS):
                head = answers.read(5)
                if len(head) < 5:
                    return False
                kind, length = struct.unpack(">cI", head)
                content = answers.read(min(length - 4, 65536)) if length > 4 else b""
                if kind == b"Z":
                    door.sendall(b"X\0\0\0\4")
                    return True
                if kind == b"E" or (kind == b"R" and content != b"\0\0\0\0"):
                    return False
    return False


def _check(host: str, port: int, user: str) -> dict[str, Any]:
    return {
        "kind": "postgres",
        "title": "PostgreSQL" if port == PORT else f"PostgreSQL on port {port}",
        "group": "data",
        "every": "15s",
        "host": host,
        "port": port,
        "user": user,
        "warn": "connections_used > 80 % for 5 m",
        "crit": "connections_used > 95 % for 1 m",
    }
