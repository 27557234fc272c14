"""Owns what is said about contacts that say too little to be of use."""

from __future__ import annotations

from checks.config.nodes import Node
from checks.config.problems import Problems

WAYS = ("phone", "mail", "chat", "address")


def check_contacts(contacts: Node, problems: Problems) -> None:
    """Record of each contact that is well-formed that it names nobody, or no way to reach them."""
    for place, contact in contacts.children():
        path = ("contacts", place)
        if not isinstance(contact.value, dict) or problems.blames(path):
            continue
        if not _says(contact, "name") and not _says(contact, "role"):
            problems.error(contact.place, path, "names nobody: give it a name, a role, or both")
        if not any(_says(contact, way) for way in WAYS):
            problems.warn(contact.place, path, f"cannot be reached: none of {', '.join(WAYS)} is there")


def _says(contact: Node, key: str) -> bool:
    found = contact.get(key)
    return found is not None and bool(found.value)
