"""Trends and the small curve that shows them; how times and amounts are written."""

from __future__ import annotations

import pytest

from checks.model import Level
from checks.moments import brief, clock_time, zone_name, zone_of
from tests.tui.boards import START, result, snapshot, state
from tui.cell import Tone, text_of
from tui.format import age, amount
from tui.sparkline import sparkline
from tui.trend import LENGTH, Point, Trend, backfill, extend


def test_every_new_result_makes_one_point() -> None:
    trends = extend({}, snapshot([state("web", at=START)]))
    trends = extend(trends, snapshot([state("web", at=START)]))
    trends = extend(trends, snapshot([state("web", Level.CRIT, at=START + 10)]))
    assert [(point.at, point.level) for point in trends["web"].points] == [
        (START, Level.OK),
        (START + 10, Level.CRIT),
    ]


def test_a_trend_keeps_the_newest() -> None:
    trends: dict[str, Trend] = {}
    for step in range(50):
        trends = dict(extend(trends, snapshot([state("web", at=START + step)])))
    assert len(trends["web"].points) == LENGTH
    assert trends["web"].latest == START + 49


def test_stored_results_come_before_what_was_seen() -> None:
    seen = extend({}, snapshot([state("web", at=START)]))
    stored = {"web": (result("web", at=START), result("web", at=START - 10), result("web", at=START - 20))}
    trends = backfill(seen, stored)
    assert [point.at for point in trends["web"].points] == [START - 20, START - 10, START]


def test_the_curve_stands_on_zero_and_ends_at_the_right() -> None:
    points = tuple(Point(START + n, Level.OK, value) for n, value in enumerate((0.0, 50.0, 100.0)))
    assert text_of(sparkline(Trend(points, "%"), 5)) == "  ▁▅█"


def test_a_gap_is_a_dot_and_a_level_a_colour() -> None:
    points = (
        Point(START, Level.OK, 50.0),
        Point(START + 1, Level.UNKNOWN, None),
        Point(START + 2, Level.WARN, 90.0),
    )
    pieces = sparkline(Trend(points, "%"), 3)
    assert [(piece.text, piece.tone) for piece in pieces] == [
        ("▅", Tone.MUTED),
        ("·", Tone.UNKNOWN),
        ("█", Tone.WARN),
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "now"),
        (4.9, "now"),
        (5, "5 s"),
        (59.9, "55 s"),
        (60, "1 m"),
        (3599, "59 m"),
        (3600, "1 h"),
        (200000, "2 d"),
    ],
)
def test_ages_are_short_and_never_younger_than_they_are_by_more_than_a_step(
    seconds: float, text: str
) -> None:
    assert age(seconds) == text


def test_times_are_local_and_say_where() -> None:
    assert clock_time(START, zone_of("UTC")) == "08:00:00"
    assert clock_time(START, zone_of("Asia/Bangkok")) == "15:00:00"
    assert zone_name(START, zone_of("Asia/Bangkok")) == "UTC+07"
    assert zone_of("Not/AZone") is None
    assert brief(START - 86400, START, zone_of("UTC")) == "14 Jan 08:00"
    assert brief(START - 60, START, zone_of("UTC")) == "07:59:00"


def test_amounts_have_units_and_nothing_is_a_dash() -> None:
    assert amount(0.084, "s") == "84 ms"
    assert amount(None, "s") == "-"
