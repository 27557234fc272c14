"""What an attacker tried on the product as a whole: each of these once did harm."""

import asyncio
import html
import logging
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from agent.ask import dismiss, visiting
from agent.check_messages import AskProbe
from agent.lifecycle import AgentPlace
from agent.log import MaskedFormatter
from agent.protocol import frame
from checks import paths
from checks.board import Snapshot, SystemInfo
from checks.clock import SystemClock
from checks.databases.resp import MOST_TOGETHER, Replies
from checks.definition import Definition
from checks.errors import LinkError, MeasureError, TargetError
from checks.kinds.command import CommandCheck
from checks.kinds.http import HttpCheck
from checks.kinds.tcp import TcpCheck
from checks.masking import MASK, Masker
from checks.model import HistoryQuery, Level, Result
from checks.net.resolve import RESOLVER
from checks.output import tap
from checks.private import append_private
from checks.runner import open_runner
from checks.secrets import SecretSource, SecretText
from checks.vault import Vault
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


@pytest.mark.parametrize(
    "item", [b"$1000000\r\n" + b"x" * 1_000_000 + b"\r\n", b"*10000\r\n" + b"$0\r\n\r\n" * 10_000]
)
async def test_a_list_of_a_redis_server_is_bounded_as_a_whole(item: bytes) -> None:
    came = len(item)

    async def receive() -> bytes:
        nonlocal came
        came += len(item)
        return item

    with pytest.raises(TargetError, match="a reply of more than"):
        replies = Replies("here", receive)
        replies._buffer += b"*10000\r\n"
        await replies.next()
    assert came < 2 * MOST_TOGETHER


async def test_a_bug_puts_neither_secret_nor_escape_on_a_terminal(monkeypatch, caplog) -> None:
    monkeypatch.setenv("CANARY", CANARY)

    class Buggy:
        async def probe(self, context):
            raise RuntimeError(f"\x1b]0;owned\x07 {context.reveal(NAMED)}")

    assert (await seen_by(Buggy())).error_class == "internal_error"
    assert "owned" in caplog.text
    assert not {CANARY, "\x1b", "\x07"} & {part for part in (CANARY, "\x1b", "\x07") if part in caplog.text}


def test_the_log_takes_no_control_bytes() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "said \x1b[2J\nand more", None, None)
    assert "\x1b" not in MaskedFormatter(Masker()).format(record)


@pytest.mark.parametrize("planted", ["link", "hard link", "pipe", "foreign"])
def test_no_file_that_was_planted_is_written_to(tmp_path: Path, planted: str) -> None:
    victim, place = tmp_path / "victim", tmp_path / "place.log"
    victim.write_text("mine\n")
    if planted == "link":
        place.symlink_to(victim)
    elif planted == "hard link":
        place.hardlink_to(victim)
    elif planted == "pipe":
        os.mkfifo(place)
    elif os.geteuid() == 0:
        place.touch(0o666)
        os.chown(place, 65534, 65534)
    else:
        pytest.skip("only root can make files that belong to others")
    with pytest.raises(OSError):
        append_private(place).close()
    assert victim.read_text() == "mine\n"


