"""When something is done without a person: after so many bad results, ever more slowly, then no more."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from checks.alerts.responses import (
    FRESH,
    Past,
    Raised,
    Response,
    Verdict,
    responses_of,
    verdict,
    verdict_on_raised,
)
from checks.model import Level
from tests.checks.alerts.scenes import CRIT, NOW, OK, UNKNOWN, WARN, Theatre, route
from tests.checks.configurations import complaints, load

RUN, ESCALATE, NOTHING = Verdict.RUN, Verdict.ESCALATE, Verdict.NOTHING


def state_after(*levels: Level, maintain: bool = False):
    stage = Theatre("api", route=route())
    for level in levels:
        stage.now += 30
        stage.see(api=level)
    if maintain:
        stage.maintain("api")
    return stage.snapshot.state("api")


def response(**options) -> Response:
    return Response("restart", "api", "restart-api", **options)


@pytest.mark.parametrize(
    ("levels", "options", "said"),
    [
        ((), {}, NOTHING),
        ((CRIT, CRIT), {}, NOTHING),
        ((CRIT, CRIT, CRIT), {}, RUN),
        ((CRIT, CRIT, OK, CRIT), {}, NOTHING),
        ((WARN, WARN, WARN), {}, NOTHING),
        ((WARN, WARN, WARN), {"level": Level.WARN}, RUN),
        ((CRIT, CRIT, CRIT), {"level": Level.WARN}, RUN),
        ((CRIT,), {"times": 1}, RUN),
        ((UNKNOWN, UNKNOWN, UNKNOWN), {"level": Level.WARN}, NOTHING),
        ((OK, CRIT, CRIT, CRIT, OK), {}, NOTHING),
    ],
)
def test_it_answers_to_so_many_bad_results_in_a_row(levels, options, said) -> None:
    assert verdict(response(**options), state_after(*levels), Past(), NOW + 600) is said


def test_it_rests_in_maintenance_behind_a_root_cause_and_without_results() -> None:
    bad = state_after(CRIT, CRIT, CRIT)
    for resting in (
        state_after(CRIT, CRIT, CRIT, maintain=True),
        replace(bad, silenced=True),
        replace(bad, acknowledged=True),
        replace(bad, blocked_by="db"),
        replace(bad, stale=True),
    ):
        assert verdict(response(), resting, Past(), NOW + 600) is NOTHING


def test_it_waits_twice_as_long_each_time_and_then_leaves_it_to_people_once() -> None:
    bad = state_after(CRIT, CRIT, CRIT)
    runs: list[float] = []
    now, escalated, said = NOW + 600, False, []
    for _ in range(3500):
        now += 1
        what = verdict(
            response(most=4, backoff=60.0),
            replace(bad, last=replace(bad.last, at=now)),
            Past(tuple(runs), escalated),
            now,
        )
        if what is RUN:
            runs.append(now)
            escalated = False
        elif what is ESCALATE:
            escalated = True
            said.append(now)
    assert [round(later - before) for before, later in pairwise(runs)] == [60, 120, 240]
    assert said == [runs[3] + 1]


def test_it_does_not_act_twice_on_one_result() -> None:
    bad = state_after(CRIT, CRIT, CRIT)
    late = Past((NOW + 600,))
    assert verdict(response(backoff=1.0), bad, late, NOW + 700) is NOTHING
    anew = replace(bad, last=replace(bad.last, at=NOW + 650))
    assert verdict(response(backoff=1.0), anew, late, NOW + 700) is RUN


CHECKS = """
system: test
checks: {api: {kind: ask}}
notify: {ops: {url: x}}
responses:
"""


def test_what_is_written_is_read(folder: Path) -> None:
    text = "  r: {when: {check: api}, run: restart}\n"
    text += "  s: {when: {check: api, level: WARN, times: 5}, run: look, most: 2 per 30 m, backoff: 1 m,"
    text += " escalate: ops}\n"
    first, second = responses_of(load(folder, system=CHECKS + text).sections)
    assert first == Response("r", "api", "restart")
    assert second == Response("s", "api", "look", Level.WARN, 5, 2, 1800.0, 60.0, "ops")
    assert responses_of({}) == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{run: x}", "when: is required"),
        ("{when: {check: api}}", "run: is required"),
        ("{when: {check: apy}, run: x}", "when.check: unknown check 'apy'; did you mean 'api'?"),
        ("{when: {check: api, times: 0}, run: x}", "when.times: must be greater than or equal to 1"),
        ("{when: {check: api, tims: 2}, run: x}", "when.tims: unknown key; did you mean 'times'?"),
        (
            "{when: {check: api}, run: x, escalate: opps}",
            "escalate: unknown route 'opps'; did you mean 'ops'?",
        ),
        (
            "{when: {check: api}, run: x, most: often}",
            "most: 'often' is no limit; write it as in '3 per 1 h'",
        ),
        ("{when: {check: api}, run: x, most: 3 per 0 s}", "most: a limit is for a second at least"),
        ("{when: {check: api}, run: x, backoff: 0}", "backoff: must be at least 1 s"),
    ],
)
def test_a_mistake_is_told_at_its_place(folder: Path, written: str, said: str) -> None:
    (found,) = complaints(folder, system=f"{CHECKS}  r: {written}\n")
    assert f"responses.r.{said}" in found


def test_an_alert_from_outside_is_answered_once_while_it_is_fresh_and_within_the_caps() -> None:
    asked = Response("restart", "", "restart-api", most=2, alert="ServiceDown")

    def said(*raised: Raised, runs: tuple[float, ...] = (), now: float = NOW) -> Verdict:
        return verdict_on_raised(asked, raised, Past(runs), now)

    down = Raised("ServiceDown", Level.CRIT, NOW - 5)
    assert said(down) is RUN
    assert said(Raised("HighMemory", Level.CRIT, NOW), Raised("ServiceDown", Level.WARN, NOW)) is NOTHING
    assert said(down, now=NOW + FRESH) is NOTHING
    assert said(down, runs=(NOW - 1,)) is NOTHING, "it was answered"
    again = Raised("ServiceDown", Level.CRIT, NOW)
    assert said(down, again, runs=(NOW - 1,)) is NOTHING, "the pause lasts"
    assert said(again, runs=(NOW - 400,)) is RUN
    assert said(again, runs=(NOW - 900, NOW - 400)) is ESCALATE
