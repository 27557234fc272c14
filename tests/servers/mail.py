"""Gives tests a mail server that demands STARTTLS, and says what it was sent; it can be down for a while."""

from __future__ import annotations

import contextlib
import email
import socket
import ssl
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Inbox:
    """Takes every mail in."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.encrypted: list[bool] = []
        self.logins: list[bytes] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.mails.append(email.message_from_bytes(envelope.content))
        self.encrypted.append(session.ssl is not None)
        return "250 taken"

    def authenticate(self, server, session, envelope, mechanism, data) -> AuthResult:
        self.logins.append(data.password)
        return AuthResult(success=True)


class MailServer:
    """Listens on one port of 127.0.0.1 whenever it is up."""

    def __init__(self, folder: Path, *, starttls: bool = True) -> None:
        authority = trustme.CA()
        self.authority = folder / "mail-authority.pem"
        authority.cert_pem.write_to_path(self.authority)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(self._context)
        self._starttls = starttls
        self.inbox = Inbox()
        with contextlib.closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._controller: Controller | None = None

    def start(self) -> None:
        options = {"tls_context": self._context, "require_starttls": True} if self._starttls else {}
        self._controller = Controller(
            self.inbox,
            hostname="127.0.0.1",
            port=self.port,
            authenticator=self.inbox.authenticate,
            auth_require_tls=self._starttls,
            **options,
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def url(self, scheme: str = "mailtos", password: str = "") -> str:
        login = f"shop:{password}@" if password else ""
        return (
            f"{scheme}://{login}127.0.0.1:{self.port}?from=shop@example.com&to=ops@example.com&smtp=127.0.0.1"
        )


@contextlib.contextmanager
def mailing(folder: Path, **options: bool) -> Iterator[MailServer]:
    """Open one that is up."""
    server = MailServer(folder, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
