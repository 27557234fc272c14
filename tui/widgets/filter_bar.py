"""Owns the line in which a filter is typed: `/` opens it, every key filters, enter keeps, escape clears."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class FilterBar(Horizontal):
    """A filter being typed, or one that is in force."""

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        display: none;
        background: $surface;
        &.-shown { display: block; }
        & > Static { width: auto; padding: 0 0 0 1; color: $text-primary; text-style: bold; }
        & > Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & > Input:focus { border: none; }
        & > .filter-hint { color: $text-muted; text-style: none; padding: 0 1; }
    }
    """
    BINDINGS = [
        Binding("escape", "clear", "Clear filter", id="filter.clear", tooltip="Show all rows again"),
    ]

    @dataclass
    class Changed(Message):
        """The filter reads so now."""

        query: str

    @dataclass
    class Closed(Message):
        """The operator has done typing."""

    async def open(self) -> None:
        """Show the line and have the operator type; until then it holds nothing that would need styles."""
        if not self.children:
            await self.mount(
                Static("/", markup=False),
                Input(select_on_focus=False, compact=True),
                Static("words, !without", classes="filter-hint", markup=False),
            )
        self.add_class("-shown")
        self.screen.set_focus(self.query_one(Input))  # at once: what is typed meanwhile is meant for it

    def action_clear(self) -> None:
        """Clear the filter and go."""
        for field in self.query(Input):
            field.value = ""
        self.remove_class("-shown")
        self.post_message(self.Changed(""))
        self.post_message(self.Closed())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self.set_class(bool(event.value), "-shown")
        self.post_message(self.Closed())
