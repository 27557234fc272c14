"""Reaching a target: names, addresses, and what is said when it cannot be reached."""

import asyncio
import socket
import threading
import time

import pytest

from checks.clock import SystemClock
from checks.errors import MeasureError, ProbeError, TargetError
from checks.net.dial import Target, budget, dial
from checks.net.handshake import Trust, context_for
from checks.net.resolve import RESOLVER, Resolver
from tests.servers.certificates import BAD
from tests.servers.faults import cut, hang, lag, reset, say

CLOCK = SystemClock()


async def reached(target: Target, timeout: float = 2.0) -> str:
    """Dial, and return the address that was reached."""
    connection = await dial(target, timeout, CLOCK)
    connection.wire.close()
    return connection.address


async def failure(target: Target, timeout: float = 2.0) -> ProbeError:
    """Dial in vain, and return why."""
    with pytest.raises(ProbeError) as caught:
        await reached(target, timeout)
    return caught.value


async def test_an_address_needs_no_resolver(faults, names):
    port = await faults.serve(hang)
    assert await reached(Target("127.0.0.1", port)) == "127.0.0.1"


async def test_a_closed_port_is_refused_at_once(closed_port):
    started = time.monotonic()
    error = await failure(Target("127.0.0.1", closed_port))
    assert isinstance(error, TargetError) and error.error_class == "refused"
    assert time.monotonic() - started < 1


async def test_a_blackhole_ends_at_the_deadline(blackhole):
    error = await failure(Target("127.0.0.1", blackhole), timeout=0.3)
    assert isinstance(error, TargetError) and error.error_class == "connect_timeout"


async def test_a_name_that_does_not_exist_is_the_targets_fault(names):
    error = await failure(Target("gone.test", 80))
    assert isinstance(error, TargetError) and error.error_class == "dns_nxdomain"


async def test_a_resolver_that_fails_is_not_the_targets_fault(names):
    names["api.test"] = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    error = await failure(Target("api.test", 80))
    assert isinstance(error, MeasureError) and error.error_class == "dns_servfail"


async def test_what_cannot_be_a_host_name_is_said_to_be_none():
    error = await failure(Target("a" * 70 + ".test", 80))
    assert error.error_class == "dns_nxdomain"


async def test_a_hanging_resolver_holds_up_four_threads_and_nobody_else(names):
    release = threading.Event()
    names["slow.test"] = lambda: release.wait(10) and []
    before = threading.active_count()
    async with lag() as worst:
        errors = await asyncio.gather(*(failure(Target("slow.test", 80), 0.3) for _ in range(40)))
    assert {error.error_class for error in errors} == {"dns_timeout"}
    assert all(isinstance(error, MeasureError) for error in errors)
    assert threading.active_count() - before <= 4
    assert worst() < 0.1
    release.set()
    names["fast.test"] = ["127.0.0.1"]
    assert (await RESOLVER.resolve("fast.test", 80))[0].text == "127.0.0.1"


async def test_families_take_turns():
    found = [
        (socket.AF_INET6, 1, 6, "", (f"::{number}", 80, 0, 0)) if number < 3
        else (socket.AF_INET, 1, 6, "", (f"127.0.0.{number}", 80))
        for number in (1, 2, 3, 4)
    ]  # fmt: skip
    addresses = await Resolver(lambda *_, **__: found).resolve("both.test", 80)
    assert [address.text for address in addresses] == ["::1", "127.0.0.3", "::2", "127.0.0.4"]


async def test_a_refusing_family_gives_way_to_the_other(faults, names):
    port = await faults.serve(hang)
    names["both.test"] = ["127.0.0.2", "127.0.0.1"]
    assert await reached(Target("both.test", port)) == "127.0.0.1"


async def test_a_dead_family_gives_way_to_the_other_within_the_deadline(
    faults, names, blackhole, monkeypatch
):
    port = await faults.serve(hang)
    names["both.test"] = ["127.0.0.1", "127.0.0.2"]
    resolve = RESOLVER.lookup

    def first_dead(host, wanted, **_):
        dead, alive = resolve(host, wanted)
        return [(*dead[:4], ("127.0.0.1", blackhole)), (*alive[:4], ("127.0.0.1", port))]

    monkeypatch.setattr(RESOLVER, "lookup", first_dead)
    started = time.monotonic()
    await reached(Target("both.test", port))
    assert time.monotonic() - started < 1


