"""Who is let in by PostgreSQL and whom we trust: passwords, roles, databases, TLS."""

import os

import pytest

from checks.clock import SystemClock
from checks.model import Level
from checks.runner import open_runner
from checks.secrets import SecretSource, SecretText
from checks.testing import probe
from tests.checks.kinds.test_postgres import again, at, by_network, by_socket, readings, timed
from tests.servers.certificates import BAD
from tests.servers.postgres import PASSWORD, postgres_copy

pytestmark = pytest.mark.postgres


@pytest.mark.fault("postgres", "bad_certificates")
@pytest.mark.parametrize("flaw", BAD)
async def test_a_bad_certificate_is_refused_and_the_flaw_named(faults, authority, flaw):
    port = await faults.serve(tls_after_request(authority.bad(flaw)))
    result = await timed(at(port, sslmode="verify-full", ca_file=authority.file), 5.0)
    assert (result.level, result.error_class) == (Level.CRIT, BAD[flaw])


def tls_after_request(context):
    """Speak TLS as PostgreSQL does: when asked, and then nothing but errors."""

    async def behaviour(reader, writer):
        await reader.readexactly(8)
        writer.write(b"S")
        await writer.start_tls(context)
        await reader.read(1000)

    return behaviour


@pytest.fixture(scope="module")
def tls_postgres(postgres_template, authority):
    """A server with a good certificate."""
    pair = authority.issue()
    with postgres_copy(postgres_template) as server:
        server.stop()
        for name, data in (("server.crt", pair.pem), ("server.key", pair.key_pem)):
            path = server.folder / "data" / name
            path.write_bytes(data)
            os.chown(path, server.folder.stat().st_uid, server.folder.stat().st_gid)
            path.chmod(0o600)
        server.start(ssl="on")
        yield server


@pytest.mark.parametrize("sslmode", ["prefer", "verify-ca", "verify-full"])
async def test_a_good_certificate_is_accepted(tls_postgres, authority, sslmode):
    ca_file = authority.file if sslmode.startswith("verify") else ""
    result = await probe(by_network(tls_postgres, "sealed", sslmode=sslmode, ca_file=ca_file))
    assert result.level is Level.OK, result.summary
    assert "TLS" in result.observation.detail and "no TLS" not in result.observation.detail


async def test_a_certificate_left_unverified_is_a_lasting_warning(tls_postgres):
    result = await probe(by_network(tls_postgres, "sealed", sslmode="require"))
    assert (result.level, result.error_class) == (Level.WARN, "tls_unverified")
    assert readings(result)["connections"] == 1


async def test_a_certificate_of_an_authority_that_is_not_ours_is_refused(tls_postgres):
    result = await probe(by_network(tls_postgres, sslmode="verify-full"))
    assert (result.level, result.error_class) == (Level.CRIT, "tls_untrusted")


async def test_a_file_of_authorities_that_is_missing_is_our_own_fault(tls_postgres):
    for sslmode in ("verify-full", "verify-ca"):
        result = await probe(by_network(tls_postgres, sslmode=sslmode, ca_file="/nowhere/ca.pem"))
        assert (result.level, result.error_class) == (Level.UNKNOWN, "ca_file")


@pytest.mark.parametrize("sslmode", ["require", "verify-full"])
async def test_a_server_without_tls_is_refused_when_tls_is_required(postgres, sslmode):
    result = await probe(by_network(postgres, sslmode=sslmode))
    assert (result.level, result.error_class) == (Level.CRIT, "tls_required")


async def test_a_server_that_requires_tls_of_us_says_so(tls_postgres):
    result = await probe(by_network(tls_postgres, "sealed", sslmode="disable"))
    assert (result.level, result.error_class) == (Level.CRIT, "tls_required")


@pytest.mark.fault("postgres", "auth")
async def test_a_wrong_password_is_auth_and_never_shown(postgres):
    check = by_network(postgres, password=SecretText("wrong-Passw0rd"))
    result = await probe(check)
    assert (result.level, result.error_class) == (Level.CRIT, "auth")
    assert "wrong-Passw0rd" not in repr(result) + repr(check)


@pytest.mark.fault("postgres", "auth")
@pytest.mark.parametrize("options", [{"password": None}, {"user": "nobody-here"}])
async def test_no_password_and_no_such_role_are_auth(postgres, options):
    result = await probe(by_network(postgres, **options))
    assert (result.level, result.error_class) == (Level.CRIT, "auth")


@pytest.mark.fault("postgres", "auth")
async def test_a_role_that_may_not_connect_to_the_database_is_our_own_missing_permission(postgres):
    postgres.run("CREATE DATABASE closed")
    postgres.run("REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
    try:
        result = await probe(by_network(postgres, "plain", database="closed"))
    finally:
        postgres.run("DROP DATABASE closed")
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become somebody who may not")
async def test_a_socket_folder_that_we_may_not_enter_is_a_missing_permission(postgres):
    mode = postgres.folder.stat().st_mode
    postgres.folder.chmod(0o700)
    os.seteuid(65534)
    try:
        result = await probe(by_socket(postgres))
    finally:
        os.seteuid(0)
        postgres.folder.chmod(mode)
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")


async def test_a_database_that_does_not_exist_is_no_db(postgres):
    result = await probe(by_socket(postgres, database="absent"))
    assert (result.level, result.error_class) == (Level.CRIT, "no_db")


@pytest.mark.fault("postgres", "config_changed")
async def test_a_password_that_changes_or_goes_is_noticed_at_the_next_probe(postgres, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD)
    check = by_network(postgres, password=SecretText("{{ secret.db }}"))
    async with open_runner({"db": SecretSource(file=str(secret))}, SystemClock()) as runner:
        assert (await again(runner, check, {})).level is Level.OK
        secret.write_text("wrong-Passw0rd")
        assert (await again(runner, check, {})).error_class == "auth"
        secret.unlink()
        result = await again(runner, check, {})
        assert (result.level, result.error_class) == (Level.UNKNOWN, "secret")
        secret.write_text(PASSWORD)
        assert (await again(runner, check, {})).level is Level.OK
        assert len(postgres.ours()) == 1
