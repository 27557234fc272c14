"""Owns the screen of what an attempt left: the text of one file after another, made safe to be shown."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.binding import Binding

from checks.moments import named, zone_of
from runbooks.step_events import Evidence
from runbooks.taken import Taken, by_words, size_words
from tui.cell import Cell, Piece, Tone
from tui.format import age
from tui.messages import CopyRequested
from tui.paragraph import BREAK, Paragraph, fact, prose
from tui.screen import ConsoleScreen
from tui.walk_messages import EvidenceArrived, EvidenceRequested
from tui.walks.words import DOT, lines_of, said, who
from tui.widgets.page import Page
from tui.widgets.walk_lines import TitleLine

WHILE_IT_RUNS = ("out", "errors")
"""What a program leaves that has not ended, and of which the journal does not tell yet."""
NOT_TAKEN = Taken()


class EvidenceScreen(ConsoleScreen):
    """The files of one attempt."""

    DETAIL = "evidence"
    TITLE = "Evidence"
    HELP = """\
What an attempt has left, as it was written: secrets are masked, and what a terminal would act upon is shown
instead of done. Above stands when it was taken, by whom, how much came and its hash: the journal holds the
hash of every byte that came, also of those that are not kept.

[ and ] go to the other files of the attempt."""
    AUTO_FOCUS = "#text"
    DEFAULT_CSS = "EvidenceScreen #text { padding: 0 0 0 1; }"
    BINDINGS = [
        Binding("right_square_bracket", "file(1)", "Next file", id="evidence.next", tooltip="The next file"),
        Binding(
            "left_square_bracket",
            "file(-1)",
            "File before",
            id="evidence.previous",
            show=False,
            tooltip="The file before",
        ),
        Binding("r", "reload", "Reload", id="evidence.reload", tooltip="Read it again"),
        Binding("y", "copy", "Copy", id="evidence.copy", tooltip="Copy the text to the clipboard"),
        Binding("escape", "back", "Back", id="evidence.back", tooltip="Back to the walk"),
    ]

    def __init__(
        self, walk: str, step: str, attempt: int, files: tuple[Evidence, ...], found: Taken = NOT_TAKEN
    ) -> None:
        """Show the files of this attempt; when none is known yet, those that a program writes."""
        super().__init__()
        self._walk, self._step, self._attempt = walk, step, attempt
        self._files = files or tuple(Evidence(name, "", 0) for name in WHILE_IT_RUNS)
        self._found = found
        self._place = 0
        self._texts: dict[str, EvidenceArrived] = {}
        self._asked: set[str] = set()

    def compose_body(self) -> ComposeResult:
        yield TitleLine(id="file")
        yield Page(id="text")

    @property
    def _file(self) -> Evidence:
        return self._files[self._place]

    def draw(self) -> None:
        """Show the file."""
        file = self._file
        if file.name not in self._asked and not self.detached:
            self._asked.add(file.name)
            self.post_message(EvidenceRequested(self, self._walk, self._step, self._attempt, file.name))
        name = f"{said(self._step)}{DOT}attempt {self._attempt}{DOT}{said(file.name)}"
        self.query_one(TitleLine).show(name, self._right(file), focused=True)
        self.query_one(Page).show((*self._about(file), BREAK, *self._says(file)))

    def _about(self, file: Evidence) -> Iterator[Paragraph]:
        """Yield when it was taken, by whom, how much it is and its hash, as far as that is recorded."""
        found = self._found
        if found.at:
            at = named(found.at, self.now, zone_of(self.system.timezone))
            by = by_words(found, who(found.by))
            yield fact("taken", f"{at}, {age(self.now - found.at)} old, {by}", Tone.MUTED)
        else:
            yield fact("taken", "not recorded yet; it may still be written", Tone.WARN)
        if file.sha256:
            yield fact("size", size_words(file), Tone.WARN if file.truncated else Tone.MUTED)
            yield fact("sha256", said(file.sha256), Tone.MUTED)

    def _says(self, file: Evidence) -> Iterator[Paragraph]:
        answer = self._texts.get(file.name)
        if answer is None:
            yield prose("waiting for the agent" if not self.detached else "no agent answers", Tone.MUTED)
        elif answer.problem or not answer.text:
            yield prose(said(answer.problem) or "it is empty", Tone.MUTED)
        else:
            yield from (prose(line) for line in lines_of(answer.text))

    def _right(self, file: Evidence) -> Cell:
        words = f" {self._place + 1} of {len(self._files)} " if len(self._files) > 1 else ""
        pieces = [Piece(words, Tone.MUTED)] if words else []
        if file.truncated:
            pieces.append(Piece(" middle left out ", Tone.WARN))
        return tuple(pieces)

    def on_evidence_arrived(self, answer: EvidenceArrived) -> None:
        """Show what came."""
        self._texts[answer.name] = answer
        self.ask_draw()

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Leave out the way to other files where there is one only."""
        return len(self._files) > 1 if action == "file" else True

    def action_file(self, by: int) -> None:
        """Go to another file; after the last comes the first."""
        self._place = (self._place + by) % len(self._files)
        self.query_one(Page).begin()
        self.ask_draw()

    def action_reload(self) -> None:
        """Read the file again."""
        self._asked.discard(self._file.name)
        self.ask_draw()

    def action_copy(self) -> None:
        """Copy the text."""
        answer = self._texts.get(self._file.name)
        if answer is not None and answer.text:
            self.post_message(CopyRequested(answer.text))

    def action_back(self) -> None:
        """Go back."""
        self.dismiss()
