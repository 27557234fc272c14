"""Owns the live board as steps see it: the newest snapshot, and fresh probes by whatever engine works."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from agent.live import LiveSystem
from checks.board import EMPTY, CheckState, Snapshot
from checks.model import Level


class LiveBoard:
    """The board of the system that is probed now; a walk's own baseline beside it."""

    def __init__(self, live: LiveSystem, levels: Mapping[str, str]) -> None:
        """Take the picture of this moment as the baseline, with the levels that the walk began with."""
        self._live = live
        states = (
            replace(state, level=Level(levels.get(state.name, state.level))) for state in self.snapshot.states
        )
        self._baseline = replace(self.snapshot, states=tuple(states))

    @property
    def snapshot(self) -> Snapshot:
        """Return the newest picture."""
        engine = self._live.engine
        return engine.snapshot if engine is not None else EMPTY

    @property
    def baseline(self) -> Snapshot:
        """Return how the checks were when the walk began."""
        return self._baseline

    def interval(self, name: str) -> float:
        """Return the seconds from one probe of a check to the next; infinite when there is none."""
        every = {info.name: info.every for info in self._live.system.info.checks}
        return every.get(name, math.inf)

    async def probed(self, names: tuple[str, ...]) -> tuple[CheckState, ...]:
        """Probe these checks now and return their states, each by a probe that began after the call."""
        engine = None
        while engine is None or engine.ended:
            engine = await self._live.engine_after(engine)
            known = {info.name for info in engine.system.checks}
            snapshot = await engine.probed(tuple(name for name in names if name in known))
        return tuple(state for state in snapshot.states if state.name in names)
