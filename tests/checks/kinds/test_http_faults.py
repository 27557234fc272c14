"""The kind http against servers that misbehave: each ends in time, in the right class, at bounded cost."""

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest

from checks.kinds.http import HttpCheck
from checks.model import Level
from checks.net.answer import Expected
from checks.testing import probe
from tests.servers.certificates import BAD
from tests.servers.faults import (
    cut,
    drip,
    flood,
    gzip_bomb,
    hang,
    hard_reset,
    http,
    lag,
    request,
    say,
)

MEBIBYTE = 1024 * 1024


async def ask(port: int, timeout: float = 1.0, scheme: str = "http", **options):
    """Probe the server at this port of loopback."""
    return await probe(HttpCheck(f"{scheme}://127.0.0.1:{port}/", **options), timeout=timeout)


def verdict(result):
    return result.level, result.error_class


@pytest.mark.fault("http", "refused")
async def test_a_closed_port_is_refused(closed_port):
    result = await ask(closed_port)
    assert verdict(result) == (Level.CRIT, "refused")
    assert result.elapsed < 1


@pytest.mark.fault("http", "blackhole")
async def test_a_blackhole_is_a_connect_timeout_at_the_deadline(blackhole):
    result = await ask(blackhole, timeout=0.5)
    assert verdict(result) == (Level.CRIT, "connect_timeout")
    assert result.elapsed < 1


@pytest.mark.fault("http", "dns")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), (Level.CRIT, "dns_nxdomain")),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), (Level.UNKNOWN, "dns_servfail")),
    ],
)
async def test_a_failing_resolver_has_its_classes(names, answer, expected):
    names["api.test"] = answer
    assert verdict(await probe(HttpCheck("http://api.test/"))) == expected


@pytest.mark.fault("http", "slow_loris")
@pytest.mark.parametrize("answer", [http(b"ok"), http(b"x" * 500)[:-480] + b"y" * 480])
async def test_a_dripping_answer_is_a_total_timeout_and_says_how_far_it_came(faults, answer):
    port = await faults.serve(drip(answer, every=0.05))
    result = await ask(port, timeout=0.5)
    assert verdict(result) == (Level.CRIT, "total_timeout")
    assert "bytes came" in result.summary
    assert result.elapsed < 1


@pytest.mark.fault("http", "slow_loris")
async def test_a_dripping_body_is_a_total_timeout(faults):
    async def behaviour(reader, writer):
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        await drip(b"x" * 1000, every=0.05)(reader, writer)

    assert verdict(await ask(await faults.serve(behaviour), timeout=0.5)) == (Level.CRIT, "total_timeout")


@pytest.mark.fault("http", "total_timeout")
async def test_a_server_that_accepts_and_hangs_is_a_total_timeout(faults):
    result = await ask(await faults.serve(hang), timeout=0.4)
    assert verdict(result) == (Level.CRIT, "total_timeout")


@pytest.mark.fault("http", "reset")
async def test_a_reset_in_the_body_shows_the_bytes_that_came(faults):
    async def behaviour(reader, writer):
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        await writer.drain()
        await asyncio.sleep(0.05)
        hard_reset(writer)

    result = await ask(await faults.serve(behaviour))
    assert verdict(result) == (Level.CRIT, "protocol_error")
    assert "after 45 bytes" in result.summary


@pytest.mark.fault("http", "reset")
@pytest.mark.parametrize("answer", [http(b"whole")[:-2], b"HTTP/1.1 200 OK\r\nServer: x"])
async def test_an_answer_cut_short_shows_the_bytes_that_came(faults, answer):
    result = await ask(await faults.answer(answer))
    assert verdict(result) == (Level.CRIT, "protocol_error")
    assert f"after {len(answer)} bytes" in result.summary


@pytest.mark.fault("http", "restart")
async def test_a_server_that_goes_away_is_lost_and_found_again(faults, closed_port):
    port = await faults.serve(cut, port=closed_port)
    assert verdict(await ask(port)) == (Level.CRIT, "connection_lost")
    await faults.stop()
    assert verdict(await ask(port)) == (Level.CRIT, "refused")
    await faults.serve(say(http()), port=port)
    assert verdict(await ask(port)) == (Level.OK, "")


@pytest.mark.fault("http", "malformed")
@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        http(b"no gzip at all", Content_Encoding="gzip"),
        b"\x00\x01\x02\x03" * 100,
    ],
)
async def test_what_is_not_http_is_malformed(faults, answer):
    assert verdict(await ask(await faults.answer(answer))) == (Level.CRIT, "malformed")


@pytest.mark.fault("http", "malformed")
async def test_two_hundred_thousand_headers_are_malformed(faults):
    port = await faults.serve(flood(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 200))
    async with lag() as worst:
        assert verdict(await ask(port)) == (Level.CRIT, "malformed")
    assert worst() < 0.1


@pytest.mark.fault("http", "malformed")
async def test_preliminary_answers_without_end_are_malformed(faults):
    port = await faults.serve(flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50))
    assert verdict(await ask(port, timeout=5)) == (Level.CRIT, "malformed")


