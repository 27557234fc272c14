"""Owns the screen of one incident: its times, cause and lessons, and all that happened meanwhile."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding

from checks.moments import zone_of
from checks.recurrence.zones import zone_named
from runbooks.incident_events import Stage
from runbooks.incidents.document import markdown
from runbooks.incidents.state import IncidentStory
from runbooks.incidents.when import typed
from tui import incident_lines as lines
from tui.dialogs.incident import MoveIncidentDialog, NoteIncidentDialog
from tui.incident_messages import IncidentArrived, IncidentRequested
from tui.messages import CopyRequested
from tui.paragraph import prose
from tui.screen import ConsoleScreen
from tui.walks.words import said
from tui.widgets.page import Page

ANEW = 10.0
"""Seconds after which the timeline of an open incident is asked for again."""
ORDER = tuple(Stage)


class IncidentScreen(ConsoleScreen):
    """One incident."""

    DETAIL = "incident"
    TITLE = "Incident"
    HELP = """\
One incident: since when, how far it has come, and all that happened meanwhile: what its checks saw, alerts
and notices that went out, walks, and what people wrote down.

Its stages are said by people: assessed when somebody knows what it is, restored when the system works again,
closed when cause and lessons are written down. "its checks are OK again" is only a hint."""
    AUTO_FOCUS = "#story"
    DEFAULT_CSS = "IncidentScreen #story { padding: 0 0 0 1; }"
    CHANGES = frozenset({"note", "move"})
    BINDINGS = [
        Binding("n", "note", "Note", id="incident.note", tooltip="Write something into the timeline"),
        Binding("a", "move('assessed')", "Assessed", id="incident.assess", tooltip="Say what it is"),
        Binding(
            "t", "move('restored')", "Restored", id="incident.restore", tooltip="Say since when it works"
        ),
        Binding("x", "move('closed')", "Close", id="incident.close", tooltip="Say cause and lessons"),
        Binding("y", "copy", "Copy", id="incident.copy", tooltip="Copy the record as Markdown"),
        Binding("r", "reload", "Reload", id="incident.reload", tooltip="Ask the agent again"),
        Binding("escape", "back", "Back", id="incident.back", tooltip="Back to where you came from"),
    ]

    def __init__(self, incident: str) -> None:
        """Show the incident of that id."""
        super().__init__()
        self._incident = incident
        self._story: IncidentStory | None = None
        self._problem = ""
        self._asked_for = -1
        """The last row of the journal that was in it when it was asked for."""
        self._asked_at = 0.0

    def compose_body(self) -> ComposeResult:
        yield Page(id="story")

    def draw(self) -> None:
        """Show it; ask for it anew when something was written, and for its timeline now and then."""
        seq = next((head.seq for head in self.incidents.heads if head.id == self._incident), 0)
        old = self._story is not None and self._story.incident.is_open and self.now - self._asked_at >= ANEW
        if not self.detached and (seq != self._asked_for or old):
            self._asked_for, self._asked_at = seq, self.now
            self.post_message(IncidentRequested(self, self._incident))
        if self._story is None:
            self.query_one(Page).show((prose(said(self._problem) or "waiting for the agent"),))
        else:
            told = lines.told(self._story, self.now, zone_of(self.system.timezone))
            self.query_one(Page).show(told)

    def on_incident_arrived(self, answer: IncidentArrived) -> None:
        """Show what came."""
        self._problem = answer.problem
        self._story = answer.story or self._story
        self.ask_draw()

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out what cannot be said any more, or not yet."""
        if action not in ("move", "note", "copy"):
            return True
        if self._story is None:
            return False
        if action == "move":
            now, wanted = self._story.incident.stage, Stage(str(parameters[0]))
            ready = wanted is not Stage.CLOSED or now is Stage.RESTORED
            return ready and ORDER.index(wanted) > ORDER.index(now)
        return True

    def action_note(self) -> None:
        """Have a note written."""
        self.app.push_screen(NoteIncidentDialog(self._incident), self._said)

    def action_move(self, stage: str) -> None:
        """Ask what is to be said of the stage."""
        story = self._story
        if story is None:
            return
        since = ""
        if stage == Stage.RESTORED and story.suggested_at:
            well = max(story.suggested_at, story.incident.detected)
            since = typed(well, zone_named(self.system.timezone))
        dialog = MoveIncidentDialog(self._incident, Stage(stage), self.now, self.system.timezone, since)
        self.app.push_screen(dialog, self._said)

    def _said(self, result: str | None) -> None:
        if result:
            self.action_reload()

    def action_copy(self) -> None:
        """Copy the record."""
        if self._story is not None:
            system = self.system.title or self.system.name
            self.post_message(CopyRequested(markdown(self._story, system, zone_of(self.system.timezone))))

    def action_reload(self) -> None:
        """Ask for it again."""
        self._asked_for = -1
        self.ask_draw()

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()
