"""Owns the short visit to an agent that is there already: one question, one answer, no event loop.

For commands that must answer fast; consoles use `agent/attach.py`.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from agent.access_messages import AccessAnswer, AskAccess
from agent.address import address_of
from agent.check_messages import AskProbe, ProbeAnswer
from agent.peers import demand_user, peer_of
from agent.protocol import (
    HEAD_BYTES,
    PROTOCOL,
    Bye,
    Hello,
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
from runbooks.rights import Present

PATIENCE = 5.0
"""Seconds of silence after which an agent counts as stuck; it says something every 1.5 s."""
PARTING = 3.0
"""Seconds that an agent has for its last word."""
END_WITHIN = 7.0
"""Seconds that it has to end after that."""


@dataclass(slots=True)
class Visit:
    """An attachment for as long as one command runs."""

    connection: socket.socket
    place: Path
    """The socket behind which the agent was found."""
    welcome: Welcome

    @property
    def snapshot(self) -> Snapshot:
        """Return what the agent knew when it was visited."""
        return self.welcome.snapshot

    def probe(self, names: tuple[str, ...]) -> Snapshot:
        """Have these checks probed now; return what was seen of them.

        Raises:
            LinkError: when the agent goes away or is silent.
        """
        _send(self.connection, AskProbe(1, names))
        while True:
            match _receive(self.connection):
                case ProbeAnswer(snapshot=snapshot):
                    return snapshot
                case Refused(reason=reason) | Bye(reason=reason):
                    raise LinkError(reason)

    def present(self) -> tuple[Present, ...]:
        """Return who is attached.

        Raises:
            LinkError: when the agent goes away or is silent.
        """
        _send(self.connection, AskAccess(1))
        while True:
            match _receive(self.connection):
                case AccessAnswer(present=present):
                    return present
                case Refused(reason=reason) | Bye(reason=reason):
                    raise LinkError(reason)

    def stop(self, reason: str, *, force: bool = False) -> None:
        """Ask the agent to end, also while a walk is open if by `force`; return once it has.

        Raises:
            LinkError: when it will not.
        """
        _send(self.connection, Stop(reason, force))
        while True:
            try:
                message = _receive(self.connection)
            except LinkError:
                return
            if isinstance(message, Refused):
                raise LinkError(message.reason)


@contextlib.contextmanager
def visiting(*places: Path, patience: float = PATIENCE, uid: int | None = None) -> Iterator[Visit | None]:
    """Attach to the agent behind the first of the sockets that has one; None when there is none.

    It must be an agent of ours, or of the user `uid`.

    Raises:
        LinkError: when there is one that does not let us attach, or is silent for `patience` seconds.
    """
    with _connected(places, patience, uid) as found:
        yield None if found is None else Visit(*found, _greet(found[0]))


def dismiss(*places: Path, reason: str, force: bool = False, uid: int | None = None) -> int | None:
    """Have the agent behind the first of the sockets end, whatever its version; return its process id.

    `Stop` is understood as a first word by every version, and the kernel says who listens: an agent that
    answers nothing is still known by its process. None when there is none. One with an open walk ends only by
    `force`; the next agent takes the walk up.

    Raises:
        LinkError: when it does not let us, or lives on after ten seconds.
    """
    with _connected(places, PARTING, uid) as found:
        if found is None:
            return None
        connection, _ = found
        pid = peer_of(connection).pid
        with contextlib.suppress(LinkError):
            _send(connection, Stop(reason, force))
        if words := _last_words(connection):
            raise LinkError(words)
        if not _ends(pid):
            raise LinkError(f"the agent does not end; if it must: kill -KILL {pid}")
        return pid


@contextlib.contextmanager
def _connected(
    places: tuple[Path, ...], patience: float, uid: int | None
) -> Iterator[tuple[socket.socket, Path] | None]:
    """Connect to the first socket behind which somebody listens; None when nobody does."""
    for place in places:
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as connection:
            connection.settimeout(patience)
            try:
                with address_of(place) as address:
                    connection.connect(address)
            except (FileNotFoundError, ConnectionRefusedError):
                continue
            except OSError as error:
                raise LinkError(f"{place}: {error.strerror or error}") from error
            demand_user(connection, place, os.geteuid() if uid is None else uid)
            yield connection, place
            return
    yield None


def _greet(connection: socket.socket) -> Welcome:
    _send(connection, Hello(PROTOCOL, __version__, os.getpid()))
    message = _receive(connection)
    if isinstance(message, Refused):
        raise LinkError(f"{message.reason}; walkdown agent stop ends it (process {message.pid})")
    if not isinstance(message, Welcome):
        raise LinkError("the agent did not answer as one")
    return message


def _last_words(connection: socket.socket) -> str:
    """Return why the agent refused to end; empty when it said nothing of the kind."""
    try:
        message = _receive(connection)
    except LinkError:
        return ""
    return message.reason if isinstance(message, Refused) else ""


def _ends(pid: int) -> bool:
    """Return whether the process has ended in time."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    except OSError as error:
        raise LinkError(f"the agent's process cannot be seen from here: {error.strerror}") from error
    try:
        return bool(select.select([process], [], [], END_WITHIN)[0])
    finally:
        os.close(process)


def _send(connection: socket.socket, message: ToAgent) -> None:
    try:
        connection.sendall(frame(message))
    except OSError as error:
        raise LinkError(f"the agent does not listen: {error.strerror or error}") from error


def _receive(connection: socket.socket) -> ToConsole:
    try:
        body = _exactly(connection, body_length(_exactly(connection, HEAD_BYTES)))
        message: ToConsole = to_console_decoder.decode(body)
        return message
    except TimeoutError as error:
        pid = peer_of(connection).pid
        raise LinkError(f"the agent (process {pid}) is silent") from error
    except OSError as error:
        raise LinkError(f"the agent is gone: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise LinkError(f"the agent speaks another language: {error}") from error


def _exactly(connection: socket.socket, length: int) -> bytes:
    body = bytearray()
    while len(body) < length:
        piece = connection.recv(min(1 << 20, length - len(body)))
        if not piece:
            raise LinkError("the agent ended the conversation")
        body += piece
    return bytes(body)
