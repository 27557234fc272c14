"""Amounts as operators read them."""

import pytest

from checks.units import show


@pytest.mark.parametrize(
    ("number", "base", "text"),
    [
        (0, "B", "0 B"),
        (999, "B", "999 B"),
        (1536, "B", "1.5 KiB"),
        (85.1 * 2**30, "B", "85.1 GiB"),
        (5e15, "B", "4547 TiB"),
        (1234, "B/s", "1.21 KiB/s"),
        (-2048, "B/s", "-2 KiB/s"),
        (0, "s", "0 s"),
        (0.0001, "s", "100 us"),
        (0.084, "s", "84 ms"),
        (0.9996, "s", "1 s"),
        (3.2, "s", "3.2 s"),
        (59.99, "s", "1 m 0 s"),
        (250, "s", "4 m 10 s"),
        (7300, "s", "2 h 1 m"),
        (273_000, "s", "3 d 3 h"),
        (22.04, "%", "22 %"),
        (0, "%", "0 %"),
        (99.96, "%", "100 %"),
        (0.25, "/s", "0.25 /s"),
        (12, "", "12"),
    ],
)
def test_an_amount_is_shown_with_the_unit_and_digits_that_fit_its_size(number, base, text):
    assert show(number, base) == text
