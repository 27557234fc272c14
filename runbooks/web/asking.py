"""Owns what is asked: one description of a request, filled in to be shown and filled in to be sent."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from checks.masking import MASK
from checks.net.http1 import Headers, Request
from checks.net.url import Url
from checks.secrets import SECRET_NAME
from checks.version import __version__
from runbooks.outcome import FailedError
from runbooks.step import StepContext
from runbooks.templates import SecretTemplate, Template
from runbooks.web.calling import NOTHING_SENT, Call, Trusting
from runbooks.web.document import Fill, SecretJson

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
KEY_HEADER = "Idempotency-Key"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
"""What no header can hold."""
OURS = ("host", "content-length", "transfer-encoding", "connection")
"""Headers that say how a request is read, not what it says; they are never the step's to set."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks."""

    username: str = ""
    password: SecretTemplate | None = None
    bearer: SecretTemplate | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A request whose texts are templates."""

    method: str
    headers: Mapping[str, SecretTemplate]
    json: SecretJson | None
    body: SecretTemplate | None
    form: Mapping[str, SecretTemplate]
    login: Login
    key_header: str
    """The header that bears the key of the attempt; empty: none does."""

    def demand_sound(self) -> None:
        """Refuse what no request can be made of.

        Raises:
            ValueError: with what is wrong.
        """
        login = self.login
        for token in (self.method, *self.headers, *filter(None, (self.key_header,))):
            if not TOKEN.fullmatch(token):
                raise ValueError(f"{token!r} is neither a method nor the name of a header")
            if token.lower() in OURS:
                raise ValueError(f"header {token} cannot be set: it says how the request is read")
        if (self.json is not None) + (self.body is not None) + bool(self.form) > 1:
            raise ValueError("set one of json, body and form")
        if (login.password is not None) != bool(login.username):
            raise ValueError("username and password go together")
        if login.bearer is not None and login.username:
            raise ValueError("set either bearer or username and password")

    def shown(self, url: Url, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the request line by line, secrets by their names.

        Raises:
            FailedError: `request`, when it cannot be sent so.
            MissingValueError: when it names a value that is not there.
        """

        def fill(template: Template) -> str:
            return template.shown(values)

        lines = [f"{self.method} {url} HTTP/1.1"]
        for name, template in self.headers.items():
            value = _header(name, fill(template))
            is_literal_secret = SECRET_NAME.fullmatch(name) and not template.secrets
            lines.append(f"{name}: {MASK if is_literal_secret else value}")
        lines += [f"{name}: {value}" for name, value in self._added("the key of this attempt")]
        if self.login.password is not None:
            lines.append(f"Authorization: Basic {self.login.username}:{_by_name(self.login.password, fill)}")
        if self.login.bearer is not None:
            lines.append(f"Authorization: Bearer {_by_name(self.login.bearer, fill)}")
        return (*lines, *self._shown_body(fill))

    def call(self, url: Url, context: StepContext, trusting: Trusting, most: int) -> Call:
        """Return the request as it is sent.

        Raises:
            FailedError: `request`, when it cannot be sent so.
            MissingValueError: when it names a value or a secret that is not there.
        """

        def fill(template: Template) -> str:
            return template.filled(context.values, context.secrets)

        body = self._body(fill)
        given = tuple((name, _header(name, fill(template))) for name, template in self.headers.items())
        names = {name.lower() for name, _ in given}
        ours = (
            ("Host", url.authority),
            ("User-Agent", f"walkdown/{__version__}"),
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
            *((("Content-Length", str(len(body))),) if body or self.method not in ("GET", "HEAD") else ()),
            *self._added(context.key),
            *self._authorization(fill),
        )
        headers = (*(pair for pair in ours if pair[0].lower() not in names), *given)
        return Call(url, Request(self.method, url.path, headers, body), trusting, most)

    @property
    def holds_secrets(self) -> bool:
        """Return whether anything in it must be seen by nobody but the service."""
        login = self.login
        texts: list[Template] = [*self.headers.values(), *self.form.values()]
        texts += [] if self.json is None else self.json.texts
        texts += [] if self.body is None else [self.body]
        named = any(text.secrets for text in texts) or any(map(SECRET_NAME.fullmatch, self.headers))
        return named or login.password is not None or login.bearer is not None

    def _added(self, key: str) -> Headers:
        """Return the headers that follow from what else was said."""
        sort = "application/json" if self.json is not None else ""
        sort = "application/x-www-form-urlencoded" if self.form else sort
        given = {name.lower() for name in self.headers}
        typed = (("Content-Type", sort),) if sort and "content-type" not in given else ()
        return (*typed, *(((self.key_header, key),) if self.key_header else ()))

    def _authorization(self, fill: Fill) -> Headers:
        if self.login.bearer is not None:
            return (("Authorization", _header("Authorization", f"Bearer {fill(self.login.bearer)}")),)
        if self.login.password is None:
            return ()
        pair = _encoded(f"{self.login.username}:{fill(self.login.password)}")
        return (("Authorization", f"Basic {base64.b64encode(pair).decode()}"),)

    def _body(self, fill: Fill) -> bytes:
        if self.json is not None:
            return _encoded(json.dumps(self.json.filled(fill), ensure_ascii=False))
        if self.body is not None:
            return _encoded(fill(self.body))
        pairs = [(name, _encoded(fill(value))) for name, value in self.form.items()]
        return urlencode(pairs).encode()

    def _shown_body(self, fill: Fill) -> tuple[str, ...]:
        if self.json is not None:
            text = json.dumps(self.json.filled(fill), ensure_ascii=False, indent=2)
        elif self.body is not None:
            text = fill(self.body)
        else:
            text = "\n".join(f"{name}={fill(value)}" for name, value in self.form.items())
        _encoded(text)
        return ("", *text.splitlines()) if text else ()


def _header(name: str, value: str) -> str:
    if _FORBIDDEN.search(value):
        raise FailedError("request", f"header {name} holds a character that HTTP forbids; {NOTHING_SENT}")
    return value


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise FailedError(
            "request", f"a value holds a character that cannot be sent; {NOTHING_SENT}"
        ) from None


def _by_name(template: Template, fill: Fill) -> str:
    """Return a secret by its name; one that is written out has none."""
    return fill(template) if template.secrets else MASK
