"""Owns the dialogs about the window: open one, extend it, close it early, and the offer to extend it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Static

from checks.moments import named
from checks.units import show
from runbooks.reasons import FULL_REASON, REASON, to_type
from runbooks.windows.behind import crossed, crossing_words, waiting
from runbooks.windows.ruling import early_time
from runbooks.windows.state import SHORTEST, WindowsNow
from tui.cell import Piece, Tone
from tui.paragraph import Paragraph, fact, prose
from tui.walk_dialog import READ
from tui.walks.words import said, span
from tui.widgets.field import Field, Labelled
from tui.widgets.menu import Menu, Option
from tui.widgets.page import Page
from tui.window_dialog import WindowDialog, seconds_of
from tui.windows.facts import Told, opened_by, planned_words

NEXT = "(tab: next)"
HALF_AN_HOUR = 1800.0
ROUNDING = 0.5
"""Seconds; lengths are typed as whole ones."""


class TimedDialog(WindowDialog):
    """Asks for a length and a reason, and says until when that would be."""

    DEFAULT_CSS = """
    TimedDialog {
        & Labelled { margin-bottom: 0; }
        & #until { color: $text-muted; margin-bottom: 1; }
        & #until.-wrong { color: $text-warning; }
        & #mind { color: $text-warning; }
    }
    """

    LASTS = ""

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield from self.before()
        yield Labelled("for", Field(self.lasts(), id="lasts"))
        yield Labelled("reason", Field(id="reason"))
        yield Static(id="until", markup=False)
        yield Static(id="mind", markup=False)

    def before(self) -> ComposeResult:
        """Yield what is asked before the length."""
        yield from ()

    def lasts(self) -> str:
        """Return the length that stands there to begin with."""
        return self.LASTS

    def on_mount(self) -> None:
        """Say what it is about."""
        self.query_one(Page).show(tuple(self.facts()))
        self.followed()

    def facts(self) -> Iterator[Paragraph]:
        """Yield what is said above."""
        yield from ()

    def begins(self) -> float:
        """Return from when the length counts, UTC seconds."""
        return self.now

    @on(Field.Changed)
    def _hint(self) -> None:
        self.followed()

    def followed(self) -> None:
        """Say when it would close."""
        seconds, wrong = seconds_of(self.value("lasts"))
        hint = self.query_one("#until", Static)
        until = named(self.begins() + seconds, self.now, self.where)
        hint.update(Content(said(wrong) if wrong else self.closes(seconds) or f"closes {until}"))
        hint.set_class(bool(wrong), "-wrong")
        self.query_one("#mind", Static).update(Content("" if wrong else self.mind(seconds)))

    def closes(self, seconds: float) -> str:
        """Return when it closes, where that is not so many seconds after it begins; else nothing."""
        return ""

    def mind(self, seconds: float) -> str:
        """Return what becomes of the windows that are planned to open before it closes; empty for none."""
        name = self.opened()
        if early_time(self.windows.planned, name, seconds, self.now) is not None:
            return ""
        until = self.begins() + seconds
        return "\n".join(
            said(crossing_words(one, name, until, self._tell))
            for one in crossed(self.windows.planned, name, until, self.now)
        )

    def opened(self) -> str:
        """Return the name of the window that is, or will be, open so long."""
        return self.windows.state.name

    def _tell(self, at: float) -> str:
        return named(at, self.now, self.where)

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return self.query_one(f"#{name}", Field).value.strip()

    def missing(self) -> str:
        """Return what is still to be typed."""
        if why := self.barred():
            return why
        _, wrong = seconds_of(self.value("lasts"))
        if wrong:
            return f"say how long, such as 30m or 2h {NEXT}"
        missing = to_type(self.value("reason"), self.least())
        return f"{missing} {NEXT}" if missing else ""

    def least(self) -> int:
        """Return how many characters the reason has at least."""
        return REASON

    def barred(self) -> str:
        """Return why it cannot be done at all as windows stand."""
        return ""


class OpenWindowDialog(TimedDialog):
    """Opens a window now that is not planned now."""

    HEADING = "Open a window"
    LASTS = "1h"

    def before(self) -> ComposeResult:
        """Yield the name: one that is planned, or another."""
        names = [said(one.name) for one in self.windows.planned]
        suggested = SuggestFromList(names) if names else None
        yield Labelled("name", Field(names[0] if names else "", id="name", suggester=suggested))

    def lasts(self) -> str:
        """Return as long as the next window is planned."""
        for one in self.windows.planned[:1]:
            if one.end > one.start:
                return f"{(one.end - one.start) / 60:.0f}m"
        return self.LASTS

    def facts(self) -> Iterator[Paragraph]:
        """Yield which windows are planned; any other name will do as well."""
        told = Told(self.windows, self.now, self.where)
        yield prose("Changing steps may be started from now on until it closes; why, stands in the journal.")
        yield prose("The name is that of a planned window, or any other.", Tone.MUTED)
        for one in self.windows.planned[:3]:
            yield fact("plan", planned_words(one, told))

    def closes(self, seconds: float) -> str:
        """Return that it is the planned time which comes shortly, and closes as that is planned to."""
        one = early_time(self.windows.planned, self.value("name"), seconds, self.now)
        if one is None:
            return ""
        start, end = (named(at, self.now, self.where) for at in (one.start, one.end))
        return f"it is the {said(one.name)} planned for {start}, and closes {end} as planned"

    def opened(self) -> str:
        """Return the name that is typed."""
        return self.value("name") or "it"

    def barred(self) -> str:
        """Return that one is open by now."""
        state = self.windows.state
        return f"{said(state.name)} is open already" if state.is_open(self.now) else ""

    def missing(self) -> str:
        """Return what is still to be typed, the name first."""
        return super().missing() if self.barred() or self.value("name") else f"type a name {NEXT}"

    def promise(self) -> str:
        """Return what will be open."""
        return f"open {said(self.value('name'))} now"

    def accept(self) -> None:
        """Open it."""
        seconds, _ = seconds_of(self.value("lasts"))
        self.wish("open", self.value("reason"), name=self.value("name"), lasts=seconds)


class ExtendWindowDialog(TimedDialog):
    """Has the open window close later."""

    HEADING = "Extend the window"
    LASTS = "30m"

    def facts(self) -> Iterator[Paragraph]:
        """Yield how the window stands, and what runs in it."""
        state = self.windows.state
        yield prose(f"{said(state.name)} closes {named(state.until, self.now, self.where)}.")
        if self.windows.latest:
            latest = named(self.windows.latest, self.now, self.where)
            left = f", by {span(self._left)} more" if self._left >= SHORTEST else ", which it is by now"
            yield fact("bound", f"it may be extended until {latest}{left}")
        yield from _walks(self.windows, self.now)

    @property
    def _left(self) -> float:
        """Return by how many seconds more it may be extended."""
        bound = self.windows.latest or math.inf
        return bound - self.windows.state.until

    @property
    def _beyond(self) -> bool:
        """Return whether what is typed is more than that."""
        seconds, wrong = seconds_of(self.value("lasts"))
        return not wrong and seconds > self._left + ROUNDING

    def lasts(self) -> str:
        """Return half an hour, or what is left of what it may be extended by."""
        return f"{self._left // 60:.0f}m" if SHORTEST <= self._left < HALF_AN_HOUR else self.LASTS

    def begins(self) -> float:
        """Return when it closes as it stands."""
        return self.windows.state.until

    def closes(self, seconds: float) -> str:
        """Return that it would be extended further than it may be; nothing where it would not."""
        if not self._beyond:
            return ""
        until = named(self.begins() + seconds, self.now, self.where)
        return f"closes {until}, later than it may: a full reason sets that aside"

    def least(self) -> int:
        """Return how many characters the reason has: more where the bound is set aside."""
        return FULL_REASON if self._beyond else REASON

    def followed(self) -> None:
        """Say when it would close, and until when it may be extended."""
        self.query_one("#what", Page).show(tuple(self.facts()))
        super().followed()

    def barred(self) -> str:
        """Return that none is open any more."""
        return "" if self.windows.state.is_open(self.now) else "no window is open by now"

    def promise(self) -> str:
        """Return by how much."""
        seconds, _ = seconds_of(self.value("lasts"))
        bound = "set the bound aside, and " if self._beyond else ""
        return f"{bound}extend {said(self.windows.state.name)} by {show(seconds, 's')}"

    def accept(self) -> None:
        """Extend it."""
        seconds, _ = seconds_of(self.value("lasts"))
        self.wish("extend", self.value("reason"), lasts=seconds, beyond=self._beyond)


class CloseWindowDialog(WindowDialog):
    """Closes the open window before its time."""

    HEADING = "Close the window early"

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled("reason", Field(id="reason"))

    def on_mount(self) -> None:
        """Say what that means."""
        self.set_class(True, "-danger")
        self.followed()

    def followed(self) -> None:
        """Say what it means as things stand: which walks stay open without a window, first of all."""
        state, walks = self.windows.state, self.windows.walks
        waits = waiting(self.windows.planned, state, self.now)
        until = named(state.until, self.now, self.where)
        lines = [
            prose(f"{said(state.name)}, opened {opened_by(state)}, would close {until}."),
            prose(
                "What runs goes on, and changes may be started in the next window."
                if waits
                else "What runs goes on; the next step that changes something is not started."
            ),
            prose(f"{self._after()} Everything is looked at again."),
        ]
        if walks:
            many = "A WALK IS OPEN and stays" if len(walks) == 1 else f"{len(walks)} WALKS ARE OPEN and stay"
            text = f" {many} so, {'in another window' if waits else 'with no window for the next change'} "
            lines.insert(0, Paragraph((Piece(text, Tone.WARN_BADGE),)))
            lines[1:1] = _walks(self.windows, self.now)
        self.query_one(Page).show((*lines, *(() if walks else _walks(self.windows, self.now))))

    def _after(self) -> str:
        """Return which window is open next, once it is closed."""
        state, planned = self.windows.state, self.windows.planned
        if waits := waiting(planned, state, self.now):
            one = max(waits, key=lambda each: each.end)
            until = named(one.end, self.now, self.where)
            return f"{said(one.name)}, which is planned now and waits for that, then opens until {until}."
        if any(one.name == state.name for one in planned):
            return f"{said(state.name)} is not opened again by its plan before its next time."
        coming = next((one for one in planned if one.start > self.now), None)
        if coming is None:
            return "No window opens by a plan after it."
        return f"The next window is {said(coming.name)}, {named(coming.start, self.now, self.where)}."

    def missing(self) -> str:
        """Return that a reason is still to be typed; over open walks a longer one, once they were read."""
        if not self.windows.state.is_open(self.now):
            return "no window is open by now"
        if self.windows.walks and not self.query_one(Page).end_seen:
            return READ
        least = FULL_REASON if self.windows.walks else REASON
        return to_type(self.query_one(Field).value, least)

    def promise(self) -> str:
        """Return what will be closed."""
        walks = self.windows.walks
        left = f", with {len(walks)} walk{'s' if len(walks) > 1 else ''} left open" if walks else ""
        return f"close {said(self.windows.state.name)} now{left}"

    def accept(self) -> None:
        """Close it over exactly the walks that are shown."""
        walks = tuple(walk.id for walk in self.windows.walks)
        self.wish("close", self.query_one(Field).value.strip(), walks=walks)


class OfferDialog(WindowDialog):
    """Says that the window closes soon, and offers to extend it. Leaving it is what enter does."""

    HEADING = "The window closes soon"

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        options = (
            Option("leave", "leave it", "it closes when it is to; this is not asked again"),
            Option("extend", "extend it", "asks for how long, and why"),
        )
        yield Menu(options, "leave")

    def on_mount(self) -> None:
        """Say when, and what runs in it."""
        self._until = self.windows.state.until
        self.followed()

    def followed(self) -> None:
        """Say what is left; be gone when somebody else has extended or closed it."""
        state = self.windows.state
        if not state.is_open(self.now) or state.until != self._until:
            self.finish("")
            return
        left, until = span(state.until - self.now), named(state.until, self.now, self.where)
        head = prose(f"{said(state.name)} closes {until}, in {left}.")
        self.query_one(Page).show((head, *_walks(self.windows, self.now)))

    def promise(self) -> str:
        """Return what is chosen."""
        chosen = self.query_one(Menu).value
        return {"leave": "leave it as it is", "extend": "extend it: asks once more"}.get(chosen, "")

    def accept(self) -> None:
        """Do what is chosen."""
        self.dismiss(self.query_one(Menu).value if self.query_one(Menu).value == "extend" else "")


def _walks(windows: WindowsNow, now: float) -> Iterator[Paragraph]:
    """Yield the walks that are open, each with its last safe point."""
    for walk in windows.walks:
        safe = walk.safe_until
        words = f", last safe point {'passed ' if now > safe else ''}{span(abs(safe - now))}" if safe else ""
        ago = " ago" if now > safe else " from now"
        yield fact("walk", f"{said(walk.title or walk.runbook)}{words}{ago if safe else ''}", Tone.WARN)
    if not windows.walks:
        yield fact("walks", "none is open", Tone.MUTED)
