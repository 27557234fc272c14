"""Owns handing a message to a service that people read, by its Apprise URL, which is a secret.

Each delivery has a thread of its own, for what it calls cannot be cancelled; one that hangs is left behind.
Nothing of a URL is told, not even in the words of the service. Bodies are plain text in which nobody can be
called. Importing it costs half a second, so who only shows what will be sent does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apprise

from checks.text import clean

EXCERPT = 2048
"""Bytes of a body that are sent."""

_CALLS = re.compile(r"(?i)<(?=[!@#])|@(?=(?:channel|everyone|here|all|room)\b)")
"""What calls everybody: of Slack, Mattermost, Discord, Matrix."""
_STATUS = re.compile(r"error[=:]\s*(\d{3})")
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")

_log = logging.getLogger("apprise")
_TALKATIVE = ("urllib3", "requests")
"""Loggers of what it uses, which quote URLs."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    subject: str
    body: str


def as_sent(text: str) -> str:
    """Return the body as it is sent: an excerpt, cleaned, in which nobody can be called."""
    raw = clean(text, lines=True).encode()
    if len(raw) > EXCERPT:
        raw = raw[: EXCERPT - 4].decode(errors="ignore").encode() + b" ..."
    return _CALLS.sub(lambda match: f"{match[0]} ", raw.decode())


async def deliver(url: str, message: Message, seconds: float) -> str:
    """Hand the message over; return why it was not taken, empty when it was."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def tell(said: str) -> None:
        if not answer.done():
            answer.set_result(said)

    def send() -> None:
        said = "its service failed; its errors say how"
        try:
            said = _sent(url, message, seconds)
        finally:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
                loop.call_soon_threadsafe(tell, said)

    threading.Thread(target=send, daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        return f"no answer within {seconds:g} s"


@contextlib.contextmanager
def without_ambient_credentials() -> Iterator[None]:
    """Have no proxy and no password file of the user heeded meanwhile; it concerns the whole process."""
    names = (*_PROXIES, *(name.upper() for name in _PROXIES), "NETRC", "NO_PROXY", "no_proxy")
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ |= {"NETRC": os.devnull, "NO_PROXY": "*"}
    try:
        yield
    finally:
        for name in ("NETRC", "NO_PROXY"):
            del os.environ[name]
        os.environ |= before


def _sent(url: str, message: Message, seconds: float) -> str:
    """Return why it was not taken; empty when it was. Blocks."""
    asset = apprise.AppriseAsset(async_mode=False, http_redirects=False, service_timeout=seconds)
    service: Any = apprise.Apprise.instantiate(url, asset=asset)
    if service is None:
        return "it is no URL that Apprise knows"
    service.socket_connect_timeout = service.socket_read_timeout = seconds
    with _silence() as heard:
        text = apprise.NotifyFormat.TEXT
        taken = service.notify(body=message.body, title=message.subject, body_format=text)
    return "" if taken else heard.reason


@contextlib.contextmanager
def _silence() -> Iterator[_Heard]:
    """Have nothing logged by the library, whatever the level of our own log; lend what listens to it."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    heard = _Heard()
    _log.setLevel(logging.WARNING)
    _log.propagate = False
    _log.addHandler(heard)
    try:
        yield heard
    finally:
        _log.removeHandler(heard)


class _Heard(logging.Handler):
    """Listens to what is logged in this thread, for the status that a service answered."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self.reason = "it was not taken"

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self._thread:
            return
        said = record.getMessage()
        if match := _STATUS.search(said):
            self.reason = f"its service answered {match[1]}"
        elif "onnection error" in said or "onnection failed" in said:
            self.reason = "its service could not be reached"
