"""Traffic, errors and connections."""

import socket

import pytest

from checks.expressions import parse
from checks.kinds.network import NetworkCheck
from checks.model import Level
from checks.testing import probe
from tests.servers.proc import two_probes, values

HEAD = (
    "Inter-|   Receive  |  Transmit\n face |bytes packets errs drop fifo frame compressed multicast|bytes\n"
)


def dev(**interfaces: tuple[int, int, int, int]) -> str:
    """Return `/proc/net/dev` of interfaces: bytes received and sent, errors and drops received."""
    return HEAD + "".join(
        f"{name.replace('_', '-')}: {received} 1 {errors} {drops} 0 0 0 0 {sent} 1 0 0 0 0 0 0\n"
        for name, (received, sent, errors, drops) in interfaces.items()
    )


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


async def test_listening_sockets_and_open_connections_are_counted(listener):
    before = values(await probe(NetworkCheck()))
    with (
        socket.create_server(("::1", 0), family=socket.AF_INET6),
        socket.create_connection(listener.getsockname()),
    ):
        after = values(await probe(NetworkCheck()))
    assert before["tcp_listen"] >= 1
    assert after["tcp_listen"] >= 2
    assert after["tcp_established"] >= 2
    assert after["tcp_time_wait"] >= 0


async def test_rates_are_those_of_the_time_between_two_looks(proc):
    proc.write("net/dev", dev(eth0=(1000, 2000, 0, 0), eth1=(7, 7, 0, 0)))
    later = dev(eth0=(11000, 4000, 5, 20), eth1=(7, 7, 0, 0))
    _, result = await two_probes(NetworkCheck(), lambda: proc.write("net/dev", later), 10)
    seen = {name: value for name, value in values(result).items() if not name.startswith("tcp_")}
    assert seen == {
        "received.eth0": 1000,
        "sent.eth0": 200,
        "errors.eth0": 0.5,
        "drops.eth0": 2,
        "received.eth1": 0,
        "sent.eth1": 0,
        "errors.eth1": 0,
        "drops.eth1": 0,
    }
    assert result.summary == "eth0 0.977 KiB/s received, 200 B/s sent"
    assert result.observation.rows.rows[0] == ("eth0", "0.977 KiB/s", "200 B/s", "0.5 /s", "2 /s")


async def test_loopback_containers_and_idle_interfaces_are_left_out(proc):
    proc.write(
        "net/dev",
        dev(lo=(9, 9, 0, 0), veth12=(9, 9, 0, 0), br_1a=(9, 9, 0, 0), eth0=(1, 1, 0, 0), ifb0=(0, 0, 0, 0)),
    )
    assert [row[0] for row in (await probe(NetworkCheck())).observation.rows.rows] == ["eth0"]


async def test_an_interface_asked_for_by_name_is_looked_at_even_when_usually_ignored(proc):
    proc.write("net/dev", dev(lo=(9, 9, 0, 0), eth0=(1, 1, 0, 0)))
    result = await probe(NetworkCheck(interfaces=("lo",)))
    assert [row[0] for row in result.observation.rows.rows] == ["lo"]


async def test_an_interface_that_is_missing_is_unknown_and_named(proc):
    proc.write("net/dev", dev(eth0=(1, 1, 0, 0)))
    result = await probe(NetworkCheck(interfaces=("eth*", "wg0")))
    assert (result.level, result.error_class) == (Level.UNKNOWN, "not_found")
    assert "wg0" in result.summary
    assert "eth" not in result.summary


async def test_counters_that_were_reset_give_no_rate_until_the_next_look(proc):
    proc.write("net/dev", dev(eth0=(5000, 5000, 9, 9)))
    _, result = await two_probes(NetworkCheck(), lambda: proc.write("net/dev", dev(eth0=(10, 6000, 0, 0))))
    seen = values(result)
    assert "received.eth0" not in seen
    assert "errors.eth0" not in seen
    assert seen["sent.eth0"] == 100
    assert result.observation.rows.rows[0] == ("eth0", "-", "100 B/s", "-", "-")


async def test_a_rule_fires_for_an_interface_and_names_it(proc):
    proc.write("net/dev", dev(eth0=(1, 1, 0, 0), eth1=(1, 1, 0, 0)))
    rule = parse("received < 1 B/s", Level.WARN, NetworkCheck.READINGS, "network")
    result = await probe(NetworkCheck(), rule)
    assert result.level is Level.WARN
    assert result.verdicts[0].labels == (("interface", "eth0"),)


async def test_a_container_without_a_network_is_not_red(proc):
    proc.write("net/dev", HEAD)
    result = await probe(NetworkCheck())
    assert (result.level, result.summary) == (Level.OK, "no interface has carried anything yet")


async def test_without_counters_the_network_is_unknown(proc):
    result = await probe(NetworkCheck())
    assert (result.level, result.error_class) == (Level.UNKNOWN, "unsupported")
