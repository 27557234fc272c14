"""Owns a page of paragraphs that is read by scrolling, and knows whether its end was seen.

It works on Textual's line API: text goes to the terminal as it is, never through markup, and of new text only
the lines that differ are painted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.cell import Cell, text_of
from tui.lines import BLANK
from tui.paragraph import Paragraph, laid_out
from tui.toned import Tones, tone_css, tone_parts


def _key(keys: str, action: str, name: str, said: str) -> Binding:
    return Binding(keys, action, said, id=f"page.{name}", show=False, tooltip=said)


class Page(ScrollView, can_focus=True):
    """Paragraphs, wrapped to its width."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES = tone_parts("page")
    DEFAULT_CSS = f"""
    Page {{
        min-height: 1;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-horizontal: 0;
        scrollbar-size-vertical: 1;
        {tone_css("page")}
    }}
    """
    BINDINGS = [
        _key("j,down", "move(1)", "down", "One line down"),
        _key("k,up", "move(-1)", "up", "One line up"),
        _key("pagedown,ctrl+f,space", "page(1)", "page-down", "A page down"),
        _key("pageup,ctrl+b", "page(-1)", "page-up", "A page up"),
        _key("g,home", "edge(False)", "first", "To the beginning"),
        _key("G,end", "edge(True)", "last", "To the end"),
    ]

    @dataclass
    class EndSeen(Message):
        """All of the text was on the screen at one time or another."""

        page: Page

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        """Show nothing yet."""
        super().__init__(id=id)
        self._paragraphs: tuple[Paragraph, ...] = ()
        self._rows: tuple[Cell, ...] = ()
        self._width = 0
        self._tones = Tones(self, "page")
        self._end_seen = False

    def show(self, paragraphs: tuple[Paragraph, ...]) -> None:
        """Show this text; where one reads stays where it is, as far as there is text."""
        if paragraphs == self._paragraphs:
            return
        self._paragraphs = paragraphs
        self._end_seen = False
        self._lay_out()

    def begin(self) -> None:
        """Go to the first line."""
        self.scroll_to(y=0, animate=False, immediate=True)

    @property
    def end_seen(self) -> bool:
        """Return whether the last line of this text was on the screen."""
        return self._end_seen

    @property
    def text(self) -> str:
        """Return all of it as plain text, wrapped, for tests and for the clipboard."""
        return "\n".join(text_of(row).rstrip() for row in self._rows)

    @property
    def _room(self) -> int:
        """Return the cells beside the scrollbar."""
        return self.scrollable_content_region.width

    def _lay_out(self) -> None:
        width = self._room
        if not width:
            return
        before, self._rows, self._width = self._rows, laid_out(self._paragraphs, width), width
        size = Size(width, len(self._rows))
        if size != self.virtual_size:
            self.virtual_size = size
            height = self.styles.height
            self.refresh(layout=height is not None and height.is_auto)
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        for y, (old, new) in enumerate(zip_longest(before, self._rows, fillvalue=BLANK)):
            if top <= y < bottom and old != new:
                self.refresh(Region(0, y - top, width, 1))
        self.call_after_refresh(self._look_at_end)

    def _look_at_end(self) -> None:
        """Note when the last line is on the screen, whatever the page's own idea of its height is."""
        seen = self.screen.find_widget(self).visible_region.height if self.is_on_screen else 0
        if not self._end_seen and seen and self._rows and self.scroll_offset.y + seen >= len(self._rows):
            self._end_seen = True
            self.post_message(self.EndSeen(self))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Paint what comes into sight."""
        super().watch_scroll_y(old_value, new_value)
        self._look_at_end()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap to the new width."""
        if self._room != self._width:
            self._rows = ()
            self._lay_out()
        else:
            self.call_after_refresh(self._look_at_end)

    def render_line(self, y: int) -> Strip:
        """Return one line of what is visible."""
        width, index = self.size.width, y + self.scroll_offset.y
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        return self._tones.strip(self._rows[index], width)

    def notify_style_update(self) -> None:
        """Forget the colours of the theme before."""
        super().notify_style_update()
        self._tones.forget()

    def action_move(self, lines: int) -> None:
        """Scroll by so many lines."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True)

    def action_page(self, pages: int) -> None:
        """Scroll by pages, of which one line stays in sight."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_edge(self, last: bool) -> None:
        """Go to the first or the last line."""
        self.scroll_to(y=len(self._rows) if last else 0, animate=False, immediate=True)
