"""Owns the list of a walk's steps on its screen; moving in it only shows another step large."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding
from textual.message import Message

from tui.cell import Cell, Piece, Tone
from tui.lines import Lines
from tui.walks.open_walk import OpenWalk
from tui.walks.steps import StepLine, draw_step, step_lines
from tui.widgets.titled import titled


class StepList(Lines, can_focus=True):
    """All steps, around the one that is looked at."""

    ALLOW_SELECT = False
    BINDINGS = [
        Binding("j,down", "move(1)", "Next", id="steps.down", show=False, tooltip="Look at the next step"),
        Binding("k,up", "move(-1)", "Before", id="steps.up", show=False, tooltip="Look at the step before"),
    ]

    @dataclass
    class Looked(Message):
        """The operator wants to see this step."""

        step: str

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__(id="steps")
        self._opened: OpenWalk | None = None
        self._steps: tuple[StepLine, ...] = ()
        self._looked = ""
        self._now = 0.0
        self._elsewhere = False

    def show(self, opened: OpenWalk, looked: str, now: float, elsewhere: bool) -> None:
        """Show how the steps stand; `looked` is the one that is shown large, maybe not where the walk is."""
        self._opened, self._looked, self._now, self._elsewhere = opened, looked, now, elsewhere
        self._steps = step_lines(opened.walk)
        self.redraw()

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return a heading and as many steps as there is room for, the one looked at among them."""
        if self._opened is None:
            return ()
        room = height - 1
        if room < 1:
            return (titled("Steps", width, focused=self.has_focus),)
        place = next((i for i, line in enumerate(self._steps) if line.id == self._looked), 0)
        top = max(0, min(len(self._steps) - room, place - room // 2))
        marked = self._looked if self._elsewhere or self.has_focus else ""
        lines = [
            draw_step(line, self._opened, self._now, width, looked=marked != "" and line.id == marked)
            for line in self._steps[top : top + room]
        ]
        more = len(self._steps) - top - room
        if more > 0:
            lines[-1] = (Piece(f"      and {more + 1} more", Tone.MUTED),)
        if top > 0:
            lines[0] = (Piece(f"      {top + 1} before", Tone.MUTED),)
        return (titled("Steps", width, focused=self.has_focus), *lines)

    def on_focus(self) -> None:
        """Show that the keys act on it."""
        self.redraw()

    def on_blur(self) -> None:
        """Show that they do so no more."""
        self.redraw()

    def action_move(self, by: int) -> None:
        """Look at another step."""
        ids = [line.id for line in self._steps if line.id]
        if ids:
            place = ids.index(self._looked) if self._looked in ids else 0
            self.post_message(self.Looked(ids[max(0, min(len(ids) - 1, place + by))]))
