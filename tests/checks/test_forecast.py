"""Lines through courses: what rises, what is flat, when a bound is met."""

from __future__ import annotations

import random

import pytest

from checks.forecast import fitted

HOURS = tuple(3600.0 * place for place in range(48))


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([10 + place for place in range(48)], "rising"),
        ([100 - place for place in range(48)], "falling"),
        ([50.0] * 48, "flat"),
        ([0.0] * 48, "flat"),
        ([50 + place * 0.01 for place in range(48)], "flat"),  # by less than 5 % of the mean
        ([50.0] * 47 + [99.0], "flat"),  # the last one alone
        ([10.0, 90.0] * 24, "flat"),
    ],
)
def test_a_trend_is_that_of_all_points(values: list[float], word: str) -> None:
    line = fitted(HOURS, values)
    assert line is not None
    assert line.word == word


def test_what_only_scatters_is_flat_and_what_rises_through_it_is_not() -> None:
    noise = random.Random(4)
    scattered = [50 + noise.uniform(-20, 20) for _ in HOURS]
    line = fitted(HOURS, scattered)
    assert line is not None
    assert line.word == "flat"
    line = fitted(HOURS, [value + place for place, value in enumerate(scattered)])
    assert line is not None
    assert line.word == "rising"


def test_too_little_says_nothing() -> None:
    assert fitted(HOURS[:7], [1.0] * 7) is None
    assert fitted((5.0,) * 9, [1.0] * 9) is None


def test_a_bound_is_met_where_the_line_leads() -> None:
    rising = fitted(HOURS, [50.0 + place for place in range(48)])
    assert rising is not None
    assert rising.meets(100.0) == pytest.approx(HOURS[-1] + 3 * 3600)
    assert rising.meets(90.0) == HOURS[-1]
    falling = fitted(HOURS, [97.0 - place for place in range(48)])
    assert falling is not None
    assert falling.meets(0.0) == pytest.approx(HOURS[-1] + 50 * 3600)
    slow = fitted(HOURS, [place * 1e-6 for place in range(48)])
    assert slow is not None
    assert slow.meets(100.0) is None
    flat = fitted(HOURS, [50.0] * 48)
    assert flat is not None
    assert flat.meets(100.0) is None
