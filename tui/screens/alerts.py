"""Owns the view of alerts: what people are not told of and why, and the messages that they were sent."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from checks.alerts.alert import Letter
from checks.moments import brief, zone_of
from runbooks.quiet.state import Acknowledgement, Silence
from tui.cell import Cell, Piece, Tone, cell
from tui.dialogs.quiet import LiftDialog, WithdrawDialog
from tui.dialogs.text import TextDialog
from tui.paragraph import prose
from tui.quiet_messages import AlertsArrived, AlertsRequested
from tui.quiet_words import ends, what
from tui.screen import ConsoleScreen
from tui.walks.words import said, short_who
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row

Quieter = Silence | Acknowledgement
LIMIT = 200
ASK_EVERY = 5.0
"""Seconds between two questions for messages."""
NO_QUIET = "people are told of every check"


class AlertsScreen(ConsoleScreen):
    """What people are told, and what not."""

    DETAIL = "alerts"
    TITLE = "Alerts"
    HELP = """\
Above: what people are not told of, why, and until when. Maintenance comes with windows and walks and ends
with them; a silence was made by hand; an acknowledgement says who sees to a trouble. x ends what was made by
hand.

Below: the messages that people were sent, newest first, and what became of each. Enter shows one in full."""
    DEFAULT_CSS = """
    AlertsScreen {
        & .section { color: $text-primary; padding: 0 1; height: 1; text-style: bold; }
        & #quiet { height: auto; max-height: 40%; margin-bottom: 1; }
        & #letters { height: 1fr; }
    }
    """
    AUTO_FOCUS = "#quiet"
    CHANGES = frozenset({"end"})
    BINDINGS = [
        Binding("x", "end", "End it", id="alerts.end", tooltip="End a silence or an acknowledgement"),
        Binding("r", "reload", "Reload", id="alerts.reload", tooltip="Ask the agent for messages again"),
        Binding("tab", "app.focus_next", "Part", id="alerts.part", show=False, tooltip="To the other part"),
        Binding("escape", "back", "Back", id="alerts.back", tooltip="Back to where you came from"),
    ]

    def __init__(self) -> None:
        """Know of no message yet."""
        super().__init__()
        self._letters: tuple[Letter, ...] = ()
        self._problem = ""
        self._asked_at = 0.0

    def compose_body(self) -> ComposeResult:
        yield Static(Content("Not told"), classes="section")
        yield LiveTable[Quieter](
            Column("what", "WHAT", _what, width=12),
            Column("about", "CHECKS", _about, flex=1, least=14),
            Column("why", "WHY", _why, flex=2, least=16),
            Column("who", "WHO", _who, most=12, drop=2),
            Column("ends", "ENDS", self._ends, most=20),
            id="quiet",
        )
        yield Static(Content("Told"), classes="section")
        yield LiveTable[Letter](
            Column("when", "WHEN", self._when, width=12, right=True),
            Column("route", "ROUTE", lambda letter: cell(said(letter.route), Tone.MUTED), most=12, drop=1),
            Column("subject", "MESSAGE", lambda letter: cell(said(letter.subject)), flex=2, least=20),
            Column("became", "BECAME", _became, flex=1, least=10),
            id="letters",
        )

    def draw(self) -> None:
        """Show what is not told, and what was."""
        if not self.detached and self.now - self._asked_at >= ASK_EVERY:
            self._asked_at = self.now
            self.post_message(AlertsRequested(self, LIMIT))
        state = self.quiet.state
        quiet, letters = self.query_one("#quiet", LiveTable), self.query_one("#letters", LiveTable)
        quiet.muted = letters.muted = bool(self.detached)
        quiet.empty = said(self.quiet.trouble) or NO_QUIET
        shown: list[Quieter] = [*state.silences, *state.acknowledgements]
        quiet.show([Row(_key(one), one) for one in shown])
        letters.empty = said(self._problem) or "no message was sent yet"
        letters.show([Row(letter.key, letter) for letter in self._letters])

    def on_alerts_arrived(self, answer: AlertsArrived) -> None:
        """Show the messages."""
        self._problem = answer.problem
        if not answer.problem:
            self._letters = answer.letters
        self.ask_draw()

    def _ends(self, one: Quieter) -> Cell:
        left_on = isinstance(one, Silence) and one.left_on
        if left_on:
            return cell("LEFT ON", Tone.WARN)
        return cell(ends(one, self.now, zone_of(self.system.timezone), brief=True), Tone.MUTED)

    def _when(self, letter: Letter) -> Cell:
        return cell(brief(letter.created, self.now, zone_of(self.system.timezone)), Tone.MUTED)

    @on(LiveTable.Opened, "#letters")
    def _letter_opened(self, event: LiveTable.Opened) -> None:
        letter = next((one for one in self._letters if one.key == event.key), None)
        if letter is not None:
            lines = [letter.subject, "", *letter.body.splitlines()]
            self.app.push_screen(TextDialog("Message", tuple(prose(said(line)) for line in lines)))

    @on(LiveTable.Opened, "#quiet")
    def _quiet_opened(self) -> None:
        if not self.only_looks():
            self.action_end()

    def action_end(self) -> None:
        """Ask why what is under the cursor is over."""
        row = self.query_one("#quiet", LiveTable).selected
        if row is None:
            return
        one: Quieter = row.value
        if isinstance(one, Acknowledgement):
            self.app.push_screen(WithdrawDialog(one.check))
        elif one.is_maintenance:
            self.notify(f"it ends with the {one.cause} {said(one.of)}", severity="warning", markup=False)
        else:
            self.app.push_screen(LiftDialog(one.id))

    def action_reload(self) -> None:
        """Ask for the messages again."""
        self._asked_at = 0.0
        self.ask_draw()

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()


def _key(one: Quieter) -> str:
    return one.id if isinstance(one, Silence) else f"ack {one.check}"


def _what(one: Quieter) -> Cell:
    return (Piece(what(one), Tone.STRONG),)


def _about(one: Quieter) -> Cell:
    return cell(said(", ".join(one.checks) if isinstance(one, Silence) else one.check))


def _why(one: Quieter) -> Cell:
    return cell(said(one.reason if isinstance(one, Silence) else one.comment))


def _who(one: Quieter) -> Cell:
    return cell(short_who(one.by), Tone.MUTED)


def _became(letter: Letter) -> Cell:
    if letter.sent_at:
        return cell("taken", Tone.MUTED)
    if letter.given_up_at:
        return cell(f"given up: {said(letter.error)}", Tone.CRIT)
    return cell(f"waits: {said(letter.error)}" if letter.error else "waits", Tone.WARN)
