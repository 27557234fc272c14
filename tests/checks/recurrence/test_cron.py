"""Crontab fields, against the rules of crontab(5) tried minute by minute."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile

import pytest

from checks.recurrence.cron import read_cron

BEGIN = datetime(2027, 12, 20, tzinfo=UTC)
SUNDAY = 0


def values(text: str, least: int, most: int) -> set[int]:
    """The plain meaning of lists, ranges and steps of numbers."""
    found = set()
    for part in text.split(","):
        body, _, step = part.partition("/")
        low, _, high = body.partition("-")
        first, last = (least, most) if body == "*" else (int(low), int(high or low))
        found |= {number for number in range(first, last + 1) if (number - first) % int(step or 1) == 0}
    return found


def matches(text: str, at: datetime) -> bool:
    """What cron asks at every minute."""
    minute, hour, date, month, day = text.split()
    if at.minute not in values(minute, 0, 59) or at.hour not in values(hour, 0, 23):
        return False
    if at.month not in values(month, 1, 12):
        return False
    weekdays = {number % 7 for number in values(day, 0, 7)}
    dated, weekly = at.day in values(date, 1, 31), (at.weekday() + 1) % 7 in weekdays
    if date.startswith("*") or day.startswith("*"):
        return dated and weekly
    return dated or weekly


@pytest.mark.parametrize(
    "text",
    [
        "0 2 * * *",
        "*/7 * * * *",
        "0 4 * * 0",
        "0 4 * * 7",
        "0 4 1-7 * 0",
        "0 4 1-7 * *",
        "30 5 1,15 * 5",
        "0 4 */2 * 1",
        "0 4 1,15 * */2",
        "5-59/20 0-6/3 * 1,2 1-5",
        "59 23 31 12 *",
        "0 0 29 2 *",
        "15 10 * 1-3/2 6-7",
    ],
)
def test_minutes_are_those_that_cron_matches(text: str) -> None:
    days = 75
    end = BEGIN + timedelta(days=days)
    every = (BEGIN + timedelta(minutes=number) for number in range(days * 1440))
    expected = [at for at in every if matches(text, at)]
    found = read_cron(text).after(BEGIN.timestamp() - 1, UTC)
    assert [
        datetime.fromtimestamp(at, UTC) for at in takewhile(lambda at: at < end.timestamp(), found)
    ] == expected


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0 4 * * sun", "0 4 * * 0"),
        ("0 4 * JAN-mar Mon-Fri", "0 4 * 1-3 1-5"),
        ("@daily", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("0 4 * * 0,7", "0 4 * * 7"),
    ],
)
def test_names_mean_numbers(text: str, same: str) -> None:
    assert read_cron(text) == read_cron(same)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 4 * *", "has not five fields"),
        ("60 4 * * *", "minute: '60' is not from 0 to 59"),
        ("0 4 0 * *", "day of month: '0' is not from 1 to 31"),
        ("0 4 * * 8", "day of week: '8' is not from 0 to 7, or a name such as sun"),
        ("0 4 * foo *", "month: 'foo' is not"),
        ("0 4 5/2 * *", "a step goes with"),
        ("0 4 7-1 * *", "runs backwards"),
        ("*/0 4 * * *", "a step is at least 1"),
        ("0 4 ? * *", "is no value"),
        ("0 4 *-5 * *", "stands alone"),
        ("0 4 30 2 *", "never comes"),
        ("@reboot", "has not five fields"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError) as raised:
        read_cron(text)
    assert said in str(raised.value)
