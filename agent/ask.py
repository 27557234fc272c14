"""Owns the short visit to an agent that is there already: one question, one answer, no event loop.

For commands that must answer fast; consoles use `agent/attach.py`.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agent.changes import apply
from agent.protocol import (
    HEAD_BYTES,
    PROTOCOL,
    Difference,
    Hello,
    ProbeNow,
    Refused,
    Stop,
    ToAgent,
    ToConsole,
    Welcome,
    body_length,
    frame,
    to_console_decoder,
)
from checks.board import Snapshot
from checks.errors import LinkError
from checks.version import __version__


@dataclass(slots=True)
class Visit:
    """An attachment for as long as one command runs."""

    connection: socket.socket
    welcome: Welcome
    snapshot: Snapshot

    def probe(self, names: tuple[str, ...]) -> Snapshot:
        """Have these checks probed now; return the snapshot in which each of them is newer.

        Raises:
            LinkError: when the agent goes away, or takes longer than the checks may.
        """
        before = {state.name: state.last.at for state in self.snapshot.states}
        self.connection.sendall(frame(ProbeNow(names)))
        waiting = set(names)
        while waiting:
            message = _receive(self.connection)
            if isinstance(message, Difference):
                self.snapshot = apply(self.snapshot, message)
                waiting = {name for name in waiting if self.snapshot.state(name).last.at <= before[name]}
        return self.snapshot

    def stop(self, reason: str) -> None:
        """Ask the agent to end; return once it has."""
        self.connection.sendall(frame(Stop(reason)))
        with contextlib.suppress(LinkError):
            while True:
                _receive(self.connection)


@contextlib.contextmanager
def visiting(path: Path, patience: float = 10.0) -> Iterator[Visit | None]:
    """Attach to the agent behind the socket; None when there is none.

    Raises:
        LinkError: when there is one that does not let us attach, or is silent for `patience` seconds.
    """
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as connection:
        connection.settimeout(patience)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            yield None
            return
        except OSError as error:
            raise LinkError(f"{path}: {error.strerror}") from error
        yield _greet(connection)


def _greet(connection: socket.socket) -> Visit:
    hello: ToAgent = Hello(PROTOCOL, __version__, os.getpid())
    connection.sendall(frame(hello))
    message = _receive(connection)
    if isinstance(message, Refused):
        raise LinkError(message.reason)
    if not isinstance(message, Welcome):
        raise LinkError("the agent did not answer as one")
    return Visit(connection, message, message.snapshot)


def _receive(connection: socket.socket) -> ToConsole:
    try:
        body = _exactly(connection, body_length(_exactly(connection, HEAD_BYTES)))
        message: ToConsole = to_console_decoder.decode(body)
        return message
    except TimeoutError as error:
        raise LinkError("the agent is silent") from error
    except (OSError, msgspec.DecodeError) as error:
        raise LinkError(str(error)) from error


def _exactly(connection: socket.socket, length: int) -> bytes:
    body = bytearray()
    while len(body) < length:
        piece = connection.recv(min(1 << 20, length - len(body)))
        if not piece:
            raise LinkError("the agent ended the conversation")
        body += piece
    return bytes(body)
