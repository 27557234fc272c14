"""Owns the step kind `http`: one request to one service, sent at most once, and what its answer means.

What failed before anything was sent has done nothing. What was sent and not answered may have been done, and
that is said. Secrets go to the one origin that is written out, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from checks.net.answer import Expected
from checks.net.http1 import Response
from checks.options import Bytes
from checks.private import append_private
from checks.units import show
from runbooks.action import Action
from runbooks.harmless import harmless_errors, harmless_outcome
from runbooks.outcome import Applied, FailedError, Outcome, UnknownError, succeeded
from runbooks.step import StepContext
from runbooks.templates import SecretTemplate, Template
from runbooks.web.address import address, is_fixed
from runbooks.web.answers import Place, Wanted, captured, judge, kept, shown
from runbooks.web.asking import KEY_HEADER, Asking, Login
from runbooks.web.calling import Trusting, UnansweredError, call
from runbooks.web.document import SecretJson

READING = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing (RFC 9110, 9.2.1)."""
NO_VALUES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class HttpStep:
    """Sends one request over HTTP and judges the answer."""

    CHANGES: ClassVar[bool] = True
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: enter-maintenance
kind: http
method: POST
url: https://api.example.com/admin/maintenance
json: {reason: planned, minutes: 30}
expect: {status: [200, 202], json: {state: maintenance}}
undo: none
"""

    url: Template
    """What to ask, beginning with http:// or https://; without credentials. What inputs bring into its path
    or query is encoded, so that it stays one part of it."""
    method: str = "GET"
    """HTTP method; GET, HEAD and OPTIONS change nothing unless `changes: true` says so."""
    headers: Mapping[str, SecretTemplate] = field(default_factory=dict)
    """Headers to send; values may name secrets."""
    json: SecretJson | None = None
    """Body to send as JSON; its texts may name inputs, captured values and secrets."""
    body: SecretTemplate | None = None
    """Body to send as it is."""
    form: Mapping[str, SecretTemplate] = field(default_factory=dict)
    """Body to send as a form: names and values."""
    username: str = ""
    """User name for basic authentication."""
    password: SecretTemplate | None = None
    """Password for basic authentication."""
    bearer: SecretTemplate | None = None
    """Token sent as `Authorization: Bearer`."""
    expect: Wanted = field(default_factory=Wanted)
    """What the answer must be: status, text, not_text, regex, json."""
    capture: Mapping[str, Place] = field(default_factory=dict)
    """Values for later steps: a name, and where in the answer it stands: json, header or regex."""
    idempotency_key: bool | str = False
    """Send a key that is the same for this attempt only: as `Idempotency-Key`, or by the header named here.
    Only where the service does nothing twice under one key."""
    verify_certificate: bool = True
    """Verify certificate and host name."""
    ca_file: str = ""
    """PEM file of the certificates to trust instead of the system's."""
    cert_file: str = ""
    """PEM file of a certificate to show to the server."""
    key_file: str = ""
    """PEM file of that certificate's key; empty: it is in the same file."""
    max_body: Bytes = 1024 * 1024
    """Read no more of the answer's body than this."""
    allow_link_local: bool = False
    """Allow link-local addresses, as those of cloud metadata services are."""

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if self.key_file and not self.cert_file:
            raise ValueError("key_file needs cert_file")
        self._asking.demand_sound()
        if not self.url.names:
            try:
                address(self.url, NO_VALUES)
            except FailedError as error:
                raise ValueError(error.summary) from None
        if not is_fixed(self.url) and self._asking.holds_secrets:
            raise ValueError(
                "url must begin with the service written out, such as https://api.example.com/, "
                "as secrets are sent to it"
            )

    @property
    def changes(self) -> bool:
        """Return whether it changes something when nobody says."""
        return self.method.upper() not in READING

    async def prepare(self, context: StepContext) -> Action:
        """Return the request; nothing is sent.

        Raises:
            FailedError: when it is none with these values.
            MissingValueError: when it names a value that the walk does not have.
        """
        url = address(self.url, context.values)
        lines = self._asking.shown(url, context.values)
        if not self.verify_certificate:
            lines += ("# the certificate of the server is NOT verified",)
        return Action(lines, f"{url.scheme}://{url.authority}", self.username)

    async def act(self, context: StepContext) -> Outcome:
        """Send it once.

        Raises:
            FailedError: it was not sent, or it was answered by something else than it must be.
            UnknownError: it was sent and not answered, or answered by one in between only.
        """
        with harmless_errors(context.masker):
            return harmless_outcome(await self._act(context), context.masker)

    async def _act(self, context: StepContext) -> Outcome:
        wanted = self._wanted(context)
        url = address(self.url, context.values)
        trusting = Trusting(
            self.verify_certificate, self.ca_file, self.cert_file, self.key_file, self.allow_link_local
        )
        asked = self._asking.call(url, context, trusting, int(self.max_body))
        began = context.clock.monotonic()
        try:
            response = await call(asked, context.plan.timeout, context.clock)
        except UnansweredError as error:
            if not context.plan.changes:
                raise FailedError(error.error_class, error.summary) from error
            raise self._unknown(error.error_class, f"it was sent, and then: {error.summary}") from error
        elapsed = show(context.clock.monotonic() - began, "s")
        detail = self._keep(response, context)
        try:
            await judge(wanted, response, context.plan.changes)
        except UnknownError as error:
            raise self._unknown(error.error_class, error.summary, detail) from error
        except FailedError as error:
            raise FailedError(error.error_class, error.summary, error.applied, detail=detail) from error
        return self._good(response, elapsed, detail, context.plan.changes)

    def _good(self, response: Response, elapsed: str, detail: str, changes: bool) -> Outcome:
        applied = Applied.FULL if changes else Applied.NONE
        summary = f"{response.status} {response.reason}, {elapsed}"
        try:
            found = captured(self.capture, response)
        except LookupError as error:
            done = "; it was carried out all the same" if changes else ""
            raise FailedError("capture", f"{summary}; {error}{done}", applied, detail=detail) from None
        return succeeded(summary, applied, captured=found, detail=detail)

    def _unknown(self, error_class: str, summary: str, detail: str = "") -> UnknownError:
        if not self._asking.key_header:
            return UnknownError(
                error_class, f"{summary}; whether it was carried out is not known", detail=detail
            )
        words = "whether it was carried out is not known; sending it once more under the same key is safe"
        facts = {"retry_safe": self._asking.key_header}
        return UnknownError(error_class, f"{summary}; {words}", facts=facts, detail=detail)

    def _keep(self, response: Response, context: StepContext) -> str:
        """Leave the whole answer as evidence, and return what is shown of it."""
        with append_private(context.folder / "answer") as file:
            file.write(kept(response, context.masker))
        return shown(response, context.masker)

    def _wanted(self, context: StepContext) -> Expected:
        """Return what the answer must be.

        Raises:
            FailedError: `expect`, when a value makes nothing of it that an answer can be.
        """
        try:
            return self.expect.expected(lambda template: template.shown(context.values))
        except ValueError as error:
            raise FailedError("expect", f"expect: {error}") from None

    @property
    def _asking(self) -> Asking:
        key = self.idempotency_key
        header = key if isinstance(key, str) else KEY_HEADER if key else ""
        login = Login(self.username, self.password, self.bearer)
        return Asking(self.method, self.headers, self.json, self.body, self.form, login, header)
