"""What the processors spent their time on."""

import os

from checks.kinds.cpu import CpuCheck
from checks.model import Level
from checks.testing import probe
from tests.servers.proc import two_probes, values


def stat(*lines: str) -> str:
    return "\n".join((*lines, "intr 12345", "btime 1700000000")) + "\n"


async def test_this_machine_shows_shares_of_time_and_one_reading_for_each_processor():
    result = await probe(CpuCheck())
    seen = values(result)
    assert result.level is Level.OK
    assert all(0 <= seen[name] <= 100 for name in ("usage", "user", "system", "iowait", "steal"))
    cores = [name for name in seen if name.startswith("core.")]
    assert 1 <= len(cores) <= (os.cpu_count() or 1)
    assert result.summary.endswith(f"% of {os.cpu_count()} cores")


async def test_the_shares_are_those_of_the_time_between_two_looks(proc):
    proc.write("stat", stat("cpu 1000 0 500 8000 100 0 0 0 0 0", "cpu0 1000 0 500 8000 100 0 0 0 0 0"))

    def later():
        proc.write("stat", stat("cpu 1025 5 510 8045 105 2 3 5 0 0", "cpu0 1025 5 510 8045 105 2 3 5 0 0"))

    _, result = await two_probes(CpuCheck(), later)
    assert values(result) == {
        "usage": 50.0,
        "user": 30.0,
        "system": 15.0,
        "iowait": 5.0,
        "steal": 5.0,
        "core.0": 50.0,
    }
    assert result.summary == "50 % of 1 cores"


async def test_counters_that_step_back_never_give_a_negative_share(proc):
    proc.write("stat", stat("cpu 1000 0 500 8000 100 0 0 0 0 0"))
    later = stat("cpu 1010 0 500 8090 40 0 0 0 0 0")
    _, result = await two_probes(CpuCheck(), lambda: proc.write("stat", later))
    seen = values(result)
    assert seen["iowait"] == 0
    assert seen["usage"] == 10
    assert min(seen.values()) >= 0


async def test_a_processor_that_was_just_added_waits_for_the_next_look(proc):
    proc.write("stat", stat("cpu 10 0 0 90 0 0 0 0", "cpu0 10 0 0 90 0 0 0 0"))
    later = stat("cpu 20 0 0 180 0 0 0 0", "cpu0 20 0 0 180 0 0 0 0", "cpu1 0 0 0 0 0 0 0 0")
    _, result = await two_probes(CpuCheck(), lambda: proc.write("stat", later))
    assert "core.0" in values(result)
    assert "core.1" not in values(result)


async def test_a_kernel_of_few_fields_is_read_all_the_same(proc):
    proc.write("stat", stat("cpu 10 0 0 90"))
    _, result = await two_probes(CpuCheck(), lambda: proc.write("stat", stat("cpu 20 0 10 170")))
    assert values(result)["usage"] == 20


async def test_pressure_is_shown_where_the_kernel_measures_it(proc):
    proc.write("stat", stat("cpu 10 0 0 90 0 0 0 0"))
    proc.write("pressure/cpu", "some avg10=12.50 avg60=0.00 avg300=0.00 total=1\n")
    _, result = await two_probes(CpuCheck(), lambda: proc.write("stat", stat("cpu 20 0 0 180 0 0 0 0")))
    assert values(result)["pressure"] == 12.5


async def test_without_counters_nothing_is_said_about_the_processors(proc):
    result = await probe(CpuCheck())
    assert (result.level, result.error_class) == (Level.UNKNOWN, "unsupported")
