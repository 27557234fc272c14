"""Owns the step kind `check`: what must be well now, before the walk goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from runbooks.action import Action
from runbooks.levels import acceptable, described, names_of
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.step import Board, CheckName, StepContext


@dataclass(frozen=True, slots=True)
class CheckStep:
    """Looks whether checks are well."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: healthy-before
kind: check
check: [api-health, disk-root]
level: WARN
"""

    check: CheckName | tuple[CheckName, ...]
    """The check, or several that must all be well."""
    level: Literal["OK", "WARN"] = "OK"
    """The worst level that is good enough."""
    fresh: bool = True
    """Probe now; false goes by the newest result, as long as it is not stale."""

    def __post_init__(self) -> None:
        """Refuse to look at nothing."""
        names_of(self.check)

    async def prepare(self, context: StepContext) -> Action:
        """Return what will be looked at."""
        how = "probe" if self.fresh else "newest result of"
        return Action(lines=tuple(f"{how} {name}: {self._wanted()}" for name in names_of(self.check)))

    async def look(self, context: StepContext, board: Board) -> Outcome:
        """Return when every check is well enough.

        Raises:
            FailedError: `check`, with every one that is not; what could not be measured is not.
        """
        names = names_of(self.check)
        if self.fresh:
            states = await board.probed(names)
        else:
            states = tuple(board.snapshot.state(name) for name in names)
        wrong = [state for state in states if not acceptable(state, self.level)]
        detail = "\n".join(described(state) for state in states)
        if wrong:
            said = "; ".join(described(state) for state in wrong)
            raise FailedError("check", f"{len(wrong)} of {len(states)} not well: {said}", detail=detail)
        said = described(states[0]) if len(states) == 1 else f"all {len(states)} checks are well"
        return succeeded(said, Applied.NONE, detail=detail)

    def _wanted(self) -> str:
        return "must be OK" if self.level == "OK" else f"must be {self.level} or better"
