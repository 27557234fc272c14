"""Owns the screen of contacts: whom to call, by groups."""

from __future__ import annotations

from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding

from runbooks.contacts import Contact
from tui.cell import Cell, Tone, cell
from tui.messages import CopyRequested
from tui.notice_messages import ContactsArrived, ContactsRequested
from tui.screen import ConsoleScreen
from tui.walks.words import said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row


class ContactsScreen(ConsoleScreen):
    """Whom to call."""

    DETAIL = "contacts"
    TITLE = "Contacts"
    HELP = """\
Whom to call, as the section contacts: of the system's files says. Enter and y copy the quickest way to reach
who is under the cursor; Y copies all of the line."""
    BINDINGS = [
        Binding("y", "copy", "Copy", id="contacts.copy", tooltip="Copy number, address or name in a chat"),
        Binding("Y", "copy_all", "Copy all", id="contacts.copy-all", tooltip="Copy the whole line"),
        Binding("r", "reload", "Reload", id="contacts.reload", tooltip="Ask the agent again"),
        Binding("slash", "filter", "Filter", id="table.filter", tooltip="Show only rows with these words"),
        Binding("escape", "back", "Back", id="contacts.back", tooltip="Clear the filter, or go back"),
    ]

    def __init__(self) -> None:
        """Know nobody yet."""
        super().__init__()
        self._contacts: tuple[Contact, ...] = ()
        self._problem = ""
        self._known = False
        self._asked = False

    def compose_body(self) -> ComposeResult:
        yield LiveTable[Contact](
            Column("role", "ROLE", lambda one: cell(said(one.role)), flex=1, least=12),
            Column("name", "NAME", lambda one: cell(said(one.name)), flex=1, least=14),
            Column("ways", "REACHED BY", _ways, flex=2, least=20),
            Column("hours", "WHEN", lambda one: cell(said(one.hours), Tone.MUTED), flex=1, least=8, drop=1),
            search=lambda one: f"{one.group} {one.line}",
            id="contacts",
        )
        yield FilterBar()

    def draw(self) -> None:
        """Show them."""
        if not self._asked and not self.detached:
            self._asked = True
            self.post_message(ContactsRequested(self))
        table = self._table
        table.muted = bool(self.detached)
        table.empty = self._empty()
        rows = [
            Row(str(place), one, said(one.group) or "contacts") for place, one in enumerate(self._contacts)
        ]
        table.show(rows)

    def _empty(self) -> str:
        if self._table.query_text:
            return "nobody fits the filter"
        if self._problem:
            return said(self._problem)
        return "no contacts are written down; see docs/notices.md" if self._known else "waiting for the agent"

    @property
    def _table(self) -> LiveTable[Any]:
        return self.query_one("#contacts", LiveTable)

    def on_contacts_arrived(self, answer: ContactsArrived) -> None:
        """Show who came."""
        self._problem, self._known = answer.problem, not answer.problem
        if not answer.problem:
            self._contacts = answer.contacts
        self.ask_draw()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Ask anew whenever one comes here."""
        self._asked = False

    @on(LiveTable.Opened)
    def _opened(self) -> None:
        self.action_copy()

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        self._table.query_text = event.query

    @on(FilterBar.Closed)
    def _typed(self) -> None:
        self._table.focus()

    async def action_filter(self) -> None:
        """Have a filter typed."""
        await self.query_one(FilterBar).open()

    def action_copy(self) -> None:
        """Copy the quickest way to reach who is under the cursor."""
        if self._table.selected is not None:
            contact: Contact = self._table.selected.value
            self.post_message(CopyRequested(next(iter(contact.ways), contact.line)))

    def action_copy_all(self) -> None:
        """Copy all of the line."""
        if self._table.selected is not None:
            contact: Contact = self._table.selected.value
            self.post_message(CopyRequested(contact.line))

    def action_reload(self) -> None:
        """Ask again."""
        self._asked = False
        self.ask_draw()

    def action_back(self) -> None:
        """Clear the filter; without one, go back."""
        if self._table.query_text:
            self.query_one(FilterBar).action_clear()
        else:
            self.dismiss()


def _ways(contact: Contact) -> Cell:
    return cell(", ".join(map(said, contact.ways)))
