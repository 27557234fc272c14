"""Owns secrets: a text that may name some, the vault that reads them, and the masker that hides them.

A configuration holds references only. `SecretText` is the one type of option in which `{{ secret.NAME }}`
may stand; it stays unresolved until a probe reveals it, so nothing that is cached, shown, sent or stored
can hold a value. Whatever the vault has revealed is masked by value on every way out.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import select
import signal
import stat
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from checks.clock import Clock, SystemClock
from checks.errors import MeasureError
from checks.surroundings import inherited

MASK = "*****"
SHORTEST_MASKED = 6
"""Characters; a shorter secret is not masked by value, for the mask would eat ordinary text (S21)."""
SECRET_LIMIT = 64 * 1024
"""Bytes; a longer secret is not one."""
COMMAND_TIMEOUT = 10.0
REAP = 1.0
"""Seconds in which a secret's command that was killed should have ended; one of another user may not."""

REFERENCE = re.compile(r"\{\{\s*secret\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
"""How a text names a secret."""

SECRET_NAME = re.compile(
    r"(?i)(?:.*[-_])?(?:password|passwd|passphrase|token|secret|bearer|api[-_]?key|authorization|credentials?|cookie)"
)
"""How options, headers and variables are called whose values are secret."""


@dataclass(frozen=True, slots=True)
class SecretText:
    """Text that may name secrets, such as `{{ secret.db_password }}`; shows as written, never its value."""

    template: str

    @property
    def names(self) -> tuple[str, ...]:
        """Return the secrets that it names."""
        return tuple(REFERENCE.findall(self.template))

    def __str__(self) -> str:
        """Return the template when it only names secrets, else the mask: a literal is itself secret."""
        return self.template if self.names else MASK

    def __repr__(self) -> str:
        """Return a form that cannot hold a value."""
        return f"SecretText({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> dict[str, Any]:
        """Let pydantic read it from a plain string or from its own dump, without importing pydantic here."""
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": cls._read},
            "serialization": {"type": "function-plain", "function": cls._dump},
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """Show as a string to editors."""
        return {"type": "string", "description": "may name secrets: {{ secret.NAME }}"}

    @classmethod
    def _read(cls, value: Any) -> SecretText:
        if isinstance(value, cls):
            return value
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValueError("Input should be text; put it in quotes")
        return cls(str(value))

    def _dump(self) -> str:
        return self.template


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where one secret comes from; exactly one of the four is set."""

    env: str = ""
    """Name of an environment variable; the commands of checks are not given it."""
    file: str = ""
    """Path of a file; one trailing line end is cut. Others must not be able to read it."""
    command: tuple[str, ...] = ()
    """Argument list whose standard output is the secret; ten seconds at most, and run once, not per probe."""
    credential: str = ""
    """Name of a systemd credential, found below `$CREDENTIALS_DIRECTORY`."""

    def __post_init__(self) -> None:
        """Refuse a source that could be read in two ways, or in none."""
        if sum(map(bool, (self.env, self.file, self.command, self.credential))) != 1:
            raise ValueError("a secret comes from exactly one of env, file, command, credential")


def secrets_in(value: object) -> frozenset[str]:
    """Return the names of all secrets that a value mentions, in its fields and their members as well."""
    if isinstance(value, SecretText):
        return frozenset(value.names)
    if is_dataclass(value):
        members: Iterable[object] = (getattr(value, option.name) for option in fields(value))
    elif isinstance(value, Mapping):
        members = value.values()
    elif isinstance(value, (tuple, list)):
        members = value
    else:
        return frozenset()
    return frozenset().union(*(secrets_in(member) for member in members))


class Masker:
    """Replaces known secret values by the mask, in the forms in which they leak."""

    def __init__(self) -> None:
        """Start knowing none."""
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._longest = 0
        self._learning = threading.Lock()

    def learn(self, value: str) -> None:
        """Mask this value from now on, in every form in which it leaks; short values are left alone."""
        forms = {form for form in _forms(value) if len(form) >= SHORTEST_MASKED}
        # Secrets are read in threads; without the lock one that learns slowly undoes what others learnt.
        with self._learning:
            if forms <= self._values:
                return
            values = self._values | forms
            longest_first = sorted(values, key=len, reverse=True)
            self._longest = len(longest_first[0])
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
            self._values = values

    def mask(self, text: str) -> str:
        """Return the text with every known value replaced."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def beginning(self, text: str, most: int) -> str:
        """Return the text's first characters, masked; a value that the cut would go through as a whole."""
        cut = self._value_across(text[: most + self._longest], most)
        return self.mask(text[:most]) if cut is None else self.mask(text[: cut[0]]) + MASK

    def ending(self, text: str, most: int) -> str:
        """Return the text's last characters, masked; a value that the cut would go through as a whole."""
        if len(text) <= most:
            return self.mask(text)
        window = text[-most - self._longest :]
        cut = self._value_across(window, len(window) - most)
        return self.mask(text[-most:]) if cut is None else MASK + self.mask(window[cut[1] :])

    def _value_across(self, text: str, place: int) -> tuple[int, int] | None:
        """Return where the value begins and ends that lies on both sides of the place."""
        found = () if self._pattern is None else self._pattern.finditer(text)
        return next((match.span() for match in found if match.start() < place < match.end()), None)


def _forms(value: str) -> Iterator[str]:
    """Yield a secret as written, line by line, URL-encoded, escaped as in JSON and HTML, and in base64."""
    if len(value) < SHORTEST_MASKED:
        return
    yield value
    yield from (line for line in value.splitlines() if not line.startswith("-----"))
    raw = value.encode(errors="surrogateescape")
    for encoded in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield encoded
        yield re.sub("%[0-9A-F]{2}", lambda escape: escape[0].lower(), encoded)
    yield raw.decode("latin-1")  # as heads of HTTP are read
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield from _html_forms(value)
    yield from _base64_forms(raw)


def _html_forms(value: str) -> Iterator[str]:
    """Yield what escapes for HTML and XML make of it; what quotes become is a matter of taste."""
    bare = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    yield bare
    for double in ("&quot;", "&#34;"):
        yield bare.replace('"', double)
        yield from (
            bare.replace('"', double).replace("'", single) for single in ("&#39;", "&#x27;", "&apos;")
        )


def _base64_forms(raw: bytes) -> Iterator[str]:
    """Yield what base64 makes of the bytes wherever they stand in a longer text, such as `user:password`.

    Three bytes make four letters, so there are three ways; letters that neighbours share are left out.
    """
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        letters = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        whole = letters[shared : len(letters) - ((before + len(raw)) % 3 != 0)]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


class Vault:
    """Reads secrets on demand and teaches the masker every value that it hands out."""

    def __init__(self, sources: Mapping[str, SecretSource], masker: Masker) -> None:
        """Hold the sources; of variables, which a child may show before they are read, learn the values."""
        self._sources = sources
        self._masker = masker
        self._answers: dict[str, str] = {}
        self._fetched: dict[str, str | MeasureError] = {}
        self._warnings: dict[str, str] = {}
        for variable in self.variables:
            masker.learn(os.environ.get(variable, ""))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what the operator should know of the secrets read so far; never a value."""
        return tuple(f"secret {name}: {text}" for name, text in sorted(self._warnings.items()))

    @property
    def masker(self) -> Masker:
        """Return what masks every value that was handed out."""
        return self._masker

    @property
    def variables(self) -> frozenset[str]:
        """Return the environment variables that hold secrets, which no unrelated child may be given."""
        return frozenset(source.env for source in self._sources.values() if source.env)

    def fetch(self, names: Iterable[str]) -> None:
        """Read these secrets anew, for `reveal` to hand out; blocks, so it belongs into a thread."""
        for name in names:
            try:
                self._fetched[name] = self._value(name)
            except MeasureError as error:
                self._fetched[name] = error

    def reveal(self, text: SecretText) -> str:
        """Return the text with the secrets' values in it; one that was not fetched is read now.

        Raises:
            MeasureError: `secret`, when one cannot be read; the message names it, never its value.
        """
        if not text.names:
            self._masker.learn(text.template)
            return text.template
        return REFERENCE.sub(lambda match: self._revealed(match[1]), text.template)

    def _revealed(self, name: str) -> str:
        fetched = self._fetched.get(name)
        if isinstance(fetched, MeasureError):
            raise fetched
        return self._value(name) if fetched is None else fetched

    def _value(self, name: str) -> str:
        source = self._sources.get(name)
        if source is None:
            raise MeasureError("secret", f"secret {name}: not defined")
        try:
            value, warning = self._read(name, source)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise MeasureError("secret", f"secret {name}: {_reason(error)}") from error
        if len(value) < SHORTEST_MASKED:
            warning = f"shorter than {SHORTEST_MASKED} characters, so it cannot be masked where it is shown"
        self._warnings.pop(name, None)
        if warning:
            self._warnings[name] = warning
        self._masker.learn(value)
        return value

    def _read(self, name: str, source: SecretSource) -> tuple[str, str]:
        """Return the value, and a warning when others can read it too."""
        if source.env:
            if source.env not in os.environ:
                raise ValueError(f"environment variable {source.env} is not set")
            return os.environ[source.env], ""
        if source.command:
            if name not in self._answers:
                self._answers[name] = _ask(source.command)
            return self._answers[name], ""
        if source.file:
            return _read_file(Path(source.file))
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise ValueError("CREDENTIALS_DIRECTORY is not set; run under systemd with LoadCredential=")
        return _read_file(Path(folder) / source.credential)


def _ask(command: tuple[str, ...]) -> str:
    """Return what the program says; it is in a session of its own, all of which ends with it."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=inherited(),
        start_new_session=True,
    )
    assert child.stdout is not None
    try:
        with child.stdout as out:
            raw = _said(out.fileno(), child, SystemClock())
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(REAP)
    if len(raw) <= SECRET_LIMIT and child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return _text(raw)


