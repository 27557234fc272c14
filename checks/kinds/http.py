"""Owns the kind `http`: asks one URL and compares the answer with what is expected of it.

A new connection for every probe, to the address that was resolved and checked. Secrets go to the origin
of `url` and nowhere else.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from checks.errors import ProbeError, TargetError
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Level, Observation, Reading
from checks.net.answer import Expected
from checks.net.dial import Phases, Target, budget, dial
from checks.net.handshake import Trust
from checks.net.http1 import Exchange, Headers, Request, Response
from checks.net.patience import asked_to_wait, wait_is_over
from checks.net.url import Url, parse_url, redirected
from checks.options import Bytes
from checks.secrets import SecretText
from checks.units import show
from checks.version import __version__

MOST_REDIRECTS = 5
EXCERPT = 2048
"""Bytes of the body that are shown as evidence when something is wrong."""

HEADER_SHOWN = 500
"""Bytes of a header's value that are shown."""

SHOWN_HEADERS = ("server", "content-type", "content-encoding", "location", "retry-after")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
SECRET_HEADERS = re.compile(r"(?i)authorization|cookie|token|secret|key|password")
"""Headers whose value is a secret even when it is written out."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of asking: the last answer, and what it took to get it."""

    url: Url
    response: Response
    address: str
    phases: Phases
    first_byte: float
    received: int
    hops: int = 0
    problem: ProbeError | None = None
    """Why a redirect was not followed."""


