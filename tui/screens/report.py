"""Owns the screen of one kept report: its text, or another of its formats, as a page."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding

from tui.cell import Cell, Piece, Tone
from tui.messages import CopyRequested
from tui.paragraph import Paragraph, prose
from tui.report_messages import ReportArrived, ReportRequested
from tui.screen import ConsoleScreen
from tui.walks.words import DOT, lines_of, said
from tui.widgets.page import Page
from tui.widgets.walk_lines import TitleLine

FORMS = {"text": "text", "ticket": "for a change ticket", "md": "Markdown", "json": "JSON", "csv": "CSV"}
"""Formats that can be read here; HTML is for browsers."""
MOST_LINES = 20_000
"""Lines that are shown; the rest is in the file."""


class ReportScreen(ConsoleScreen):
    """One report."""

    DETAIL = "report"
    TITLE = "Report"
    HELP = """\
A report as it was made; nothing in it changes any more. What was not measured is said to be unknown.

[ and ] go through its formats: text, the short text for a change ticket, Markdown, JSON, CSV. y copies what
is shown, Y where its files lie on the agent's host; the HTML for browsers is there as well. At its end is
the head of the journal: walkdown audit verify proves by it that nothing before was changed."""
    AUTO_FOCUS = "#text"
    DEFAULT_CSS = "ReportScreen #text { padding: 0 0 0 1; }"
    BINDINGS = [
        Binding(
            "right_square_bracket", "form(1)", "Next format", id="report.next", tooltip="The next format"
        ),
        Binding(
            "left_square_bracket",
            "form(-1)",
            "Format before",
            id="report.previous",
            show=False,
            tooltip="The format before",
        ),
        Binding("y", "copy", "Copy", id="report.copy", tooltip="Copy what is shown to the clipboard"),
        Binding("Y", "copy_path", "Copy path", id="report.copy-path", tooltip="Copy where its files lie"),
        Binding("r", "reload", "Reload", id="report.reload", tooltip="Read it again"),
        Binding("escape", "back", "Back", id="report.back", tooltip="Back to the reports"),
    ]

    def __init__(self, file: str, folder: str = "") -> None:
        """Show the report of that name, which lies in that folder of the agent's host."""
        super().__init__()
        self._file, self._folder = file, folder
        self._place = 0
        self._texts: dict[str, ReportArrived] = {}
        self._asked: set[str] = set()

    def compose_body(self) -> ComposeResult:
        yield TitleLine(id="report-title")
        yield Page(id="text")

    @property
    def _form(self) -> str:
        return tuple(FORMS)[self._place]

    def draw(self) -> None:
        """Show the report."""
        form = self._form
        if form not in self._asked and not self.detached and self.snapshot.at:
            self._asked.add(form)
            self.post_message(ReportRequested(self, self._file, form))
        right: Cell = (Piece(f" {self._place + 1} of {len(FORMS)} ", Tone.MUTED),)
        title = f"{said(self._file)}{DOT}{FORMS[form]}"
        self.query_one(TitleLine).show(title, right, focused=True)
        self.query_one(Page).show(self._paragraphs(self._texts.get(form)))

    def _paragraphs(self, answer: ReportArrived | None) -> tuple[Paragraph, ...]:
        if answer is None:
            return (prose("waiting for the agent" if not self.detached else "no agent answers", Tone.MUTED),)
        if answer.problem or not answer.text:
            return (prose(said(answer.problem) or "it is empty", Tone.MUTED),)
        lines = lines_of(answer.text)
        shown = tuple(prose(line) for line in lines[:MOST_LINES])
        rest = len(lines) - MOST_LINES
        return (*shown, prose(f"and {rest} lines more, in the file", Tone.MUTED)) if rest > 0 else shown

    def watch_detached(self) -> None:
        """Ask anew once an agent answers again."""
        self._asked -= {form for form in FORMS if form not in self._texts}
        super().watch_detached()

    def on_report_arrived(self, answer: ReportArrived) -> None:
        """Show what came."""
        self._texts[answer.form] = answer
        self.ask_draw()

    def action_form(self, by: int) -> None:
        """Go to another format; after the last comes the first."""
        self._place = (self._place + by) % len(FORMS)
        self.query_one(Page).begin()
        self.ask_draw()

    def action_copy(self) -> None:
        """Copy what is shown."""
        answer = self._texts.get(self._form)
        if answer is not None and answer.text:
            self.post_message(CopyRequested(answer.text))

    def action_copy_path(self) -> None:
        """Copy where the files of the report lie."""
        if self._folder:
            self.post_message(CopyRequested(f"{self._folder}/{self._file}"))

    def action_reload(self) -> None:
        """Read it again."""
        self._asked.discard(self._form)
        self.ask_draw()

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()
