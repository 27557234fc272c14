"""Debian's cron runs the lines that are printed when the window opens, and at no other time."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from runbooks.windows.crontab import crontab
from tests.runbooks.windows.planning import window
from tests.servers.cron import Minute, run_through

BERLIN, LONDON, ANYWHERE = "Europe/Berlin", "Europe/London", "UTC"
ASKED = [
    ("first sunday 04:00", BERLIN, BERLIN, "2026-12-06 04:00", True),
    ("first sunday 04:00", BERLIN, BERLIN, "2026-12-13 04:00", False),
    ("first sunday of quarter 04:00", BERLIN, BERLIN, "2027-01-03 04:00", True),
    ("first sunday of quarter 04:00", BERLIN, BERLIN, "2027-02-07 04:00", False),
    ("last friday 23:00", BERLIN, BERLIN, "2027-01-29 23:00", True),
    ("last friday 23:00", BERLIN, BERLIN, "2027-01-22 23:00", False),
    ("fifth friday 04:00", ANYWHERE, ANYWHERE, "2027-01-29 04:00", True),
    ("day 31 04:00", ANYWHERE, ANYWHERE, "2026-12-31 04:00", True),
    ("cron: 15 3 1,15 * 5", ANYWHERE, ANYWHERE, "2026-12-15 03:15", True),
    ("cron: 15 3 1,15 * 5", ANYWHERE, ANYWHERE, "2026-12-18 03:15", True),
    ("cron: 15 3 1,15 * 5", ANYWHERE, ANYWHERE, "2026-12-17 03:15", False),
    ("first sunday 04:00", "Asia/Tokyo", ANYWHERE, "2026-12-05 19:00", True),
    ("first sunday 04:00", "Asia/Tokyo", ANYWHERE, "2026-12-06 19:00", False),
    ("last saturday of quarter 03:10", "Asia/Kolkata", LONDON, "2027-01-29 21:40", True),
    ("last saturday of quarter 03:10", "Asia/Kolkata", LONDON, "2027-01-22 21:40", False),
    # The hour that is left out: what was due in it is run when it would have ended. No clock shows 02:30.
    ("daily 02:30", BERLIN, BERLIN, "2027-03-28 03:00", True),
    ("daily 02:30", BERLIN, BERLIN, "2027-03-28 03:30", False),
    # The hour that comes twice.
    ("daily 02:30", BERLIN, BERLIN, "2026-10-25 02:30", True),
]
"""When, in which zone, on a host of which zone, at which of its minutes, and whether a window opens then."""
DONE = "100 % done: {}"
"""The file that shows that a line was run; to cron a bare % would be the end of its command."""


@pytest.fixture(scope="module")
def ran(real_cron: None, tmp_path_factory: pytest.TempPathFactory) -> set[int]:
    """Return which of them were run by cron."""
    folder: Path = tmp_path_factory.mktemp("crons")
    minutes = {}
    for number, (words, zone, host, at, _) in enumerate(ASKED):
        plan = planned(words, zone)
        begins = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(host))
        command = ("touch", str(folder / DONE.format(number)))
        text = crontab(plan, command, ZoneInfo(host), datetime(2026, 10, 1, tzinfo=UTC).timestamp())
        minutes[str(number)] = Minute(begins, text)
    run_through(folder, minutes)
    return {number for number in range(len(ASKED)) if (folder / DONE.format(number)).exists()}


def planned(words: str, zone: str):
    """Return the window of these words."""
    key, _, rest = words.rpartition(": ")
    return window(timezone=zone, **{key or "every": rest})


@pytest.mark.parametrize("number", range(len(ASKED)), ids=[f"{words} {at}" for words, _, _, at, _ in ASKED])
def test_cron_runs_it_when_the_window_opens(ran: set[int], number: int) -> None:
    words, zone, host, at, opens = ASKED[number]
    begins = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(host)).timestamp()
    starts = {span.start for span in islice(planned(words, zone).timing.after(begins - 1), 1)}
    assert (begins in starts) is opens, "what is expected of cron is what the window does"
    assert (number in ran) is opens
