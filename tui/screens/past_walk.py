"""Owns the screen of a walk as it was: steps, decisions and evidence in a table, and all of one beside it."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container

from checks.moments import zone_of
from runbooks.taken import taken
from runbooks.walk import EMPTY, Walk
from tui.cell import Cell
from tui.messages import DetailOpened
from tui.paragraph import prose
from tui.screen import ConsoleScreen
from tui.walk_messages import WalkArrived, WalkRequested
from tui.walks import story
from tui.walks.story import StoryLine
from tui.walks.words import said
from tui.widgets.live_table import LiveTable
from tui.widgets.page import Page
from tui.widgets.table_columns import Column
from tui.widgets.walk_lines import AskedBar


class PastWalkScreen(ConsoleScreen):
    """One walk, open or over, as it was."""

    DETAIL = "past_walk"
    TITLE = "A walk as it was"
    HELP = """\
Every step with what it did, how it ended and whether that was verified; what was decided and written down, by
whom and why; and the evidence. All of what is under the cursor is shown beside the table, or below it.

Enter opens the evidence of the line. tab goes to the text and back."""
    CSS_PATH = "past_walk.tcss"
    BINDINGS = [
        Binding("e", "evidence", "Evidence", id="past.evidence", tooltip="See what this step has left"),
        Binding("w", "walk", "To the walk", id="past.walk", tooltip="Go to where the open walk is"),
        Binding("r", "reload", "Reload", id="past.reload", tooltip="Ask the agent for the walk again"),
        Binding("escape", "back", "Back", id="past.back", tooltip="Back to where you came from"),
    ]

    def __init__(self, walk: str) -> None:
        """Show the walk of that id."""
        super().__init__()
        self._walk_id = walk
        self._walk = EMPTY
        self._problem = ""
        self._asked = False

    def compose_body(self) -> ComposeResult:
        yield AskedBar()
        with Container(id="story"):
            yield LiveTable[StoryLine](
                Column("when", "AT", self._when, width=8, drop=1),
                Column("what", "WHAT", story.what, flex=1, least=24),
                Column("came", "", story.came, width=13),
                Column("took", "TOOK", story.took, width=7, right=True, drop=3),
                Column("by", "BY", story.by, most=12, drop=2),
                id="lines",
            )
            yield Page(id="told")

    def draw(self) -> None:
        """Show the walk as it stands."""
        opened = self.walks.get(self._walk_id)
        if opened is not None:
            self._walk = opened.walk
        elif not self._asked and not self.detached:
            self._asked = True
            self.post_message(WalkRequested(self, self._walk_id))
        walk: Walk = self._walk
        if not walk.id:
            text = said(self._problem) or "waiting for the agent"
            self.query_one(Page).show((prose(text),))
            return
        where = zone_of(self.system.timezone)
        self.query_one(AskedBar).show(story.head(walk, self.now, where), self.size.width)
        self._table.show(story.rows(walk))
        self._tell()

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#lines", LiveTable)

    @property
    def _line(self) -> StoryLine | None:
        return self._table.selected.value if self._table.selected else None

    def _when(self, line: StoryLine) -> Cell:
        return story.when(line, zone_of(self.system.timezone))

    def _tell(self) -> None:
        line = self._line
        if line is not None:
            self.query_one(Page).show(story.told(line, zone_of(self.system.timezone)))

    @on(LiveTable.Chosen)
    def _chosen(self) -> None:
        self.query_one(Page).begin()
        self._tell()
        self.refresh_bindings()

    @on(LiveTable.Opened)
    def _opened(self) -> None:
        self.action_evidence()

    def on_walk_arrived(self, answer: WalkArrived) -> None:
        """Show the walk."""
        self._problem = answer.problem
        if not answer.problem:
            self._walk = answer.walk
        self.ask_draw()

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out the keys that lead nowhere."""
        if action == "walk":
            return self._walk_id in self.walks and not self._walk.over
        if action == "evidence" and self.is_mounted:
            line = self._line
            return line is not None and line.state is not None and bool(line.state.evidence)
        return True

    def action_evidence(self) -> None:
        """Show what the step has left, the file under the cursor first."""
        line = self._line
        if line is None or line.state is None or not line.state.evidence:
            return
        files = line.state.evidence
        if line.evidence is not None:
            files = (line.evidence, *(each for each in files if each != line.evidence))
        self.post_message(
            DetailOpened(
                "evidence", (self._walk_id, line.state.id, line.state.attempt, files, taken(line.state))
            )
        )

    def action_walk(self) -> None:
        """Go to the open walk."""
        self.post_message(DetailOpened("walk", (self._walk_id,)))

    def action_reload(self) -> None:
        """Ask for the walk again."""
        self._asked = False
        self.ask_draw()

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()
