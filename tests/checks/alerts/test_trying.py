"""How often a message is tried, and when it is given up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.alerts.alert import Letter
from checks.alerts.trying import next_due, refused, taken

NOW = 1_800_000_000.0


def letter(key: str = "a", route: str = "ops", due: float = NOW, **options) -> Letter:
    return Letter(key, route, "subject", "body", options.pop("created", NOW), due, **options)


def test_pauses_grow_from_five_seconds_to_five_minutes() -> None:
    one, pauses = letter(), []
    for _ in range(9):
        after = refused(one, "no", one.due, 0.5)
        pauses.append(after.due - one.due)
        one = after
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert (one.attempts, one.error) == (9, "no")


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 4.0), (1.0, 6.0)])
def test_pauses_differ_a_little(chance: float, pause: float) -> None:
    assert refused(letter(), "no", NOW, chance).due == NOW + pause


def test_after_a_day_it_is_given_up() -> None:
    one = letter(created=NOW - 86_399)
    assert refused(one, "no", NOW, 0.5).waits
    gone = refused(one, "still no", NOW + 1, 0.5)
    assert not gone.waits
    assert (gone.given_up_at, gone.error) == (NOW + 1, "still no")


def test_one_that_was_taken_waits_no_more() -> None:
    done = taken(letter(error="no", attempts=3), NOW + 9)
    assert (done.waits, done.sent_at, done.attempts, done.error) == (False, NOW + 9, 4, "")


def test_messages_of_a_route_keep_their_order_and_routes_do_not_wait_for_one_another() -> None:
    first, second, other = letter("a", due=NOW + 60), letter("b"), letter("c", "dba", due=NOW - 5)
    assert next_due([first, second, other], NOW) == other
    assert next_due([first, second], NOW) is None, "the second one waits for the first"
    assert next_due([first, second], NOW + 60) == first
    assert next_due([taken(first, NOW), second], NOW) == second
    assert next_due([], NOW) is None


def test_a_clock_that_is_set_back_puts_nothing_off() -> None:
    one = refused(letter(), "no", NOW, 0.5)
    assert next_due([one], NOW - 3600) == one
    assert next_due([replace(one, due=NOW + 300)], NOW) is None
