"""Owns text pictures of screens: what a test sees is compared with a file that a person has looked at.

A picture that differs fails with the difference. `WALKDOWN_GOLDENS=write` writes the pictures anew: look at
each before you commit it.
"""

from __future__ import annotations

import difflib
import html
import os
import re
from pathlib import Path

from textual.app import App

GOLDENS = Path(__file__).parent / "goldens"
CELL = 12.2
"""Width of a cell in Textual's SVG."""
PIECE = re.compile(r'<text [^>]*?x="([\d.]+)"[^>]*?clip-path="url\(#[^)]*?-line-(\d+)\)"[^>]*>(.*?)</text>')


def screen_text(app: App[object]) -> str:
    """Return what is on the screen, dialogs and all, as lines of text."""
    width, height = app.size
    lines = [[" "] * width for _ in range(height)]
    for x, line, text in PIECE.findall(app.export_screenshot(simplify=False)):
        start = round(float(x) / CELL)
        for place, char in enumerate(html.unescape(text).replace("\xa0", " ")):
            if start + place < width and int(line) < height:
                lines[int(line)][start + place] = char
    return "\n".join("".join(line).rstrip() for line in lines)


def check_golden(name: str, seen: str) -> None:
    """Compare with the picture of that name."""
    path = GOLDENS / f"{name}.txt"
    if os.environ.get("WALKDOWN_GOLDENS") == "write":
        GOLDENS.mkdir(exist_ok=True)
        path.write_text(seen + "\n")
    wanted = path.read_text() if path.exists() else ""
    difference = list(
        difflib.unified_diff(wanted.splitlines(), seen.splitlines(), str(path), "seen", lineterm="")
    )
    assert not difference, "\n".join(difference)
