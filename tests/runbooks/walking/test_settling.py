"""The end of a way back: the checks have a minute to be as they were, and what is waited for is said."""

import asyncio
from typing import Any

import pytest

from checks.model import Level
from checks.testing import FakeClock
from runbooks.live import Live, Settling
from runbooks.testing import FakeBoard
from runbooks.walk import Walk
from runbooks.walk_events import RollbackEnded
from runbooks.walking.comparing import SETTLE, compare
from runbooks.wording import settling_words


class Held:
    """A walk whose way back is done, and what is said and written of it."""

    def __init__(self, **baseline: str) -> None:
        self.walk = Walk(baseline=baseline)
        self.live = Live()
        self.said: list[Settling | None] = []
        self.written: list[RollbackEnded] = []

    def say(self, **changes: Any) -> None:
        self.said.append(changes["settling"])

    async def write(self, event: RollbackEnded) -> None:
        self.written.append(event)


async def settle(board: FakeBoard, clock: FakeClock, held: Held, seconds: float) -> None:
    """Have so much time pass while all is looked at."""
    task = asyncio.create_task(compare(held, board, clock))  # type: ignore[arg-type]
    await clock.advance(seconds)
    assert task.done()
    await task


async def test_what_is_worse_is_named_while_it_is_waited_for_and_no_longer_afterwards() -> None:
    clock = FakeClock()
    board = FakeBoard({"api": [Level.CRIT] * 3 + [Level.OK], "web": [Level.OK]}, clock=clock, attempts=1)
    held = Held(api="OK", web="OK")
    until = clock.now() + SETTLE
    await settle(board, clock, held, 11)
    assert held.said[:2] == [Settling(until), Settling(until, ("api",))]
    assert held.said[-1] is None
    assert [event.back for event in held.written] == [True]


async def test_it_is_not_waited_longer_than_was_said() -> None:
    clock = FakeClock()
    board = FakeBoard({"api": [Level.CRIT]}, clock=clock, attempts=1)
    held = Held(api="OK")
    await settle(board, clock, held, SETTLE)
    assert [(event.back, event.worse) for event in held.written] == [(False, ("api",))]
    assert held.said[-1] is None


@pytest.mark.parametrize(
    ("worse", "left", "said"),
    [
        ((), 60.0, "every check is looked at, whether it is as it was before the walk; 1 m 0 s at most"),
        (("api",), 45.0, "for api, until it is as it was before the walk; 45 s at most"),
        (("a", "b"), -1.0, "for a, b, until they are as they were before the walk; a moment at most"),
        (tuple("abcdef"), 5.0, "for a, b, c, d and 2 more, until they are as they were"),
        (("a\x1b[2J",), 5.0, "for a"),
    ],
)
def test_it_is_said_what_is_waited_for_and_how_long(worse: tuple[str, ...], left: float, said: str) -> None:
    words = settling_words(Settling(1000.0 + left, worse), 1000.0)
    assert words.startswith(said)
    assert "\x1b" not in words
