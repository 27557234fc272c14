"""Owns the question what comes next after a step has failed: again, without it, back, or no further."""

from __future__ import annotations

from textual.app import ComposeResult

from runbooks.decisions import Retry, VerifyAgain
from runbooks.walk import Stage, Status, to_undo
from tui.cell import Piece, Tone
from tui.paragraph import Paragraph, fact, prose
from tui.walk_dialog import WalkDialog
from tui.walks.step import joined
from tui.walks.words import lines_of, said, status_word
from tui.widgets.menu import Menu, Option
from tui.widgets.page import Page

APPLIED = {
    "none": "nothing took effect",
    "partial": "part of it may have taken effect",
    "full": "all of it took effect",
}

PROMISES = {
    "retry": "try again",
    "verify": "verify again",
    "skip": "skip it: asks why",
    "back": "roll back: shows what that means",
    "stop": "stop: asks why",
}


class FailureDialog(WalkDialog):
    """Shows how a step failed and asks what comes next."""

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Menu(self._options())

    def _options(self) -> tuple[Option, ...]:
        walk = self.opened.walk
        plan = walk.plan.step(self.state.id)
        again = "it is shown and confirmed anew" if plan.changes else "a new attempt"
        options = [Option("retry", "try again", again)]
        if plan.verify and self.state.status is not Status.NOT_APPLIED:
            options.append(Option("verify", "verify again", "look once more whether it is as it should be"))
        options.append(Option("skip", "skip", "let it pass, with a reason"))
        if walk.stage is Stage.FORWARD:
            undo, _ = to_undo(walk)
            options.append(Option("back", "roll back", f"{len(undo)} to undo; shows them first"))
        options.append(Option("stop", "stop", "the walk ends here, with a reason"))
        return tuple(options)

    def on_mount(self) -> None:
        """Say how it failed."""
        self.query_one(Page).show(joined([self._facts(), self._words()]))

    def _facts(self) -> list[Paragraph]:
        state, outcome = self.state, self.state.outcome
        unverified = state.status is Status.SUCCEEDED
        why = state.verdict if unverified or not outcome.summary else outcome.summary
        lines = [Paragraph((Piece(f"{status_word(state)}: ", Tone.CRIT), Piece(said(why))), hang=2)]
        if outcome.error_class:
            lines.append(fact("class", said(outcome.error_class)))
        if state.status is Status.FAILED and state.resolution is None:
            lines.append(fact("effect", APPLIED[outcome.applied.value]))
        if state.earlier:
            lines.append(fact("before", f"attempts that did not succeed: {len(state.earlier)}"))
        return lines

    def _words(self) -> list[Paragraph]:
        detail = self.state.outcome.detail or self.opened.live.output
        return [prose(line, Tone.MUTED) for line in lines_of(detail)]

    def statuses(self) -> tuple[Status, ...]:
        """Return that it must not have succeeded meanwhile."""
        return (Status.FAILED, Status.NOT_APPLIED, Status.SUCCEEDED)

    def lacking(self) -> str:
        """Return that nothing is chosen."""
        return "" if self.query_one(Menu).value else "choose: by number, or up and down"

    def promise(self) -> str:
        """Return what is chosen."""
        return PROMISES.get(self.query_one(Menu).value, "")

    def accept(self) -> None:
        """Do it, or say what is to be asked next."""
        match chosen := self.query_one(Menu).value:
            case "retry":
                self.decide_so(Retry(self.state.id))
            case "verify":
                self.decide_so(VerifyAgain(self.state.id))
            case _:
                self.dismiss(chosen)
