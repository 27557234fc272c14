"""Owns what the command palette offers: every check, the actions on it, every screen, and the themes.

It reads the screen that it was opened on and posts messages to it, as the screen itself would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.message import Message

from checks.text import clean
from tui.messages import CheckRequested, DetailOpened
from tui.screen import ConsoleScreen
from tui.themes import FEW_COLORS, THEMES
from tui.walks.open_walk import tag
from tui.window_messages import WindowAsked

DETAILS = (
    ("Contacts", "Whom to call", "contacts"),
    ("Incidents", "What went wrong", "incidents"),
    ("Notices", "What people are told", "notices"),
)
"""Text, help and name of each detail view that can be gone to from anywhere."""


class Command(NamedTuple):
    """One entry of the palette."""

    text: str
    help: str
    run: Callable[[], Any]


class ConsoleCommands(Provider):
    """The commands of the console."""

    async def discover(self) -> Hits:
        """Yield what is offered before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(Content(command.text), command.run, command.text, command.help)

    async def search(self, query: str) -> Hits:
        """Yield what fits the words typed."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.text)
            if score > 0:
                yield Hit(score, Content(command.text), command.run, command.text, command.help)

    def _commands(self) -> Iterator[Command]:
        screen = self.screen
        if isinstance(screen, ConsoleScreen):
            yield from _screen_commands(screen)
            yield from _window_commands(screen)
            yield from _walk_commands(screen)
            yield from _detail_commands(screen)
            yield from _check_commands(screen)
            yield Command("Run every check", "Probe all checks now", partial(_post, screen, CheckRequested()))
        act = screen.app.run_action
        for binding in screen.app._bindings.key_to_bindings.values():
            for each in binding:
                if each.show:
                    yield Command(each.description, each.tooltip, partial(act, f"app.{each.action}"))
        for name in (*(theme.name for theme in THEMES), FEW_COLORS):
            yield Command(f"Theme {name}", "Change the colours", partial(_set_theme, screen, name))


def _screen_commands(screen: ConsoleScreen) -> Iterator[Command]:
    """Yield what can be done on the screen now, by its own keys."""
    for active in screen.active_bindings.values():
        binding = active.binding
        if active.node is screen and active.enabled and binding.id and binding.show:
            run = partial(screen.run_action, binding.action)
            yield Command(f"{screen.TITLE}: {binding.description}", binding.tooltip, run)


def _window_commands(screen: ConsoleScreen) -> Iterator[Command]:
    """Yield what can be done about the window now."""
    opened = DetailOpened("window")
    yield Command("Window", "When changes may be made, and what is different", partial(_post, screen, opened))
    listed = DetailOpened("baselines")
    yield Command("Baselines and differences", "Compare now with before", partial(_post, screen, listed))
    if not screen.standpoint.may_run:
        return
    if not screen.windows.state.is_open(screen.now):
        wish = WindowAsked("open")
        yield Command("Open a window", "Now, for a length, with a reason", partial(_post, screen, wish))
        return
    for what, text, said in (
        ("extend", "Extend the window", "Have it close later"),
        ("close", "Close the window early", "Before its time, with a reason"),
    ):
        yield Command(text, said, partial(_post, screen, WindowAsked(what)))


def _walk_commands(screen: ConsoleScreen) -> Iterator[Command]:
    """Yield the way to every open walk."""
    for name, opened in screen.walks.items():
        if not opened.walk.over:
            text = f"Go to the walk {clean(tag(opened))}"
            yield Command(
                text, "See where it is, and decide", partial(_post, screen, DetailOpened("walk", (name,)))
            )


def _detail_commands(screen: ConsoleScreen) -> Iterator[Command]:
    """Yield the way to what no number leads to."""
    for text, help_text, name in DETAILS:
        yield Command(text, help_text, partial(_post, screen, DetailOpened(name)))


def _check_commands(screen: ConsoleScreen) -> Iterator[Command]:
    """Yield commands for every check. Their help holds no text from outside: the palette parses it."""
    names = [
        (f"{info.title} ({info.name})" if info.title else info.name, info.name)
        for info in screen.system.checks
    ]
    for said, name in names:
        yield Command(
            f"Show {said}",
            "All that is known of this check",
            partial(_post, screen, DetailOpened("check", (name,))),
        )
    for said, name in names:
        yield Command(f"Run {said}", "Probe this check now", partial(_post, screen, CheckRequested((name,))))


def _post(screen: ConsoleScreen, wish: Message) -> None:
    screen.post_message(wish)


def _set_theme(screen: Any, name: str) -> None:
    screen.app.theme = name
