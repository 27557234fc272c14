"""How two counters become a share."""

import pytest

from checks.databases.shares import share


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [
        ((1000, 0), (1075, 25), 75.0),  # enough has happened since the look before
        ((1000, 0), (1001, 1), 100 * 1001 / 1002),  # too little: since the counters began
        ((1000, 1000), (30, 10), 75.0),  # the counters were reset
        ((0, 0), (0, 0), 100.0),  # nothing ever happened
    ],
)
def test_a_share_is_of_the_newest_time_when_that_says_enough(before, after, percent):
    assert share(before, after) == pytest.approx(percent)
