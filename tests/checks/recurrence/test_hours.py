"""Hours of the week, as routes of alerts have them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from checks.recurrence.hours import read_hours
from checks.recurrence.timing import TimingError


@pytest.mark.parametrize(
    ("written", "inside", "outside"),
    [
        ({}, ["2027-01-15 00:00", "2027-01-16 23:59"], []),
        (
            {"days": "weekdays", "from": "08:00", "until": "18:00"},
            ["2027-01-15 08:00", "2027-01-15 17:59"],
            ["2027-01-15 07:59", "2027-01-15 18:00", "2027-01-16 12:00"],
        ),
        (
            {"days": "friday", "from": "22:00", "until": "06:00"},
            ["2027-01-15 22:00", "2027-01-15 23:59", "2027-01-16 05:59"],
            ["2027-01-15 05:00", "2027-01-16 06:00", "2027-01-16 22:00"],
        ),
        ({"days": "Sat,Sunday"}, ["2027-01-16 00:00", "2027-01-17 23:59"], ["2027-01-18 00:00"]),
        ({"until": "12:00"}, ["2027-01-15 00:00"], ["2027-01-15 12:00"]),
        ({"from": "12:00"}, ["2027-01-15 12:00", "2027-01-15 23:59"], ["2027-01-15 11:59"]),
    ],
)
def test_hours_are_by_the_clocks_of_the_zone(written, inside, outside) -> None:
    for zone in ("UTC", "Europe/Berlin"):
        hours = read_hours(written, zone)
        for texts, expected in ((inside, True), (outside, False)):
            for text in texts:
                at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()
                assert hours.include(at) is expected, text


@pytest.mark.parametrize(
    ("written", "key", "words"),
    [
        ({"days": "mondy"}, "days", "did you mean 'monday'"),
        ({"from": "8"}, "from", "no time of day"),
        ({"from": "24:00"}, "from", "no time of day"),
        ({"until": "25:00"}, "until", "no time of day"),
        ({"from": "08:00", "until": "08:00"}, "until", "nothing lies between"),
    ],
)
def test_what_says_no_hours_is_refused_in_words(written, key, words) -> None:
    with pytest.raises(TimingError, match=words) as refused:
        read_hours(written, "UTC")
    assert refused.value.key == key
