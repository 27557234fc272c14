"""Owns where and as whom a step logs in, and the settings of its sessions."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.postgres.session import StepLogin

NAME = "walkdown"
"""What sessions are called that only look; those of changing steps have the attempt's key behind it."""
LOOKING = 10.0
"""Seconds that a statement may take that only looks before or after a step."""
_SCHEMA = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long the server lets statements go on. In seconds."""

    statement: float
    lock: float

    @property
    def settings(self) -> dict[str, str]:
        """Return them as settings of a session."""
        whole = _milliseconds(self.statement)
        return {
            "statement_timeout": whole,
            "idle_in_transaction_session_timeout": whole,
            "lock_timeout": _milliseconds(self.lock),
        }


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom, without the password."""

    host: str
    port: int
    database: str
    user: str
    sslmode: str
    ca_file: str
    passfile: str
    search_path: str
    """Names of schemas, apart by commas."""

    def __post_init__(self) -> None:
        """Refuse what nobody can log in by."""
        if not 0 < self.port < 65536:
            raise ValueError(f"port must be between 1 and 65535, not {self.port}")
        for name, value in (("host", self.host), ("database", self.database)):
            if not value:
                raise ValueError(f"{name} must not be empty")
        for schema in self._schemas:
            if not _SCHEMA.fullmatch(schema):
                raise ValueError(f"search_path: {schema!r} cannot be the name of a schema")

    @property
    def role(self) -> str:
        """Return the role that is logged in as; never one of the environment."""
        return self.user or pwd.getpwuid(os.geteuid()).pw_name

    @property
    def where(self) -> str:
        """Return the server and the database, for people."""
        return f"{self._login('', NAME, {}).where}, database {self.database}"

    def looking(self, password: str, bounds: Bounds) -> StepLogin:
        """Return the login of a session that only looks."""
        settings = {"default_transaction_read_only": "on"} | bounds.settings
        return self._login(password, NAME, settings)

    def acting(self, password: str, key: str, bounds: Bounds) -> StepLogin:
        """Return the login of a session that may write, called after the attempt's key."""
        settings = {"default_transaction_read_only": "off"} | bounds.settings
        return self._login(password, session_name(key), settings)

    @property
    def _schemas(self) -> list[str]:
        named = [schema.strip() for schema in self.search_path.split(",")]
        return named if self.search_path else ["pg_catalog"]

    def _login(self, password: str, application: str, settings: Mapping[str, str]) -> StepLogin:
        # Temporary tables and types come last: looked for first, they could stand in for others.
        path = ",".join(f'"{schema}"' for schema in (*self._schemas, "pg_temp"))
        fixed = {"search_path": path, "standard_conforming_strings": "on", "datestyle": "ISO"}
        return StepLogin(
            self.host,
            self.port,
            self.database,
            self.role,
            password,
            self.sslmode,
            self.ca_file,
            self.passfile,
            application,
            fixed | dict(settings),
        )


def session_name(key: str) -> str:
    """Return what the session of an attempt is called; 63 bytes are the most that PostgreSQL keeps."""
    return f"{NAME}:{key}"


def _milliseconds(seconds: float) -> str:
    return str(max(1, int(seconds * 1000)))
