"""Owns the help dialog: what a screen is for, and every key that works on it now."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static


class HelpDialog(ModalScreen[None]):
    """Says what the screen below it shows and how to work it."""

    DEFAULT_CSS = """
    HelpDialog {
        align: center middle;
        & > Vertical {
            width: 84;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            background: $surface;
            border: round $primary;
            border-title-color: $text-primary;
            padding: 0 1;
        }
        & VerticalScroll { height: auto; max-height: 100%; }
        & Static { width: 1fr; height: auto; }
        & .help-part { margin-top: 1; }
    }
    """
    BINDINGS = [
        Binding(
            "escape,question_mark,q,enter", "close", "Close", id="help.close", tooltip="Back to the screen"
        ),
    ]

    def __init__(self, title: str, text: str, keys: tuple[tuple[str, str], ...]) -> None:
        """Hold what to say: a text, and each key with what it does, which comes after its first paragraph."""
        super().__init__()
        self._title = title
        self._text = text
        self._keys = keys

    def compose(self) -> ComposeResult:
        with Vertical() as box, VerticalScroll():
            box.border_title = Content(self._title)
            lead, _, more = self._text.strip().partition("\n\n")
            yield Static(Content(_unwrapped(lead)))
            yield Static(_key_table(self._keys), classes="help-part")
            if more:
                yield Static(Content(_unwrapped(more)), classes="help-part")

    def action_close(self) -> None:
        """Go back to the screen."""
        self.dismiss()


def keys_of(screen: Screen[None]) -> tuple[tuple[str, str], ...]:
    """Return every key that works on the screen, with what it does; those of the footer come first."""
    keys: dict[str, list[str]] = {}
    said: dict[str, str] = {}
    bindings = [active.binding for active in screen.active_bindings.values()]
    for binding in sorted(bindings, key=lambda binding: not binding.show):
        if binding.id and not binding.system:
            keys.setdefault(binding.id, []).append(screen.app.get_key_display(binding))
            said[binding.id] = binding.tooltip or binding.description
    return tuple((" ".join(shown), said[name]) for name, shown in keys.items())


def _unwrapped(text: str) -> str:
    """Return the text with only the breaks between paragraphs, so that it wraps to the dialog."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _key_table(keys: tuple[tuple[str, str], ...]) -> Content:
    width = max((len(key) for key, _ in keys), default=0)
    lines = [Content.styled(f"{key:>{width}}  ", "$text-primary bold") + Content(what) for key, what in keys]
    return Content("\n").join(lines)
