"""What is told of checks that are quiet, once they are not any more; and news, which are told once."""

from __future__ import annotations

from dataclasses import replace

from checks import board
from checks.alerts.alert import Condition, News, RouteState
from checks.alerts.changes import Scene, advance
from checks.quiet import LOUD, Quiet
from tests.checks.alerts.scenes import CRIT, OK, WARN, Theatre, route

HOUR = 3600.0


def theatre(*names: str, **options) -> Theatre:
    return Theatre(*(names or ("api",)), route=route(**options))


def be(stage: Theatre, quiet: Quiet = LOUD) -> None:
    stage.snapshot = board.set_quiet(stage.snapshot, quiet, stage.now)


API = frozenset({"api"})


def test_what_was_told_before_and_is_bad_still_is_told_at_once_when_maintenance_ends() -> None:
    stage = theatre()
    stage.see(api=CRIT)
    assert stage.after(60) == ["api OK>CRIT"]
    be(stage, Quiet(maintenance=API))
    assert stage.after(120) == []
    be(stage)
    assert stage.after(60) == ["api CRIT>CRIT"], "not after four hours"
    assert stage.after(600) == []


def test_what_is_silenced_is_not_told_and_afterwards_is() -> None:
    stage = theatre("api", "db")
    be(stage, Quiet(silenced=API))
    stage.see(api=CRIT, db=CRIT)
    assert stage.after(100) == ["db OK>CRIT"]
    be(stage)
    assert stage.after(60) == ["api OK>CRIT"]


def test_of_what_is_acknowledged_the_end_is_told_once_and_no_reminder() -> None:
    stage = theatre(repeat=600.0)
    stage.see(api=CRIT)
    assert stage.after(60) == ["api OK>CRIT"]
    be(stage, Quiet(acknowledged=API))
    assert stage.after(1300) == []
    stage.see(api=OK)
    assert stage.after(60) == ["api CRIT>OK"]
    be(stage)
    assert stage.after(700) == []


def test_when_nobody_sees_to_it_any_more_it_is_told_again_at_once() -> None:
    stage = theatre()
    stage.see(api=CRIT)
    stage.after(60)
    be(stage, Quiet(acknowledged=API))
    assert stage.after(60) == []
    be(stage)
    assert stage.after(60) == ["api CRIT>CRIT"]


def test_what_is_acknowledged_before_anybody_was_told_has_no_end_to_be_told() -> None:
    stage = theatre()
    stage.see(api=WARN)
    stage.after(5)
    be(stage, Quiet(acknowledged=API))
    assert stage.after(60) == []
    stage.see(api=OK)
    assert stage.after(60) == []


class Newspaper:
    """One route, and what has happened."""

    def __init__(self, **options) -> None:
        self.stage = theatre("api", "db", **options)
        self.stage.see(api=OK, db=OK)
        self.stage.after(1)
        self.news: tuple[News, ...] = ()
        self.head = 10

    def happens(self, key: str = "walk 1", condition: Condition = Condition.CRIT, check: str = "") -> None:
        self.head += 1
        self.news += (News(self.head, key, condition, key.title(), "text", self.stage.now, check),)

    def after(self, seconds: int) -> list[str]:
        said = []
        stage = self.stage
        for _ in range(seconds):
            stage.now += 1
            scene = Scene(stage.system, stage.snapshot, stage.now, 999.0, self.news, self.head)
            stage.state, items = advance(stage.route, stage.state, scene)
            said += [f"{item.title} {item.now}" for item in items]
        return said


def test_news_are_told_once_grouped_and_not_those_from_before_the_route_was_there() -> None:
    paper = Newspaper()
    paper.happens("old")
    assert paper.after(60) == []
    paper.happens("walk 1")
    assert paper.after(20) == []
    paper.happens("task backup", Condition.WARN)
    assert paper.after(20) == ["Walk 1 CRIT", "Task Backup WARN"]
    assert paper.after(100) == []


def test_the_same_news_are_told_again_only_after_a_while_and_at_once_when_worse() -> None:
    paper = Newspaper(repeat=HOUR)
    paper.after(1)
    paper.happens("alert Full", Condition.WARN)
    assert paper.after(60) == ["Alert Full WARN"]
    paper.happens("alert Full", Condition.WARN)
    assert paper.after(60) == []
    paper.happens("alert Full", Condition.CRIT)
    assert paper.after(60) == ["Alert Full CRIT"]
    paper.after(3600)
    paper.happens("alert Full", Condition.WARN)
    assert paper.after(60) == ["Alert Full WARN"]


def test_a_route_tells_news_of_its_checks_and_of_its_level_alone() -> None:
    narrow, loud = Newspaper(checks=("db",)), Newspaper(level=CRIT)
    for paper in (narrow, loud):
        paper.after(1)
        paper.happens("alert Slow", Condition.WARN, "db")
        paper.happens("alert Down", Condition.CRIT, "api")
        paper.happens("walk 1", Condition.CRIT)
    assert narrow.after(60) == ["Alert Slow WARN"]
    assert loud.after(60) == ["Alert Down CRIT", "Walk 1 CRIT"]


def test_news_wait_for_the_hours_of_a_route_and_for_a_restart_they_are_not_told_twice() -> None:
    paper = Newspaper()
    paper.after(1)
    paper.happens("walk 1")
    shut = replace(paper.stage.route, hours=Never())
    paper.stage.route, route = shut, paper.stage.route
    assert paper.after(100) == []
    paper.stage.route = route
    assert paper.after(60) == ["Walk 1 CRIT"]
    paper.stage.state = RouteState(paper.stage.state.told, news=paper.stage.state.news)
    assert paper.after(60) == []


def test_another_journal_begins_its_numbers_anew() -> None:
    paper = Newspaper()
    paper.after(1)
    paper.head, paper.news = 2, ()
    assert paper.after(1) == []
    paper.happens("walk 2")
    assert paper.after(60) == ["Walk 2 CRIT"]


class Never:
    """Hours that never come."""

    def include(self, at: float) -> bool:
        return False
