"""Timer units say the moments at which the window opens, as systemd itself reads them."""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from runbooks.windows.timers import calendar, units
from tests.runbooks.windows.planning import window

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")


def moments(expressions: tuple[str, ...], count: int) -> list[float]:
    """The next moments of all expressions, as systemd calculates them."""
    base = f"{BEGIN:%Y-%m-%d %H:%M:%S} UTC"
    argv = ["systemd-analyze", "calendar", f"--base-time={base}", f"--iterations={count}", *expressions]
    run = subprocess.run(
        argv, env={**os.environ, "TZ": "UTC", "LC_ALL": "C"}, capture_output=True, text=True, check=True
    )
    found = re.findall(r"(?:\(in UTC\)|Next elapse|Iter\. #\d+): \w{3} (\S+ \S+) UTC", run.stdout)
    return sorted({datetime.fromisoformat(f"{text}+00:00").timestamp() for text in found})


@needs_systemd
@pytest.mark.parametrize(
    "options",
    [
        {"every": "daily 02:00"},
        {"every": "monday,thursday 22:30"},
        {"every": "weekdays 06:05"},
        {"every": "first sunday 04:00", "timezone": "Europe/Berlin"},
        {"every": "fifth friday 04:00"},
        {"every": "last friday 23:00", "timezone": "Asia/Tokyo"},
        {"every": "first sunday of quarter 04:00"},
        {"every": "day 31 04:00"},
        {"cron": "*/20 3,5 1,15 * 5"},
        {"cron": "15 3 */5 * 5"},
        {"from": "2026-11-29 03:00", "timezone": "Europe/Berlin"},
    ],
)
def test_systemd_reads_the_moments_at_which_the_window_opens(options: dict[str, str]) -> None:
    plan = window(**options)
    expected = [span.start for span in islice(plan.timing.after(BEGIN.timestamp()), 12)]
    assert moments(calendar(plan), 12)[: len(expected)] == expected


@needs_systemd
def test_a_time_over_which_clocks_are_set_on_is_left_out_and_the_unit_says_so() -> None:
    plan = window(every="daily 02:30", timezone="Europe/Berlin")
    argv = ["systemd-analyze", "calendar", "--base-time=2027-03-27 12:00:00 UTC", *calendar(plan)]
    run = subprocess.run(argv, env={**os.environ, "TZ": "UTC"}, capture_output=True, text=True, check=True)
    assert "2027-03-29 00:30:00 UTC" in run.stdout
    said = "In the night in which clocks are set on over this time, systemd leaves it out."
    assert said in units(plan, ("/bin/true",))["walkdown-window-weekly.timer"]
    for calm in (window(every="daily 02:30"), window(every="daily 05:30", timezone="Europe/Berlin")):
        assert said not in units(calm, ("/bin/true",))["walkdown-window-weekly.timer"]


def test_the_first_sunday_in_berlin_is_a_range_of_dates_in_its_zone() -> None:
    plan = window(every="first sunday 04:00", timezone="Europe/Berlin")
    assert calendar(plan) == ("Sun *-*-01..07 04:00:00 Europe/Berlin",)


@needs_systemd
def test_the_units_are_sound_and_run_the_words_as_given(tmp_path: Path) -> None:
    program = tmp_path / "say"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    program.chmod(0o755)
    made = units(
        window("monthly", every="first sunday 04:00"), (str(program), "a b", "100%", "$HOME", 'q"\\')
    )
    for name, text in made.items():
        (tmp_path / name).write_text(text)
    assert sorted(made) == ["walkdown-window-monthly.service", "walkdown-window-monthly.timer"]
    argv = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in made)]
    verified = subprocess.run(
        argv,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert str(tmp_path) not in verified.stderr, verified.stderr
    assert 'say "a b" 100%% $$HOME "q\\"\\\\"' in made["walkdown-window-monthly.service"]
