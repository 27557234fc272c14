"""Owns the program that hands one message over and ends: `python -m runbooks.carrier`, order in, answer out.

A process of its own, for what it calls takes long to import, cannot be cancelled, and heeds the environment.
The secrets of the URL are read here and nowhere else; neither they nor the URL ever go to an argument list or
come back. It ends itself when its time is over, also when nobody waits any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import msgspec

from checks.errors import MeasureError
from checks.masking import Masker
from checks.secrets import SecretSource, SecretText
from checks.vault import Vault

STARTING = 15
"""Seconds for the start and the reading of secrets, beside those for the delivery."""
IN_THE_CLEAR = "mail goes by mailtos://, which demands STARTTLS; mailto:// would send it in the clear"


@dataclass(frozen=True, slots=True)
class Order:
    """One message and where it goes."""

    url: str
    """Apprise URL as written: secrets by their names."""
    subject: str
    body: str
    seconds: float
    """How long the delivery may take."""
    secrets: Mapping[str, SecretSource] = field(default_factory=dict)
    """Where the secrets of the URL come from."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it."""

    reason: str = ""
    """Why it was not taken; empty when it was. Never says a secret."""


def main() -> None:
    """Take the order from standard input, deliver it, and answer on standard output."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    signal.alarm(STARTING + round(order.seconds) + 1)
    answer = Answer(_delivered(order))
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def _delivered(order: Order) -> str:
    """Return why the message was not taken; empty when it was."""
    # Half a second to import; who only places orders has no use for it.
    from runbooks.delivery import Message, as_sent, deliver, without_ambient_credentials  # noqa: PLC0415

    masker = Masker()
    try:
        url = Vault(order.secrets, masker).reveal(SecretText(order.url))
    except MeasureError as error:
        return str(error)
    if url.lower().startswith("mailto://") and not re.search(r"[?&]mode=", url):
        return IN_THE_CLEAR
    with contextlib.suppress(ValueError):  # no URL; who delivers says so
        masker.learn(unquote(urlsplit(url).password or ""))
    message = Message(masker.mask(order.subject), as_sent(masker.mask(order.body)))
    with without_ambient_credentials():
        return asyncio.run(deliver(url, message, order.seconds))


if __name__ == "__main__":
    main()
