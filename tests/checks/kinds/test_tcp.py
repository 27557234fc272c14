"""The kind tcp against real sockets."""

import asyncio
import socket

import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.kinds.tcp import TcpCheck
from checks.model import Level
from checks.runner import open_runner
from checks.secrets import SecretSource, SecretText
from checks.testing import probe
from tests.servers.faults import closed, cut, drip, hang, hard_reset, say


async def ask(port, timeout=1.0, **options):
    return await probe(TcpCheck("127.0.0.1", port, **options), timeout=timeout)


def verdict(result):
    return result.level, result.error_class


async def test_a_port_that_accepts_is_ok_and_measured(faults):
    result = await ask(await faults.serve(hang))
    assert verdict(result) == (Level.OK, "")
    assert {reading.name for reading in result.observation.readings} == {
        spec.name for spec in TcpCheck.READINGS
    }


async def test_what_is_expected_may_come_in_pieces(faults):
    port = await faults.serve(drip(b"220 mail ready\r\n", every=0.01))
    assert verdict(await ask(port, expect="220 mail")) == (Level.OK, "")


async def test_what_is_sent_may_name_secrets_and_what_comes_back_is_masked(faults, monkeypatch):
    async def echo(reader, writer):
        writer.write(b"+OK " + await reader.readline())
        await writer.drain()
        await closed(writer)

    monkeypatch.setenv("WALKDOWN_CANARY", "s3cr3t-canary")
    check = TcpCheck(
        "127.0.0.1", await faults.serve(echo), send=SecretText("AUTH {{ secret.canary }}\n"), expect="canary"
    )
    async with open_runner({"canary": SecretSource(env="WALKDOWN_CANARY")}, SystemClock()) as runner:
        result = await runner.run(Definition("mail", "tcp", check))
    assert verdict(result) == (Level.OK, "")
    assert "+OK AUTH *****" in result.observation.detail


@pytest.mark.fault("tcp", "refused")
async def test_a_closed_port_is_refused(closed_port):
    assert verdict(await ask(closed_port)) == (Level.CRIT, "refused")


@pytest.mark.fault("tcp", "blackhole")
async def test_a_blackhole_is_a_connect_timeout(blackhole):
    result = await ask(blackhole, timeout=0.4)
    assert verdict(result) == (Level.CRIT, "connect_timeout")
    assert result.elapsed < 0.9


@pytest.mark.fault("tcp", "dns")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), (Level.CRIT, "dns_nxdomain")),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), (Level.UNKNOWN, "dns_servfail")),
    ],
)
async def test_a_failing_resolver_has_its_classes(names, answer, expected):
    names["mail.test"] = answer
    assert verdict(await probe(TcpCheck("mail.test", 25))) == expected


@pytest.mark.fault("tcp", "slow_loris")
async def test_a_dripping_greeting_is_a_total_timeout(faults):
    port = await faults.serve(drip(b"x" * 100, every=0.05))
    result = await ask(port, timeout=0.4, expect="220")
    assert verdict(result) == (Level.CRIT, "total_timeout")
    assert "bytes came" in result.summary


@pytest.mark.fault("tcp", "total_timeout")
async def test_silence_is_a_total_timeout(faults):
    assert verdict(await ask(await faults.serve(hang), 0.3, expect="220")) == (Level.CRIT, "total_timeout")


@pytest.mark.fault("tcp", "reset")
async def test_a_reset_in_the_greeting_is_a_lost_connection(faults):
    async def behaviour(reader, writer):
        writer.write(b"22")
        await writer.drain()
        await asyncio.sleep(0.05)
        hard_reset(writer)

    result = await ask(await faults.serve(behaviour), expect="220")
    assert verdict(result) == (Level.CRIT, "connection_lost")
    assert "after 2 bytes" in result.summary


@pytest.mark.fault("tcp", "malformed")
@pytest.mark.fault("tcp", "server_error")
async def test_another_greeting_fails_the_assertion_and_is_shown(faults):
    result = await ask(await faults.serve(say(b"554 go away\r\n")), expect="220 ")
    assert verdict(result) == (Level.CRIT, "assertion")
    assert "554 go away" in result.observation.detail


@pytest.mark.fault("tcp", "huge")
async def test_a_greeting_without_end_is_read_to_the_cap(faults):
    async def behaviour(reader, writer):
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    result = await ask(await faults.serve(behaviour), timeout=3, expect="220 ")
    assert verdict(result) == (Level.CRIT, "assertion")


@pytest.mark.fault("tcp", "restart")
async def test_a_server_that_goes_away_is_lost_and_found_again(faults, closed_port):
    port = await faults.serve(cut, port=closed_port)
    assert verdict(await ask(port, expect="220")) == (Level.CRIT, "connection_lost")
    await faults.stop()
    assert verdict(await ask(port, expect="220")) == (Level.CRIT, "refused")
    await faults.serve(say(b"220 back\r\n"), port=port)
    assert verdict(await ask(port, expect="220")) == (Level.OK, "")


@pytest.mark.fault("tcp", "hostile_text")
async def test_hostile_text_is_shown_and_does_nothing(faults):
    port = await faults.serve(say(b"\x1b]0;owned\x07\xff [@click=app.quit]x[/] \xe2\x80\xae220 "))
    result = await ask(port, expect="220 ")
    assert verdict(result) == (Level.OK, "")
    assert not set(result.observation.detail) & {"\x1b", "\x07", "\u202e"}


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_refused_when_loading(port):
    with pytest.raises(ValueError, match="between 1 and 65535"):
        TcpCheck("e.test", port)
