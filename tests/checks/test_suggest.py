"""Did you mean: near words are offered, far ones are not."""

import pytest

from checks.suggest import did_you_mean

KNOWN = ("timeout", "title", "latency", "url", "needs")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("timout", "timeout"),
        ("tiemout", "timeout"),
        ("Timeout", "timeout"),
        ("titel", "title"),
        ("latncy", "latency"),
        ("ulr", "url"),
        ("need", "needs"),
    ],
)
def test_a_near_word_is_offered(word: str, meant: str) -> None:
    assert did_you_mean(word, KNOWN) == f"; did you mean {meant!r}?"


@pytest.mark.parametrize("word", ["colour", "x", "", "speed"])
def test_a_far_word_is_not_guessed_at(word: str) -> None:
    assert did_you_mean(word, KNOWN) == ""
    assert did_you_mean(word, ()) == ""


def test_nothing_is_guessed_of_a_word_that_somebody_made_endless() -> None:
    assert did_you_mean("n" * 2_000_000, KNOWN) == ""
