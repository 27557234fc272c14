"""Owns the keys of a live table: those that operators' hands know from vi, less and htop."""

from __future__ import annotations

from textual.binding import Binding


def _quiet(keys: str, action: str, name: str, said: str) -> Binding:
    """Return a binding that the footer does not show."""
    return Binding(keys, action, said, id=f"table.{name}", show=False, tooltip=said)


KEYS = (
    Binding("enter", "open", "Open", id="table.open", tooltip="Open the row under the cursor"),
    Binding(
        "s", "next_sort", "Sort", id="table.sort", tooltip="Sort by the next column, at last as at first"
    ),
    _quiet("j,down", "move(1)", "down", "One row down"),
    _quiet("k,up", "move(-1)", "up", "One row up"),
    _quiet("ctrl+d", "page(0.5)", "half-down", "Half a page down"),
    _quiet("ctrl+u", "page(-0.5)", "half-up", "Half a page up"),
    _quiet("pagedown,ctrl+f", "page(1)", "page-down", "A page down"),
    _quiet("pageup,ctrl+b", "page(-1)", "page-up", "A page up"),
    _quiet("g,home", "edge(False)", "first", "To the first row"),
    _quiet("G,end", "edge(True)", "last", "To the last row"),
)
