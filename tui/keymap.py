"""Owns what a configuration's keymap may name: the ids of bindings, and what to say of one that is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from textual.binding import BindingType

from checks.suggest import did_you_mean
from tui.dialog import Dialog
from tui.dialog_box import DialogBox
from tui.dialogs.help import HelpDialog
from tui.screen_registry import DETAILS, SCREENS, find_detail, find_screen
from tui.widgets.filter_bar import FilterBar
from tui.widgets.menu import Menu
from tui.widgets.page import Page
from tui.widgets.step_list import StepList
from tui.widgets.table_keys import KEYS


def unknown_ids(keymap: Iterable[str], of_app: Iterable[BindingType]) -> dict[str, str]:
    """Return of each id that no binding has what is wrong, with the one that may have been meant.

    Every screen is imported to know its bindings, unless the keymap is empty.
    """
    wanted = set(keymap)
    if not wanted:
        return {}
    bindings = [*KEYS, *of_app, *(binding for holder in _holders() for binding in holder.BINDINGS)]
    known = {binding.id for binding in bindings if not isinstance(binding, tuple) and binding.id}
    return {
        name: f"nothing has the id {name!r}{did_you_mean(name, known)}" for name in sorted(wanted - known)
    }


def _holders() -> Iterator[Any]:
    """Yield whatever has bindings with ids, besides the App and the table."""
    yield from (FilterBar, HelpDialog, Dialog, DialogBox, Menu, Page, StepList)
    yield from map(find_screen, SCREENS)
    yield from map(find_detail, DETAILS)
