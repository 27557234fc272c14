"""The step kind http against networks and servers at fault: what was surely not done, what may have been."""

import asyncio
import socket
import time

import pytest

from runbooks.outcome import Applied, Ending
from runbooks.steps.http import HttpStep
from runbooks.templates import Template
from tests.runbooks.steps.http_ground import act, context_of, known, not_sent, post, secret, unknown
from tests.servers.certificates import BAD
from tests.servers.faults import (
    closed,
    cut,
    drip,
    hang,
    hard_reset,
    http,
    request,
    reset,
    say,
)

MEBIBYTE = 1024 * 1024
SECRETS = {"one": "t0ken-V4lue", "two": "p4ss-W0rd!"}


@pytest.mark.fault("step:http", "refused")
async def test_a_closed_port_is_refused(closed_port, tmp_path):
    await not_sent(post(closed_port), tmp_path, "refused")


@pytest.mark.fault("step:http", "blackhole")
async def test_a_port_that_drops_us_is_a_connect_timeout(blackhole, tmp_path):
    await not_sent(post(blackhole), tmp_path, "connect_timeout", 0.5)


@pytest.mark.fault("step:http", "dns")
@pytest.mark.parametrize(
    ("answer", "error_class"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "dns_nxdomain"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "dns_servfail"),
        (lambda: time.sleep(0.8) or [], "dns_timeout"),
    ],
)
async def test_a_name_that_cannot_be_resolved_has_its_own_class(names, tmp_path, answer, error_class):
    names["api.example"] = answer if callable(answer) else lambda: answer
    await not_sent(HttpStep(Template("http://api.example/"), "POST"), tmp_path, error_class, 0.5)


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "metadata.example"],
)
async def test_addresses_of_machine_credentials_are_denied(names, tmp_path, host):
    names["metadata.example"] = ["127.0.0.1", "169.254.169.254"]
    await not_sent(HttpStep(Template(f"http://{host}/latest"), "PUT"), tmp_path, "denied_address")


async def test_what_was_resolved_is_what_is_asked(names, faults, tmp_path):
    looks = [["127.0.0.1"], ["169.254.169.254"]]
    names["api.example"] = lambda: looks.pop(0)
    port = await faults.answer(http())
    outcome = await act(HttpStep(Template(f"http://api.example:{port}/"), "POST"), tmp_path)
    assert outcome.ending is Ending.SUCCEEDED and len(looks) == 1
    assert f"Host: api.example:{port}".encode() in faults.seen[0]


@pytest.mark.fault("step:http", "bad_certificates")
@pytest.mark.parametrize("flaw", BAD)
@pytest.mark.parametrize("shows_one", [False, True])
async def test_a_bad_certificate_is_refused_before_anything_is_sent(
    faults, authority, tmp_path, flaw, shows_one
):
    port = await faults.answer(http(), authority.bad(flaw))
    pair = authority.issue(name="ops")
    ours = {"cert_file": str(authority.write("ops.pem", pair.pem + pair.key_pem))} if shows_one else {}
    await not_sent(post(port, scheme="https", ca_file=authority.file, **ours), tmp_path, BAD[flaw], 3.0)
    assert faults.seen == []


async def test_an_unverified_certificate_is_a_warning_in_what_is_confirmed(faults, authority, tmp_path):
    port = await faults.answer(http(), authority.bad("expired"))
    step = post(port, scheme="https", verify_certificate=False)
    assert (await act(step, tmp_path)).ending is Ending.SUCCEEDED
    action = await step.prepare(context_of(step, tmp_path))
    assert action.lines[-1] == "# the certificate of the server is NOT verified"


@pytest.mark.fault("step:http", "malformed")
async def test_plain_text_where_tls_should_be_is_no_tls(faults, authority, tmp_path):
    port = await faults.serve(say(b"220 mail.example ESMTP\r\n"))
    await not_sent(post(port, scheme="https", ca_file=authority.file), tmp_path, "tls_protocol")


@pytest.mark.fault("step:http", "slow_loris")
@pytest.mark.parametrize(
    "answer", [http(b"x" * 5000), b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000]
)
async def test_an_answer_byte_by_byte_ends_at_the_deadline(faults, tmp_path, answer):
    port = await faults.serve(drip(answer, every=0.05))
    await unknown(post(port), tmp_path, "total_timeout", 0.6)


@pytest.mark.fault("step:http", "total_timeout")
async def test_no_answer_in_time_is_unknown(faults, tmp_path):
    await unknown(post(await faults.serve(hang)), tmp_path, "total_timeout", 0.4)


@pytest.mark.fault("step:http", "reset")
@pytest.mark.parametrize(
    ("behaviour", "error_class"),
    [
        (cut, "connection_lost"),
        (reset, "connection_lost"),
        ("half", "protocol_error"),
        ("late", "connection_lost"),
    ],
)
async def test_a_connection_that_breaks_after_the_request_is_unknown(
    faults, tmp_path, behaviour, error_class
):
    async def half(reader, writer):
        await request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        await closed(writer)

    async def late(reader, writer):
        await request(reader)
        hard_reset(writer)

    port = await faults.serve({"half": half, "late": late}.get(behaviour, behaviour))
    await unknown(post(port), tmp_path, error_class)


@pytest.mark.fault("step:http", "restart")
async def test_a_service_that_restarts_while_it_is_asked_leaves_it_unknown(faults, tmp_path):
    async def behaviour(reader, writer):
        await request(reader)
        faults._servers[0].close()
        hard_reset(writer)

    step = post(await faults.serve(behaviour))
    assert (await act(step, tmp_path)).ending is Ending.UNKNOWN
    await not_sent(step, tmp_path, "refused")


@pytest.mark.fault("step:http", "malformed")
@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200_000],
)
async def test_an_answer_that_is_no_http_is_unknown(faults, tmp_path, answer):
    async def behaviour(reader, writer):
        await request(reader)
        writer.write(answer)
        await writer.drain()
        await closed(writer)

    outcome = await act(post(await faults.serve(behaviour)), tmp_path)
    assert (outcome.ending, outcome.error_class) == (Ending.UNKNOWN, "malformed")


async def test_nothing_of_the_environment_is_heeded(faults, tmp_path, monkeypatch):
    proxy = await faults.answer(http(b"proxy"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ops password n3trc-Secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    port = await faults.answer(http(b"service"))
    outcome = await act(post(port), tmp_path)
    assert "service" in outcome.detail
    assert b"uthorization" not in faults.seen[0]


@pytest.mark.fault("step:http", "config_changed")
async def test_a_secret_that_is_missing_is_named_and_nothing_sent(faults, tmp_path):
    port = await faults.answer(http())
    with pytest.raises(LookupError, match="secret one"):
        await act(post(port, bearer=secret("{{ secret.one }}")), tmp_path)
    assert faults.connections == 0
    outcome = await act(
        post(port, bearer=secret("{{ secret.one }}")), tmp_path, secrets={"one": "bad\nsecret"}
    )
    assert known(outcome) == (Ending.FAILED, Applied.NONE, "request")
    assert "bad" not in outcome.summary and faults.connections == 0


@pytest.mark.fault("step:http", "signals")
async def test_a_step_that_is_told_to_end_while_it_connects_has_done_nothing(blackhole, tmp_path):
    task = asyncio.get_running_loop().create_task(act(post(blackhole), tmp_path))
    await asyncio.sleep(0.1)
    task.cancel()
    assert known(await task) == (Ending.FAILED, Applied.NONE, "terminated")
