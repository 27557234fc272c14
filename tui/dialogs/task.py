"""Owns the dialogs about a task: it was done, or is left out for a reason."""

from __future__ import annotations

from textual.app import ComposeResult

from checks.units import read, show
from runbooks.calendar.state import Means, TaskNow
from runbooks.reasons import to_type
from tui.calendar_messages import TaskFinished, TaskRecorded, TaskSkipped, TaskWish
from tui.dialog import Dialog
from tui.paragraph import Paragraph, prose
from tui.walks.words import said
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page


class TaskDialog(Dialog):
    """Asks about a task."""

    def __init__(self, heading: str, task: TaskNow, more: tuple[Paragraph, ...] = ()) -> None:
        """Ask about it; `more` is what else is to be read first."""
        super().__init__(heading)
        self._subject = task
        self._more = more

    def on_mount(self) -> None:
        """Say what it is about."""
        self.query_one(Page).show((*self.about(), *self._more))

    def about(self) -> tuple[Paragraph, ...]:
        """Return what enter comes to."""
        return ()

    def wish(self, wish: TaskWish) -> None:
        """Tell the agent; the dialog stays until it has answered."""
        self._sent = True
        self.post_message(wish)
        self.say()


class DoneDialog(TaskDialog):
    """Asks how it went."""

    def __init__(self, task: TaskNow, more: tuple[Paragraph, ...] = ()) -> None:
        """Ask about this task."""
        super().__init__(f"Done: {task.title or task.name}", task, more)
        self._recorded = False
        """Whether it was said that it is recorded already."""

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled("took", Field(id="took", placeholder="such as 25m; may be left empty"))
        yield Labelled("note", Field(id="note"))

    def about(self) -> tuple[Paragraph, ...]:
        """Return that it counts as done."""
        task = self._subject
        if task.means is Means.HAND:
            return (prose("It is written down that this was done, by you and now."),)
        return (
            prose(
                f"It counts as done by itself when {task.means} {said(task.target)} has ended well. Here it "
                "is written down that it was done without, by you and now; a note has to say how."
            ),
        )

    @property
    def _took(self) -> float | None:
        """Return the seconds; None when what was typed are none."""
        text = self.query_one("#took", Field).value.strip()
        try:
            seconds = read(text, "s") if text else 0.0
        except ValueError:
            return None
        return seconds if seconds >= 0 else None

    @property
    def _note(self) -> str:
        return self.query_one("#note", Field).value.strip()

    def missing(self) -> str:
        """Return what is still to be typed."""
        if self._took is None:
            return "say how long it took as in 25m or 1.5 h, or leave it empty"
        if self._subject.means is Means.HAND:
            return ""
        return to_type(self._note, what="say in a note how it was done")

    def promise(self) -> str:
        """Return what is written down."""
        took = f", in {show(self._took, 's')}" if self._took else ""
        return f"{'it was done once more' if self._recorded else 'it was done'}{took}"

    def accept(self) -> None:
        """Write it down."""
        name, took = self._subject.name, self._took or 0.0
        self.wish(TaskFinished(self, name, self._note, took, self._recorded))

    def on_task_recorded(self, answer: TaskRecorded) -> None:
        """Say that it is recorded already; enter writes it down once more."""
        self._sent, self._recorded = False, True
        self.complain(f"{answer.words}; nothing was written")
        self.say()


class SkipDialog(TaskDialog):
    """Asks why it is left out."""

    def __init__(self, task: TaskNow, when: str, more: tuple[Paragraph, ...] = ()) -> None:
        """Ask about this task; `when` says which time of it is left out."""
        super().__init__(f"Leave out: {task.title or task.name}", task, more)
        self._time = when

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled("reason", Field(id="reason"))

    def about(self) -> tuple[Paragraph, ...]:
        """Return what is left out."""
        if self._subject.missed is not None:
            text = "It is written down that this was missed and why; it is no longer warned of."
        else:
            text = f"What is due on {self._time} is not done. It comes again as planned."
        return (prose(f"{text} That you said so stands in the journal."),)

    @property
    def _reason(self) -> str:
        return self.query_one("#reason", Field).value.strip()

    def missing(self) -> str:
        """Return that the reason is too short."""
        return to_type(self._reason)

    def promise(self) -> str:
        """Return what is done."""
        return "acknowledge it" if self._subject.missed is not None else "leave it out"

    def accept(self) -> None:
        """Leave it out."""
        self.wish(TaskSkipped(self, self._subject.name, self._reason))
