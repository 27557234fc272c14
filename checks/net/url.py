"""Owns URLs of probes: what one says, and where a redirect may lead from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from checks.errors import Degraded, ProbeError, TargetError

PORTS = {"http": 80, "https": 443}
"""The schemes that are spoken, and their ports."""

_SAFE = "!#$%&'()*+,/:;=?@[]~"
"""What stays as it is in a path; everything else is percent-encoded."""


@dataclass(frozen=True, slots=True)
class Url:
    """A URL taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    """Path and query, percent-encoded."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Return what may see the same secrets."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Return the host, and the port when it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Return it as text."""
        return f"{self.scheme}://{self.authority}{self.path}"


@lru_cache(maxsize=4096)
def parse_url(text: str) -> Url:
    """Return the URL.

    Raises:
        ValueError: when it is none, is of another scheme, or holds credentials.
    """
    parts = urlsplit(text)
    if parts.scheme not in PORTS:
        raise ValueError(f"{text!r} must begin with http:// or https://")
    if not parts.hostname:
        raise ValueError(f"{text!r} names no host")
    if "@" in parts.netloc:
        raise ValueError("credentials do not belong in a URL; use username and password, or bearer")
    try:
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
        port = parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise ValueError(f"{text!r}: {error}") from error
    query = f"?{parts.query}" if parts.query else ""
    return Url(parts.scheme, host, port, quote((parts.path or "/") + query, safe=_SAFE))


def redirected(origin: Url, location: str) -> Url:
    """Return where a redirect leads, when it may be followed: to the same origin only.

    Raises:
        TargetError: `scheme` or `downgrade` or `malformed`.
        Degraded: `cross_origin`.
    """
    try:
        absolute = urljoin(str(origin), location)
        if urlsplit(absolute).scheme not in PORTS:
            raise TargetError("scheme", f"redirects to another scheme: {absolute}")
        target = parse_url(absolute)
    except ValueError as error:
        raise TargetError("malformed", f"redirects to what is no URL: {location}") from error
    if target.origin != origin.origin:
        raise _leaving(origin, target)
    return target


def _leaving(origin: Url, target: Url) -> ProbeError:
    if origin.scheme == "https" and target.scheme == "http":
        return TargetError("downgrade", f"redirects from https to {target}")
    return Degraded("cross_origin", f"redirects to {target}; not followed, for it is another origin")
