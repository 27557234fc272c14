"""Owns what a configuration's keymap may name: the ids of bindings, and what to say of one that is none."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import BindingType
from textual.widget import Widget

from checks.suggest import did_you_mean
from tui.dialogs.help import HelpDialog
from tui.screen_registry import SCREENS
from tui.screens.check import CheckScreen
from tui.widgets.filter_bar import FilterBar
from tui.widgets.table_keys import KEYS

HOLDERS: tuple[type[Widget], ...] = (CheckScreen, FilterBar, HelpDialog, *SCREENS)
"""Whatever has bindings with ids, besides the App and the table."""


def unknown_ids(keymap: Iterable[str], of_app: Iterable[BindingType]) -> list[str]:
    """Return a line for each id that no binding has, with the one that may have been meant."""
    bindings = [*KEYS, *of_app, *(binding for holder in HOLDERS for binding in holder.BINDINGS)]
    known = {binding.id for binding in bindings if not isinstance(binding, tuple) and binding.id}
    return [
        f"keymap: nothing has the id {name!r}{did_you_mean(name, known)}"
        for name in sorted(set(keymap) - known)
    ]
