"""Owns what one check shows on a screen now: a state with its definition, its true level and its age. Pure.

Here is decided what a console may show as live: a result that is older than the check allows counts as
STALE, whether the agent said so or is not there to say it.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.board import CheckInfo, CheckState, Snapshot, SystemInfo
from checks.model import Level
from tui.cell import Cell, Piece, Tone, level_cell
from tui.format import age


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check as it is shown."""

    info: CheckInfo
    state: CheckState
    level: Level
    """The level that may be shown: UNKNOWN once the result is stale."""
    stale: bool
    age: float
    """Seconds since the result was made; meaningless while there is none."""

    @property
    def probed(self) -> bool:
        """Return whether there is a result at all."""
        return self.state.last.at > 0

    @property
    def name(self) -> str:
        """Return what the check is called on screens."""
        return self.info.title or self.info.name


def check_line(info: CheckInfo, state: CheckState, now: float) -> CheckLine:
    """Return what the check shows at `now`."""
    seconds = max(0.0, now - state.last.at)
    stale = state.stale or (state.last.at > 0 and seconds > info.stale_after)
    level = Level.UNKNOWN if stale else state.level
    return CheckLine(info, state, level, stale, seconds)


def check_lines(system: SystemInfo, snapshot: Snapshot, now: float) -> list[CheckLine]:
    """Return a line for each check that is both defined and on the board, in the order of the board."""
    infos = {info.name: info for info in system.checks}
    return [check_line(infos[state.name], state, now) for state in snapshot.states if state.name in infos]


def level_of(line: CheckLine) -> Cell:
    """Return its level; what has never been probed waits."""
    if not line.probed:
        return (Piece(" ...  ", Tone.MUTED),)
    return level_cell(line.level, stale=line.stale)


def age_of(line: CheckLine) -> Cell:
    """Return how old its result is."""
    if not line.probed:
        return (Piece("-", Tone.MUTED),)
    return (Piece(age(line.age), Tone.UNKNOWN if line.stale else Tone.MUTED),)


def saw_of(line: CheckLine) -> Cell:
    """Return what it saw, after whatever puts that in another light."""
    remarks = _remarks(line)
    tone = Tone.MUTED if line.stale or not line.probed or line.state.blocked_by else Tone.PLAIN
    saw = Piece(line.state.last.summary.replace("\n", " "), tone)
    if not remarks:
        return (saw,)
    return (Piece(f"{', '.join(remarks)}: ", Tone.UNKNOWN if line.stale else Tone.MUTED), saw)


def _remarks(line: CheckLine) -> list[str]:
    state = line.state
    remarks: list[str] = []
    if line.stale:
        remarks.append("last")
    if state.blocked_by:
        remarks.append(f"blocked by {state.blocked_by}")
    if state.maintenance:
        remarks.append("in maintenance")
    if state.silenced:
        remarks.append("silenced")
    if state.acknowledged:
        remarks.append("acknowledged")
    if state.flapping:
        remarks.append("flapping")
    if state.attempt and not state.is_hard and line.level is not Level.OK and not line.stale:
        remarks.append(f"{state.attempt} of {line.info.attempts}")
    return remarks
