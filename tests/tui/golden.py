"""Owns text pictures of screens: what a test sees is compared with a file that a person has looked at.

A picture that differs fails with the difference. `WALKDOWN_GOLDENS=write` writes the pictures anew: look at
each before you commit it.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from textual.app import App

GOLDENS = Path(__file__).parent / "goldens"


def screen_text(app: App[object]) -> str:
    """Return what is on the screen, dialogs and all, as lines of text.

    It is what `App.export_screenshot` draws, without the drawing of it, which took most of the time.
    """
    width, height = app.size
    picture = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    lines = [[" "] * width for _ in range(height)]
    for line, strips in zip(lines, picture.strips, strict=False):
        place = 0
        for segment in (segment for strip in strips for segment in strip if not segment.control):
            seen = segment.text.replace("\xa0", " ")[: max(0, width - place)]
            if not seen.isspace():
                line[place : place + len(seen)] = seen
            place += segment.cell_length
    return "\n".join("".join(line).rstrip() for line in lines)


def check_golden(name: str, seen: str) -> None:
    """Compare with the picture of that name."""
    path = GOLDENS / f"{name}.txt"
    if os.environ.get("WALKDOWN_GOLDENS") == "write":
        GOLDENS.mkdir(exist_ok=True)
        path.write_text(seen + "\n")
    wanted = path.read_text().removesuffix("\n") if path.exists() else ""
    # By hand, for `splitlines` forgets a last line that is empty, as that of the keys beneath a dialog is.
    difference = list(
        difflib.unified_diff(wanted.split("\n"), seen.split("\n"), str(path), "seen", lineterm="")
    )
    assert not difference, "\n".join(difference)
