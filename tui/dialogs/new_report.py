"""Owns the question which report is to be made now."""

from __future__ import annotations

from textual.app import ComposeResult

from tui.dialog import Dialog
from tui.report_messages import ReportKept, ReportWished
from tui.widgets.menu import Menu, Option

OPTIONS = (
    Option("daily", "daily", "health and trouble of the last 24 hours"),
    Option("weekly", "weekly", "performance and security of the last 7 days"),
    Option("monthly", "monthly", "targets, uptime, maintenance of the last 30 days"),
    Option("quarterly", "quarterly", "trends and capacity of the last 91 days"),
    Option("window", "window", "all of the last window, also of one that is open"),
)


class NewReportDialog(Dialog):
    """Asks which report; the agent makes and keeps it."""

    HEADING = "Make a report"

    def __init__(self) -> None:
        """Have made none yet."""
        super().__init__()
        self.file = ""
        """The report that was made; empty until then."""

    def compose_body(self) -> ComposeResult:
        yield Menu(OPTIONS, "daily")

    def promise(self) -> str:
        """Return which one is made."""
        return f"make the report: {self.query_one(Menu).value}"

    def accept(self) -> None:
        """Have it made; the dialog stays until it is."""
        self._sent = True
        self.post_message(ReportWished(self, self.query_one(Menu).value))
        self.say()

    def on_report_kept(self, answer: ReportKept) -> None:
        """Be gone when it is kept, or say why it is not."""
        self._sent = False
        if answer.problem:
            self.complain(answer.problem)
        else:
            self.file = answer.file
            self.finish("made")
