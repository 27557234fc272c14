"""Memory and swap."""

import os

from checks.kinds.memory import MemoryCheck
from checks.model import Level
from checks.testing import probe
from tests.servers.proc import two_probes, values

MEMINFO = """\
MemTotal:        1000 kB
MemFree:          100 kB
MemAvailable:     250 kB
Cached:           120 kB
SReclaimable:      30 kB
SwapTotal:        400 kB
SwapFree:         300 kB
HugePages_Total:    0
"""
PAGE = os.sysconf("SC_PAGE_SIZE")


async def test_this_machine_has_memory_and_some_of_it_is_used():
    result = await probe(MemoryCheck())
    seen = values(result)
    assert result.level is Level.OK
    assert 0 < seen["used"] < 100
    assert seen["used_bytes"] + seen["available"] == seen["total"] > 2**20
    assert "% used" in result.summary


async def test_what_programs_can_get_counts_as_free_and_swap_is_measured_apart(proc):
    proc.write("meminfo", MEMINFO)
    proc.write("vmstat", "pswpin 100\npswpout 200\n")
    _, result = await two_probes(MemoryCheck(), lambda: proc.write("vmstat", "pswpin 150\npswpout 200\n"), 10)
    assert values(result) == {
        "used": 75.0,
        "available": 250 * 1024,
        "total": 1000 * 1024,
        "used_bytes": 750 * 1024,
        "cached": 150 * 1024,
        "swap_used": 25.0,
        "swap_bytes": 100 * 1024,
        "swap_total": 400 * 1024,
        "swap_in": 5.0 * PAGE,
        "swap_out": 0.0,
    }


async def test_a_machine_without_swap_uses_none_of_it(proc):
    proc.write("meminfo", "MemTotal: 1000 kB\nMemAvailable: 500 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n")
    assert values(await probe(MemoryCheck()))["swap_used"] == 0


async def test_counters_that_were_reset_give_no_rate(proc):
    proc.write("meminfo", MEMINFO)
    proc.write("vmstat", "pswpin 100\npswpout 200\n")
    _, result = await two_probes(MemoryCheck(), lambda: proc.write("vmstat", "pswpin 3\npswpout 210\n"))
    assert "swap_in" not in values(result)
    assert values(result)["swap_out"] > 0


async def test_what_a_container_does_not_show_is_absent_and_not_red(proc):
    proc.write("meminfo", "MemTotal: 1000 kB\nMemFree: 400 kB\n")
    result = await probe(MemoryCheck())
    assert result.level is Level.OK
    assert set(values(result)) == {"used", "available", "total", "used_bytes"}
    assert values(result)["used"] == 60


async def test_without_meminfo_memory_is_unknown(proc):
    result = await probe(MemoryCheck())
    assert (result.level, result.error_class) == (Level.UNKNOWN, "unsupported")
