"""What a route is told: confirmed trouble and its end, once each, and nothing where silence is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.alerts.alert import Condition, RouteState
from checks.model import Level
from checks.recurrence.hours import read_hours
from tests.checks.alerts.scenes import CRIT, NOW, OK, UNKNOWN, WARN, Theatre, route


def theatre(*names: str, needs=None, **options) -> Theatre:
    return Theatre(*(names or ("api",)), route=route(**options), needs=needs)


@pytest.mark.parametrize(
    ("least", "course", "said"),
    [
        ("WARN", (OK, CRIT), ["api OK>CRIT"]),
        ("WARN", (CRIT,), ["api OK>CRIT"]),
        ("WARN", (OK, OK), []),
        ("WARN", (CRIT, OK), ["api OK>CRIT", "api CRIT>OK"]),
        ("WARN", (WARN, CRIT, WARN, OK), ["api OK>WARN", "api WARN>CRIT", "api CRIT>WARN", "api WARN>OK"]),
        ("WARN", (UNKNOWN, OK), ["api OK>UNKNOWN", "api UNKNOWN>OK"]),
        ("WARN", (CRIT, CRIT, CRIT), ["api OK>CRIT"]),
        ("CRIT", (WARN, OK), []),
        ("CRIT", (UNKNOWN,), []),
        ("CRIT", (WARN, CRIT, WARN, OK), ["api OK>CRIT", "api CRIT>WARN"]),
        ("CRIT", (CRIT, UNKNOWN, OK), ["api OK>CRIT", "api CRIT>OK"]),
        ("CRIT", (CRIT, UNKNOWN, CRIT), ["api OK>CRIT"]),
    ],
)
def test_a_confirmed_level_is_told_once_and_so_is_its_end(least, course, said) -> None:
    stage = theatre(level=Level(least))
    heard = []
    for level in course:
        stage.see(api=level)
        heard += stage.after(60)
    assert heard == said


@pytest.mark.parametrize(
    ("course", "before"), [((CRIT,), None), ((CRIT, CRIT), None), ((OK, CRIT), Condition.OK)]
)
def test_what_was_never_seen_otherwise_has_nothing_before_it(course, before) -> None:
    stage = theatre(wait=0.0)
    stage.attempts(len(course) if OK not in course else 1)
    for level in course:
        stage.see(api=level)
    assert [(item.before, item.now) for item in stage.look()] == [(before, Condition.CRIT)]


def test_what_is_not_yet_confirmed_is_not_told() -> None:
    stage = theatre()
    stage.attempts(3)
    for level in (CRIT, CRIT):
        stage.see(api=level)
        assert stage.after(60) == []
    stage.see(api=CRIT)
    assert stage.after(60) == ["api OK>CRIT"]


def test_what_came_and_went_while_the_message_waited_is_not_told_at_all() -> None:
    stage = theatre()
    stage.see(api=CRIT)
    assert stage.after(20) == []
    stage.see(api=OK)
    assert stage.after(120) == []


def test_what_happens_within_the_wait_is_one_message() -> None:
    stage = theatre("api", "db", "web")
    stage.see(api=WARN)
    assert stage.after(15) == []
    stage.see(db=CRIT)
    stage.after(14)
    stage.now += 1
    assert [(item.check, item.now) for item in stage.look()] == []
    stage.now += 1
    assert [item.check for item in stage.look()] == ["db", "api"], "the worst comes first"
    stage.see(web=CRIT)
    assert stage.after(29) == []


def test_in_maintenance_nothing_is_told_and_afterwards_what_is_still_so() -> None:
    stage = theatre("api", "db")
    stage.maintain("api", "db")
    stage.see(api=CRIT, db=CRIT)
    assert stage.after(100) == []
    stage.see(db=OK)
    stage.maintain()
    assert stage.after(60) == ["api OK>CRIT"]


def test_a_trouble_that_ends_in_maintenance_is_told_as_over_afterwards() -> None:
    stage = theatre()
    stage.see(api=CRIT)
    stage.after(60)
    stage.maintain("api")
    stage.see(api=OK)
    assert stage.after(60) == []
    stage.maintain()
    assert stage.after(60) == ["api CRIT>OK"]


def test_the_root_cause_alone_is_told() -> None:
    stage = theatre("db", "api", "web", needs={"api": ("db",), "web": ("api",)})
    stage.see(api=CRIT)
    stage.after(10)
    stage.see(db=CRIT, web=CRIT)
    assert stage.after(100) == ["db OK>CRIT"]
    stage.see(db=OK, api=OK, web=OK)
    assert stage.after(100) == ["db CRIT>OK"]


def test_a_check_that_flaps_is_told_once_and_so_is_its_calm() -> None:
    stage = theatre()
    heard = []
    for _ in range(20):
        for level in (OK, CRIT):
            stage.see(api=level)
            heard += stage.after(10)
    assert heard == ["api OK>FLAPPING"]
    for _ in range(25):
        stage.see(api=OK)
        heard += stage.after(10)
    assert heard == ["api OK>FLAPPING", "api FLAPPING>OK"]


def test_a_check_of_which_nothing_is_heard_is_told_as_unknown() -> None:
    stage = theatre()
    stage.see(api=OK)
    stage.after(100)
    stage.age("api")
    stage.after(29)
    stage.now += 2
    (item,) = stage.look()
    assert (item.now, item.summary) == ("UNKNOWN", "no result for 2 m 11 s")
    stage.see(api=OK)
    assert stage.after(60) == ["api UNKNOWN>OK"]


def test_an_agent_that_has_just_begun_does_not_call_old_results_a_trouble() -> None:
    stage = theatre()
    stage.age("api")
    assert stage.after(50) == []
    stage.see(api=OK)
    assert stage.after(100) == []
    idle = theatre()
    idle.age("api")
    assert idle.after(100) == ["api OK>UNKNOWN"], "but one that never answers is told"


def test_a_trouble_that_lasts_is_told_again() -> None:
    stage = theatre(repeat=3600.0)
    stage.see(api=CRIT)
    assert stage.after(60) == ["api OK>CRIT"]
    assert stage.after(3590) == []
    assert stage.after(100) == ["api CRIT>CRIT"]
    stage.see(api=OK)
    assert stage.after(60) == ["api CRIT>OK"]
    assert stage.after(4000) == []


def test_a_clock_that_is_set_back_delays_nothing() -> None:
    stage = theatre()
    stage.see(api=CRIT)
    stage.after(5)
    stage.now -= 3600
    assert stage.after(31) == ["api OK>CRIT"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, ["api", "db", "disk"]),
        ({"groups": ("d",)}, ["db", "disk"]),
        ({"checks": ("api",)}, ["api"]),
        ({"groups": ("a",), "checks": ("disk",)}, ["api", "disk"]),
    ],
)
def test_a_route_tells_of_its_groups_and_checks(options, told) -> None:
    stage = theatre("api", "db", "disk", **options)
    stage.see(api=CRIT, db=CRIT, disk=CRIT)
    assert [line.split()[0] for line in stage.after(60)] == told


def test_outside_its_hours_a_route_is_silent_and_then_tells_what_is_still_so() -> None:
    # NOW is Friday 15 January 2027, 08:00 UTC.
    stage = theatre(hours=read_hours({"from": "08:05", "until": "08:10"}, "UTC"))
    stage.see(api=CRIT)
    assert stage.after(290) == []
    assert stage.after(60) == ["api OK>CRIT"]
    stage.now = NOW + 660
    stage.see(api=OK)
    assert stage.after(600) == []
    stage.now = NOW + 86400 + 300
    assert stage.after(60) == ["api CRIT>OK"]


def test_a_check_or_a_route_that_is_gone_is_forgotten() -> None:
    stage = theatre("api", "db")
    stage.see(api=CRIT, db=CRIT)
    stage.after(60)
    stage.system = replace(stage.system, checks=stage.system.checks[:1])
    stage.look()
    assert set(stage.state.told) == {"api"}


def test_after_a_restart_nothing_is_told_twice() -> None:
    stage = theatre("api", "db")
    stage.see(api=CRIT, db=OK)
    stage.after(60)
    stage.state = RouteState(stage.state.told)
    stage.see(api=CRIT, db=OK)
    assert stage.after(3600) == []


def test_a_thousand_changes_in_a_minute_are_a_few_messages() -> None:
    names = [f"c{number}" for number in range(250)]
    stage = theatre(*names)
    messages = 0
    for second in range(60):
        for number in range(17):
            name = names[(second * 17 + number) % 250]
            level = CRIT if (second * 17 + number) // 250 % 2 == 0 else OK
            stage.see(**{name: level})
        stage.now += 1
        messages += bool(stage.look())
    for _ in range(120):
        stage.now += 1
        messages += bool(stage.look())
    assert 1 <= messages <= 4
    bad = {state.name for state in stage.snapshot.states if state.hard is CRIT and not state.flapping}
    assert bad == {name for name, one in stage.state.told.items() if one.condition == "CRIT"}