@dataclass(frozen=True, slots=True)
class HttpCheck:
    """Asks a URL and compares the answer."""

    READINGS: ClassVar = (
        ReadingSpec("latency", "s", "From the start of the probe to the end of the answer."),
        ReadingSpec("dns", "s", "Looking up the host name."),
        ReadingSpec("connect", "s", "Connecting."),
        ReadingSpec("tls", "s", "The TLS handshake; only with https."),
        ReadingSpec("first_byte", "s", "From the request to the first byte of the answer."),
        ReadingSpec("status", "", "The HTTP status."),
        ReadingSpec("size", "B", "Size of the body as far as it was read, decoded."),
    )
    EXAMPLE: ClassVar = """\
kind: http
url: https://api.example.com/health
headers: {Accept: application/json}
expect: {status: 2xx, json: {status: ok}}
warn: latency > 1 s
crit: latency > 2 s for 3 samples
"""

    url: str
    """What to ask, beginning with http:// or https://; without credentials."""
    method: str = "GET"
    """HTTP method."""
    headers: Mapping[str, SecretText] = field(default_factory=dict)
    """Headers to send; values may name secrets."""
    body: SecretText | None = None
    """Body to send; may name secrets."""
    expect: Expected = field(default_factory=Expected)
    """What the answer must be: status, text, not_text, regex, json."""
    username: str = ""
    """User name for basic authentication."""
    password: SecretText | None = None
    """Password for basic authentication."""
    bearer: SecretText | None = None
    """Token sent as `Authorization: Bearer`."""
    follow_redirects: bool = False
    """Follow redirects within the same origin, at most five."""
    verify: bool = True
    """Verify certificate and host name; false shows as a permanent WARN."""
    ca_file: str = ""
    """PEM file of the certificates to trust instead of the system's."""
    max_body: Bytes = 1024 * 1024
    """Read no more of the body than this."""
    allow_link_local: bool = False
    """Allow link-local addresses, as those of cloud metadata services are."""

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        parse_url(self.url)
        for token in (self.method, *self.headers):
            if not TOKEN.fullmatch(token):
                raise ValueError(f"{token!r} is neither a method nor the name of a header")
        if (self.password is not None) != bool(self.username):
            raise ValueError("username and password go together")
        if self.bearer is not None and self.username:
            raise ValueError("set either bearer or username and password")

    async def probe(self, context: ProbeContext) -> Observation:
        """Ask once and compare."""
        wait_is_over(context)
        started = context.clock.monotonic()
        visit = await self._visit(context, started)
        elapsed = context.clock.monotonic() - started
        problem = visit.problem
        try:
            if problem is None:
                await self.expect.compare(visit.response, context.threads)
        except ProbeError as error:
            problem = error
        if visit.response.status == 429:
            asked_to_wait(context, visit.response.header("retry-after"))
        return self._observation(visit, elapsed, problem, context)

    async def _visit(self, context: ProbeContext, started: float) -> Visit:
        """Ask, and follow redirects as far as allowed."""
        url = parse_url(self.url)
        request = self._request(url, context)
        visit = await self._ask(url, request, context, started)
        seen = {(request.method, url)}
        while self.follow_redirects and (location := _location(visit.response)):
            try:
                url = redirected(visit.url, location)
                request = _again(request, url, visit.response.status)
                if (request.method, url) in seen:
                    raise TargetError("redirect_loop", f"redirects in a circle, to {url}")
                if len(seen) > MOST_REDIRECTS:
                    raise TargetError("redirect_limit", f"redirects more than {MOST_REDIRECTS} times")
            except ProbeError as problem:
                return replace(visit, problem=problem)
            seen.add((request.method, url))
            before, visit = visit, await self._ask(url, request, context, started)
            visit = replace(visit, phases=before.phases + visit.phases, hops=before.hops + 1)
        return visit

    async def _ask(self, url: Url, request: Request, context: ProbeContext, started: float) -> Visit:
        """Ask one URL over a new connection."""
        left = budget(context.timeout) - (context.clock.monotonic() - started)
        target = Target(url.host, url.port, self._trust(url), allow_link_local=self.allow_link_local)
        connection = await dial(target, left, context.clock)
        with connection.wire as wire:
            exchange = Exchange(wire, context.clock, int(self.max_body))
            left = budget(context.timeout) - (context.clock.monotonic() - started)
            try:
                async with asyncio.timeout(left):
                    response = await exchange.run(request)
            except TimeoutError as error:
                summary = f"answer not complete in time; {exchange.received} bytes came"
                raise TargetError("total_timeout", summary) from error
        first_byte = exchange.first_byte - exchange.sent
        return Visit(url, response, connection.address, connection.phases, first_byte, exchange.received)

    def _trust(self, url: Url) -> Trust | None:
        return Trust(self.verify, self.ca_file) if url.scheme == "https" else None

    def _request(self, url: Url, context: ProbeContext) -> Request:
        given = {name.lower() for name in self.headers}
        ours = (
            ("Host", url.authority),
            ("User-Agent", f"walkdown/{__version__}"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
            *self._authorization(context),
        )
        body = _written(self.body, context).encode() if self.body else b""
        length = (("Content-Length", str(len(body))),) if body else ()
        headers = (
            *((name, value) for name, value in (*ours, *length) if name.lower() not in given),
            *((name, _header(name, value, context)) for name, value in self.headers.items()),
        )
        return Request(self.method, url.path, headers, body)

    def _authorization(self, context: ProbeContext) -> Headers:
        if self.bearer is not None:
            return (("Authorization", f"Bearer {context.reveal(self.bearer)}"),)
        if not self.username:
            return ()
        pair = f"{self.username}:{context.reveal(self.password)}"
        # Revealed once more in the form in which it is sent, so that this form is masked as well.
        encoded = context.reveal(SecretText(base64.b64encode(pair.encode()).decode()))
        return (("Authorization", f"Basic {encoded}"),)

    def _observation(
        self, visit: Visit, elapsed: float, problem: ProbeError | None, context: ProbeContext
    ) -> Observation:
        response = visit.response
        readings = (
            Reading("latency", elapsed, "s"),
            Reading("dns", visit.phases.dns, "s"),
            Reading("connect", visit.phases.connect, "s"),
            *((Reading("tls", visit.phases.tls, "s"),) if visit.url.scheme == "https" else ()),
            Reading("first_byte", visit.first_byte, "s"),
            Reading("status", response.status),
            Reading("size", len(response.body), "B"),
        )
        detail = _evidence(visit, context, excerpt=problem is not None)
        if problem is not None:
            return Observation(problem.summary, problem.level, problem.error_class, readings, detail=detail)
        summary = f"{response.status} {response.reason}, {show(elapsed, 's')}"
        if response.truncated:
            summary += f", body truncated at {show(self.max_body, 'B')}"
        if not self.verify and visit.url.scheme == "https":
            summary += ", certificate not verified"
            return Observation(summary, Level.WARN, "tls_unverified", readings, detail=detail)
        return Observation(summary, readings=readings, detail=detail)


def _written(text: SecretText, context: ProbeContext) -> str:
    """Return the text with its secrets; a text that names none is no secret, so nothing is masked."""
    return context.reveal(text) if text.names else text.template


def _header(name: str, value: SecretText, context: ProbeContext) -> str:
    return context.reveal(value) if SECRET_HEADERS.search(name) else _written(value, context)


def _location(response: Response) -> str:
    """Return where the answer sends us, empty when it does not."""
    return response.header("location") if response.status in (301, 302, 303, 307, 308) else ""


def _again(request: Request, url: Url, status: int) -> Request:
    """Return the request that a redirect of this status asks for (RFC 9110, 15.4)."""
    repeats = status in (307, 308) or request.method in ("GET", "HEAD")
    if repeats:
        return replace(request, path=url.path)
    kept = tuple(pair for pair in request.headers if not pair[0].lower().startswith("content-"))
    return Request("GET", url.path, kept)


def _evidence(visit: Visit, context: ProbeContext, *, excerpt: bool) -> str:
    """Return what the detail view shows; the body only when something is wrong."""
    response = visit.response
    lines = [f"{visit.url} at {visit.address}", f"HTTP {response.status} {response.reason}"]
    if visit.hops:
        lines.append(f"after {visit.hops} redirects")
    shown = ((name, response.header(name)) for name in SHOWN_HEADERS)
    lines += [f"{name}: {context.beginning(value.encode(), HEADER_SHOWN)}" for name, value in shown if value]
    if response.truncated:
        lines.append(f"truncated: {visit.received} bytes were read")
    if excerpt:
        lines += ["", context.beginning(response.body, EXCERPT)]
    return "\n".join(lines)
