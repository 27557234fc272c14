"""When windows are planned to be open: over changes of clocks, across midnight, once and again."""

from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from checks.recurrence.timing import Once, Recurring, Span, TimingError, read_timing
from checks.recurrence.zones import zone_named

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def timing(zone: str = "Europe/Berlin", **options: str) -> Recurring | Once:
    return read_timing({key.removesuffix("_"): value for key, value in options.items()}, zone)


def utc(span: Span | None) -> tuple[str, float]:
    assert span is not None
    return datetime.fromtimestamp(span.start, UTC).strftime("%m-%d %H:%M"), (span.end - span.start) / 3600


@pytest.mark.parametrize(
    ("every", "after", "start"),
    [
        # Clocks are set on, 02:00 CET to 03:00 CEST: 02:30 is absent; what comes after the gap counts.
        ("sunday 02:30", "2027-03-27T00:00Z", "03-28 01:00"),
        ("sunday 02:00", "2027-03-27T00:00Z", "03-28 01:00"),
        ("sunday 01:30", "2027-03-27T00:00Z", "03-28 00:30"),
        ("sunday 03:00", "2027-03-27T00:00Z", "03-28 01:00"),
        # Clocks are set back, 03:00 CEST to 02:00 CET: 02:30 comes twice, and the first counts.
        ("sunday 02:30", "2026-10-24T00:00Z", "10-25 00:30"),
        ("sunday 03:00", "2026-10-24T00:00Z", "10-25 02:00"),
        ("sunday 01:30", "2026-10-24T00:00Z", "10-24 23:30"),
    ],
)
def test_a_window_begins_and_lasts_right_where_clocks_change(every: str, after: str, start: str) -> None:
    planned = timing(every=every, lasts="2h")
    span = planned.next_after(at(after))
    assert utc(span) == (start, 2.0)
    assert span is not None
    assert planned.containing(span.start) == planned.containing(span.end - 1) == span
    assert planned.containing(span.start - 1) is planned.containing(span.end) is None


def test_a_day_on_which_clocks_change_has_every_start_once() -> None:
    found = timing(cron="*/30 1-3 25 10 *", lasts="5m").after(at("2026-10-24T00:00Z"))
    assert [utc(span)[0] for span in islice(found, 6)] == [
        "10-24 23:00", "10-24 23:30", "10-25 00:00", "10-25 00:30", "10-25 02:00", "10-25 02:30",
    ]  # fmt: skip
    found = timing(cron="*/30 1-3 28 3 *", lasts="5m").after(at("2027-03-27T00:00Z"))
    assert [utc(span)[0] for span in islice(found, 4)] == [
        "03-28 00:00", "03-28 00:30", "03-28 01:00", "03-28 01:30",
    ]  # fmt: skip


def test_a_window_across_midnight_is_one() -> None:
    planned = timing(every="last friday 23:00", lasts="3h")
    span = planned.containing(at("2026-11-28T01:30+01:00"))
    assert utc(span) == ("11-27 22:00", 3.0)
    assert planned.containing(at("2026-11-28T02:00+01:00")) is None


def test_of_windows_that_overlap_the_later_counts() -> None:
    span = timing(every="daily 02:00", lasts="30h").containing(at("2026-11-28T02:30Z"))
    assert utc(span) == ("11-28 01:00", 30.0)


@pytest.mark.parametrize("zone", ["Pacific/Apia", "America/Sao_Paulo", "Australia/Lord_Howe"])
def test_starts_rise_through_every_change_of_a_zone(zone: str) -> None:
    begin = at("2011-01-01T00:00Z")
    found = list(islice(timing(zone, cron="0 0,2 * * *", lasts="1h").after(begin), 1500))
    assert all(one.start < other.start for one, other in pairwise(found))
    assert all(one.start > begin for one in found)


def test_a_window_that_comes_once_is_what_is_written() -> None:
    planned = timing(from_="2026-11-29 03:00", until="2026-11-29 05:00")
    assert utc(planned.next_after(0)) == ("11-29 02:00", 2.0)
    assert planned.next_after(at("2026-11-29T03:00+01:00")) is None
    assert utc(planned.containing(at("2026-11-29T04:59:59+01:00"))) == ("11-29 02:00", 2.0)
    assert utc(timing(from_="2026-11-29T3:00+05:00", lasts="90m").next_after(0)) == ("11-28 22:00", 1.5)


def test_a_window_over_the_change_of_clocks_has_its_true_length() -> None:
    span = timing(from_="2026-10-25 01:00", until="2026-10-25 04:00").next_after(0)
    assert utc(span) == ("10-24 23:00", 4.0)
    span = timing(from_="2027-03-28 01:00", until="2027-03-28 04:00").next_after(0)
    assert utc(span) == ("03-28 00:00", 2.0)
    span = timing(from_="2026-10-25 02:30+01:00", lasts="1h").next_after(0)
    assert utc(span) == ("10-25 01:30", 1.0)


def test_the_window_names_its_zone_or_the_system_does_or_the_host(tmp_path: Path) -> None:
    assert (
        utc(timing(every="daily 02:00", lasts="1h", timezone="Asia/Tokyo").next_after(0))[0] == "01-01 17:00"
    )
    host = tmp_path / "localtime"
    host.write_bytes(Path("/usr/share/zoneinfo/Asia/Tokyo").read_bytes())
    zone = zone_named("", host)
    assert (
        datetime(2026, 1, 1, tzinfo=zone).utcoffset()
        == datetime(2026, 1, 1, tzinfo=BERLIN).replace(tzinfo=ZoneInfo("Asia/Tokyo")).utcoffset()
    )


@pytest.mark.parametrize(
    ("options", "key", "said"),
    [
        ({}, "", "exactly one of every, cron, from; none is there"),
        ({"every": "daily 02:00", "cron": "0 2 * * *"}, "", "not every and cron"),
        ({"every": "daily 02:00"}, "lasts", "is required"),
        ({"every": "daily 02:00", "lasts": "1h", "until": "2026-01-01 00:00"}, "until", "goes with from:"),
        ({"every": "daily 02:00", "lasts": "1s"}, "lasts", "from 1 m to 31 d"),
        ({"every": "daily", "lasts": "1h"}, "every", "no time of day"),
        ({"cron": "x", "lasts": "1h"}, "cron", "five fields"),
        ({"from": "2026-11-29 03:00"}, "from", "exactly one of until, lasts"),
        ({"from": "tomorrow", "lasts": "1h"}, "from", "is no moment"),
        ({"from": "2026-13-29 03:00", "lasts": "1h"}, "from", "month must be in 1..12"),
        ({"from": "2026-11-29 03:00", "until": "2026-11-29 02:00"}, "until", "must be after from:"),
        ({"from": "2027-03-28 02:30", "lasts": "1h"}, "from", "does not come in Europe/Berlin"),
        ({"from": "2026-10-25 02:30", "lasts": "1h"}, "from", "as 2026-10-25 02:30+02:00 or"),
        ({"from": "2026-10-25 01:30", "until": "2026-10-25 02:30"}, "until", "comes twice"),
        ({"every": "daily 02:00", "lasts": "1h", "timezone": "Mars"}, "timezone", "is no time zone"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_key(options: dict[str, str], key: str, said: str) -> None:
    with pytest.raises(TimingError) as raised:
        read_timing(options, "Europe/Berlin")
    assert raised.value.key == key
    assert said in str(raised.value)
