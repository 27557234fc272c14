"""Units: what is accepted, what it is in base units, and what is said about the rest."""

import math
import re

import pytest

from checks.units import FAMILIES, read, show, to_base


@pytest.mark.parametrize(
    ("text", "base", "amount"),
    [
        ("30s", "s", 30.0),
        ("1.5 h", "s", 5400.0),
        ("84ms", "s", 0.084),
        ("15 m", "s", 900.0),
        ("1 MiB", "B", 1048576.0),
        ("1 MB", "B", 1e6),
        ("80 %", "%", 80.0),
        ("10 KiB/s", "B/s", 10240.0),
        ("60 /min", "/s", 1.0),
        ("5 k", "", 5000.0),
        ("7", "s", 7.0),
        ("-3", "", -3.0),
        (" .5 s ", "s", 0.5),
        ("1e3 B", "B", 1000.0),
    ],
)
def test_amounts_are_converted_to_the_base_unit(text: str, base: str, amount: float) -> None:
    assert read(text, base) == pytest.approx(amount)


@pytest.mark.parametrize(
    ("text", "base", "said"),
    [
        ("10 MiB", "s", "unit 'MiB' does not fit; units that do: ns, us"),
        ("10 parsec", "B", "unit 'parsec' does not fit"),
        ("soon", "s", "'soon' is not an amount; write it like '30s'"),
        ("", "%", "write it like '80 %'"),
        ("1h30m", "s", "is not an amount"),
        ("10 %", "", "units that do: k, M, G"),
    ],
)
def test_what_is_no_amount_is_refused_in_words(text: str, base: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read(text, base)


@pytest.mark.parametrize("base", FAMILIES)
def test_each_base_unit_is_worth_one_of_itself(base: str) -> None:
    assert to_base(5.0, base, base) == 5.0


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("base", FAMILIES)
def test_a_number_that_is_none_is_shown_and_not_a_crash(number: float, base: str) -> None:
    assert str(number) in show(number, base)