async def test_when_every_address_refuses_that_is_said(names, closed_port):
    names["both.test"] = ["127.0.0.1", "127.0.0.2"]
    assert (await failure(Target("both.test", closed_port))).error_class == "refused"


async def test_every_blackholed_address_ends_at_the_deadline(names, blackhole):
    names["both.test"] = ["127.0.0.1", "127.0.0.1"]
    assert (await failure(Target("both.test", blackhole), 0.6)).error_class == "connect_timeout"


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "fd00:ec2::254"])
async def test_metadata_addresses_are_denied_by_number_and_by_name(names, address):
    names["innocent.test"] = ["127.0.0.1", address]
    for host in (address, "innocent.test"):
        error = await failure(Target(host, 80))
        assert error.error_class == "denied_address" and "allow_link_local" in error.summary


async def test_a_number_in_disguise_is_denied_as_well():
    assert (await failure(Target("0xA9FEA9FE", 80))).error_class == "denied_address"


async def test_a_link_local_address_can_be_allowed():
    allowed = await RESOLVER.resolve("169.254.0.1", 80, allow_link_local=True)
    assert allowed[0].text == "169.254.0.1"


@pytest.mark.parametrize("flaw", BAD)
async def test_no_bad_certificate_is_accepted(faults, authority, flaw):
    port = await faults.serve(hang, authority.bad(flaw))
    error = await failure(Target("127.0.0.1", port, Trust(ca_file=authority.file)))
    assert error.error_class == BAD[flaw]
    assert isinstance(error, TargetError)


@pytest.mark.parametrize("flaw", ["expired", "future"])
async def test_a_refusal_over_dates_tells_them_in_utc(faults, authority, flaw):
    port = await faults.serve(hang, authority.bad(flaw))
    error = await failure(Target("127.0.0.1", port, Trust(ca_file=authority.file)))
    assert "valid from 20" in error.summary and error.summary.endswith("UTC")


async def test_a_good_certificate_is_accepted(faults, authority):
    port = await faults.serve(hang, authority.good())
    assert await reached(Target("127.0.0.1", port, Trust(ca_file=authority.file)))


async def test_a_private_certificate_is_not_trusted_by_default(faults, authority):
    port = await faults.serve(hang, authority.good())
    assert (await failure(Target("127.0.0.1", port, Trust()))).error_class == "tls_untrusted"


async def test_a_handshake_that_stalls_is_said_to_stall(faults):
    port = await faults.serve(hang)
    assert (await failure(Target("127.0.0.1", port, Trust()), 0.3)).error_class == "tls_timeout"


async def test_plain_text_where_tls_is_expected_is_said(faults):
    port = await faults.serve(say(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert (await failure(Target("127.0.0.1", port, Trust()))).error_class == "tls_protocol"


@pytest.mark.parametrize("behaviour", [cut, reset])
async def test_a_connection_that_ends_in_the_handshake_is_lost(faults, behaviour):
    port = await faults.serve(behaviour)
    assert (await failure(Target("127.0.0.1", port, Trust()))).error_class == "connection_lost"


async def test_an_old_version_of_tls_is_refused(old_tls_port):
    target = Target("127.0.0.1", old_tls_port, Trust(verify=False))
    assert (await failure(target)).error_class == "tls_version"


async def test_a_missing_ca_file_is_ours_to_mend(faults):
    port = await faults.serve(hang)
    error = await failure(Target("127.0.0.1", port, Trust(ca_file="/nonexistent.pem")))
    assert isinstance(error, MeasureError) and error.error_class == "ca_file"


def test_a_context_is_made_once_and_again_when_its_file_changes(authority, tmp_path):
    file = tmp_path / "ca.pem"
    file.write_bytes(authority.root.pem)
    trust = Trust(ca_file=str(file))
    assert context_for(trust) is context_for(trust)
    first = context_for(trust)
    file.write_bytes(authority.root.pem + b"\n")
    assert context_for(trust) is not first


async def test_a_cancelled_dial_leaves_no_socket_open(blackhole):
    before = _open_files()
    for _ in range(5):
        await failure(Target("127.0.0.1", blackhole), 0.05)
    assert _open_files() == before


def test_a_kind_keeps_some_of_its_time_to_say_what_it_awaited():
    assert budget(10) == 9.5
    assert budget(1) == pytest.approx(0.9)


def _open_files() -> int:
    from pathlib import Path

    return len(list(Path("/proc/self/fd").iterdir()))
