"""The kind tls: certificates that are served, certificates in files, and both."""

import socket

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from checks.expressions import parse
from checks.kinds.tls import TlsCheck
from checks.model import Level
from checks.net.certificate import read_der
from checks.testing import probe
from tests.servers.certificates import BAD, DAY, HOST, make
from tests.servers.faults import cut, drip, hang, hard_reset, say

WARN = parse("expires_in < 21 d", Level.WARN, TlsCheck.READINGS, "tls")
CRIT = parse("expires_in < 7 d", Level.CRIT, TlsCheck.READINGS, "tls")


@pytest.fixture
def serve(faults, authority):
    """Serve a chain of certificates; return its port."""

    async def start(*chain):
        return await faults.serve(hang, authority.context(*chain))

    return start


async def look(port, authority, timeout=2.0, **options):
    check = TlsCheck(host=HOST, port=port, **({"ca_file": authority.file} | options))
    return await probe(check, WARN, CRIT, timeout=timeout)


def verdict(result):
    return result.level, result.error_class


def days_left(result):
    return next(r.value for r in result.observation.readings if r.name == "expires_in") / 86400


@pytest.mark.parametrize(("days", "level"), [(29, Level.OK), (13, Level.WARN), (1, Level.CRIT)])
async def test_rules_judge_the_days_left(serve, authority, days, level):
    result = await look(await serve(authority.issue(ends=days * DAY)), authority)
    assert verdict(result) == (level, "")
    assert days - 0.1 < days_left(result) <= days


async def test_the_evidence_tells_what_the_certificate_says(serve, authority):
    result = await look(await serve(authority.issue()), authority)
    rows = dict(result.observation.rows.rows)
    assert rows["names"] == "localhost, 127.0.0.1"
    assert rows["issuer"] == "CN=Test Authority"
    assert rows["signature"] == "sha256"
    assert rows["protocol"].startswith("TLSv1.3")
    assert rows["valid to"].endswith(" UTC")


@pytest.mark.fault("tls", "bad_certificates")
@pytest.mark.parametrize("flaw", BAD)
async def test_no_bad_certificate_is_accepted_and_each_is_shown(faults, authority, flaw):
    port = await faults.serve(hang, authority.bad(flaw))
    result = await look(port, authority)
    assert verdict(result) == (Level.CRIT, BAD[flaw])
    assert dict(result.observation.rows.rows)["subject"]
    assert (days_left(result) < 0) == (flaw == "expired")


async def test_verification_switched_off_is_a_permanent_warning(serve, authority):
    result = await look(await serve(make()), authority, verify=False, ca_file="")
    assert verdict(result) == (Level.WARN, "tls_unverified")


async def test_another_name_can_be_asked_for(serve, authority):
    port = await serve(authority.issue(hosts=("api.test",)))
    assert verdict(await look(port, authority, server_name="api.test")) == (Level.OK, "")
    assert verdict(await look(port, authority)) == (Level.CRIT, "tls_hostname")


async def test_an_old_version_of_tls_is_refused(authority, old_tls_port):
    assert verdict(await look(old_tls_port, authority)) == (Level.CRIT, "tls_version")


async def test_a_newer_version_can_be_demanded(faults, authority):
    context = authority.good()
    context.maximum_version = context.maximum_version.TLSv1_2
    port = await faults.serve(hang, context)
    assert verdict(await look(port, authority)) == (Level.OK, "")
    assert (await look(port, authority, min_version="1.3")).level is Level.CRIT


@pytest.mark.fault("tls", "refused")
async def test_a_closed_port_is_refused(closed_port, authority):
    assert verdict(await look(closed_port, authority)) == (Level.CRIT, "refused")


@pytest.mark.fault("tls", "blackhole")
async def test_a_blackhole_is_a_connect_timeout(blackhole, authority):
    assert verdict(await look(blackhole, authority, 0.4)) == (Level.CRIT, "connect_timeout")


@pytest.mark.fault("tls", "dns")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), (Level.CRIT, "dns_nxdomain")),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), (Level.UNKNOWN, "dns_servfail")),
    ],
)
async def test_a_failing_resolver_has_its_classes(names, answer, expected):
    names["api.test"] = answer
    assert verdict(await probe(TlsCheck(host="api.test"))) == expected


@pytest.mark.fault("tls", "slow_loris")
@pytest.mark.fault("tls", "total_timeout")
@pytest.mark.parametrize("behaviour", [hang, drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 500, every=0.05)])
async def test_a_handshake_that_stalls_or_drips_is_a_tls_timeout(faults, authority, behaviour):
    port = await faults.serve(behaviour)
    assert verdict(await look(port, authority, 0.4)) == (Level.CRIT, "tls_timeout")


@pytest.mark.fault("tls", "malformed")
async def test_plain_text_on_the_port_is_no_tls(faults, authority):
    port = await faults.serve(say(b"220 mail.example.com ESMTP\r\n"))
    assert verdict(await look(port, authority)) == (Level.CRIT, "tls_protocol")


