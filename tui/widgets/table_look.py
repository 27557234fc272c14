"""Owns what a live table looks like: its style sheet, and the style of each tone on a line."""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style

from tui.cell import Tone

PARTS = frozenset(
    {"title", "sorted", "heading", "rule-line", "cursor", *(str(tone) for tone in Tone)},
)
CSS = """
LiveTable {
    height: 1fr;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-size-vertical: 1;
    color: $foreground;
    background: $background;

    & > .live-table--title { color: $text-muted; }
    & > .live-table--sorted { color: $text-primary; text-style: bold; }
    & > .live-table--heading { color: $text-primary; }
    & > .live-table--rule-line { color: $foreground 25%; }
    & > .live-table--cursor { background: $surface; }
    &:focus > .live-table--cursor { background: $primary 30%; }
    & > .live-table--muted { color: $text-muted; }
    & > .live-table--strong { text-style: bold; }
    & > .live-table--ok { color: $text-success; }
    & > .live-table--warn { color: $text-warning; }
    & > .live-table--crit { color: $text-error; }
    & > .live-table--unknown { color: $text-secondary; }
    & > .live-table--warn-badge { color: $background; background: $warning; text-style: bold; }
    & > .live-table--crit-badge { color: $background; background: $error; text-style: bold; }
    & > .live-table--unknown-badge { color: $background; background: $secondary; text-style: bold; }

    &:ansi > .live-table--muted { text-style: dim; }
    &:ansi > .live-table--title { text-style: dim; }
    &:ansi > .live-table--rule-line { color: $foreground; text-style: dim; }
    &:ansi > .live-table--cursor { text-style: underline; }
    &:ansi:focus > .live-table--cursor { text-style: reverse; }
    &:ansi > .live-table--warn-badge { color: ansi_black; }
    &:ansi > .live-table--crit-badge { color: ansi_black; }
    &:ansi > .live-table--unknown-badge { color: ansi_black; }
    &:nocolor > .live-table--crit-badge { text-style: bold reverse; }
}
"""


class Looks:
    """The styles of a table's parts, computed once for each theme and focus."""

    def __init__(self, style_of: Callable[[str], Style]) -> None:
        """Ask `style_of` for the style of a part by its name."""
        self._style_of = style_of
        self._known: dict[tuple[Tone, bool, bool], Style] = {}

    def forget(self) -> None:
        """Ask anew: another theme, or the focus came or went."""
        self._known.clear()

    def part(self, name: str) -> Style:
        """Return the style of a part."""
        return self._style_of(name)

    def tone(self, tone: Tone, *, cursor: bool, muted: bool) -> Style:
        """Return the style of a tone; the cursor lies under all but badges, and muted means no colour."""
        known = self._known.get((tone, cursor, muted))
        if known is not None:
            return known
        style = self._style_of(Tone.MUTED if muted else tone)
        if cursor and (muted or not tone.is_badge):
            under = self._style_of("cursor")
            style += Style(bgcolor=under.bgcolor, reverse=under.reverse, underline=under.underline)
        self._known[tone, cursor, muted] = style
        return style
