"""Owns judging: rules and an observation become a level, and the memory that `for ...` needs. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from checks.expressions import OPERATORS, Rule
from checks.model import Level, Observation, Reading, Streak, Verdict, worst
from checks.units import show


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules make of an observation."""

    level: Level
    verdicts: tuple[Verdict, ...]
    streaks: tuple[Streak, ...]


def judge(
    rules: tuple[Rule, ...], observation: Observation, before: tuple[Streak, ...], gap: float
) -> Judgement:
    """Return the level of an observation, given the streaks of the result before it, `gap` seconds ago.

    The kind's own verdict counts as well, and the worst decides. When the kind could not measure or found
    its target bad, absent readings are explained by that; otherwise a rule without its reading is UNKNOWN.
    """
    known = {streak.rule: streak for streak in before}
    verdicts: list[Verdict] = []
    streaks: list[Streak] = []
    for rule in rules:
        reading = _deciding(rule, observation.readings)
        if reading is None:
            if observation.level in (Level.OK, Level.WARN):
                verdicts.append(
                    Verdict(
                        rule.text,
                        Level.UNKNOWN,
                        True,
                        None,
                        rule.bound,
                        rule.unit,
                        rule.labels,
                        reading=rule.reading,
                    )
                )
            continue
        streak = None
        if OPERATORS[rule.op](reading.value, rule.bound):
            streak = _longer(known.get(rule.text), rule.text, gap)
            streaks.append(streak)
        verdicts.append(_verdict(rule, reading, streak))
    levels = tuple(verdict.level for verdict in verdicts if verdict.firing)
    return Judgement(worst((observation.level, *levels)), tuple(verdicts), tuple(streaks))


def _deciding(rule: Rule, readings: tuple[Reading, ...]) -> Reading | None:
    """Return the member that the rule is judged on: the worst one for its operator."""
    wanted = set(rule.labels)
    members = [r for r in readings if r.name == rule.reading and wanted <= set(r.labels)]
    if not members:
        return None
    if rule.op in ("<", "<="):
        return min(members, key=lambda reading: reading.value)
    if rule.op in (">", ">="):
        return max(members, key=lambda reading: reading.value)
    return next((r for r in members if OPERATORS[rule.op](r.value, rule.bound)), members[0])


def _longer(streak: Streak | None, rule: str, gap: float) -> Streak:
    """Return the streak with one more sample."""
    if streak is None:
        return Streak(rule, 0.0, 1)
    return Streak(rule, streak.held + gap, streak.samples + 1)


def _verdict(rule: Rule, reading: Reading, streak: Streak | None) -> Verdict:
    pending = ""
    if streak is not None:
        if streak.held < rule.lasting:
            pending = f"holds {show(streak.held, 's')} of {show(rule.lasting, 's')}"
        elif streak.samples < rule.samples:
            pending = f"holds {streak.samples} of {rule.samples} samples"
    firing = streak is not None and not pending
    return Verdict(
        rule.text,
        rule.level,
        firing,
        reading.value,
        rule.bound,
        rule.unit,
        reading.labels,
        pending,
        rule.reading,
    )
