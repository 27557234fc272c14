"""When reports are due, and of what time they tell, also where clocks are set."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from checks.board import SystemInfo
from checks.system import System
from runbooks.report_plans import NAMES, plan_of, plans_of
from runbooks.section_registry import DEFAULTS

BERLIN = ZoneInfo("Europe/Berlin")


def plan(name: str, **given):
    system = System(SystemInfo("shop", timezone="Europe/Berlin"), sections={"reports": {name: given}})
    return plan_of(system, name, DEFAULTS)


def local(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("name", "now", "since", "until"),
    [
        ("daily", "2026-11-26T07:00", "2026-11-25T06:00", "2026-11-26T06:00"),
        ("daily", "2026-11-26T05:59", "2026-11-24T06:00", "2026-11-25T06:00"),
        ("weekly", "2026-11-26T07:00", "2026-11-16T06:00", "2026-11-23T06:00"),
        ("monthly", "2026-11-26T07:00", "2026-10-01T00:00", "2026-11-01T00:00"),
        ("monthly", "2026-04-01T00:00", "2026-03-01T00:00", "2026-04-01T00:00"),
        ("quarterly", "2026-11-26T07:00", "2026-07-01T00:00", "2026-10-01T00:00"),
    ],
)
def test_a_report_tells_of_the_time_since_it_was_due_before(name, now, since, until) -> None:
    due = plan(name).last_due(local(now))
    assert due is not None
    assert (due.start, due.end) == (local(since), local(until))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-25", 24)])
def test_days_on_which_clocks_are_set_are_shorter_and_longer_and_none_is_left_out(day, hours) -> None:
    due = plan("daily", every="daily 00:00").last_due(local(f"{day}T23:59") + 120)
    assert due is not None
    assert (due.end - due.start) / 3600 == hours


def test_months_with_a_change_of_clocks_follow_upon_each_other_without_a_gap() -> None:
    monthly, ends, now = plan("monthly"), [], local("2026-02-01T12:00")
    for _ in range(12):
        due = monthly.last_due(now)
        assert due is not None
        ends.append((due.start, due.end))
        now = monthly.next_due(now) + 60
    assert all(earlier[1] == later[0] for earlier, later in pairwise(ends))
    assert {round((end - start) / 3600) for start, end in ends} == {744, 743, 745, 720, 672}


def test_only_what_is_written_is_due_by_itself_and_the_rest_has_its_sections_all_the_same() -> None:
    system = System(SystemInfo("shop"), sections={"reports": {"daily": None, "window": {"keep": "9 d"}}})
    plans = {one.name: one for one in plans_of(system, DEFAULTS)}
    assert set(plans) == set(NAMES)
    assert [name for name, one in plans.items() if one.every] == ["daily"]
    assert plans["weekly"].last_due(0.0) is None
    assert plans["weekly"].sections == DEFAULTS["weekly"]
    assert plans["window"].keep == 9 * 86400