@pytest.mark.fault("http", "huge")
@pytest.mark.parametrize("framing", [b"Content-Length: 1073741824", b"Connection: close"])
async def test_a_huge_body_is_read_to_the_cap_and_flagged(faults, framing):
    port = await faults.serve(flood(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n", b"x" * 65536))
    with memory() as grown:
        async with lag() as worst:
            result = await ask(port, timeout=5)
    assert verdict(result) == (Level.OK, "")
    assert "body truncated at 1 MiB" in result.summary
    assert worst() < 0.1
    assert grown() < 8 * MEBIBYTE


@pytest.mark.fault("http", "huge")
async def test_a_gzip_bomb_is_unpacked_to_the_cap_and_flagged(faults):
    port = await faults.answer(http(gzip_bomb(), Content_Encoding="gzip"))
    with memory() as grown:
        result = await ask(port, timeout=5)
    assert verdict(result) == (Level.OK, "")
    assert "truncated" in result.summary
    assert grown() < 8 * MEBIBYTE


@pytest.mark.fault("http", "huge")
async def test_a_body_of_tiny_chunks_ends_in_time_and_leaves_the_loop_alone(faults):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    port = await faults.serve(flood(head, b"1\r\nx\r\n" * 1000))
    async with lag() as worst:
        result = await ask(port, timeout=1)
    assert result.elapsed < 1.5
    assert result.error_class in ("", "total_timeout")
    assert worst() < 0.25


@pytest.mark.fault("http", "huge")
async def test_the_part_that_was_read_is_what_is_compared(faults):
    port = await faults.answer(http(b"needle" + b"x" * 5000 + b"late"))
    good = await ask(port, max_body=1000, expect=Expected(text="needle"))
    bad = await ask(port, max_body=1000, expect=Expected(text="late"))
    assert verdict(good) == (Level.OK, "")
    assert verdict(bad) == (Level.CRIT, "assertion")
    assert "first 1000 bytes" in bad.summary


async def test_a_body_as_long_as_the_cap_is_whole(faults):
    port = await faults.answer(http(b"x" * 1000))
    assert "truncated" not in (await ask(port, max_body=1000)).summary


@pytest.mark.parametrize("encoding", ["br", "zstd"])
async def test_an_unknown_encoding_is_left_alone(faults, encoding):
    port = await faults.answer(http(b"\x01\x02", Content_Encoding=encoding))
    result = await ask(port, expect=Expected(text="hello"))
    assert verdict(result) == (Level.CRIT, "assertion")
    assert f"content-encoding: {encoding}" in result.observation.detail


async def test_gzip_that_nobody_asked_for_is_unpacked(faults):
    port = await faults.answer(http(gzip_bomb(0) or b"", Content_Encoding="gzip"))
    assert verdict(await ask(port)) == (Level.OK, "")


@pytest.mark.fault("http", "bad_certificates")
@pytest.mark.parametrize("flaw", BAD)
async def test_no_bad_certificate_is_accepted(faults, authority, flaw):
    port = await faults.answer(http(), tls=authority.bad(flaw))
    result = await ask(port, scheme="https", ca_file=authority.file)
    assert verdict(result) == (Level.CRIT, BAD[flaw])
    assert not faults.seen


async def test_a_good_certificate_is_accepted_and_its_handshake_timed(faults, authority):
    port = await faults.answer(http(), tls=authority.good())
    result = await ask(port, scheme="https", ca_file=authority.file)
    assert verdict(result) == (Level.OK, "")
    assert "tls" in {reading.name for reading in result.observation.readings}


async def test_verification_switched_off_is_a_permanent_warning(faults, authority):
    port = await faults.answer(http(), tls=authority.bad("self_signed"))
    result = await ask(port, scheme="https", verify=False)
    assert verdict(result) == (Level.WARN, "tls_unverified")
    assert "certificate not verified" in result.summary


async def test_a_large_body_comes_whole_through_tls(faults, authority):
    port = await faults.answer(http(b"x" * 300_000), tls=authority.good())
    result = await ask(port, scheme="https", ca_file=authority.file, expect=Expected(text="x" * 300_000))
    assert verdict(result) == (Level.OK, "")


HOSTILE = "\x1b]52;c;cm0=\x07\x1b[2J[@click=app.quit]x[/] \u202egnp\x9b31m " + "A" * 4096


@pytest.mark.fault("http", "hostile_text")
async def test_hostile_text_is_shown_and_does_nothing(faults):
    port = await faults.answer(
        b"HTTP/1.1 500 \xffOops\r\nServer: "
        + b"A" * 4096
        + b"\r\nConnection: close\r\n\r\n"
        + HOSTILE.encode()
    )
    result = await ask(port)
    assert verdict(result) == (Level.CRIT, "http_5xx")
    for text in (result.summary, result.observation.detail):
        assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert len(result.summary) <= 600
    assert len(result.observation.detail.encode()) <= 8192


async def test_failing_probes_leave_no_descriptor_open(faults, closed_port, blackhole):
    ports = [closed_port, blackhole, await faults.serve(hang), await faults.answer(b"nonsense\r\n\r\n")]
    await asyncio.gather(*(ask(port, timeout=0.1) for port in ports))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        await asyncio.gather(*(ask(port, timeout=0.05) for port in ports[:2]))
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


@contextlib.contextmanager
def memory():
    """Measure by how much the memory of this process grows at its peak; yields a function that tells."""

    def status(field):
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if field in line)
        return int(line.split()[1]) * 1024

    Path("/proc/self/clear_refs").write_text("5")
    before = status("VmRSS")
    yield lambda: status("VmHWM") - before