def _said(out: int, child: subprocess.Popen[bytes], clock: Clock) -> bytes:
    """Return what the child says until it ends, or a little more than a secret can be."""
    raw = bytearray()
    deadline = clock.monotonic() + COMMAND_TIMEOUT
    os.set_blocking(out, False)
    ended = os.pidfd_open(child.pid)
    try:
        waiting = select.poll()
        waiting.register(out, select.POLLIN)
        waiting.register(ended, select.POLLIN)
        while len(raw) <= SECRET_LIMIT:
            ready = waiting.poll(max(0.0, deadline - clock.monotonic()) * 1000)
            if not ready:
                raise subprocess.TimeoutExpired(child.args, COMMAND_TIMEOUT)
            if part := _available(out):
                raw += part
            elif any(handle == ended for handle, _ in ready):
                break
            else:
                waiting.unregister(out)
        return bytes(raw)
    finally:
        os.close(ended)


def _available(pipe: int) -> bytes:
    try:
        return os.read(pipe, SECRET_LIMIT)
    except BlockingIOError:
        return b""


def _read_file(path: Path) -> tuple[str, str]:
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise ValueError(f"{path} is not a file")
        value = _text(file.read(SECRET_LIMIT + 1))
    if mode & 0o077:
        return value, f"{path} can be opened by others (mode {mode & 0o777:04o}); chmod 600 {path}"
    return value, ""


def _text(raw: bytes) -> str:
    """Return the secret without its line end; the value is never part of an error."""
    if len(raw) > SECRET_LIMIT:
        raise ValueError(f"longer than {SECRET_LIMIT} bytes")
    try:
        return raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, subprocess.CalledProcessError):
        return f"command {error.cmd[0]} ended with exit code {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"command {error.cmd[0]} took longer than {error.timeout:.0f} s"
    return str(error)
