"""What of the journal is news, and in which words."""

from __future__ import annotations

import pytest

from checks.alerts.alert import Condition, News
from runbooks.alert_events import AlertRaised, SilenceLeftOn
from runbooks.events import Denied, Entry, Event
from runbooks.news import news_of
from runbooks.operators import Operator
from runbooks.task_events import TaskDone, TaskEnding, TaskFailed, TaskMissed, TaskOutcome

AT = 1_800_000_000.0


def told(event: Event, *quiet: str) -> News | None:
    return news_of(Entry(7, "", AT, 0.0, "b", "h", Operator(), event), lambda check: check in quiet)


def outcome(ending: TaskEnding, **more) -> TaskOutcome:
    return TaskOutcome(ending, AT, **more)


@pytest.mark.parametrize(
    ("event", "title", "text"),
    [
        (
            TaskMissed("drill", outcome(TaskEnding.MISSED)),
            "task drill was missed",
            "nobody did it while it was due",
        ),
        (
            TaskMissed("drill", outcome(TaskEnding.MISSED, count=3)),
            "task drill was missed, 3 times",
            "nobody did it while it was due",
        ),
        (
            TaskFailed("drill", outcome(TaskEnding.FAILED, note="dump ended with exit code 3")),
            "task drill has failed",
            "dump ended with exit code 3",
        ),
        (
            SilenceLeftOn("s12", "the window was closed 1 h ago"),
            "maintenance is left on (s12)",
            "the window was closed 1 h ago",
        ),
        (Denied("run fix", "shop is held", alone=True), "run fix was not begun", "shop is held"),
        (
            Denied("task drill", "drill still runs", alone=True),
            "task drill was not begun",
            "drill still runs",
        ),
    ],
)
def test_it_is_told_as_a_warning(event: Event, title: str, text: str) -> None:
    news = told(event)
    assert news is not None
    assert (news.seq, news.condition, news.title, news.text) == (7, Condition.WARN, title, text)


@pytest.mark.parametrize(
    "event",
    [
        Denied("OpenWalk", "needs the right to run"),
        TaskDone("drill", outcome(TaskEnding.DONE)),
        TaskFailed("drill", outcome(TaskEnding.FAILED, walk="20270115-0800-abcdef")),
    ],
)
def test_nobody_is_told_of_what_somebody_saw_or_what_is_told_already(event: Event) -> None:
    assert told(event) is None


def test_the_runbook_that_was_refused_is_known_and_what_is_quiet_is_not_told() -> None:
    refused = told(Denied("run fix", "shop is held", alone=True))
    assert refused is not None
    assert refused.runbook == "fix"
    assert told(AlertRaised("ServiceDown", "CRIT", check="api"), "api") is None
