"""What an attacker tried on the product as a whole: each of these once did harm."""

import asyncio
import re
import sys
import time
from pathlib import Path

import pytest

from checks.board import Snapshot, SystemInfo
from checks.clock import SystemClock
from checks.definition import Definition
from checks.errors import MeasureError
from checks.kinds.command import CommandCheck
from checks.kinds.http import HttpCheck
from checks.kinds.tcp import TcpCheck
from checks.model import Level, Result
from checks.output import tap
from checks.runner import open_runner
from checks.secrets import Masker, SecretSource, SecretText, Vault
from tests.checks.configurations import complaints
from tests.tui.boards import snapshot, state, system


def board(summary: str) -> tuple[SystemInfo, Snapshot]:
    """Return a system with one check that is CRIT and says this."""
    return system(("web", "edge")), snapshot([state("web", Level.CRIT, summary)])


def test_variables_that_multiply_are_refused_in_no_time(folder: Path) -> None:
    ten = ("{{ a" + str(n) + " }}" for n in range(11))
    names = "\n".join(f"  a{n}: '{before * 10}'" for n, before in enumerate(ten, 1))
    text = f"system: bomb\nvars:\n  a0: xxxxxxxxxx\n{names}\nchecks:\n  c: {{kind: ask}}\n"
    (folder / "system.yaml").write_text(text)
    began = time.monotonic()
    assert "vars.a4: variables make too much text of this" in complaints(folder)[0]
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("summary", ["# SKIP all well", r"\# SKIP all well", r"\\# TODO", "#SKIP"])
def test_no_answer_makes_a_failure_a_tap_directive(summary: str) -> None:
    line = tap.render(*board(summary)).splitlines()[-1]
    # The pattern of TAP::Parser: a directive begins at the first # that no backslash escapes.
    assert not re.match(r"^[^\\#]*(?:\\.[^\\#]*)*#\s*(SKIP|TODO)\b", line, re.IGNORECASE)


CANARY = "canary-ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789"
NAMED = SecretText("{{ secret.canary }}")


async def seen_by(check, timeout: float = 5.0) -> Result:
    """Probe once with a secret whose value is the canary."""
    sources = {"canary": SecretSource(env="CANARY")}
    async with open_runner(sources, SystemClock()) as runner:
        return await runner.run(Definition("it", "kind", check, timeout=timeout))


def leaks(result: Result) -> bool:
    """Return whether eight characters of the canary in a row came out."""
    pieces = (CANARY[place : place + 8] for place in range(len(CANARY) - 7))
    return any(piece in repr(result) for piece in pieces)


@pytest.mark.parametrize("size", range(4096 - 48, 4098, 6))
@pytest.mark.parametrize("stream", ["1", "2"])
async def test_no_cut_through_what_a_command_says_shows_half_a_secret(monkeypatch, size, stream) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    most = size if stream == "1" else size - 2048
    script = f'{{ printf "%s" "$S"; head -c {most} /dev/zero | tr "\\0" x; }} >&{stream}; exit 1'
    result = await seen_by(CommandCheck(run=script, shell=True, env={"S": NAMED}))
    assert "xxx" in result.observation.detail
    assert not leaks(result)


async def test_the_last_words_of_a_command_show_no_half_secret(monkeypatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    script = 'printf "%s " "$S"; head -c 2030 /dev/zero | tr "\\0" x; sleep 30'
    result = await seen_by(CommandCheck(run=script, shell=True, env={"S": NAMED}), timeout=1.0)
    assert "xxx" in result.observation.detail
    assert not leaks(result)


@pytest.mark.parametrize("kind", ["http", "tcp"])
@pytest.mark.parametrize("before", range(0, 48, 6))
async def test_no_cut_through_an_answer_shows_half_a_secret(monkeypatch, kind, before) -> None:
    monkeypatch.setenv("CANARY", CANARY)

    async def echo(reader, writer):
        body = b"x" * ((2048 if kind == "http" else 512) - before) + CANARY.encode() + b" y" * 99
        head = b"HTTP/1.1 500 No\r\nServer: " + b"x" * (500 - before) + CANARY.encode()
        writer.write(head + b"\r\n\r\n" + body if kind == "http" else body)
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        result = await seen_by(
            HttpCheck(url=f"http://127.0.0.1:{port}/", bearer=NAMED)
            if kind == "http"
            else TcpCheck("127.0.0.1", port, send=NAMED, expect=" y y y")
        )
    assert "xxx" in result.observation.detail
    assert not leaks(result)


async def test_a_variable_that_holds_a_secret_reaches_no_unrelated_command(monkeypatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    result = await seen_by(CommandCheck(run=("sh", "-c", 'echo "<$CANARY>" | tr A-Z a-z')))
    assert result.summary == "<>"


def asked(*command: str) -> str:
    """Return the secret that a command tells."""
    vault = Vault({"s": SecretSource(command=command)}, Masker())
    return vault.reveal(SecretText("{{ secret.s }}"))


def test_a_secret_is_had_although_the_command_leaves_a_daemon_behind() -> None:
    began = time.monotonic()
    assert asked("sh", "-c", "echo word-of-power; sleep 37.25 & exit 0") == "word-of-power"
    assert time.monotonic() - began < 2


def test_a_secret_that_never_ends_costs_no_memory() -> None:
    began = time.monotonic()
    with pytest.raises(MeasureError, match="longer than 65536 bytes"):
        asked("cat", "/dev/zero")
    assert time.monotonic() - began < 2


def test_the_command_of_a_secret_has_no_terminal_and_none_of_our_interpreter(monkeypatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/planted")
    script = "import os; print(os.getsid(0) == os.getpid(), os.environ.get('PYTHONPATH'))"
    assert asked(sys.executable, "-c", script) == "True None"
