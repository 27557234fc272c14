"""Owns the line of keys at the bottom: one widget that draws one line, so that nothing piles up in it.

Textual's own footer makes a widget for each key anew whenever the focus moves, and keeps the old ones alive.
"""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

LAST = ("app.help", "app.commands", "app.quit")
"""Ids of bindings that stand at the right end and stay when there is not room for all."""


class Key(NamedTuple):
    """One key as it is shown, and where."""

    key: str
    content: Content
    x: int = 0


class KeyFooter(Widget):
    """The keys that work now, the focused widget's first."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyFooter {
        height: 1;
        dock: bottom;
        background: $panel;
        color: $text-muted;
        text-wrap: nowrap;
    }
    """

    def __init__(self, here: str = "") -> None:
        """Show nothing yet; `here` is the id of the binding that leads to where one is already."""
        super().__init__()
        self._here = here
        self._said = ""
        self._keys: list[Key] = []
        self._line = Content()

    def on_mount(self) -> None:
        """Follow what keys work."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)

    def on_unmount(self) -> None:
        """Follow no longer."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def show(self, words: str = "") -> None:
        """Show the keys that work now; say something before them, where those that do not would be."""
        self._said = words
        self._follow(self.screen)

    def on_resize(self, event: events.Resize) -> None:
        """Fit the keys to the new width."""
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        shown = list(dict.fromkeys(self._shown(screen)))
        last = [binding for binding in shown if binding.id in LAST]
        first = [binding for binding in shown if binding.id not in LAST]
        self._keys = self._fit(first, last)
        line = Content("").join([key.content for key in self._keys])
        if not line.is_same(self._line):
            self._line = line
            self.refresh()

    def _shown(self, screen: Screen[object]) -> list[Binding]:
        """Return a binding of ours for each action that is to be shown, by its first key."""
        seen: set[str] = set()
        shown: list[Binding] = []
        for active in screen.active_bindings.values():
            binding = active.binding
            wanted = binding.show and binding.id and binding.id != self._here
            if wanted and active.enabled and binding.action not in seen:
                seen.add(binding.action)
                shown.append(binding)
        return shown

    def _fit(self, first: list[Binding], last: list[Binding]) -> list[Key]:
        keys: list[Key] = []
        at_end = [self._content(binding) for binding in last]
        x, room = 0, self.size.width - sum(content.cell_length for content in at_end)
        if self._said:
            keys.append(Key("", Content.styled(f" {self._said} ", "$text-warning")))
            x = keys[0].content.cell_length
        for binding in first:
            content = self._content(binding)
            if x + content.cell_length > room:
                break
            keys.append(Key(binding.key, content, x))
            x += content.cell_length
        if room > x:
            keys.append(Key("", Content(" " * (room - x)), x))
        x = max(x, room)
        for binding, content in zip(last, at_end, strict=True):
            keys.append(Key(binding.key, content, x))
            x += content.cell_length
        return keys

    def _content(self, binding: Binding) -> Content:
        key = self.app.get_key_display(binding)
        return Content.styled(f" {key}", "$text bold") + Content(f" {binding.description} ")

    def render(self) -> Content:
        """Return the line."""
        return self._line

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for key in self._keys:
            if key.key and key.x <= event.x < key.x + key.content.cell_length:
                self.app.simulate_key(key.key)
