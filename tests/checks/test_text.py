"""The sanitiser, character by character over all of Unicode, and its speed."""

import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.text import MARKS, clean

HOSTILE = st.text(
    st.characters(codec=None)
    | st.sampled_from(
        "\x1b\x07\x9b\x7f\r\n\t\u202e\u2066\u200b\u2028\ufeff\u0301\u0338\ud800\ue000\U000e0041[]"
    )
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "\u241b]52;c;aGk=\u2407"),
        ("a\r\nb", "a\u240d\u240ab"),
        ("\x00\x7f", "\u2400\u2421"),
        ("a\tb", "a    b"),
        ("\x9b31m", "\\x9b31m"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("a\u200bb\u00adc", "a\\u200bb\\u00adc"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("\ue000\U000f0000", "\\ue000\\U000f0000"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("\uffff\u0378", "\\uffff\\u0378"),
        ("\u3164", "\\u3164"),
        ("Grüße, 漢字, é, ✓ 🎉", "Grüße, 漢字, é, ✓ 🎉"),
    ],
)
def test_dangerous_characters_become_visible_and_ordinary_ones_stay(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_line_feeds_stay_only_where_lines_are_wanted() -> None:
    assert clean("a\nb\x1b", lines=True) == "a\nb\u241b"
    assert clean("a\nb\x1b") == "a\u240ab\u241b"


@pytest.mark.parametrize("base", ["e", "漢", " "])
def test_stacked_marks_are_cut_after_the_fourth(base: str) -> None:
    shown = clean("x" + base + "\u0301" * 50 + "y")
    assert shown == "x" + base + "\u0301" * MARKS + "y"


def test_marks_without_a_base_get_one_so_that_they_do_not_sit_on_a_neighbour() -> None:
    assert clean("\u0301\u0302abc") == "\u25cc\u0301\u0302abc"
    assert clean("a\n\u0301b", lines=True) == "a\n\u25cc\u0301b"


def test_no_character_of_unicode_comes_out_dangerous() -> None:
    shown = set(clean("".join(map(chr, range(sys.maxunicode + 1)))))
    assert {unicodedata.category(char) for char in shown}.isdisjoint(
        {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
    )


@given(HOSTILE)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    for lines in (False, True):
        once = clean(text, lines=lines)
        assert clean(once, lines=lines) == once


@given(HOSTILE)
def test_no_more_than_four_marks_stand_together(text: str) -> None:
    run = 0
    for char in clean(text):
        run = run + 1 if unicodedata.category(char) in ("Mn", "Mc", "Me") else 0
        assert run <= MARKS


@pytest.mark.parametrize(
    "text",
    ["plain ASCII log line " * 50_000, "\x1b[31mred\x1b[0m " * 80_000, "e\u0301\u0302漢字\u202e" * 150_000],
    ids=["plain", "escapes", "worst"],
)
def test_a_megabyte_takes_less_than_a_second(text: str) -> None:
    assert len(text.encode()) >= 1_000_000
    started = time.process_time()
    clean(text, lines=True)
    assert time.process_time() - started < len(text.encode()) / 1_000_000
