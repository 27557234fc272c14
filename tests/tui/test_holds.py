"""Who decides: by which fence a console knows that a walk is its own."""

from __future__ import annotations

from dataclasses import replace

from runbooks.walk import Walk
from tui.walks.open_walk import Holds

WALK = Walk("walk-1", fence=7)


def test_a_walk_that_this_console_has_begun_is_its_own_whichever_comes_first() -> None:
    told_first, begun_first = Holds(), Holds()
    told_first.saw(WALK)
    told_first.began("walk-1")
    begun_first.began("walk-1")
    begun_first.saw(WALK)
    for holds in (told_first, begun_first):
        assert holds.holds(WALK)
        assert holds.fence("walk-1") == 7


def test_a_walk_of_another_console_is_not() -> None:
    holds = Holds()
    holds.saw(WALK)
    assert not holds.holds(WALK)
    assert holds.fence("walk-1") == 0


def test_who_is_relieved_decides_no_more_and_keeps_sending_the_old_fence() -> None:
    holds = Holds()
    holds.began("walk-1")
    holds.saw(WALK)
    taken = replace(WALK, fence=8)
    holds.saw(taken)
    assert not holds.holds(taken)
    assert holds.fence("walk-1") == 7


def test_a_walk_that_is_taken_over_is_ones_own_from_the_next_fence_on_whichever_comes_first() -> None:
    taken = replace(WALK, fence=8)
    told_first, done_first = Holds(), Holds()
    for holds in (told_first, done_first):
        holds.saw(WALK)
    told_first.saw(taken)
    told_first.took_over("walk-1", 7)
    done_first.took_over("walk-1", 7)
    assert not done_first.holds(WALK)
    done_first.saw(taken)
    for holds in (told_first, done_first):
        assert holds.holds(taken)
        assert holds.fence("walk-1") == 8


def test_other_walks_do_not_count() -> None:
    holds = Holds()
    holds.began("walk-1")
    holds.saw(replace(WALK, id="walk-2"))
    assert not holds.holds(replace(WALK, id="walk-2"))
