"""Owns the end of a way back: every check looked at again, and the verdict whether all is as it was."""

from __future__ import annotations

from checks.clock import Clock
from runbooks import walk_events
from runbooks.step import Board
from runbooks.walk import worse_than_baseline
from runbooks.walking.holding import Holding

SETTLE = 60.0
"""Seconds that the checks have after a way back to become as they were."""
SETTLE_EVERY = 5.0


async def compare(holding: Holding, board: Board, clock: Clock) -> None:
    """Look at all checks after the way back, until they are as they were or time is up."""
    names = tuple(holding.walk.baseline)
    deadline = clock.monotonic() + SETTLE
    while True:
        states = await board.probed(names) if names else ()
        worse = worse_than_baseline(holding.walk, {state.name: state.level.value for state in states})
        if not worse or clock.monotonic() > deadline:
            break
        await clock.sleep(SETTLE_EVERY)
    left = tuple(state.id for state in holding.walk.undos if state.skipped)
    back = not (worse or left or holding.walk.lost)
    verdict = _verdict(
        {"worse than before": worse, "not undone": left, "cannot be undone": holding.walk.lost}
    )
    await holding.write(walk_events.RollbackEnded(back, verdict, worse))


def _verdict(wrong: dict[str, tuple[str, ...]]) -> str:
    """Return in a line whether everything is as it was before the walk, and if not, why."""
    said = [f"{what}: {', '.join(names)}" for what, names in wrong.items() if names]
    return "; ".join(said) or "everything was undone, and every check is as good as it was"
