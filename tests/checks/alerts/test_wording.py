"""The words of messages: all that is needed, nothing that could hurt, and never too long."""

from __future__ import annotations

import pytest

from checks.alerts.alert import Condition, Item
from checks.alerts.wording import letter_of, trial_of
from checks.board import SystemInfo
from tests.checks.alerts.scenes import NOW, route
from tests.hostile import PAYLOADS

SHOP = SystemInfo("shop", "The shop", "production", "Europe/Berlin")


def item(name: str = "api", **options) -> Item:
    given = {"before": Condition.OK, "now": Condition.CRIT, "since": NOW - 60, "summary": "500 from it"}
    return Item(name, options.pop("title", "API health"), **{**given, **options})


def test_a_message_says_system_environment_check_course_time_and_what_was_seen() -> None:
    letter = letter_of(route(), SHOP, [item()], NOW)
    assert letter.subject == "[CRIT] The shop (production): API health"
    assert letter.body.splitlines() == [
        "system       The shop",
        "environment  production",
        "told         2027-01-15 09:00:00 CET",
        "",
        "API health (api): OK -> CRIT, since 2027-01-15 08:59:00 CET",
        "  500 from it",
        "",
        f"message {letter.key}; one that comes twice bears the same number",
    ]


def test_several_are_counted_in_the_subject_and_told_in_the_order_given() -> None:
    items = [item(), item("db", now=Condition.WARN), item("web", before=Condition.CRIT, now=Condition.OK)]
    letter = letter_of(route(), SHOP, items, NOW)
    assert letter.subject == "[CRIT] The shop (production): 1 CRIT, 1 WARN, 1 OK"
    assert [line.split(":")[0] for line in letter.body.splitlines() if "->" in line] == [
        "API health (api)",
        "API health (db)",
        "API health (web)",
    ]


def test_what_was_never_seen_otherwise_is_not_said_to_have_been_well() -> None:
    letter = letter_of(route(), SHOP, [item(before=None)], NOW)
    assert "API health (api): CRIT, since 2027-01-15 08:59:00 CET" in letter.body.splitlines()


def test_a_reminder_says_so() -> None:
    letter = letter_of(route(), SHOP, [item(reminder=True, before=Condition.CRIT)], NOW)
    assert "still API health" in letter.subject
    assert ": still CRIT, since" in letter.body


def test_a_message_is_never_too_long_and_says_what_it_left_out() -> None:
    letter = letter_of(route(), SHOP, [item(f"c{n}", summary="é" * 999) for n in range(1000)], NOW)
    assert len(letter.body.encode()) <= 2048
    told = letter.body.count("->")
    assert f"and {1000 - told} more" in letter.body
    assert len(letter.subject) <= 160


@pytest.mark.parametrize("payload", [*PAYLOADS, "x\r\nBcc: evil@example.org", "a\nb", "a\u2028b", "a\x85b"])
def test_nothing_that_is_told_can_break_a_line_or_hurt_a_terminal(payload: str) -> None:
    system = SystemInfo("shop", payload, payload, "UTC")
    for letter in (
        letter_of(route(), system, [item(title=payload, summary=payload)], NOW),
        trial_of(route(), system, NOW),
    ):
        assert len(letter.subject.splitlines()) == 1
        assert letter.subject.isprintable()
        assert all(char.isprintable() or char == "\n" for char in letter.body)
    head = letter_of(route(), system, [item(title=payload, summary=payload)], NOW).body.splitlines()
    assert len(head) == 8


def test_two_messages_never_bear_the_same_number() -> None:
    letters = [
        letter_of(route("ops"), SHOP, [item()], NOW),
        letter_of(route("dba"), SHOP, [item()], NOW),
        letter_of(route("ops"), SHOP, [item()], NOW + 30),
        letter_of(route("ops"), SHOP, [item("db")], NOW),
        trial_of(route(), SHOP, NOW),
    ]
    assert len({letter.key for letter in letters}) == 5
