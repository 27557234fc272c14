"""Owns the line of keys at the bottom: one widget that draws one line, so that nothing piles up in it.

Textual's own footer makes a widget for each key anew whenever the focus moves, and keeps the old ones alive.
Where there is not room for all, the ways to the other screens become one entry, then keys are left out whole,
the least needed first; the way back, help, menu and the way out stay. Beneath a dialog it says nothing, for
none of these keys does anything there.
"""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

LAST = ("app.help", "app.commands", "app.quit")
"""Ids of bindings that stand at the right end, behind the way back, and stay when room is short."""
OPEN, FILTER, SORT = "table.open", "table.filter", "table.sort"
SCREEN = "screen."
"""How the ids of the ways to other screens begin."""
NEEDED = {OPEN: 0, FILTER: 2, SCREEN: 3, SORT: 4}
"""Which keys are needed most, the least number first; what a screen itself does comes after the first."""
OWN = 1


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
        self._rests = False
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

    def rest(self, rests: bool) -> None:
        """Say nothing while a dialog lies above; go on once it is gone."""
        if rests != self._rests:
            self._rests = rests
            self._follow(self.screen)

    def on_resize(self, event: events.Resize) -> None:
        """Fit the keys to the new width."""
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        shown = [] if self._rests else list(dict.fromkeys(self._shown(screen)))
        back = [binding for binding in shown if binding.key == "escape"]
        last = [*back, *(binding for binding in shown if binding.id in LAST)]
        first = [binding for binding in shown if binding not in last]
        self._keys = self._fit(sorted(first, key=_place), last)
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
            if wanted and active.enabled and binding.action not in seen and not self._is_typed(binding):
                seen.add(binding.action)
                shown.append(binding)
        return shown

    def _is_typed(self, binding: Binding) -> bool:
        """Return whether the key only types its character now, which Textual does not see of a slash."""
        focused, shown = self.screen.focused, self.app.get_key_display(binding)
        return focused is not None and len(shown) == 1 and focused.check_consume_key(binding.key, shown)

    def _fit(self, first: list[Binding], last: list[Binding]) -> list[Key]:
        at_end = [self._content(binding) for binding in last]
        keys = [Key("", Content.styled(f" {self._said} ", "$text-warning"))] if self._said else []
        room = self.size.width - _cells([key.content for key in keys]) - _cells(at_end)
        for binding, content in self._with_room(first, room):
            keys.append(Key(binding.key if binding is not None else "", content))
        keys = _placed(keys, 0)
        x = keys[-1].x + keys[-1].content.cell_length if keys else 0
        begin = max(x, self.size.width - _cells(at_end))
        if begin > x:
            keys.append(Key("", Content(" " * (begin - x)), x))
        ends = [Key(binding.key, content) for binding, content in zip(last, at_end, strict=True)]
        return [*keys, *_placed(ends, begin)]

    def _with_room(self, first: list[Binding], room: int) -> list[tuple[Binding | None, Content]]:
        """Return what there is room for, in its order; None stands for the ways to all the other screens."""
        said: list[tuple[Binding | None, Content]] = [(each, self._content(each)) for each in first]
        if _cells([content for _, content in said]) <= room:
            return said
        if (ways := self._ways()) is not None and any(_sort_of(each) == SCREEN for each in first):
            said = [(each, content) for each, content in said if _need(each) != NEEDED[SCREEN]]
            said.append((None, ways))
        kept: list[int] = []
        for index in sorted(range(len(said)), key=lambda index: _need(said[index][0])):
            room -= said[index][1].cell_length
            if room < 0:
                break
            kept.append(index)
        return [said[index] for index in sorted(kept)]

    def _ways(self) -> Content | None:
        """Return the ways to all screens in one, such as `1-6 Screens`; None for keys of one's own."""
        active = self.screen.active_bindings.values()
        ways = [each.binding for each in active if _sort_of(each.binding) == SCREEN]
        keys = [self.app.get_key_display(binding) for binding in ways]
        if len(keys) < 2 or keys != [str(number) for number in range(1, len(keys) + 1)]:
            return None
        return _said(f"{keys[0]}-{keys[-1]}", "Screens")

    def _content(self, binding: Binding) -> Content:
        return _said(self.app.get_key_display(binding), binding.description)

    def render(self) -> Content:
        """Return the line."""
        return self._line

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for key in self._keys:
            if key.key and key.x <= event.x < key.x + key.content.cell_length:
                self.app.simulate_key(key.key)


def _said(key: str, does: str) -> Content:
    return Content.styled(f" {key}", "$text bold") + Content(f" {does} ")


def _sort_of(binding: Binding) -> str:
    return SCREEN if (binding.id or "").startswith(SCREEN) else binding.id or ""


def _place(binding: Binding) -> int:
    """Return where a key stands: as it is needed, but that the ways to other screens stand last."""
    return 5 if _sort_of(binding) == SCREEN else NEEDED.get(_sort_of(binding), OWN)


def _need(binding: Binding | None) -> int:
    return NEEDED.get(SCREEN if binding is None else _sort_of(binding), OWN)


def _cells(contents: list[Content]) -> int:
    return sum(content.cell_length for content in contents)


def _placed(keys: list[Key], x: int) -> list[Key]:
    """Return the keys side by side from there on."""
    placed = []
    for key in keys:
        placed.append(key._replace(x=x))
        x += key.content.cell_length
    return placed
