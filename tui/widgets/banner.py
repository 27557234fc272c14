"""Owns the lines below the header that say what is wrong with walkdown itself: no agent, or its notices.

They are there only while there is something to say.
"""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from checks.board import Notice, Snapshot, SystemInfo
from checks.model import Level
from checks.moments import clock_time, zone_of
from tui.format import AGE_STEP, age

MOST_NOTICES = 2


class Banner(Static):
    """One line for a lost agent, one for each of the worst notices."""

    DEFAULT_CSS = """
    Banner {
        display: none;
        height: auto;
        max-height: 4;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        background: $surface;
        &.-shown { display: block; }
    }
    """

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__(markup=False)
        self._said = Content()

    def show(self, system: SystemInfo, snapshot: Snapshot, now: float, detached: str) -> None:
        """Say what there is to say now."""
        lines = [_detached(detached, system, snapshot, now)] if detached else []
        lines += _notices(snapshot.notices)
        said = Content("\n").join(lines)
        if said.is_same(self._said):
            return
        same_height = len(lines) == len(self._said.split("\n")) and bool(self._said)
        self._said = said
        self.set_class(bool(lines), "-shown")
        self.update(said, layout=not same_height)


def _detached(reason: str, system: SystemInfo, snapshot: Snapshot, now: float) -> Content:
    badge = Content.styled(" NO AGENT ", "$background on $error bold")
    if not snapshot.at:
        return badge + Content.styled(f" {reason}", "bold")
    seen = f" as of {clock_time(snapshot.at, zone_of(system.timezone))}, {_old(now - snapshot.at)}"
    return badge + Content.styled(seen, "bold") + Content(f" \u00b7 {reason}")


def _old(seconds: float) -> str:
    return f"{age(seconds)} old" if seconds >= AGE_STEP else "just now"


def _notices(notices: tuple[Notice, ...]) -> list[Content]:
    """Return a line for each of the worst notices; the last says how many there is no room for."""
    worst_first = sorted(notices, key=lambda notice: -notice.level.severity)
    lines = [_notice(notice) for notice in worst_first[:MOST_NOTICES]]
    if len(notices) > MOST_NOTICES:
        lines[-1] += Content.styled(f"  (+{len(notices) - MOST_NOTICES} more)", "$text-muted")
    return lines


def _notice(notice: Notice) -> Content:
    color = "$error" if notice.level is Level.CRIT else "$warning"
    badge = Content.styled(f" {notice.level.value} ", f"$background on {color} bold")
    return badge + Content.styled(f" {notice.source}: ", "bold") + Content(notice.text)
