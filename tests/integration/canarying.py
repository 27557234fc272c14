"""Twelve secrets and one in plain text, a system that uses them everywhere, and who looks for them."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote, quote_plus

SYSTEM = Path(__file__).with_name("canaries")
NAMES = (
    *("environment", "input_of_program", "told", "head", "document", "database"),
    *("value", "route", "content", "mode", "given", "on_the_way"),
)
"""Of the secrets, by what they are used for."""
PLAIN = "literal"
"""The name of the one that stands in the system's file, which warns of it."""
WINDOW = 12
"""Characters of a secret, in a row, that are too many."""


def _made(name: str) -> str:
    """Return a secret: nothing that occurs by chance, with characters that are escaped here or there."""
    noise = base64.b64encode(sha256(name.encode()).digest()).decode()
    pieces = zip("%&<+/#", range(0, 36, 6), strict=True)
    return "".join(noise[start : start + 6] + mark for mark, start in pieces) + noise[36:40]


CANARIES = {name: _made(name) for name in (*NAMES, PLAIN)}
CANARIES["environment"] += 'ü"\\'
CANARIES["input_of_program"] += "\\'é"


def _forms(value: str) -> Iterator[str]:
    """Yield a secret in every form in which it may be found."""
    raw = value.encode()
    yield from (value, quote(value, safe=""), quote(value), quote_plus(value), html.escape(value))
    yield from (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    for before in range(3):
        letters = base64.b64encode(b"x" * before + raw).decode()
        whole = letters[(0, 2, 3)[before] : len(letters) - 4]
        yield from (whole, whole.replace("+", "-").replace("/", "_"))


def _windows(value: str) -> Iterator[str]:
    for form in set(_forms(value)):
        yield from (form[start : start + WINDOW] for start in range(len(form) - WINDOW + 1))


_PARTS = {part.encode()[:WINDOW]: name for name, value in CANARIES.items() for part in _windows(value)}
"""Bytes that are too many in a row, and of which secret."""


def leaks(data: bytes | str) -> list[str]:
    """Return the secrets of which anything stands in the data, with what stands there."""
    raw = data.encode(errors="surrogateescape") if isinstance(data, str) else data
    raw = raw.replace(bytes(64), b"")  # a file may be empty for megabytes
    found: dict[str, bytes] = {}
    for start in range(len(raw) - WINDOW + 1):
        name = _PARTS.get(raw[start : start + WINDOW])
        if name is not None:
            found.setdefault(name, raw[max(0, start - 60) : start + 40])
    return [f"{name}: {place!r}" for name, place in found.items()]


def spread(value: str) -> list[str]:
    """Return a secret in every form in which the oracle has to find it."""
    return sorted(set(_forms(value)))


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent: `/echo/STATUS`, `/redirect`; `/cut` takes a request and says nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/cut":
            self.close_connection = True
            return
        status = int(self.path.rpartition("/")[2]) if self.path.startswith("/echo/") else 302
        answer = json.dumps({"head": dict(self.headers), "body": body.decode(errors="replace")}).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere?token=" + quote(self.headers["X-Head"], safe=""))
        self.send_header("X-Echo", self.headers.get("X-Head", ""))
        self.send_header("Content-Length", str(len(answer)))
        with contextlib.suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(answer)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *words: object) -> None:
        pass


def write_system(folder: Path, web: int, postgres: int) -> dict[str, str]:
    """Write the system into `folder/system`; return the variables by which its agent finds the secrets."""
    source, place, credentials = folder / "system", folder / "place", folder / "credentials"
    shutil.copytree(SYSTEM, source)
    text = (source / "system.yaml").read_text().replace("LITERAL", json.dumps(CANARIES[PLAIN]))
    (source / "system.yaml").write_text(text)
    for made in (place, credentials):
        made.mkdir()
    secrets: dict[str, dict[str, object]] = {}
    for name in ("input_of_program", "told", "database", "value", "route", "mode"):
        file = _private(folder / f"{name}.secret", CANARIES[name])
        secrets[name] = {"file": str(file)}
    for name in ("told", "value"):
        secrets[name] = {"command": ["cat", str(folder / f"{name}.secret")]}
    word = quote(CANARIES["route"], safe="")
    (folder / "route.secret").write_text(f"json://operator:{word}@127.0.0.1:{web}/echo/200")
    for name in ("head", "content"):
        _private(credentials / f"canary_{name}", CANARIES[name])
    variables = {
        "web": f"http://127.0.0.1:{web}",
        "port": str(web),
        "postgres_port": str(postgres),
        "place": str(place),
        "says": str(SYSTEM / "says.py"),
    }
    (source / "local.yaml").write_text(json.dumps({"vars": variables, "secrets": secrets}))
    return {
        "CANARY_ENVIRONMENT": CANARIES["environment"],
        "CANARY_DOCUMENT": CANARIES["document"],
        "CREDENTIALS_DIRECTORY": str(credentials),
    }


def _private(file: Path, text: str) -> Path:
    file.touch(0o600)
    file.write_text(text)
    return file


WATCH = """
import os, sys, time
seen, tries = set(), {}
with open(sys.argv[1], "wb", buffering=0) as file:
    while True:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
        for pid in pids:
            if tries.get(pid, 0) < 200:
                tries[pid] = tries.get(pid, 0) + 1
                try:
                    with open(f"/proc/{pid}/cmdline", "rb") as one:
                        line = one.read()
                except OSError:
                    continue
                if line not in seen:
                    seen.add(line)
                    file.write(line + b"\\n")
        for gone in set(tries) - set(pids):
            del tries[gone]
        time.sleep(0.005)
"""
"""Writes every argument list of every process of this host, looking each 5 ms at those that are new."""


@contextmanager
def argument_lists(file: Path) -> Iterator[Path]:
    """Have every argument list written into the file for a while."""
    watching = subprocess.Popen([sys.executable, "-c", WATCH, str(file)], env={"PATH": os.environ["PATH"]})
    try:
        while not file.exists() or not file.stat().st_size:
            time.sleep(0.02)
        yield file
    finally:
        watching.kill()
        watching.wait()
