"""Owns the two themes of ours, dark and light, and which one a terminal gets.

Red, amber and violet (for "could not be measured") are kept for levels; structure is blue-grey, so that on a
quiet day nothing on the screen shouts.
"""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="walkdown-dark",
    primary="#6ca0c8",
    secondary="#b08fd8",
    accent="#5fb8b8",
    warning="#e3b34f",
    error="#ee6a6a",
    success="#73b58a",
    foreground="#d5dbe1",
    background="#14181d",
    surface="#1c2229",
    panel="#232b34",
    dark=True,
    variables={"text-muted": "#8a96a3", "text-disabled": "#5d6873"},
)
LIGHT = Theme(
    name="walkdown-light",
    primary="#2f6690",
    secondary="#7a4fb5",
    accent="#1f7a7a",
    warning="#9a6700",
    error="#c0282d",
    success="#2c7a4b",
    foreground="#1f262d",
    background="#f7f8f9",
    surface="#eceff2",
    panel="#dfe4e9",
    dark=False,
    variables={"text-muted": "#5b6670", "text-disabled": "#97a1aa"},
)
THEMES = (DARK, LIGHT)
FEW_COLORS = "ansi-dark"
"""Textual's own theme for terminals of sixteen colours."""


def theme_names() -> tuple[str, ...]:
    """Return the names of all themes, ours first."""
    return (*(theme.name for theme in THEMES), *BUILTIN_THEMES)
