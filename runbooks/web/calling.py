"""Owns one call over HTTP: connected, sent, answered within one deadline; it knows what may have arrived.

A new connection to the address that was resolved and checked, to one origin and no other. No redirect is
followed, nothing is repeated, and no proxy, password file or other ambient setting is heeded.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field, replace

from checks.clock import Clock
from checks.errors import ProbeError, WalkdownError
from checks.net.dial import Target, budget, dial
from checks.net.handshake import Trust, failure
from checks.net.http1 import Exchange, Request, Response
from checks.net.url import Url
from checks.net.wire import PlainWire, TlsWire
from runbooks.outcome import FailedError

CONNECT_WITHIN = 10.0
"""Seconds for name, address and TLS."""
NOTHING_SENT = "nothing was sent"


class UnansweredError(WalkdownError):
    """The request was sent, or a part of it, and no whole answer came."""

    def __init__(self, error_class: str, summary: str) -> None:
        """Keep the stable code and the line for the operator."""
        super().__init__(summary)
        self.error_class = error_class
        self.summary = summary


@dataclass(frozen=True, slots=True)
class Trusting:
    """How the server is trusted, and how it can trust us."""

    verify: bool = True
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    allow_link_local: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked, with everything filled in; it may hold secrets."""

    url: Url
    request: Request = field(repr=False)
    trusting: Trusting
    most: int
    """Bytes of the answer's body that are read."""


async def call(asked: Call, seconds: float, clock: Clock) -> Response:
    """Return the answer, whatever its status.

    Raises:
        FailedError: nothing was sent.
        UnansweredError: it was sent, or may have been.
    """
    sending = _Sending(asked, clock)
    try:
        async with asyncio.timeout(seconds):
            return await sending.run(min(CONNECT_WITHIN, budget(seconds)))
    except TimeoutError:
        raise sending.error("total_timeout", f"no whole answer within {seconds:.3g} s") from None
    except asyncio.CancelledError:
        raise sending.error("terminated", "it was told to end") from None
    except ProbeError as error:
        if error.error_class == "request":
            sending.sent = False
        raise sending.error(error.error_class, error.summary) from error


class _Sending:
    """A call under way."""

    def __init__(self, asked: Call, clock: Clock) -> None:
        self._asked = asked
        self._clock = clock
        self.sent = False
        """Whether anything may have arrived."""

    async def run(self, seconds: float) -> Response:
        with await self._connect(seconds) as wire:
            self.sent = True
            return await Exchange(wire, self._clock, self._asked.most).run(self._asked.request)

    def error(self, error_class: str, summary: str) -> FailedError | UnansweredError:
        """Return the error for what broke it off."""
        if self.sent:
            return UnansweredError(error_class, summary)
        return FailedError(error_class, f"{summary}; {NOTHING_SENT}")

    async def _connect(self, seconds: float) -> PlainWire | TlsWire:
        url, trusting = self._asked.url, self._asked.trusting
        trust = Trust(trusting.verify, trusting.ca_file) if url.scheme == "https" else None
        target = Target(url.host, url.port, trust, allow_link_local=trusting.allow_link_local)
        if trust is None or not trusting.cert_file:
            return (await dial(target, seconds, self._clock)).wire
        context = _context(trusting)
        plain = (await dial(replace(target, trust=None), seconds, self._clock)).wire
        try:
            wire = TlsWire(plain, context, url.host)
            await wire.shake_hands()
        except OSError as error:
            plain.close()
            raise failure(target.name, error) from error
        except BaseException:
            plain.close()
            raise
        return wire


def _context(trusting: Trusting) -> ssl.SSLContext:
    """Return a context of our own, for those of the checks are shared and show no certificate.

    Raises:
        FailedError: `ca_file` or `cert_file`, when a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = trusting.verify
    context.verify_mode = ssl.CERT_REQUIRED if trusting.verify else ssl.CERT_NONE
    context.hostname_checks_common_name = False
    what, name = "ca_file", trusting.ca_file
    try:
        if trusting.ca_file:
            context.load_verify_locations(trusting.ca_file)
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        else:
            context.load_default_certs()
        what, name = "cert_file", trusting.cert_file
        # Without a password of its own, OpenSSL would ask for one on the terminal.
        context.load_cert_chain(trusting.cert_file, trusting.key_file or None, password="")
    except (OSError, ssl.SSLError) as error:
        reason = "cannot be used" if isinstance(error, ssl.SSLError) else error.strerror
        raise FailedError(what, f"{name}: {reason}; {NOTHING_SENT}") from None
    return context
