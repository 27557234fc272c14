"""Load averages and time since boot."""

import os

import pytest

from checks.kinds.load import LoadCheck
from checks.model import Level
from checks.testing import probe
from tests.servers.proc import values


async def test_this_machine_shows_its_load_and_how_long_it_has_been_up():
    result = await probe(LoadCheck())
    seen = values(result)
    assert result.level is Level.OK
    assert seen["cores"] == os.cpu_count()
    assert seen["running"] >= 1
    assert seen["uptime"] > 0
    assert " cores, up " in result.summary


async def test_the_load_of_five_minutes_is_shared_among_the_processors(proc, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    proc.write("loadavg", "9.50 6.00 3.25 7/1234 99999\n")
    proc.write("uptime", "90000.50 1.00\n")
    result = await probe(LoadCheck())
    assert values(result) == {
        "load1": 9.5,
        "load5": 6.0,
        "load15": 3.25,
        "per_core": pytest.approx(1.5),
        "cores": 4,
        "running": 7,
        "uptime": 90000.5,
    }
    assert result.summary == "9.50 6.00 3.25 on 4 cores, up 1 d 1 h"


async def test_a_container_that_hides_uptime_still_shows_its_load(proc):
    proc.write("loadavg", "0.50 0.20 0.10 1/100 7\n")
    result = await probe(LoadCheck())
    assert result.level is Level.OK
    assert "uptime" not in values(result)


async def test_a_load_that_may_not_be_read_is_unknown(proc, monkeypatch):
    proc.write("loadavg", "0.50 0.20 0.10 1/100 7\n")

    def forbid(path, flags):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", forbid)
    result = await probe(LoadCheck())
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")
    assert "Permission denied" in result.summary
