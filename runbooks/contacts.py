"""Owns whom to call: the contacts of a system, as its files name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from checks.text import clean


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody to call; every text is clean."""

    name: str = ""
    role: str = ""
    group: str = ""
    phone: str = ""
    mail: str = ""
    chat: str = ""
    address: str = ""
    hours: str = ""

    @property
    def ways(self) -> tuple[str, ...]:
        """Return the ways to reach them, the quickest first."""
        return tuple(way for way in (self.phone, self.mail, self.chat, self.address) if way)

    @property
    def line(self) -> str:
        """Return all of it in one line, for the clipboard."""
        return ", ".join(part for part in (self.role, self.name, *self.ways, self.hours) if part)


def contacts_of(sections: Mapping[str, Any]) -> tuple[Contact, ...]:
    """Return the contacts that a loaded system names, those of one group beside one another."""
    listed = [
        Contact(**{name: clean(str(text)) for name, text in options.items() if text})
        for options in sections.get("contacts") or ()
    ]
    groups = list(dict.fromkeys(contact.group for contact in listed))
    return tuple(sorted(listed, key=lambda contact: groups.index(contact.group)))
