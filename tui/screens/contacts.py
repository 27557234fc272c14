"""Owns the screen of contacts: whom to call, by groups."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from runbooks.contacts import Contact
from tui.cell import Cell, Tone, cell
from tui.messages import CopyRequested
from tui.notice_messages import ContactsArrived, ContactsRequested
from tui.table_screen import FILTER, AskedTableScreen
from tui.walks.words import said
from tui.widgets.filter_bar import FilterBar
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column
from tui.widgets.table_rows import Row


class ContactsScreen(AskedTableScreen[Contact]):
    """Whom to call."""

    DETAIL = "contacts"
    TITLE = "Contacts"
    HELP = """\
Whom to call, as the section contacts: of the system's files says. Enter and y copy the quickest way to reach
who is under the cursor; Y copies all of the line."""
    NONE_FITS = "nobody fits the filter"
    NONE = "no contacts are written down; see docs/notices.md"
    BINDINGS = [
        Binding("y", "copy", "Copy", id="contacts.copy", tooltip="Copy number, address or name in a chat"),
        Binding("Y", "copy_all", "Copy all", id="contacts.copy-all", tooltip="Copy the whole line"),
        Binding("r", "reload", "Reload", id="contacts.reload", tooltip="Ask the agent again"),
        FILTER,
        Binding("escape", "back", "Back", id="contacts.back", tooltip="Clear the filter, or go back"),
    ]

    def __init__(self) -> None:
        """Know nobody yet."""
        super().__init__()
        self._contacts: tuple[Contact, ...] = ()

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

    def question(self) -> ContactsRequested:
        """Return the wish for the contacts."""
        return ContactsRequested(self)

    def rows(self) -> list[Row[Contact]]:
        """Return the contacts by group."""
        numbered = enumerate(self._contacts)
        return [Row(str(place), one, said(one.group) or "contacts") for place, one in numbered]

    def on_contacts_arrived(self, answer: ContactsArrived) -> None:
        """Show who came."""
        if self.answered(answer.problem):
            self._contacts = answer.contacts

    @on(LiveTable.Opened)
    def _opened(self) -> None:
        self.action_copy()

    def action_copy(self) -> None:
        """Copy the quickest way to reach who is under the cursor."""
        if (contact := self.chosen) is not None:
            self.post_message(CopyRequested(next(iter(contact.ways), contact.line)))

    def action_copy_all(self) -> None:
        """Copy all of the line."""
        if (contact := self.chosen) is not None:
            self.post_message(CopyRequested(contact.line))


def _ways(contact: Contact) -> Cell:
    return cell(", ".join(map(said, contact.ways)))
