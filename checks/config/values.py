"""Owns the values that sections have in common: names, lengths, places, and how each is judged."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, WithJsonSchema

from checks.options import Amount
from checks.recurrence.zones import zone_named
from checks.units import read_limit

SLUG = r"^[a-z0-9]+(?:[-_.][a-z0-9]+)*$"
"""Names of checks, services, windows: small letters, digits, and single `-`, `_`, `.` between them."""
_NAME = re.compile(r"[^\s:@/,\-][^\s:@/,]{0,63}")
LONGEST_SOCKET = 107
"""Bytes of a socket's path (unix(7))."""
IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]*$"


def _zone(name: str) -> str:
    zone_named(name)
    return name


def _local(where: Any) -> str:
    if where != "local":
        raise ValueError("not supported yet; checks look from this host: via: local")
    return "local"


def _cap(text: str) -> str:
    read_limit(text)
    return text


def _phone(text: str) -> str:
    if text and not re.fullmatch(r"[+0-9][-+0-9 ()/.,;x#*]*", text):
        raise ValueError("must be a telephone number, such as '+49 30 1234567'")
    return text


def _mail(text: str) -> str:
    if text and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", text):
        raise ValueError("must be one address of mail, such as ops@example.org")
    return text


def _user(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("must be the name of a user or group of this host")
    return name


def _member(name: str) -> str:
    if not _NAME.fullmatch(name.removeprefix("@")):
        raise ValueError("must be the name of a user, or of a group with @ before it, as in '@ops'")
    return name


def _place(path: str) -> str:
    if not path.startswith("/") or path.endswith("/") or "/../" in path or "//" in path:
        raise ValueError("must be an absolute path of a file, such as /run/walkdown-shop/agent.sock")
    if len(path.encode()) > LONGEST_SOCKET:
        raise ValueError(f"is longer than the {LONGEST_SOCKET} bytes that the kernel takes for a socket")
    return path


def _with_driver(service: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if not isinstance(service.get("driver"), str):
        raise ValueError("a service names its driver, such as driver: compose")
    return service


Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=64)]
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER, max_length=64)]
Scalar = str | int | float | bool
Every = Annotated[float, Amount("s", least=0.5)]
Timeout = Annotated[float, Amount("s", least=0.01)]
Attempts = Annotated[int, Field(ge=1, le=100)]
Via = Annotated[Any, AfterValidator(_local), WithJsonSchema({"const": "local"})]
Rules = str | tuple[str, ...]
Repeat = Annotated[float, Amount("s", least=60.0)]
Wait = Annotated[float, Amount("s", least=1.0)]
Service = Annotated[dict[str, JsonValue], AfterValidator(_with_driver)]
Zone = Annotated[str, AfterValidator(_zone)]
User = Annotated[str, AfterValidator(_user)]
Member = Annotated[str, AfterValidator(_member)]
SocketPath = Annotated[str, AfterValidator(_place)]
Recurring = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"\d:\d\d$"})]
