"""Owns the live board as steps see it: the newest snapshot, and fresh probes of whatever engine is at work."""

from __future__ import annotations

from agent.live import LiveSystem
from checks.board import EMPTY, CheckState, Snapshot


class LiveBoard:
    """The board of the system that is probed now; a walk's own baseline beside it."""

    def __init__(self, live: LiveSystem) -> None:
        """Take the picture of this moment as the baseline."""
        self._live = live
        self._baseline = self.snapshot

    @property
    def snapshot(self) -> Snapshot:
        """Return the newest picture."""
        engine = self._live.engine
        return engine.snapshot if engine is not None else EMPTY

    @property
    def baseline(self) -> Snapshot:
        """Return the picture that was taken when the walk began, or when it was taken up again."""
        return self._baseline

    async def probed(self, names: tuple[str, ...]) -> tuple[CheckState, ...]:
        """Probe these checks now and return their states, each by a probe that began after the call."""
        engine = None
        while engine is None or engine.ended:
            engine = await self._live.engine_after(engine)
            known = {info.name for info in engine.system.checks}
            snapshot = await engine.probed(tuple(name for name in names if name in known))
        return tuple(state for state in snapshot.states if state.name in names)
