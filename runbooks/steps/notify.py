"""Owns the step kind `notify`: a message to people, by the services that they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.options import Seconds
from checks.text import clean
from runbooks.action import Action
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.step import StepContext
from runbooks.templates import SecretTemplate, Template

LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class NotifyStep:
    """Sends a message to people."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: tell-operations
kind: notify
urls: ['{{ secret.ops_mail }}']
subject: Maintenance of the shop has begun
body: The shop is in maintenance mode until further notice.
"""

    urls: tuple[SecretTemplate, ...]
    """Where to: URLs of Apprise, each best kept as a secret."""
    subject: Template
    """One line."""
    body: Template
    """Plain text, of which at most 2 KiB are sent."""
    within: Seconds = 20.0
    """How long each may take."""

    def __post_init__(self) -> None:
        """Refuse a message to nobody."""
        if not self.urls:
            raise ValueError("urls is empty")
        if self.within <= 0:
            raise ValueError("within must be more than 0 s")

    async def prepare(self, context: StepContext) -> Action:
        """Return the message and the routes; of a URL, only its scheme or the name of its secret.

        Raises:
            FailedError: `line_break`, when a value would bring one into the subject.
        """
        body = self.body.shown(context.values).splitlines()
        lines = [f"to {_route(url)}" for url in self.urls]
        return Action(lines=(*lines, f"subject: {self._subject(context)}", *(f"| {line}" for line in body)))

    async def act(self, context: StepContext) -> Outcome:
        """Send it to every route, whatever becomes of the others.

        Raises:
            FailedError: `not_delivered`, naming routes by their numbers.
        """
        # Half a second to import, and the agent, which only prepares, has no use for it.
        from runbooks.delivery import (  # noqa: PLC0415
            Message,
            as_sent,
            deliver,
            without_ambient_credentials,
        )

        message = Message(self._subject(context), as_sent(self.body.shown(context.values)))
        failed = []
        with without_ambient_credentials():
            for number, url in enumerate(self.urls, 1):
                reason = await deliver(url.filled(context.values, context.secrets), message, self.within)
                if reason:
                    failed.append(f"route {number}: {reason}")
        if failed:
            sent = f"{len(self.urls) - len(failed)} of {len(self.urls)} routes took it"
            raise FailedError("not_delivered", f"{'; '.join(failed)}; {sent}")
        return succeeded(f"{len(self.urls)} of {len(self.urls)} routes took it", Applied.NONE)

    def _subject(self, context: StepContext) -> str:
        subject = self.subject.shown(context.values)
        if any(end in subject for end in "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"):
            raise FailedError("line_break", f"the subject {self.subject} would be broken into several lines")
        return clean(subject)[:LONGEST_SUBJECT]


def _route(url: SecretTemplate) -> str:
    if url.secrets:
        return ", ".join(f"{{{{ secret.{name} }}}}" for name in url.secrets)
    scheme, separator, _ = url.text.partition("://")
    return f"{scheme}://..." if separator else "a URL"