def test_a_file_that_others_could_open_is_closed_to_them(tmp_path: Path) -> None:
    place = tmp_path / "place.log"
    place.touch()
    place.chmod(0o666)
    append_private(place).close()
    assert place.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Path]:
    """Have another user listen where our agent should."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    place = tmp_path / "agent.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        child = os.fork()
        if child == 0:
            os.setresuid(65534, 65534, 65534)
            listening.listen()
            time.sleep(60)
            os._exit(0)
        while not Path(f"/proc/{child}/status").read_text().count("65534\t65534"):
            time.sleep(0.01)
        time.sleep(0.1)
        yield place
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


async def test_nobody_else_is_taken_for_our_agent(impostor: Path, monkeypatch) -> None:
    with pytest.raises(LinkError, match="of uid 65534 listens there"), visiting(impostor, patience=1):
        pass
    with pytest.raises(LinkError, match="of uid 65534 listens there"):
        dismiss(impostor, reason="test")
    monkeypatch.setattr(paths, "sockets", lambda source: (impostor,))
    with pytest.raises(LinkError, match="of uid 65534 listens there"):
        await AgentPlace(None, SystemClock()).connect()


@pytest.mark.parametrize(
    ("since", "until"),
    [(0.0, float("inf")), (float("nan"), 1e10), (-1e300, 1e300), (float("-inf"), float("inf"))],
)
async def test_a_question_without_sense_is_refused_and_the_console_stays(agents, since, until) -> None:
    source = agents.system()
    async with agents.link(source) as events:
        await events.attached()
        with pytest.raises(LinkError):
            await events.link.history(HistoryQuery("here", "elapsed", since, until))
        with pytest.raises(LinkError):
            await events.link.results("here", 2**63)
        assert await events.link.results("nope") == ()
    assert "Traceback" not in paths.log_file(source).read_text()


def test_text_that_is_none_ends_one_conversation_in_a_line(agents) -> None:
    source = agents.system()
    AgentPlace(source, SystemClock()).start()
    while not AgentPlace(source, SystemClock()).answers():
        time.sleep(0.05)
    with socket.socket(socket.AF_UNIX) as console:
        console.connect(str(paths.socket_file(source)))
        body = b"\x81\xa4type\xa5\xff\xfe\xff\xff\xff"
        console.sendall(len(body).to_bytes(4, "big") + body)
        assert console.recv(1) == b""
    assert "Traceback" not in paths.log_file(source).read_text()


async def test_who_asks_a_thousand_times_has_it_probed_once_more(agents, tmp_path: Path) -> None:
    told = tmp_path / "told"
    run = f"[sh, -c, 'echo >> {told}; sleep 0.1']"
    text = f"system: q\nchecks:\n  once: {{kind: command, run: {run}, every: 1h}}\n"
    source = agents.system(text)
    async with agents.link(source) as events:
        await events.attached()
        await events.snapshot(lambda seen: seen.state("once").last.at > 0)
    question = frame(AskProbe(1, ("once",) * 1000))
    with visiting(paths.socket_file(source)) as visit:
        assert visit is not None
        visit.connection.sendall(question * 20)
        assert visit.probe(("once",)).state("once").level is Level.OK
    with visiting(paths.socket_file(source)) as visit:
        assert visit is not None
        visit.probe(("once",))
    assert len(told.read_text()) < 10


@pytest.mark.parametrize(
    "host",
    [
        "100.100.100.200",
        "fd20:ce::254",
        "64:ff9b::a9fe:a9fe",
        "::169.254.169.254",
        "::ffff:100.100.100.200",
    ],
)
async def test_no_spelling_of_a_metadata_address_is_connected_to(host: str) -> None:
    with pytest.raises(MeasureError, match="allow_link_local: true permits it"):
        await RESOLVER.resolve(host, 80)


@pytest.mark.parametrize("host", ["::1", "::", "64:ff9b::7f00:1", "127.0.0.1", "2001:db8::1"])
async def test_other_addresses_are_not_taken_for_one(host: str) -> None:
    assert await RESOLVER.resolve(host, 80)


def test_a_secret_is_masked_as_an_error_page_writes_it() -> None:
    masker, value = Masker(), """a<b>&"c"'d'&e"""
    masker.learn(value)
    assert masker.mask(f"<p>{html.escape(value)}</p>") == f"<p>{MASK}</p>"
    assert masker.mask(f"<p>{escape(value)}</p>") == f"<p>{MASK}</p>"
    assert masker.mask(f"<p a={quoteattr(value)}>") == f'<p a="{MASK}">'
    masker.learn("clé-secrète")
    assert masker.mask("500 clé-secrète".encode().decode("latin-1")) == f"500 {MASK}"


def test_secrets_that_are_learnt_at_once_are_all_masked() -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for _ in range(20):
            masker, together = Masker(), threading.Barrier(16)

            def learn(number: int, masker=masker, together=together) -> None:
                together.wait()
                masker.learn(f"secret/number+{number}")

            with ThreadPoolExecutor(16) as threads:
                list(threads.map(learn, range(16)))
            assert {masker.mask(f"secret/number+{number}") for number in range(10, 16)} == {MASK}
    finally:
        sys.setswitchinterval(interval)


def test_a_variable_that_holds_a_secret_is_masked_before_it_is_read(monkeypatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)
    masker = Masker()
    Vault({"unread": SecretSource(env="CANARY")}, masker)
    assert masker.mask(f"CANARY={CANARY}") == f"CANARY={MASK}"
