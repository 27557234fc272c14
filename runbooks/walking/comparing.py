"""Owns the end of a way back: every check looked at again, and the verdict whether all is as it was."""

from __future__ import annotations

from checks.clock import Clock
from runbooks import walk_events
from runbooks.live import Settling
from runbooks.step import Board
from runbooks.walk import worse_than_baseline
from runbooks.walking.holding import Holding

SETTLE = 60.0
"""Seconds that the checks have after a way back to become as they were."""
SETTLE_EVERY = 5.0


async def compare(holding: Holding, board: Board, clock: Clock) -> None:
    """Look at all checks after the way back, until they are as they were or time is up."""
    try:
        worse = await _settled(holding, board, clock)
    finally:
        holding.say(settling=None)
    left = tuple(state.id for state in holding.walk.undos if state.skipped)
    back = not (worse or left or holding.walk.lost)
    verdict = _verdict(
        {"worse than before": worse, "not undone": left, "cannot be undone": holding.walk.lost}
    )
    await holding.write(walk_events.RollbackEnded(back, verdict, worse))


async def _settled(holding: Holding, board: Board, clock: Clock) -> tuple[str, ...]:
    """Look at all checks until none is worse than before the walk; return those that still are in the end."""
    names = tuple(holding.walk.baseline)
    deadline, until = clock.monotonic() + SETTLE, clock.now() + SETTLE
    holding.say(settling=Settling(until) if names else None)
    while True:
        states = await board.probed(names) if names else ()
        worse = worse_than_baseline(holding.walk, {state.name: state.level.value for state in states})
        left = deadline - clock.monotonic()
        if not worse or left <= 0:
            return worse
        holding.say(settling=Settling(until, worse))
        await clock.sleep(min(SETTLE_EVERY, left))


def _verdict(wrong: dict[str, tuple[str, ...]]) -> str:
    """Return in a line whether everything is as it was before the walk, and if not, why."""
    said = [f"{what}: {', '.join(names)}" for what, names in wrong.items() if names]
    return "; ".join(said) or "everything was undone, and every check is as good as it was"
