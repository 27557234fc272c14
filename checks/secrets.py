"""Owns what a configuration says of secrets: where they come from, and the texts that may name them.

It holds references only. `SecretText` is the one type of option in which `{{ secret.NAME }}` may stand; it
stays unresolved until a probe reveals it, so nothing that is cached, shown, sent or stored can hold a value.
Values are read by `checks/vault.py` and hidden by `checks/masking.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from checks.masking import MASK

REFERENCE = re.compile(r"\{\{\s*secret\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
"""How a text names a secret."""

SECRET_NAME = re.compile(
    r"(?i)(?:.*[-_])?(?:password|passwd|passphrase|token|secret|bearer|api[-_]?key|authorization|credentials?|cookie)"
)
"""How options, headers and variables are called whose values are secret."""


REFUSED = (
    "a secret may not stand here: it would end up in an argument list, a log or on a screen; "
    "only options made for secrets take one"
)


@dataclass(frozen=True, slots=True)
class SecretText:
    """Text that may name secrets, such as `{{ secret.db_password }}`; shows as written, never its value."""

    template: str

    @property
    def names(self) -> tuple[str, ...]:
        """Return the secrets that it names."""
        return tuple(REFERENCE.findall(self.template))

    @property
    def refusal(self) -> str:
        """Return why it may not stand where plain text is needed."""
        return REFUSED

    def __str__(self) -> str:
        """Return the template when it only names secrets, else the mask: a literal is itself secret."""
        return self.template if self.names else MASK

    def __repr__(self) -> str:
        """Return a form that cannot hold a value."""
        return f"SecretText({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> dict[str, Any]:
        """Let pydantic read it from a plain string or from its own dump, without importing pydantic here."""
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": cls._read},
            "serialization": {"type": "function-plain", "function": cls._dump},
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """Show as a string to editors."""
        return {"type": "string", "description": "may name secrets: {{ secret.NAME }}"}

    @classmethod
    def _read(cls, value: Any) -> SecretText:
        if isinstance(value, cls):
            return value
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValueError("Input should be text; put it in quotes")
        return cls(str(value))

    def _dump(self) -> str:
        return self.template


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where one secret comes from; exactly one of the four is set."""

    env: str = ""
    """Name of an environment variable; the commands of checks are not given it."""
    file: str = ""
    """Path of a file; one trailing line end is cut. Others must not be able to read it."""
    command: tuple[str, ...] = ()
    """Argument list whose standard output is the secret; ten seconds at most, and run once, not per probe."""
    credential: str = ""
    """Name of a systemd credential, found below `$CREDENTIALS_DIRECTORY`."""

    def __post_init__(self) -> None:
        """Refuse a source that could be read in two ways, or in none."""
        if sum(map(bool, (self.env, self.file, self.command, self.credential))) != 1:
            raise ValueError("a secret comes from exactly one of env, file, command, credential")


def secrets_in(value: object) -> frozenset[str]:
    """Return the names of all secrets that a value mentions, in its fields and their members as well."""
    if isinstance(value, SecretText):
        return frozenset(value.names)
    if is_dataclass(value):
        members: Iterable[object] = (getattr(value, option.name) for option in fields(value))
    elif isinstance(value, Mapping):
        members = value.values()
    elif isinstance(value, (tuple, list)):
        members = value
    else:
        return frozenset()
    return frozenset().union(*(secrets_in(member) for member in members))
