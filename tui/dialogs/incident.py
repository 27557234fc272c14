"""Owns the dialogs about an incident: it is opened, written about, or comes to a stage."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.message import Message

from checks.recurrence.zones import zone_named
from runbooks.incident_events import Severity, Stage
from runbooks.incidents.when import HINT, moment_of
from runbooks.reasons import is_told
from tui.dialog import Dialog
from tui.incident_messages import IncidentArrived, IncidentMove, IncidentNote, IncidentOpening
from tui.paragraph import prose
from tui.widgets.field import Field, Labelled
from tui.widgets.menu import Menu, Option
from tui.widgets.page import Page

SEVERITIES = (
    Option(Severity.MINOR, "minor", "few notice it"),
    Option(Severity.MAJOR, "major", "many notice it, or something important"),
    Option(Severity.CRITICAL, "critical", "the system cannot be used"),
)
WHAT = {
    Stage.ASSESSED: ("What is it, as far as you know?", "it is"),
    Stage.RESTORED: ("The system works again. What helped?", "what helped"),
    Stage.CLOSED: ("It is over. What was the matter, and what is to be learned?", "cause"),
}
"""Of each stage: what is asked, and the word before the field."""


class IncidentDialog(Dialog):
    """Asks something about an incident; `incident` is its id once the agent has answered."""

    def __init__(self, heading: str, incident: str = "") -> None:
        """Ask about the incident of that id; empty for one that is not there yet."""
        super().__init__(heading)
        self.incident = incident

    def wish(self, question: Message) -> None:
        """Ask the agent; the dialog stays until it has answered."""
        self._sent = True
        self.post_message(question)
        self.say()

    def on_incident_arrived(self, answer: IncidentArrived) -> None:
        """Be gone when it is written down, or say why it is not."""
        self._sent = False
        if answer.problem or answer.story is None:
            self.complain(answer.problem)
        else:
            self.incident = answer.story.incident.id
            self.finish("written")

    def typed(self, name: str) -> str:
        """Return what was typed into a field."""
        return self.query_one(f"#{name}", Field).value.strip()


class OpenIncidentDialog(IncidentDialog):
    """Asks what is wrong, and how bad it is."""

    def __init__(self, checks: tuple[str, ...] = (), title: str = "") -> None:
        """Offer a title; these checks show what is wrong."""
        super().__init__("Open an incident")
        self._checks = checks
        self._title = title

    def compose_body(self) -> ComposeResult:
        if self._checks:
            yield Page(id="checks")
        yield Labelled("what is wrong", Field(self._title, id="title"))
        yield Menu(SEVERITIES, Severity.MAJOR, id="severity")

    def on_mount(self) -> None:
        """Say which checks show it."""
        for page in self.query(Page):
            page.show((prose(f"shown by {', '.join(self._checks)}"),))

    def missing(self) -> str:
        """Return that nothing is said yet."""
        return "" if is_told(self.typed("title")) else "say in a few words what is wrong"

    def promise(self) -> str:
        """Return that it is opened."""
        return "open it; tab: how bad it is"

    def accept(self) -> None:
        """Open it."""
        severity = self.query_one(Menu).value or Severity.MAJOR.value
        self.wish(IncidentOpening(self, self.typed("title"), severity, self._checks))


class NoteIncidentDialog(IncidentDialog):
    """Asks for a note."""

    def __init__(self, incident: str) -> None:
        """Write about the incident of that id."""
        super().__init__(f"Note on {incident}", incident)

    def compose_body(self) -> ComposeResult:
        yield Labelled("note", Field(id="note"))

    def missing(self) -> str:
        """Return that there is nothing yet."""
        return "" if is_told(self.typed("note")) else "type what others should know"

    def promise(self) -> str:
        """Return that it will be in the journal."""
        return "write it into the journal"

    def accept(self) -> None:
        """Write it down."""
        self.wish(IncidentNote(self, self.incident, self.typed("note")))


class MoveIncidentDialog(IncidentDialog):
    """Asks what is to be said when an incident comes to a stage, and since when it has."""

    def __init__(self, incident: str, stage: Stage, now: float, timezone: str, since: str = "") -> None:
        """Ask about this stage; `since` is the moment that is suggested."""
        super().__init__(f"{incident}: {stage}", incident)
        self._stage = stage
        self._asked_at = now
        self._zone = zone_named(timezone)
        self._since = since

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled(WHAT[self._stage][1], Field(id="text"))
        if self._stage is Stage.CLOSED:
            yield Labelled("lessons", Field(id="lessons"))
        else:
            yield Labelled("since when", Field(self._since, id="when"))

    def on_mount(self) -> None:
        """Say what is asked."""
        hint = "" if self._stage is Stage.CLOSED else f" Since when: {HINT}; empty is now."
        self.query_one(Page).show((prose(WHAT[self._stage][0] + hint),))

    def _when(self) -> float:
        return (
            0.0 if self._stage is Stage.CLOSED else moment_of(self.typed("when"), self._asked_at, self._zone)
        )

    def missing(self) -> str:
        """Return what is not said yet, or cannot be."""
        if self._stage is Stage.CLOSED and not is_told(self.typed("text")):
            return "say what was the matter"
        try:
            self._when()
        except ValueError as error:
            return str(error)
        return ""

    def promise(self) -> str:
        """Return what is written down."""
        return f"write down that it is {self._stage}"

    def accept(self) -> None:
        """Say so."""
        lessons = self.typed("lessons") if self._stage is Stage.CLOSED else ""
        self.wish(
            IncidentMove(self, self.incident, self._stage.value, self._when(), self.typed("text"), lessons)
        )
