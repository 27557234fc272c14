"""Owns the step kind `soak`: watches checks for a time, and ends early when one gets worse than before.

One that is worse just when the time is over is watched on until it is well or has failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.board import CheckState
from checks.model import Level, worst
from checks.options import Seconds
from checks.units import show
from runbooks.action import Action
from runbooks.course import Course
from runbooks.levels import level_in, worse
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.step import Board, CheckName, StepContext

SAMPLES = 2
"""Results in a row that are enough when nobody says how many are tolerated."""


@dataclass(frozen=True, slots=True)
class SoakStep:
    """Watches checks for a time, against the baseline."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: soak
kind: soak
checks: [api-health, queue-depth]
lasts: 10 m
every: 60 s
"""

    lasts: Seconds
    """How long to watch."""
    checks: tuple[CheckName, ...] = ()
    """The checks; the guards of the runbook and of the step when none are given, else all of the board."""
    every: Seconds | None = None
    """How often each is probed for it, beside its own schedule; a tenth of `lasts`, 30 s at most, when not
    said."""
    tolerate: int = 0
    """Worse results in a row with which it ends; 0: two, or one that is confirmed as a hard state."""

    def __post_init__(self) -> None:
        """Refuse what would watch nothing."""
        if self.lasts <= 0 or not 0 < self.pace <= self.lasts:
            raise ValueError("lasts and every must be more than 0 s, and lasts at least as long as every")
        if self.tolerate < 0:
            raise ValueError("tolerate is a number of results")

    @property
    def pace(self) -> float:
        """Return the seconds between two probes of a check."""
        return min(30.0, self.lasts / 10) if self.every is None else self.every

    async def prepare(self, context: StepContext) -> Action:
        """Return what is watched, and for how long."""
        names = self.checks or context.guards
        who = tuple(f"watch {name}" for name in names) or ("watch every check",)
        limit = f"{self.tolerate or SAMPLES} worse results in a row end it"
        pace = f"for {show(self.lasts, 's')}, every {show(self.pace, 's')}"
        return Action(lines=(*who, f"{pace}; {limit}"))

    async def look(self, context: StepContext, board: Board) -> Outcome:
        """Watch to the end.

        Raises:
            FailedError: `regression`, as soon as a check stays worse than in the baseline; `not_measured`,
                when one could not be measured at the end.
        """
        names = self.checks or context.guards or tuple(state.name for state in board.baseline.states)
        before = {name: level_in(board.baseline, name) for name in names}
        courses = {name: Course(name) for name in names}
        clock = context.clock
        end = clock.monotonic() + self.lasts
        while True:
            for state in await board.probed(names):
                course = courses[state.name]
                course.add(state.last, worse=worse(state.level, before[state.name]))
                if self._is_regression(state, course):
                    raise _regression(state, before[state.name], courses)
            left = end - clock.monotonic()
            if left <= 0 and not any(course.worse_in_a_row for course in courses.values()):
                return _summary(courses, self.lasts)
            await clock.sleep(min(self.pace, left) if left > 0 else self.pace)

    def _is_regression(self, state: CheckState, course: Course) -> bool:
        if not course.worse_in_a_row:
            return False
        if self.tolerate:
            return course.worse_in_a_row >= self.tolerate
        return state.is_hard or course.worse_in_a_row >= SAMPLES


def _regression(state: CheckState, before: Level, courses: dict[str, Course]) -> FailedError:
    said = f"{state.name} was {before} and is {state.level}: {state.last.summary}"
    return FailedError("regression", said, detail=_table(courses))


def _summary(courses: dict[str, Course], lasted: float) -> Outcome:
    blind = [course for course in courses.values() if course.newest is Level.UNKNOWN]
    if blind:
        names = ", ".join(course.name for course in blind)
        raise FailedError(
            "not_measured", f"could not be measured at the end: {names}", detail=_table(courses)
        )
    level = worst(tuple(course.worst for course in courses.values()))
    watched = f"{len(courses)} check{'' if len(courses) == 1 else 's'}"
    said = f"{watched} for {show(lasted, 's')}: none worse than before; worst level {level}"
    return succeeded(said, Applied.NONE, detail=_table(courses))


def _table(courses: dict[str, Course]) -> str:
    return "\n".join(str(course) for course in courses.values())
