"""Owns a line in which something is typed, with a word before it; one sort takes no paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui.patience import too_fast


class Field(Input):
    """One line of text."""

    DEFAULT_CSS = """
    Field {
        width: 1fr;
        height: 1;
        border: none;
        padding: 0;
        background: $panel;
        &:focus { border: none; background: $primary 20%; }
        &:ansi { background: ansi_default; text-style: underline; }
    }
    """

    @dataclass
    class KeyPressed(Message):
        """Something was typed, and when."""

        at: float

    def __init__(self, value: str = "", *, secret: bool = False, **options: Any) -> None:
        """Hold what is there to begin with."""
        super().__init__(value, password=secret, select_on_focus=False, compact=True, **options)
        self.cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """Say that there was a key, also one that ends here."""
        self.post_message(self.KeyPressed(event.time))


class TypedField(Field):
    """A line that must be typed letter by letter: what is pasted, or comes as fast as that, is refused."""

    @dataclass
    class Refused(Message):
        """Something was pasted."""

    def __init__(self, **options: Any) -> None:
        """Know of no key yet."""
        super().__init__(**options)
        self._times: list[float] = []

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.post_message(self.Refused())

    def action_paste(self) -> None:
        """Refuse the console's own clipboard, too."""
        self.post_message(self.Refused())

    def on_key(self, event: events.Key) -> None:
        """Remember when each letter came."""
        if event.is_printable:
            self._times.append(event.time)

    def typed(self) -> str:
        """Return what was typed; nothing, and it is cleared, when it came too fast for hands."""
        times, count = self._times[-max(1, len(self.value)) :], len(self.value)
        if times and too_fast(times[0], times[-1], count):
            self.value = ""
            self._times.clear()
            self.post_message(self.Refused())
            return ""
        return self.value


class Labelled(Horizontal):
    """A field with the word before it that says what it is for."""

    DEFAULT_CSS = """
    Labelled {
        height: 1;
        & > Static { width: auto; max-width: 50%; padding: 0 1 0 0; color: $text-muted; }
    }
    """

    def __init__(self, label: str, field: Field, **options: Any) -> None:
        """Hold both."""
        super().__init__(**options)
        self._label = label
        self.field = field

    def compose(self) -> ComposeResult:
        yield Static(Content(self._label))
        yield self.field
