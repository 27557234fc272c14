"""How long a reason is at least stands in one place, which every ruling and every dialog asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runbooks import reasons
from runbooks.errors import RefusedDecisionError

ROOT = Path(__file__).parents[2]
WORDS = "reason|text|typed|note|value|said|word"
COUNTS = re.compile(rf"len\([^)]*(?:{WORDS})[^)]*\)*\s*(?:<|>=)\s*\w*(?:REASON|LEAST|least|3\b)")
STATES = re.compile(r"^(?:REASON|FULL_REASON|LEAST_REASON)\b.*=", re.M)


@pytest.mark.parametrize("text", ["", "  ", "no", " no\n", "\t a b"[:4]])
def test_what_is_too_short_is_no_reason_and_says_how_long_it_has_to_be(text):
    with pytest.raises(RefusedDecisionError, match=r"^it needs a reason of at least 3 characters$"):
        reasons.told(text)
    assert reasons.to_type(text) == "type a reason, 3 characters at least"


def test_blanks_around_it_do_not_count_and_are_left_out():
    assert reasons.told("  why \n") == "why"
    assert (reasons.too_short("why"), reasons.to_type("why")) == ("", "")
    assert reasons.too_short("why", reasons.FULL_REASON, "the cause") == (
        "it needs the cause of at least 10 characters"
    )


def test_nobody_else_states_the_rule_or_counts_characters_of_a_reason():
    found = []
    for package in ("runbooks", "agent", "tui"):
        for file in (ROOT / package).rglob("*.py"):
            text = file.read_text()
            if file.name != "reasons.py" and (COUNTS.search(text) or STATES.search(text)):
                found.append(str(file.relative_to(ROOT)))
    assert found == []
