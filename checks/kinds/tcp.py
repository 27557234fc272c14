"""Owns the kind `tcp`: connects to a port, and may say something and await an answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from checks.errors import TargetError
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Observation, Reading
from checks.net.dial import Target, budget, dial
from checks.net.wire import Wire
from checks.secrets import SecretText
from checks.units import show

ANSWER_CAP = 64 * 1024
"""Bytes of an answer in which what is expected is looked for."""

EXCERPT = 512


@dataclass(frozen=True, slots=True)
class TcpCheck:
    """Connects to a port."""

    READINGS: ClassVar = (
        ReadingSpec("latency", "s", "From the start of the probe to its end."),
        ReadingSpec("dns", "s", "Looking up the host name."),
        ReadingSpec("connect", "s", "Connecting."),
    )
    EXAMPLE: ClassVar = """\
kind: tcp
host: mail.example.com
port: 25
expect: "220 "
warn: latency > 500 ms
"""

    host: str
    """Host name or address."""
    port: int
    """Port."""
    send: SecretText | None = None
    """Text to send once connected; may name secrets."""
    expect: str = ""
    """Text that must come back within the first 64 KiB."""
    allow_link_local: bool = False
    """Allow link-local addresses, as those of cloud metadata services are."""

    def __post_init__(self) -> None:
        """Refuse what is no port."""
        if not 0 < self.port < 65536:
            raise ValueError(f"port {self.port} is not between 1 and 65535")

    async def probe(self, context: ProbeContext) -> Observation:
        """Connect once, and talk if asked to."""
        started = context.clock.monotonic()
        target = Target(self.host, self.port, allow_link_local=self.allow_link_local)
        connection = await dial(target, budget(context.timeout), context.clock)
        with connection.wire as wire:
            left = budget(context.timeout) - (context.clock.monotonic() - started)
            answer = await self._talk(wire, context, left)
        elapsed = context.clock.monotonic() - started
        readings = (
            Reading("latency", elapsed, "s"),
            Reading("dns", connection.phases.dns, "s"),
            Reading("connect", connection.phases.connect, "s"),
        )
        detail = f"{target.name} at {connection.address}\n{context.beginning(answer, EXCERPT)}"
        return Observation(f"connected, {show(elapsed, 's')}", readings=readings, detail=detail)

    async def _talk(self, wire: Wire, context: ProbeContext, left: float) -> bytes:
        """Send and await what the options say; return what came."""
        answer = bytearray()
        try:
            async with asyncio.timeout(left):
                if self.send is not None:
                    await wire.send(self._message(context))
                if self.expect:
                    await self._await(wire, context, answer)
        except TimeoutError as error:
            summary = f"expected text did not come in time; {len(answer)} bytes came"
            raise TargetError("total_timeout", summary, context.beginning(bytes(answer), EXCERPT)) from error
        except OSError as error:
            summary = f"connection lost after {len(answer)} bytes: {error.strerror}"
            raise TargetError(
                "connection_lost", summary, context.beginning(bytes(answer), EXCERPT)
            ) from error
        return bytes(answer)

    def _message(self, context: ProbeContext) -> bytes:
        """Return what to send; a text that names no secret is none."""
        assert self.send is not None
        return (context.reveal(self.send) if self.send.names else self.send.template).encode()

    async def _await(self, wire: Wire, context: ProbeContext, answer: bytearray) -> None:
        wanted = self.expect.encode()
        while wanted not in answer:
            data = await wire.receive()
            answer += data
            if not answer:
                raise TargetError("connection_lost", "connection closed without a word")
            if not data or len(answer) > ANSWER_CAP:
                summary = f"{self.expect!r} is not in the {len(answer)} bytes that came"
                raise TargetError("assertion", summary, context.beginning(bytes(answer), EXCERPT))
            await context.clock.sleep(0)
