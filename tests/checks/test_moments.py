"""How moments are told to people, and that nothing else in the house tells them."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from checks.moments import brief, moment, named, spoken, zone_name, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
HOUSE = Path(__file__).parents[2]


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_moment_is_told_with_the_short_name_of_the_zone() -> None:
    assert moment(at("2026-11-25T02:47:12Z"), BERLIN) == "2026-11-25 03:47:12 CET"
    assert moment(at("2026-11-25T02:47:12Z"), UTC) == "2026-11-25 02:47:12 UTC"
    assert moment(0.0, BERLIN) == "-"


def test_of_an_hour_that_comes_twice_it_is_clear_which_is_meant() -> None:
    first, second = at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z")
    assert moment(first, BERLIN) == "2026-10-25 02:30:00 CEST"
    assert moment(second, BERLIN) == "2026-10-25 02:30:00 CET"
    assert (spoken(first, BERLIN), spoken(second, BERLIN)) == (
        "Sun 25 Oct 02:30 CEST",
        "Sun 25 Oct 02:30 CET",
    )


@pytest.mark.parametrize(("name", "said"), [("Asia/Dubai", "UTC+04"), ("America/Sao_Paulo", "UTC-03")])
def test_a_zone_without_a_name_is_told_by_its_distance(name: str, said: str) -> None:
    assert zone_name(at("2026-11-25T02:47:12Z"), zone_of(name)) == said


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd"])
def test_a_zone_that_is_not_known_is_the_hosts_own(name: str) -> None:
    assert zone_of(name) is None


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2026-11-25T03:00:00+01:00", "03:00:00"),
        ("2026-11-24T23:59:00+01:00", "24 Nov 23:59"),
        ("2026-11-26T00:00:00+01:00", "26 Nov 00:00"),
        ("2025-11-25T03:00:00+01:00", "25 Nov 2025"),
    ],
)
def test_where_there_is_little_room_no_more_is_told_than_is_needed(when: str, said: str) -> None:
    now = at("2026-11-25T03:47:12+01:00")
    assert brief(at(when), now, BERLIN) == said
    assert len(brief(at(when), now, BERLIN)) <= 12
    assert named(at(when), now, BERLIN) == f"{said} CET"


OTHERS = {
    "checks/instants.py": "what machines read",
    "checks/kinds/tls.py": "a certificate's validity, which is in UTC by definition",
    "checks/moments.py": "this one",
    "checks/net/dial.py": "a certificate's validity, which is in UTC by definition",
    "checks/recurrence": "reckons with local times, and tells none",
    "runbooks/report_shelf.py": "names of files",
    "runbooks/walking/opening.py": "ids of walks",
    "runbooks/windows/crontab.py": "reckons with distances from UTC",
    "runbooks/windows/timers.py": "lines for systemd, in UTC",
}
"""Where a moment is turned into a date by other means, and why that is no second way of telling one."""


def test_nothing_else_turns_moments_into_words() -> None:
    """A screen in UTC beside a command in local time is how an operator comes an hour late."""
    found = {
        str(file.relative_to(HOUSE))
        for package in ("checks", "runbooks", "agent", "tui")
        for file in (HOUSE / package).rglob("*.py")
        if re.search(r"datetime\.fromtimestamp|\.astimezone\(|time\.localtime|time\.ctime", file.read_text())
    }
    assert not {file for file in found if not file.startswith(tuple(OTHERS))}
