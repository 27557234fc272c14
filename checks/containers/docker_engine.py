"""Owns the connection to a Docker Engine, and what each way of failing means.

It can only GET, so that whoever holds it cannot change anything; access to the socket itself equals root.
Of the SDK it uses the transport and TLS, not the calls: those read answers of any size. It blocks; call it
in a thread.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, IncompleteRead
from io import BytesIO
from typing import TypeVar

import msgspec
from docker import APIClient
from docker.errors import DockerException, TLSParameterError
from docker.tls import TLSConfig
from requests import Response
from requests.exceptions import ConnectTimeout, RequestException, Timeout
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as SlowError

from checks.errors import Degraded, MeasureError, ProbeError, TargetError
from checks.net.handshake import failure
from checks.net.knock import knock

LARGEST = 16 * 1024 * 1024
"""Bytes of one answer; some two thousand containers with many labels."""
CHUNK = 256 * 1024
UNIX = "unix://"
OLDEST = "1.41"
"""Version of the API that is asked for when the engine's own is newer than all we know of (Engine 20.10)."""

T = TypeVar("T")


class GoneError(TargetError):
    """What was asked for is not there, or no longer."""


class _Version(msgspec.Struct, rename={"api": "ApiVersion"}):
    api: str = OLDEST


@dataclass(frozen=True, slots=True)
class Tls:
    """How to speak TLS with an engine on another host; its certificate is always verified."""

    ca_file: str = ""
    """File of the authority that signed the engine's certificate; empty: the public ones of requests."""
    certificate: str = ""
    """File of our own certificate, when the engine asks for one."""
    key: str = ""
    """File of its private key."""

    def __post_init__(self) -> None:
        """Refuse one half of a pair."""
        if bool(self.certificate) != bool(self.key):
            raise ValueError("certificate and key go together")


class Engine:
    """An engine that answers. One caller at a time, except for `get`."""

    def __init__(self, api: APIClient, host: str) -> None:
        """Hold the client; `connect` makes one."""
        self.host = host
        self._api = api
        self._prefix = ""

    @property
    def is_local(self) -> bool:
        """Return whether its containers may be this machine's own processes."""
        return self.host.startswith(UNIX)

    @property
    def is_reachable(self) -> bool:
        """Return whether somebody still listens where it did; for another host, whether it may be."""
        try:
            _knock(self.host)
        except OSError:
            return False
        return True

    def get(self, path: str, shape: type[T], timeout: float, **query: str) -> T:
        """Return what the engine has at the path.

        Raises:
            GoneError: when there is nothing.
            ProbeError: when the engine does not answer, or not as one should.
        """
        try:
            answer = self._api.get(
                f"{self._api.base_url}{self._prefix}{path}",
                params=query,
                timeout=timeout,
                headers={"Accept-Encoding": "identity"},
                allow_redirects=False,
                stream=True,
            )
            with answer:
                body = _whole(answer)
        except (RequestException, HTTPError, HTTPException, OSError, UnicodeError) as error:
            raise _problem(self.host, error) from error
        if answer.status_code != 200:
            raise _refusal(self.host, answer, body)
        if len(body) > LARGEST:
            raise TargetError("too_large", f"{self.host} answers with more than {LARGEST} bytes")
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.DecodeError, RecursionError) as error:
            raise TargetError("malformed", f"{self.host} answers, but not like a Docker Engine") from error

    def negotiate(self, timeout: float) -> None:
        """Learn the engine's version of the API and keep to it."""
        self._prefix = f"/v{self.get('/version', _Version, timeout).api}"

    async def close(self) -> None:
        """Close the connections that are not in use; those in use end with their answer."""
        self._api.close()


def connect(host: str, tls: Tls | None, timeout: float) -> Engine:
    """Return the engine at the host, once it has answered.

    Raises:
        ProbeError: when it does not.
    """
    try:
        _knock(host)
        secured = _client_tls(tls) if tls else False
        api = APIClient(host, OLDEST, tls=secured)
    except OSError as error:
        raise _problem(host, error) from error
    except (DockerException, ValueError) as error:
        raise MeasureError("host", f"{host}: {error}") from error
    api.trust_env = False
    engine = Engine(api, host)
    try:
        engine.negotiate(timeout)
    except ProbeError:
        api.close()
        raise
    return engine


def _whole(answer: Response) -> bytes:
    """Return the body as it was sent, or a little more than the largest that may be."""
    body = BytesIO()
    while body.tell() <= LARGEST and (part := answer.raw.read(CHUNK, decode_content=False)):
        body.write(part)
    return body.getvalue()


def _knock(host: str) -> None:
    """Return when somebody listens at a local socket: the SDK leaves its own open when nobody does."""
    if host.startswith(UNIX):
        with knock(host.removeprefix(UNIX)):
            pass


def _client_tls(tls: Tls) -> TLSConfig:
    pair = (tls.certificate, tls.key) if tls.certificate else None
    try:
        return TLSConfig(client_cert=pair, ca_cert=tls.ca_file or None, verify=True)
    except TLSParameterError as error:
        files = ", ".join(file for file in (tls.ca_file, tls.certificate, tls.key) if file)
        raise MeasureError("ca_file", f"cannot be read, all or one of them: {files}") from error


def _problem(host: str, error: BaseException) -> ProbeError:
    """Return what the failure means: the innermost reason that says something decides."""
    reasons = tuple(_reasons(error))
    for reason in reasons:
        if isinstance(reason, ssl.SSLError):
            return failure(host, reason)
        if isinstance(reason, socket.gaierror):
            return TargetError("dns_nxdomain", f"no address for {host}: {reason.strerror}")
        if isinstance(reason, PermissionError):
            return _forbidden(host)
        if isinstance(reason, (FileNotFoundError, ConnectionRefusedError)):
            return TargetError("daemon_down", f"no Docker Engine listens at {host}")
    if any(isinstance(reason, ConnectTimeout) for reason in reasons):
        return TargetError("connect_timeout", f"no connection to {host} in time")
    if any(isinstance(reason, (Timeout, SlowError, TimeoutError)) for reason in reasons):
        return TargetError("total_timeout", f"the Docker Engine at {host} does not answer in time")
    if any(isinstance(reason, (ConnectionError, IncompleteRead)) for reason in reasons):
        return TargetError("connection_lost", f"{host} cut the connection")
    for reason in reasons:
        if isinstance(reason, OSError) and reason.errno:
            return TargetError("unreachable", f"{host} cannot be reached: {reason.strerror}")
    return TargetError("malformed", f"{host} does not speak HTTP as a Docker Engine does")


def _reasons(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all that it came from; the SDK's layers wrap one another in arguments too."""
    pending, seen = [error], set()
    while pending:
        one = pending.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        pending += [other for other in inner if isinstance(other, BaseException)]


def _forbidden(host: str) -> MeasureError:
    fix = "add this account to the group that owns the socket (that equals root), or set host: to a proxy"
    return MeasureError("permission", f"no permission to use {host}: {fix} that lets GET through")


def _refusal(host: str, answer: Response, body: bytes) -> ProbeError:
    status, said = answer.status_code, _message(body)
    if status in (404, 409):
        return GoneError("missing", said)
    if status in (401, 403):
        return MeasureError("permission", f"{host} does not let us look: {said}")
    if status == 429:
        return Degraded("http_429", f"{host} wants to be asked less often: {said}")
    return TargetError(f"http_{status // 100}xx", f"{host} answers {status}: {said}")


class _Refused(msgspec.Struct):
    message: str = ""


def _message(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Refused).message
    except msgspec.DecodeError:
        return body[:200].decode(errors="backslashreplace").strip() or "without a reason"
