"""When tasks are due, and what is wrong with what does not say it."""

from datetime import UTC, datetime
from itertools import islice

import pytest

from checks.recurrence.tasks import read_task
from checks.recurrence.timing import TimingError
from checks.recurrence.words import read_words

WINDOWS = {
    "weekly": {"every": "sunday 03:00", "lasts": "2h"},
    "once": {"from": "2026-11-29 03:00", "until": "2026-11-29 05:00"},
}


def spans(count: int = 2, **options: object) -> list[tuple[str, float]]:
    found = read_task(options, WINDOWS, "UTC").after(datetime(2026, 11, 23, tzinfo=UTC).timestamp())
    return [
        (f"{datetime.fromtimestamp(one.start, UTC):%m-%d %H:%M}", (one.end - one.start) / 60)
        for one in islice(found, count)
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"every": "daily 02:00", "command": ["x"]}, [("11-23 02:00", 60), ("11-24 02:00", 60)]),
        ({"every": "daily 02:00"}, [("11-23 02:00", 1440), ("11-24 02:00", 1440)]),
        ({"cron": "30 2 * * 1", "due_within": "15m"}, [("11-23 02:30", 15), ("11-30 02:30", 15)]),
        ({"every": "90 m", "runbook": "r"}, [("11-23 01:30", 60), ("11-23 03:00", 60)]),
        ({"window": "weekly"}, [("11-29 03:00", 120), ("12-06 03:00", 120)]),
        ({"window": "weekly", "due_within": "30m"}, [("11-29 03:00", 30), ("12-06 03:00", 30)]),
        ({"window": "once"}, [("11-29 03:00", 120)]),
        ({"every": "by hand"}, []),
        ({"every": "6 h", "only": "01:00-07:00"}, [("11-23 06:00", 60), ("11-24 06:00", 60)]),
        ({"every": "daily 23:30", "only": "sunday 22:00-02:00"}, [("11-29 23:30", 150)]),
        ({"every": "first sunday of quarter 04:00"}, [("01-03 04:00", 1440), ("04-04 04:00", 1440)]),
    ],
)  # fmt: skip
def test_a_task_is_due_for_its_span(options: dict[str, object], expected: list[tuple[str, float]]) -> None:
    assert spans(len(expected) or 1, **options) == expected


@pytest.mark.parametrize(
    ("options", "key", "said"),
    [
        ({}, "", "says when by every, cron or window; `every: by hand`"),
        ({"every": "daily 02:00", "cron": "0 2 * * *"}, "cron", "says when a second time"),
        ({"every": "daily"}, "every", "no time of day"),
        ({"every": "60 s"}, "every", "at least 5 m"),
        ({"every": "7 h"}, "every", "does not go into a day evenly"),
        ({"every": "by hand", "grace": "1h"}, "grace", "goes with a task that is due"),
        ({"cron": "*/2 * * * *"}, "cron", "more often than every 5 m"),
        ({"every": "daily 02:00", "due_within": "1 s"}, "due_within", "must be from 1 m"),
        ({"every": "daily 02:00", "due_within": "soon"}, "due_within", "soon"),
        ({"window": "weekly", "due_within": "3h"}, "due_within", "longer than the window weekly"),
        ({"every": "daily 06:00", "only": "02:00-05:00"}, "only", "none of its times"),
        ({"every": "daily 03:00", "only": "2 to 5"}, "only", "are no hours"),
        ({"every": "daily 03:00", "only": "sunda 02:00-05:00"}, "only", "did you mean 'sunday'?"),
        ({"every": "daily 03:00", "only": "03:00-03:00"}, "only", "nothing lies between"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(options: dict[str, object], key: str, said: str) -> None:
    with pytest.raises(TimingError) as raised:
        read_task(options, WINDOWS, "UTC")
    assert raised.value.key == key
    assert said in str(raised.value)


def test_what_comes_every_so_often_comes_at_the_same_times_each_day() -> None:
    assert [str(at)[:5] for at in read_words("8 h").times] == ["00:00", "08:00", "16:00"]
    assert len(read_words("5m").times) == 288
