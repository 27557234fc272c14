"""Owns the dialogs in which a walk is handed over, kept after all, and taken by whoever it was handed to."""

from __future__ import annotations

from textual.app import ComposeResult

from runbooks.decisions import HandOver, TakeBack, TakeOver
from runbooks.handing import lines_of, state_of_things
from tui.cell import Tone
from tui.paragraph import BREAK, Paragraph, fact, prose
from tui.walk_dialog import WalkDialog
from tui.walks.open_walk import OpenWalk
from tui.walks.words import said, short_who
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page

TEXTS = (("done", "was done"), ("deviated", "deviated"), ("left", "is left"), ("watch", "to watch"))
"""The four texts, and the words before their fields."""


class HandOverDialog(WalkDialog):
    """Asks to whom, and how things stand; filled in with what the journal knows."""

    def __init__(self, opened: OpenWalk) -> None:
        """Ask about the walk as it stands."""
        super().__init__(opened, "Hand over")
        self._known = state_of_things(opened.walk)

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled("to", Field(id="to", placeholder="a user's name; empty: whoever takes it"))
        for name, label in TEXTS:
            yield Labelled(f"{label:<9}", Field(said(getattr(self._known, name)), id=name))

    def on_mount(self) -> None:
        """Say what will happen."""
        words = (
            "You decide until somebody takes it; what you write stands in the journal and in every report."
        )
        self.query_one(Page).show((prose(words, Tone.MUTED),))

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Field).value.strip()

    def lacking(self) -> str:
        """Return that nothing is said of how things stand."""
        return "" if self._text("done") or self._text("left") else "say what was done or what is left"

    def promise(self) -> str:
        """Return to whom it is passed on."""
        return f"hand it over to {said(self._text('to')) or 'whoever takes it'}"

    def accept(self) -> None:
        """Pass it on."""
        done, deviated, left, watch = (self._text(name) for name, _ in TEXTS)
        self.decide_so(HandOver(self._text("to"), done=done, deviated=deviated, left=left, watch=watch))


class KeepDialog(WalkDialog):
    """Asks whether a walk that was handed over is kept after all."""

    def __init__(self, opened: OpenWalk) -> None:
        """Ask about the walk as it stands."""
        super().__init__(opened, "Keep the walk")

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")

    def on_mount(self) -> None:
        """Say to whom it was handed over."""
        self.query_one(Page).show(_paragraphs(self.opened))

    def lacking(self) -> str:
        """Return that it is not handed over any more."""
        return "" if self.opened.walk.offer is not None else "it is not handed over"

    def promise(self) -> str:
        """Return that it is kept."""
        return "keep it; nobody can take it without a reason"

    def accept(self) -> None:
        """Keep it."""
        self.decide_so(TakeBack())


class TakeDialog(WalkDialog):
    """Shows how things stand to the one who takes the walk; he needs no reason."""

    def __init__(self, opened: OpenWalk) -> None:
        """Ask about the walk as it stands."""
        super().__init__(opened, "Take the walk")

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")

    def on_mount(self) -> None:
        """Show how things stand."""
        self.query_one(Page).show(_paragraphs(self.opened))

    def follow(self, opened: OpenWalk) -> None:
        """Learn how the walk stands; it can be taken as long as it is handed over."""
        self.opened = opened
        offer = opened.walk.offer
        stands = offer is not None and offer.is_for(opened.standpoint.me) and not opened.walk.over
        self._late = "" if stands else "it is not handed over any more"
        self.say()

    def lacking(self) -> str:
        """Return that it must be read to its end."""
        return "" if self.query_one(Page).end_seen else "read it to its end: down, page down"

    def promise(self) -> str:
        """Return that it is taken."""
        return "take the walk; from here on you decide"

    def accept(self) -> None:
        """Take it."""
        self.decide_so(TakeOver(holder=self.opened.walk.holder))


def _paragraphs(opened: OpenWalk) -> tuple[Paragraph, ...]:
    offer = opened.walk.offer
    if offer is None:
        return (prose("It is not handed over."),)
    to = said(offer.things.to) or "whoever takes it"
    lines = [prose(f"{short_who(offer.by)} hands it over to {to}:"), BREAK]
    lines += [fact(label, said(text)) for label, text in lines_of(offer.things)]
    return tuple(lines)


def hand_over(opened: OpenWalk) -> WalkDialog:
    """Return the dialog of the key: to hand the walk over, or to keep one that was."""
    return KeepDialog(opened) if opened.walk.offer is not None else HandOverDialog(opened)
