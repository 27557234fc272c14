"""Moments that hold whatever becomes of the wall clock."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from checks.errors import MeasureError
from checks.host import procfs
from checks.testing import FakeClock
from runbooks.boot import Moment, boot_id


async def test_a_wall_clock_set_forward_makes_nothing_old() -> None:
    clock = FakeClock()
    before = Moment.of(clock)
    clock.jump(86_400.0)
    assert Moment.of(clock).seconds_after(before) == 0.0
    await clock.advance(5.0)
    assert Moment.of(clock).seconds_after(before) == 5.0


def test_what_was_before_another_boot_is_endlessly_long_ago() -> None:
    assert Moment("this", 3.0).seconds_after(Moment("that", 2.0)) == math.inf


def test_a_kernel_that_does_not_say_its_boot_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procfs, "ROOT", str(tmp_path))
    with pytest.raises(MeasureError):
        boot_id()
