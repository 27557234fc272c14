"""Uptime: what is up, down, unknown and planned, and what an outage is."""

from __future__ import annotations

import random

import pytest

from checks.model import Level
from checks.slo.spans import LevelSpan, clipped, filled, together
from checks.slo.uptime import uptime

OK, WARN, CRIT, UNKNOWN = Level.OK, Level.WARN, Level.CRIT, Level.UNKNOWN


def course(*parts: tuple[float, Level] | tuple[float, Level, bool]) -> list[LevelSpan]:
    """Return spans one after the other, each so many seconds long."""
    spans, at = [], 0.0
    for seconds, level, *planned in parts:
        spans.append(LevelSpan(at, at + seconds, level, bool(planned)))
        at += seconds
    return spans


def test_unknown_is_counted_apart_and_never_as_up() -> None:
    seen = uptime(course((60, OK), (20, UNKNOWN), (10, CRIT), (30, WARN)), 0, 200)
    assert (seen.up, seen.down, seen.unknown) == (90, 10, 100)
    assert seen.percent == pytest.approx(90)
    assert uptime([], 0, 100).percent is None
    assert uptime(course((50, UNKNOWN)), 0, 100).unknown == 100


def test_planned_time_is_left_out_of_the_one_percentage_and_in_the_other() -> None:
    seen = uptime(course((60, OK), (20, CRIT, True), (10, OK, True), (10, CRIT)), 0, 100)
    assert seen.planned == 30
    assert seen.percent == pytest.approx(70)
    assert seen.percent_unplanned == pytest.approx(100 * 60 / 70)
    assert uptime(course((60, CRIT, True)), 0, 60).percent_unplanned is None


def test_an_outage_goes_on_through_what_nobody_knows_and_one_that_goes_on_is_not_over() -> None:
    seen = uptime(course((60, OK), (10, CRIT), (5, UNKNOWN), (10, CRIT), (15, OK), (20, CRIT)), 0, 120)
    first, second = seen.outages
    assert (first.began, first.ended, first.down, first.over) == (60, 85, 20, True)
    assert (second.seconds, second.over) == (20, False)
    assert seen.mttr == 25
    assert seen.mtbf == 75 / 2
    assert uptime(course((10, CRIT, True), (10, OK)), 0, 20).failures == ()


def test_time_that_is_told_twice_counts_once_and_what_lies_outside_not_at_all() -> None:
    spans = [LevelSpan(0, 100, OK), LevelSpan(50, 150, CRIT), LevelSpan(140, 400, OK)]
    assert clipped(spans, 20, 200) == (
        LevelSpan(20, 100, OK),
        LevelSpan(100, 150, CRIT),
        LevelSpan(150, 200, OK),
    )
    assert [span.level for span in filled([LevelSpan(10, 20, OK)], 0, 30)] == [UNKNOWN, OK, UNKNOWN]


def test_several_checks_are_as_bad_as_the_worst_and_planned_where_the_worst_are() -> None:
    by_check = {
        "api": course((50, OK), (20, CRIT, True), (30, OK)),
        "db": course((60, OK), (20, CRIT), (20, UNKNOWN)),
    }
    seen = together(by_check, ("api", "db"), 0, 100)
    assert [(s.began, s.ended, s.level.value, s.planned) for s in seen] == [
        (0, 50, "OK", False),
        (50, 60, "CRIT", True),
        (60, 80, "CRIT", False),
        (80, 100, "UNKNOWN", False),
    ]


def test_whatever_the_spans_all_seconds_are_accounted_for() -> None:
    chance = random.Random(7)
    for _ in range(200):
        spans = [
            LevelSpan(at, at + chance.uniform(0, 50), chance.choice(list(Level)), chance.random() < 0.3)
            for at in (chance.uniform(-50, 300) for _ in range(20))
        ]
        seen = uptime(spans, 0, 250)
        assert seen.up + seen.down + seen.unknown == pytest.approx(250)
        assert seen.planned <= 250 + 1e-6
        assert 0 <= (seen.percent_unplanned or 0) <= 100
        whole = together({"a": spans, "b": []}, ("a",), 0, 250)
        assert sum(span.seconds for span in whole) == pytest.approx(250)
        assert uptime(whole, 0, 250).down == pytest.approx(seen.down)
