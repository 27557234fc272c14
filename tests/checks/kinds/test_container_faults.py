"""What is said when a Docker Engine misbehaves, by one that does as it is told."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from checks.containers.docker_engine import Tls
from checks.kinds.container import ContainerCheck
from checks.model import Level
from checks.testing import probe
from tests.checks.watching import value
from tests.servers import faults as fault
from tests.servers.certificates import BAD
from tests.servers.fake_engine import inspected, listed

HOSTILE = "x\x1b]52;c;ZXZpbA==\x07\x1b[31m[@click=app.quit]y[/nope]\u202e\x9b" + "A" * 4096


@pytest.mark.fault("container", "refused")
async def test_an_engine_that_does_not_listen_is_down(tmp_path, closed_port):
    stale = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(stale))
    for host in (f"unix://{tmp_path}/none.sock", f"unix://{stale}", f"tcp://127.0.0.1:{closed_port}"):
        began = time.monotonic()
        result = await probe(ContainerCheck(host))
        assert (result.level, result.error_class) == (Level.CRIT, "daemon_down"), host
        assert host in result.summary
        assert time.monotonic() - began < 1.0


@pytest.mark.fault("container", "restart")
@pytest.mark.parametrize(
    "answer", [(404, {"message": "gone"}), (409, {"message": "removing"}), {"read": "0001-01-01T00:00:00Z"}]
)
async def test_a_container_that_goes_during_the_look_has_no_values_this_time(fake_engine, answer):
    fake_engine.show(listed(1), listed(2))
    fake_engine.answers[f"/containers/{listed(1)['Id']}/stats"] = answer
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.level is Level.OK
    assert value(result, "memory", container="box-1") is None
    assert value(result, "memory", container="box-2") == 1000
    del fake_engine.answers[f"/containers/{listed(2)['Id']}/json"]
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.level is Level.OK
    assert value(result, "restarts", container="box-2") is None


@pytest.mark.fault("container", "restart")
async def test_an_engine_that_restarts_during_the_call_is_asked_anew_the_next_time(fake_engine, watcher):
    check = ContainerCheck(fake_engine.host)
    await watcher.probe(check)
    fake_engine.answers["/containers/json"] = b""
    assert (await watcher.probe(check)).error_class == "connection_lost"
    fake_engine.show(listed())
    assert (await watcher.probe(check)).level is Level.OK


@pytest.mark.parametrize(
    ("answer", "level", "error_class"),
    [
        pytest.param(
            (500, {"message": "on fire"}),
            Level.CRIT,
            "http_5xx",
            marks=pytest.mark.fault("container", "server_error"),
        ),
        pytest.param(
            (503, {"message": "on fire"}),
            Level.CRIT,
            "http_5xx",
            marks=pytest.mark.fault("container", "overloaded"),
        ),
        pytest.param(
            (429, {"message": "on fire"}),
            Level.WARN,
            "http_429",
            marks=pytest.mark.fault("container", "overloaded"),
        ),
        pytest.param(
            (403, {"message": "on fire"}),
            Level.UNKNOWN,
            "permission",
            marks=pytest.mark.fault("container", "auth"),
        ),
        pytest.param(
            (401, {"message": "on fire"}),
            Level.UNKNOWN,
            "permission",
            marks=pytest.mark.fault("container", "auth"),
        ),
        pytest.param((400, {"message": "on fire"}), Level.CRIT, "http_4xx"),
    ],
)
async def test_an_engine_that_refuses_is_quoted(fake_engine, answer, level, error_class):
    fake_engine.answers["/containers/json"] = answer
    result = await probe(ContainerCheck(fake_engine.host))
    assert (result.level, result.error_class) == (level, error_class)
    assert "on fire" in result.summary


@pytest.mark.fault("container", "malformed")
@pytest.mark.parametrize(
    "answer",
    [
        {"not": "a list"},
        [{"Id": 7, "State": "running"}],
        [{"State": "running"}],
        [{"Id": "../../secrets", "State": "running"}],
        [{"Id": listed()["Id"], "State": "running", "Names": "box"}],
        fault.http(b"<html>welcome</html>"),
        fault.http(b"[" * 100_000),
        fault.http(b"\xff\xfe[]"),
        b"220 smtp.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Pad: y\r\n" * 200_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-Pad: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_what_is_no_engine_is_told_from_one(fake_engine, answer):
    fake_engine.answers["/containers/json"] = answer
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.level is Level.CRIT
    assert result.error_class in ("malformed", "http_3xx")


@pytest.mark.fault("container", "reset")
@pytest.mark.parametrize("behaviour", [fault.reset, fault.cut])
async def test_a_connection_that_is_cut_is_said_to_be(faults, behaviour):
    result = await probe(ContainerCheck(f"tcp://127.0.0.1:{await faults.serve(behaviour)}"))
    assert (result.level, result.error_class) == (Level.CRIT, "connection_lost")


@pytest.mark.fault("container", "reset")
async def test_an_answer_that_stops_half_way_is_no_answer(fake_engine):
    whole = fault.http(b"[" + b" " * 1000 + b"]")
    fake_engine.answers["/containers/json"] = whole[:-500]
    result = await probe(ContainerCheck(fake_engine.host))
    assert (result.level, result.error_class) == (Level.CRIT, "connection_lost")


@pytest.mark.fault("container", "huge")
async def test_an_answer_without_end_is_not_read_to_its_end(faults):
    async def behaviour(reader, writer):
        line = await fault.request(reader)
        if b"/version" in line:
            writer.write(fault.http(b'{"ApiVersion": "1.41"}', Connection="keep-alive"))
            await writer.drain()
            await fault.flood(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n[", b" " * 65536)(
                reader, writer
            )

    result = await probe(ContainerCheck(f"tcp://127.0.0.1:{await faults.serve(behaviour)}"))
    assert (result.level, result.error_class) == (Level.CRIT, "too_large")


@pytest.mark.fault("container", "total_timeout")
async def test_an_engine_that_never_answers_times_out(fake_engine, watcher):
    for path in ("/containers/json", "/version"):
        fake_engine.answers[path] = None
        began = time.monotonic()
        result = await probe(ContainerCheck(fake_engine.host), timeout=0.5)
        assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
        assert time.monotonic() - began < 1.5


@pytest.mark.fault("container", "slow_loris")
async def test_an_engine_that_drips_times_out_and_holds_one_thread(faults, watcher):
    port = await faults.serve(fault.drip(fault.http(b" " * 10_000 + b"{}"), every=0.02))
    before = threading.active_count()
    for _ in range(4):
        began = time.monotonic()
        result = await watcher.probe(ContainerCheck(f"tcp://127.0.0.1:{port}"), timeout=0.4)
        assert (result.level, result.error_class) == (Level.CRIT, "total_timeout")
        assert time.monotonic() - began < 0.9
    assert threading.active_count() <= before + 1
    await faults.stop()


@pytest.mark.fault("container", "hostile_text")
async def test_nothing_in_names_labels_or_states_reaches_a_terminal_raw(fake_engine):
    hostile = listed(
        1, Names=[f"/{HOSTILE}"], Image=HOSTILE, Labels={HOSTILE: HOSTILE}, Status=f"Up {HOSTILE} (unhealthy)"
    )
    fake_engine.show(hostile, listed(2, State=HOSTILE, Names=["/[@click=app.bell]"]))
    log = {"Health": {"Log": [{"Output": HOSTILE}]}}
    fake_engine.answers[f"/containers/{hostile['Id']}/json"] = inspected(**log)
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.error_class == "unhealthy"
    texts = [result.summary, result.observation.detail, *sum(result.observation.rows.rows, ())]
    texts += [text for reading in result.observation.readings for _, text in reading.labels]
    for text in texts:
        assert not any((ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0 for char in text)
        assert "\u202e" not in text
    assert len(result.summary) <= 512
    assert any("[@click=app.bell]" in text for text in texts)


@pytest.mark.fault("container", "hostile_text")
async def test_a_refusal_with_hostile_words_is_made_harmless(fake_engine):
    fake_engine.answers["/containers/json"] = (500, {"message": HOSTILE})
    result = await probe(ContainerCheck(fake_engine.host))
    assert result.error_class == "http_5xx"
    assert "\x1b" not in result.summary


@pytest.mark.fault("container", "bad_certificates")
@pytest.mark.parametrize(("flaw", "error_class"), BAD.items())
async def test_a_bad_certificate_is_refused(fake_engine, authority, flaw, error_class):
    await fake_engine.start(authority.bad(flaw))
    result = await probe(ContainerCheck(fake_engine.host, Tls(authority.file)))
    assert (result.level, result.error_class) == (Level.CRIT, error_class)
    assert fake_engine.asked == []


async def test_an_engine_with_a_good_certificate_may_ask_for_ours(fake_engine, authority):
    context = authority.good()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    await fake_engine.start(context)
    ours = authority.issue(name="walkdown", hosts=(), purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
    certificate, key = authority.write("ours.pem", ours.pem), authority.write("ours.key", ours.key_pem)
    tls = Tls(authority.file, str(certificate), str(key))
    assert (await probe(ContainerCheck(fake_engine.host, tls))).level is Level.OK
    result = await probe(ContainerCheck(fake_engine.host, Tls(authority.file)))
    assert result.level is Level.CRIT
    result = await probe(ContainerCheck(fake_engine.host, Tls("/no/such/file")))
    assert (result.level, result.error_class) == (Level.UNKNOWN, "ca_file")


async def test_many_failing_looks_leave_nothing_behind(watcher, closed_port, tmp_path):
    checks = [ContainerCheck(f"tcp://127.0.0.1:{closed_port}"), ContainerCheck(f"unix://{tmp_path}/none")]
    for check in checks:
        await watcher.probe(check)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        for check in checks:
            await watcher.probe(check)
    assert len(os.listdir("/proc/self/fd")) <= before + 2
