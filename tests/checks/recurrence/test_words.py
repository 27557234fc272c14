"""Recurrences in words, against an independent calculation."""

import calendar
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

import pytest

from checks.recurrence.days import Recurrence
from checks.recurrence.words import read_words

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2030, 1, 1, tzinfo=UTC)
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def starts(recurrence: Recurrence) -> list[datetime]:
    """All moments of five years."""
    found = recurrence.after(BEGIN.timestamp() - 1, UTC)
    return [datetime.fromtimestamp(at, UTC) for at in takewhile(lambda at: at < END.timestamp(), found)]


def by_calendar(nth: int, weekday: int, hour: int, minute: int, months: tuple[int, ...]) -> list[datetime]:
    """Count them on the leaves of a printed calendar."""
    found = []
    for year in range(2025, 2030):
        for month in months:
            column = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
            if nth <= len(column):
                day = column[nth - 1] if nth > 0 else column[-1]
                found.append(datetime(year, month, day, hour, minute, tzinfo=UTC))
    return found


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize(
    ("word", "nth"), [("first", 1), ("2nd", 2), ("third", 3), ("fourth", 4), ("fifth", 5), ("last", -1)]
)
def test_the_nth_weekday_of_a_month_is_right_for_five_years(word: str, nth: int, weekday: int) -> None:
    expected = by_calendar(nth, weekday, 4, 0, tuple(range(1, 13)))
    assert starts(read_words(f"{word} {NAMES[weekday]} 04:00")) == expected


@pytest.mark.parametrize("word", ["first", "last"])
def test_the_nth_weekday_of_a_quarter_is_in_its_first_month(word: str) -> None:
    expected = by_calendar({"first": 1, "last": -1}[word], 6, 6, 30, (1, 4, 7, 10))
    assert starts(read_words(f"{word} sunday of quarter 06:30")) == expected


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("daily 02:00", lambda day: True),
        ("weekdays 02:00", lambda day: day.weekday() < 5),
        ("weekends 02:00", lambda day: day.weekday() >= 5),
        ("sunday 02:00", lambda day: day.weekday() == 6),
        ("Monday, Thursday 2:00", lambda day: day.weekday() in (0, 3)),
        ("mon,thu 02:00", lambda day: day.weekday() in (0, 3)),
        ("day 1 02:00", lambda day: day.day == 1),
        ("day 31 02:00", lambda day: day.day == 31),
        ("day 1 of january 02:00", lambda day: (day.month, day.day) == (1, 1)),
        ("day 1 of year 02:00", lambda day: (day.month, day.day) == (1, 1)),
        ("day 15 of march, september 02:00", lambda day: day.month in (3, 9) and day.day == 15),
        ("day 29 of february 02:00", lambda day: (day.month, day.day) == (2, 29)),
        ("first sunday of month 02:00", lambda day: day.weekday() == 6 and day.day <= 7),
    ],
)
def test_days_are_those_that_are_named(text: str, matches: object) -> None:
    every = (date(2025, 1, 1) + timedelta(days=number) for number in range(5 * 365 + 1))
    expected = [day for day in every if matches(day)]  # type: ignore[operator]
    found = starts(read_words(text))
    assert [at.date() for at in found] == expected
    assert {(at.hour, at.minute) for at in found} == {(2, 0)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sunday", "says no time of day"),
        ("", "says no time of day"),
        ("sunday 24:00", "says no time of day"),
        ("03:00", "says no day"),
        ("sundy 03:00", "did you mean 'sunday'?"),
        ("frist sunday 03:00", "did you mean 'first'?"),
        ("first sunday of quater 03:00", "did you mean 'quarter'?"),
        ("sunday of quarter 03:00", "`of` goes with"),
        ("first sunday of 03:00", "is no month"),
        ("first sunday monday 03:00", "are no days"),
        ("day 32 03:00", "'day 32' are no days"),
        ("day 30 of february 03:00", "never comes"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError) as raised:
        read_words(text)
    assert said in str(raised.value)


def test_what_comes_once_in_decades_is_found() -> None:
    found = read_words("fifth sunday of february 03:00").after(BEGIN.timestamp(), UTC)
    assert [datetime.fromtimestamp(next(found), UTC).year for _ in range(2)] == [2032, 2060]
