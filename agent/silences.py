"""Owns what keeps people from being told while an agent runs: silences and acknowledgements, written down.

Windows and walks begin and end silences of their own; those, and what was acknowledged, is also ended here
when its time has come. What a walk puts into maintenance holds at once, and is written a moment later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from agent.kept import Kept
from agent.live import LiveSystem
from agent.quiet_messages import QuietMoved
from agent.walks import Walks
from agent.windows import Windows
from checks.board import CheckState
from checks.clock import Clock
from checks.masking import Masker
from checks.quiet import Quiet
from runbooks.alert_events import AlertEvents, AlertRaised
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.operators import WALKDOWN, Operator
from runbooks.quiet import ruling
from runbooks.quiet.covering import wanted
from runbooks.quiet.fold import KINDS, fold_all
from runbooks.quiet.ruling import Scene, Wanted
from runbooks.quiet.state import QuietNow, QuietState

REMEMBERED = 2000
"""Rows of each kind that are read at start; what is silenced or acknowledged by more is forgotten."""

log = logging.getLogger(__name__)


class Silences(Kept[QuietNow]):
    """The silences and acknowledgements of one system: they begin and end while `run` runs, or by hand."""

    called = "silences"
    look_every = 1.0

    def __init__(
        self,
        live: LiveSystem,
        journal: Journal,
        windows: Windows,
        walks: Walks,
        masker: Masker,
        clock: Clock,
    ) -> None:
        """Know nothing yet."""
        super().__init__(QuietNow(), live, journal, masker, clock)
        self._windows = windows
        self._walks = walks
        self._state = QuietState()
        walks.moved = self.apply

    def told(self) -> QuietMoved:
        """Return how silences and acknowledgements stand, for consoles."""
        return QuietMoved(self._now)

    def apply(self) -> None:
        """Have those checks quiet that are so now, whether that is written yet or not."""
        state, live = self._state, self._live
        maintenance = {name for wish in self._wanted() for name in wish.checks}
        maintenance |= {n for one in state.silences if self._holds(one.cause) for n in one.checks}
        silenced = {name for one in state.silences if not one.is_maintenance for name in one.checks}
        acknowledged = {one.check for one in state.acknowledgements}
        live.quieten(Quiet(frozenset(maintenance), frozenset(silenced), frozenset(acknowledged)))

    async def silence(self, checks: tuple[str, ...], lasts: float, reason: str, operator: Operator) -> None:
        """Tell nobody of these checks for so many seconds.

        Raises:
            RefusedDecisionError: when that may not be; says why.
        """
        said, now = self._safe(reason), self._clock.now()
        await self._decide(lambda: ruling.silenced(checks, self._names, lasts, said, now), operator)

    async def lift(self, silence: str, reason: str, operator: Operator) -> None:
        """Let people be told again.

        Raises:
            RefusedDecisionError: when there is no such silence, or it is not over yet; says why.
        """
        said = self._safe(reason)
        await self._decide(lambda: ruling.lifted(self._state, silence, said), operator)

    async def acknowledge(self, check: str, comment: str, lasts: float, operator: Operator) -> None:
        """Have it known that somebody sees to a check; for so many seconds, with 0 until it is well.

        Raises:
            RefusedDecisionError: when that may not be; says why.
        """
        said, now = self._safe(comment), self._clock.now()
        states = self._states
        await self._decide(lambda: ruling.acknowledged(states, check, said, lasts, now), operator)

    async def withdraw(self, check: str, reason: str, operator: Operator) -> None:
        """Have it known that nobody sees to a check any more.

        Raises:
            RefusedDecisionError: when nobody did.
        """
        said = self._safe(reason)
        await self._decide(lambda: ruling.withdrawn(self._state, check, said), operator)

    async def raise_alert(self, kind: str, severity: str, text: str, check: str, operator: Operator) -> None:
        """Write an alert down that somebody or something outside has seen.

        Raises:
            RefusedDecisionError: when it cannot be one; says why.
        """
        said = self._safe(text, lines=True).strip()
        alert = AlertRaised(self._safe(kind).strip(), severity, said, check, self._windows.is_open)
        await self._decide(lambda: ruling.raised(alert, self._names), operator)

    async def _decide(self, rule: Callable[[], AlertEvents], operator: Operator) -> None:
        async with self._decision():
            await self._write(operator, rule())

    async def _learn(self) -> None:
        self._state = fold_all(await self._journal.newest(*KINDS, limit=REMEMBERED))

    async def _do_due(self) -> None:
        if events := ruling.due(self._state, self._scene()):
            await self._write(WALKDOWN, *events)

    async def _write(self, operator: Operator, *events: AlertEvents) -> None:
        drafts = [Draft("", event, operator) for event in events]
        self._state = fold_all(await self._journal.append(*drafts), self._state)
        for event in events:
            log.info("%s", event)

    @property
    def _states(self) -> dict[str, CheckState]:
        engine = self._live.engine
        return {state.name: state for state in engine.snapshot.states} if engine is not None else {}

    @property
    def _names(self) -> frozenset[str]:
        return frozenset(info.name for info in self._live.system.info.checks)

    def _wanted(self) -> tuple[Wanted, ...]:
        window = self._windows.now.state if self._windows.is_open else None
        return wanted(self._live.system, window, self._walks.open_walks, self._states.values())

    def _holds(self, cause: str) -> bool:
        """Return whether silences of that cause hold as written: those of walks not followed yet."""
        return cause == "walk" and not self._walks.taken_up

    def _scene(self) -> Scene:
        window = self._windows.now.state
        return Scene(
            self._clock.now(),
            self._states,
            self._wanted(),
            self._walks.taken_up,
            self._windows.is_open,
            window.closed_at,
        )

    async def _stand(self) -> QuietNow:
        self.apply()
        return QuietNow(self._state, self._trouble)