@pytest.mark.fault("tls", "reset")
async def test_a_reset_in_the_handshake_is_a_lost_connection(faults, authority):
    async def behaviour(reader, writer):
        await reader.read(1)
        hard_reset(writer)

    assert verdict(await look(await faults.serve(behaviour), authority)) == (Level.CRIT, "connection_lost")


@pytest.mark.fault("tls", "restart")
async def test_a_server_that_goes_away_is_lost_and_found_again(faults, authority, closed_port):
    port = await faults.serve(cut, port=closed_port)
    assert verdict(await look(port, authority)) == (Level.CRIT, "connection_lost")
    await faults.stop()
    assert verdict(await look(port, authority)) == (Level.CRIT, "refused")
    await faults.serve(hang, authority.good(), port=port)
    assert verdict(await look(port, authority)) == (Level.OK, "")


@pytest.mark.fault("tls", "hostile_text")
async def test_hostile_names_are_shown_and_do_nothing(serve, authority):
    hostile = "\x1b]0;owned\x07[@click=app.quit]\u202e"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hostile)])
    pair = authority.issue(subject=subject, hosts=(HOST, "\x1b[2J.test", "a" * 4096))
    result = await look(await serve(pair), authority)
    assert verdict(result) == (Level.OK, "")
    shown = "".join(cell for row in result.observation.rows.rows for cell in row)
    assert "owned" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}


async def in_file(path, **options):
    return await probe(TlsCheck(file=str(path), **options), WARN, CRIT)


@pytest.mark.parametrize(("days", "level"), [(29, Level.OK), (13, Level.WARN), (1, Level.CRIT)])
async def test_a_file_is_judged_by_the_same_rules(authority, days, level):
    path = authority.write(f"{days}.pem", authority.issue(ends=days * DAY).pem)
    assert verdict(await in_file(path)) == (level, "")


@pytest.mark.parametrize(
    ("issued", "error_class"),
    [
        ({"begins": -20 * DAY, "ends": -10 * DAY}, "tls_expired"),
        ({"begins": 10 * DAY}, "tls_not_yet_valid"),
        ({"hosts": ("other.test",)}, "tls_hostname"),
    ],
)
async def test_a_bad_certificate_in_a_file_is_found(authority, issued, error_class):
    path = authority.write(f"{error_class}.pem", authority.issue(**issued).pem)
    assert verdict(await in_file(path, server_name="localhost")) == (Level.CRIT, error_class)


async def test_a_chain_in_a_file_must_hang_together(authority):
    between = authority.issue(name="Intermediate", ca=True)
    leaf = make(issuer=between)
    whole = authority.write("whole.pem", leaf.pem + between.pem + authority.root.pem)
    broken = authority.write("broken.pem", leaf.pem + authority.root.pem)
    assert verdict(await in_file(whole)) == (Level.OK, "")
    assert verdict(await in_file(broken)) == (Level.CRIT, "tls_untrusted")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, (Level.CRIT, "not_found")),
        (b"", (Level.CRIT, "malformed")),
        (b"\x00\xff" * 100, (Level.CRIT, "malformed")),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", (Level.CRIT, "malformed")),
    ],
)
async def test_a_file_without_a_certificate_is_said_to_have_none(tmp_path, content, expected):
    path = tmp_path / "server.pem"
    if content is not None:
        path.write_bytes(content)
    assert verdict(await in_file(path)) == expected


async def test_a_file_that_may_not_be_read_is_unknown(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    assert verdict(await in_file(tmp_path / "server.pem")) == (Level.UNKNOWN, "permission")


async def test_the_server_must_serve_what_the_file_holds(serve, authority):
    pair = authority.issue()
    same = authority.write("same.pem", pair.pem)
    other = authority.write("other.pem", authority.issue().pem)
    port = await serve(pair)
    assert verdict(await look(port, authority, file=str(same))) == (Level.OK, "")
    result = await look(port, authority, file=str(other))
    assert verdict(result) == (Level.CRIT, "tls_differs")
    assert "serial served" in result.observation.detail


def test_a_wildcard_stands_for_one_label():
    certificate = read_der(
        make(hosts=("*.e.test", "e.test", "10.0.0.1")).certificate.public_bytes(Encoding.DER)
    )
    assert [certificate.covers(host) for host in ("a.e.test", "e.test", "A.E.test.", "10.0.0.1")] == [
        True
    ] * 4
    assert [certificate.covers(host) for host in ("a.b.e.test", "test", "10.0.0.2")] == [False] * 3


@pytest.mark.parametrize("options", [{}, {"host": "e.test", "port": 0}])
def test_a_check_of_nothing_is_refused_when_loading(options):
    with pytest.raises(ValueError, match=r"set host|between 1"):
        TlsCheck(**options)
