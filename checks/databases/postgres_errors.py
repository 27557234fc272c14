"""Owns what PostgreSQL's errors mean to us: SQLSTATEs and libpq's words become ProbeErrors of stable classes.

A statement's error carries its SQLSTATE. A failed login does not: libpq hands out its text only. So that
is read by the words of the untranslated server; a server with another `lc_messages` gives `server_error`.
"""

from __future__ import annotations

import re

from checks.errors import Degraded, MeasureError, ProbeError, TargetError

BY_SQLSTATE: dict[str, tuple[type[ProbeError], str]] = {
    "08P01": (TargetError, "malformed"),
    "28000": (TargetError, "auth"),
    "28P01": (TargetError, "auth"),
    "3D000": (TargetError, "no_db"),
    "40001": (Degraded, "recovery_conflict"),
    "42501": (MeasureError, "permission"),
    "53100": (TargetError, "disk_full"),
    "53200": (TargetError, "oom"),
    "53300": (TargetError, "too_many_connections"),
    "55P03": (TargetError, "lock_timeout"),
    "57014": (TargetError, "total_timeout"),
    "57P01": (TargetError, "shutdown"),
    "57P02": (TargetError, "connection_lost"),
    "57P03": (Degraded, "starting"),
}
"""Appendix A of the PostgreSQL documentation; any other SQLSTATE is CRIT `server_error`."""

BY_WORDS: tuple[tuple[str, type[ProbeError], str], ...] = (
    (r"does not support SSL", TargetError, "tls_required"),
    (r"root certificate file", MeasureError, "ca_file"),
    (r"certificate verify failed", TargetError, "tls_untrusted"),
    (r"does not match host name|get server's host name", TargetError, "tls_hostname"),
    (r"protocol version|unsupported protocol", TargetError, "tls_version"),
    (r"authentication failed|no password supplied|pg_hba\.conf|role .* does not exist", TargetError, "auth"),
    (r"not permitted to log in|requires .* authentication", TargetError, "auth"),
    (r"database .* does not exist", TargetError, "no_db"),
    (r"permission denied for database", MeasureError, "permission"),
    (r"too many clients|too many connections|connection slots", TargetError, "too_many_connections"),
    (r"starting up|in recovery mode|not (yet )?accepting connections", Degraded, "starting"),
    (r"shutting down|administrator command", TargetError, "shutdown"),
    (r"invalid response to SSL|expected authentication request|invalid response", TargetError, "malformed"),
    (r"Connection refused|No such file or directory", TargetError, "refused"),
    (r"Permission denied", MeasureError, "permission"),
    (r"Resource temporarily unavailable", TargetError, "overloaded"),
    (r"No route to host", TargetError, "unreachable"),
    (r"Network is unreachable", MeasureError, "unreachable"),
    (r"SSL error", TargetError, "tls_protocol"),
    (r"closed|reset by peer|Broken pipe|SYSCALL", TargetError, "connection_lost"),
)
"""Words of a login that failed or of a connection that broke; the first that fit decide."""

_PREFIX = re.compile(r"^connection to server (at|on socket) .* failed: |^(FATAL|ERROR):\s+", re.MULTILINE)


def statement_error(where: str, sqlstate: str, message: str) -> ProbeError:
    """Return the error for a statement that the server refused or broke off."""
    error, error_class = BY_SQLSTATE.get(sqlstate, (TargetError, "server_error"))
    return error(error_class, f"{where}: {message}", f"SQLSTATE {sqlstate}")


def link_error(where: str, text: str, *, without_tls: bool = False) -> ProbeError:
    """Return the error for what libpq says of a connection, or of a login that does `without_tls`."""
    message = _PREFIX.sub("", _PREFIX.sub("", text)).strip()
    first, _, rest = message.partition("\n")
    if without_tls and re.search(r"no pg_hba\.conf entry .*(no encryption|SSL off)", message):
        return TargetError("tls_required", f"{where}: {first}", rest)
    for words, error, error_class in BY_WORDS:
        if re.search(words, message):
            return error(error_class, f"{where}: {first}", rest)
    return TargetError("server_error", f"{where}: {first or 'no reason given'}", rest)
