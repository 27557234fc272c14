"""Owns what operators decide about an open checklist: values for the wire, judged by `checklists/`."""

from __future__ import annotations

import msgspec


class TickItem(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The item is done."""

    item: str
    shown_sha256: str = ""
    """Hash of the evidence that was shown; empty for an item that shows none."""
    note: str = ""


class UntickItem(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The item is not done after all, or applies after all."""

    item: str
    reason: str


class LeaveItemOut(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The item does not apply."""

    item: str
    reason: str


class NoteItem(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Something worth knowing about the item."""

    item: str
    text: str


class BeginPhase(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The phase of this name begins, which must be the next one."""

    phase: str


class CloseList(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The list is closed."""

    reason: str = ""
    """Needed when a mandatory item is not finished."""
    unfinished: tuple[str, ...] | None = None
    """Ids of the mandatory items that were shown as not finished; None: whatever they are."""


ListDecision = TickItem | UntickItem | LeaveItemOut | NoteItem | BeginPhase | CloseList
