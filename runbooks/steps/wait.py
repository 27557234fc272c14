"""Owns the step kind `wait`: polls a check or a condition until it is so. Never a bare sleep."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Literal

from checks.options import Seconds
from checks.units import show
from runbooks.action import Action
from runbooks.arguments import Arguments
from runbooks.condition import (
    CommandCondition,
    Condition,
    FileCondition,
    HttpCondition,
    TcpCondition,
)
from runbooks.levels import acceptable, described, names_of
from runbooks.outcome import Applied, Outcome, succeeded
from runbooks.polling import Pace, Seen, poll
from runbooks.step import Board, CheckName, StepContext
from runbooks.templates import Template


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Waits until a check is well or a condition holds."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: until-it-answers
kind: wait
check: api-health
initial: 10 s
within: 2 m
"""

    check: CheckName | tuple[CheckName, ...] = ()
    """The check, or several, probed anew each time."""
    level: Literal["OK", "WARN"] = "OK"
    """The worst level of the checks that is good enough."""
    http: HttpCondition | None = None
    """An answer over HTTP to wait for."""
    tcp: Template | None = None
    """`host:port` that must accept connections."""
    file: FileCondition | None = None
    """A file that must be there, or gone."""
    command: Arguments = ()
    """A program that must exit with 0; it is run again and again, so it may only look."""
    initial: Seconds = 0.0
    """How long to wait before the first look."""
    every: Seconds = 2.0
    """How long to wait between two looks."""
    within: Seconds = 60.0
    """How long after the first look it must be so at the latest; the step fails then."""
    holds: Seconds = 0.0
    """How long it must be so without a break."""

    def __post_init__(self) -> None:
        """Refuse to wait for nothing, or for two things."""
        given = [self.check, self.http, self.tcp, self.file, self.command]
        if sum(bool(one) for one in given) != 1:
            raise ValueError("set exactly one of check, http, tcp, file and command")
        if self.check:
            names_of(self.check)
        self._pace()

    async def prepare(self, context: StepContext) -> Action:
        """Return what is waited for, and for how long."""
        condition = self._condition()
        if condition is None:
            better = "" if self.level == "OK" else " or better"
            lines = [f"until {name} is {self.level}{better}" for name in names_of(self.check)]
        else:
            lines = [f"until {condition.shown(context.values)}"]
        pace = f"look every {show(self.every, 's')}, for at most {show(self.within, 's')}"
        if self.initial:
            pace += f", first after {show(self.initial, 's')}"
        if self.holds:
            pace += f"; it must hold for {show(self.holds, 's')}"
        return Action(lines=(*lines, pace))

    async def look(self, context: StepContext, board: Board) -> Outcome:
        """Look again and again until it is so.

        Raises:
            FailedError: `timeout`, with what was seen last.
        """
        condition = self._condition()

        async def once(seconds: float) -> Seen:
            if condition is None:
                return await self._probe(board, seconds)
            return await condition.look(context, seconds)

        began = context.clock.monotonic()
        seen = await poll(once, self._pace(), context.clock)
        elapsed = show(context.clock.monotonic() - began, "s")
        return succeeded(f"after {elapsed}: {seen.said}", Applied.NONE)

    async def _probe(self, board: Board, seconds: float) -> Seen:
        try:
            async with asyncio.timeout(seconds):
                states = await board.probed(names_of(self.check))
        except TimeoutError:
            return Seen(False, "no result of the probe yet")
        wrong = [state for state in states if not acceptable(state, self.level)]
        return Seen(not wrong, "; ".join(described(state) for state in wrong or states))

    def _condition(self) -> Condition | None:
        """Return the condition; None when checks are waited for."""
        if self.tcp is not None:
            return TcpCondition(self.tcp)
        if self.command:
            return CommandCondition(self.command)
        return self.http or self.file

    def _pace(self) -> Pace:
        return Pace(self.every, self.within, self.initial, self.holds)
