"""Owns one call over HTTP for steps that ask a service something beside their main work.

A new connection for each call, to the origin that was named and to no other: no redirect is followed, no
proxy and no password file is heeded. What failed before anything was sent is told from what may have arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.clock import Clock
from checks.errors import ProbeError
from checks.net.dial import Target, dial
from checks.net.handshake import Trust
from checks.net.http1 import Exchange, Request, Response
from checks.net.url import Url, parse_url
from checks.version import __version__
from runbooks.outcome import FailedError, UnknownError

MOST = 1024 * 1024
"""Bytes of an answer's body that are read."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, with everything filled in: it may hold secrets."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ca_file: str = ""
    """PEM file of the certificates to trust instead of the system's."""


async def ask(call: Call, seconds: float, clock: Clock) -> Response:
    """Return the answer, whatever its status.

    Raises:
        FailedError: nothing was sent: `url`, `request`, `refused`, `connect_timeout`, `tls_untrusted`, ...
        UnknownError: it was sent, or may have been, and no whole answer came.
    """
    try:
        url = parse_url(call.url)
    except ValueError as error:
        raise FailedError("url", str(error)) from None
    sent = False
    try:
        async with asyncio.timeout(seconds):
            trust = Trust(True, call.ca_file) if url.scheme == "https" else None
            connection = await dial(Target(url.host, url.port, trust), seconds, clock)
            with connection.wire as wire:
                sent = True
                return await Exchange(wire, clock, MOST).run(_request(url, call))
    except TimeoutError:
        if not sent:
            raise FailedError("connect_timeout", f"no connection within {seconds:.3g} s") from None
        raise UnknownError("total_timeout", f"sent, and no whole answer within {seconds:.3g} s") from None
    except ProbeError as error:
        if not sent or error.error_class == "request":
            raise FailedError(error.error_class, error.summary) from error
        raise UnknownError(error.error_class, f"sent, and then: {error.summary}") from error


def _request(url: Url, call: Call) -> Request:
    given = {name.lower() for name in call.headers}
    length = (("Content-Length", str(len(call.body))),) if call.body or call.method != "GET" else ()
    ours = (
        ("Host", url.authority),
        ("User-Agent", f"walkdown/{__version__}"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        *length,
    )
    headers = (*(pair for pair in ours if pair[0].lower() not in given), *call.headers.items())
    return Request(call.method, url.path, headers, call.body)
