"""Judging: which member decides, what a boundary is, and what `for ...` remembers."""

import math

import pytest

from checks.expressions import Rule, parse
from checks.judge import Judgement, judge
from checks.kind import ReadingSpec
from checks.model import Level, Observation, Reading, Streak

SPECS = (
    ReadingSpec("latency", "s", "Time."),
    ReadingSpec("used", "%", "Share.", ("mount",)),
    ReadingSpec("free", "%", "Share.", ("mount",)),
)


def rule(text: str, level: Level = Level.WARN) -> Rule:
    return parse(text, level, SPECS, "disk")


def seen(*readings: Reading, level: Level = Level.OK) -> Observation:
    return Observation("seen", level, readings=readings)


def latency(value: float) -> Observation:
    return seen(Reading("latency", value, "s"))


def used(**mounts: float) -> Observation:
    return seen(*(Reading("used", value, "%", (("mount", name),)) for name, value in mounts.items()))


@pytest.mark.parametrize(
    ("text", "value", "fires"),
    [
        ("latency > 1 s", 1.0, False),
        ("latency > 1 s", math.nextafter(1.0, 2.0), True),
        ("latency >= 1 s", 1.0, True),
        ("latency < 1 s", 1.0, False),
        ("latency < 1 s", math.nextafter(1.0, 0.0), True),
        ("latency <= 1 s", 1.0, True),
        ("latency == 1 s", 1.0, True),
        ("latency != 1 s", 1.0, False),
        ("latency > 1000 ms", 1.5, True),
        ("latency > 1 s", math.nan, False),
    ],
)
def test_boundaries_are_exactly_as_written(text: str, value: float, fires: bool) -> None:
    judgement = judge((rule(text),), latency(value), (), 0.0)
    assert judgement.level is (Level.WARN if fires else Level.OK)
    assert judgement.verdicts[0].firing is fires


def test_the_worst_of_all_rules_decides_and_each_has_its_verdict() -> None:
    rules = (rule("latency > 1 s"), rule("latency > 2 s", Level.CRIT), rule("latency > 9 s", Level.CRIT))
    judgement = judge(rules, latency(3.0), (), 0.0)
    assert judgement.level is Level.CRIT
    assert [verdict.firing for verdict in judgement.verdicts] == [True, True, False]
    assert [verdict.bound for verdict in judgement.verdicts] == [1.0, 2.0, 9.0]


@pytest.mark.parametrize(
    ("text", "decides"),
    [
        ("used > 80 %", "var"),
        ("used >= 80 %", "var"),
        ("used < 5 %", "boot"),
        ("used <= 5 %", "boot"),
        ("used == 50 %", "home"),
        ("disk[mount=home].used > 1 %", "home"),
    ],
)
def test_the_worst_member_decides_and_is_named(text: str, decides: str) -> None:
    judgement = judge((rule(text),), used(boot=3.0, home=50.0, var=85.0), (), 0.0)
    assert judgement.verdicts[0].labels == (("mount", decides),)


def test_a_reading_that_is_absent_makes_unknown() -> None:
    judgement = judge((rule("disk[mount=gone].used > 1 %"),), used(var=99.0), (), 0.0)
    assert judgement.level is Level.UNKNOWN
    (verdict,) = judgement.verdicts
    assert (verdict.value, verdict.reading, verdict.labels) == (None, "used", (("mount", "gone"),))


@pytest.mark.parametrize("level", [Level.CRIT, Level.UNKNOWN])
def test_a_target_that_could_not_be_asked_explains_absent_readings(level: Level) -> None:
    judgement = judge((rule("latency > 1 s"),), seen(level=level), (), 0.0)
    assert judgement.level is level
    assert judgement.verdicts == ()


def test_the_kinds_own_verdict_counts_beside_the_rules() -> None:
    observation = seen(Reading("latency", 5.0, "s"), level=Level.CRIT)
    assert judge((rule("latency > 1 s"),), observation, (), 0.0).level is Level.CRIT
    observation = seen(Reading("latency", 0.5, "s"), level=Level.WARN)
    assert judge((rule("latency > 1 s"),), observation, (), 0.0).level is Level.WARN


def course(text: str, values: list[float], every: float = 60.0) -> list[Judgement]:
    """Judge one value after the other."""
    before: tuple[Streak, ...] = ()
    judged = []
    for value in values:
        judged.append(judge((rule(text),), latency(value), before, every))
        before = judged[-1].streaks
    return judged


def test_for_samples_counts_results_in_a_row_and_starts_again_after_a_break() -> None:
    judged = course("latency > 1 s for 3 samples", [2, 2, 0, 2, 2, 2, 2, 0])
    assert [judgement.level is Level.WARN for judgement in judged] == [False] * 5 + [True] * 2 + [False]
    assert judged[1].verdicts[0].pending == "holds 2 of 3 samples"
    assert judged[2].streaks == ()


def test_for_a_duration_fires_once_it_has_held_that_long() -> None:
    judged = course("latency > 1 s for 3 m", [2, 2, 2, 2, 2, 0, 2])
    assert [judgement.level is Level.WARN for judgement in judged] == [False] * 3 + [True] * 2 + [False] * 2
    assert judged[1].verdicts[0].pending == "holds 1 m 0 s of 3 m 0 s"
    assert judged[0].verdicts[0].pending == "holds 0 s of 3 m 0 s"
    assert not judged[1].verdicts[0].firing


def test_the_memory_of_one_rule_is_not_that_of_another() -> None:
    rules = (rule("latency > 1 s for 2 samples"), rule("latency > 5 s for 2 samples", Level.CRIT))
    first = judge(rules, latency(2), (), 0.0)
    second = judge(rules, latency(6), first.streaks, 60.0)
    assert second.level is Level.WARN
    assert {streak.rule: streak.samples for streak in second.streaks} == {rules[0].text: 2, rules[1].text: 1}


def test_without_rules_the_kind_alone_decides() -> None:
    assert judge((), latency(99), (), 0.0) == Judgement(Level.OK, (), ())
