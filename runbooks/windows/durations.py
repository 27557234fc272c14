"""Owns how long steps usually take: by the walks that there were, else by what the runbook expects. Pure."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable

from runbooks.journal.questions import StepDuration
from runbooks.model import Plan


def usual_seconds(plan: Plan, recorded: Iterable[StepDuration]) -> dict[str, float]:
    """Return the seconds that each step usually takes, by its id; without those of which nothing is known.

    It is the median of what was recorded, so that one walk in which everything hung moves it little.
    """
    took: defaultdict[str, list[float]] = defaultdict(list)
    for duration in recorded:
        took[duration.step].append(duration.seconds)
    expected = {step.id: step.expected for step in plan.all_steps() if step.expected}
    return expected | {step: statistics.median(seconds) for step, seconds in took.items()}
