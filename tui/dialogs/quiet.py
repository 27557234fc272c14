"""Owns the dialogs by which checks are acknowledged and silenced, and by which that is taken back."""

from __future__ import annotations

from textual.app import ComposeResult

from checks.text import clean
from checks.units import read
from runbooks.reasons import to_type
from tui.dialog import Dialog
from tui.paragraph import prose
from tui.quiet_messages import (
    AcknowledgeWanted,
    LiftWanted,
    QuietDone,
    QuietWish,
    SilenceWanted,
    WithdrawWanted,
)
from tui.widgets.field import Field, Labelled
from tui.widgets.page import Page

USUAL = "2h"
"""How long something is silenced when nobody says otherwise."""


class QuietDialog(Dialog):
    """Asks the agent for something about what people are told; stays until that is done."""

    TEXT = ""
    WORD = "reason"
    """What the field is called in which the reason is typed."""

    def __init__(self, heading: str, name: str) -> None:
        """Ask about what is called so."""
        super().__init__(clean(f"{heading} {name}"))
        self._what_of = name

    def compose_body(self) -> ComposeResult:
        yield Page(id="what")
        yield Labelled(self.WORD, Field(id="reason"))

    def on_mount(self) -> None:
        """Say what it comes to."""
        self.query_one(Page).show(tuple(prose(line) for line in self.TEXT.splitlines()))

    @property
    def reason(self) -> str:
        """Return what was typed as the reason."""
        return self.query_one("#reason", Field).value.strip()

    def missing(self) -> str:
        """Return that the reason is too short."""
        return to_type(self.reason, what=f"type a {self.WORD}")

    def wish(self) -> QuietWish:
        """Return what the agent is asked for."""
        raise NotImplementedError

    def accept(self) -> None:
        """Ask for it."""
        self._sent = True
        self.post_message(self.wish())
        self.say()

    def on_quiet_done(self, answer: QuietDone) -> None:
        """Be gone when it was done, or say why it was not."""
        self._sent = False
        if answer.problem:
            self.complain(answer.problem)
        else:
            self.finish("")


class TimedDialog(QuietDialog):
    """One that also asks for how long."""

    USUALLY = ""
    LENGTH = "for how long"

    def compose_body(self) -> ComposeResult:
        yield from super().compose_body()
        yield Labelled(self.LENGTH, Field(self.USUALLY, id="lasts"))

    @property
    def lasts(self) -> float | None:
        """Return for how many seconds; 0 when nothing is said, None when it is no length."""
        typed = self.query_one("#lasts", Field).value.strip()
        try:
            return read(typed, "s") if typed else 0.0
        except ValueError:
            return None

    def missing(self) -> str:
        """Return that the reason is too short, or the length is none."""
        if missing := super().missing():
            return missing
        return "type a length, such as 2h or 90m" if self.lasts is None else ""


class AcknowledgeDialog(TimedDialog):
    """Asks what is done about a trouble."""

    TEXT = (
        "You see to it. People are not told of it again, only of its end, and nothing is done by itself.\n"
        "It is over when the check is well, or gets worse than it is now."
    )
    WORD = "comment"
    LENGTH = "at most for (empty: until it is well)"

    def __init__(self, check: str) -> None:
        """Ask about this check."""
        super().__init__("Acknowledge", check)

    def promise(self) -> str:
        """Return what will be known."""
        return "acknowledge it"

    def wish(self) -> QuietWish:
        """Return what the agent is asked for."""
        return AcknowledgeWanted(self, self._what_of, self.reason, self.lasts or 0.0)


class SilenceDialog(TimedDialog):
    """Asks why nobody shall be told of a check, and for how long."""

    TEXT = (
        "Nobody is told of this check, and nothing is done by itself. It is probed and shown as ever.\n"
        "It ends by itself; what is bad then is told at once. It is no maintenance: uptime counts it as ever."
    )
    USUALLY = USUAL

    def __init__(self, check: str) -> None:
        """Ask about this check."""
        super().__init__("Silence", check)

    def missing(self) -> str:
        """Return what is not said yet."""
        return super().missing() or ("" if self.lasts else "type a length, such as 2h or 90m")

    def promise(self) -> str:
        """Return what will be so."""
        return "silence it"

    def wish(self) -> QuietWish:
        """Return what the agent is asked for."""
        return SilenceWanted(self, self._what_of, self.lasts or 0.0, self.reason)


class WithdrawDialog(QuietDialog):
    """Asks why nobody sees to a trouble any more."""

    TEXT = "Nobody sees to it any more; if it is still bad, people are told at once."

    def __init__(self, check: str) -> None:
        """Ask about this check."""
        super().__init__("Withdraw the acknowledgement of", check)

    def promise(self) -> str:
        """Return what will be so."""
        return "withdraw it"

    def wish(self) -> QuietWish:
        """Return what the agent is asked for."""
        return WithdrawWanted(self, self._what_of, self.reason)


class LiftDialog(QuietDialog):
    """Asks why a silence is over before its time."""

    TEXT = "People are told again; of what is bad now, at once."

    def __init__(self, silence: str) -> None:
        """Ask about the silence of this name."""
        super().__init__("Lift the silence", silence)

    def promise(self) -> str:
        """Return what will be so."""
        return "lift it"

    def wish(self) -> QuietWish:
        """Return what the agent is asked for."""
        return LiftWanted(self, self._what_of, self.reason)
