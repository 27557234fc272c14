"""Owns a bar in one line: label, share of the whole, thresholds as letters on it, value, level. Pure.

No meaning by colour alone: thresholds stand on the bar as `W` and `C`, the level as its letter at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from checks.model import Level
from tui.axes import Threshold
from tui.cell import LEVEL_TONE, Cell, Piece, Tone
from tui.lines import fit

LEAST_TRACK = 4
"""Cells below which the track is left out and only the numbers stand."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What one bar says."""

    label: str
    value: float | None
    """None: it was not measured; the track stays empty."""
    text: str
    """The value as read by people, and what else belongs beside it."""
    whole: float = 100.0
    """The value at which the track is full."""
    thresholds: tuple[Threshold, ...] = ()
    level: Level = Level.OK
    muted: bool = False
    """True for what no longer counts."""


def draw_bar(bar: Bar, width: int, label_width: int, text_width: int, *, ascii_only: bool = False) -> Cell:
    """Return the bar as one line of `width` cells; equal widths make bars beneath one another line up."""
    room = width - label_width - text_width - 4
    flag = bar.level.letter if bar.level is not Level.OK else " "
    ending = Piece(f" {flag}", Tone.MUTED if bar.muted else LEVEL_TONE[bar.level])
    value = Piece(fit(bar.text, text_width, right=True), Tone.MUTED if bar.muted else Tone.PLAIN)
    label = Piece(fit(bar.label, label_width) + " ", Tone.MUTED)
    if room < LEAST_TRACK:
        left = width - 2 - cell_len(label.text)
        return (label, Piece(fit(bar.text, left, right=True), value.tone), ending)
    return (label, *_track(bar, room, ascii_only), Piece(" "), value, ending)


def _track(bar: Bar, room: int, ascii_only: bool) -> Cell:
    full, half, empty = ("=", "-", ".") if ascii_only else ("━", "╸", "─")
    share = 0.0 if bar.value is None or bar.whole <= 0 else min(1.0, max(0.0, bar.value / bar.whole))
    halves = round(share * room * 2)
    if share and not halves:
        halves = 1
    tone = Tone.MUTED if bar.muted else Tone.COURSE_1 if bar.level is Level.OK else LEVEL_TONE[bar.level]
    cells = [(full, tone)] * (halves // 2) + [(half, tone)] * (halves % 2)
    cells += [(empty, Tone.RULE)] * (room - len(cells))
    taken = room
    for threshold in sorted(bar.thresholds, key=lambda threshold: -threshold.level.severity):
        if 0 < threshold.bound <= bar.whole:
            place = min(room - 1, int(threshold.bound / bar.whole * room))
            taken = place if place != taken else max(0, place - 1)
            cells[taken] = (threshold.level.letter, LEVEL_TONE[threshold.level])
    pieces: list[Piece] = []
    for text, ink in cells:
        if pieces and pieces[-1].tone == ink:
            pieces[-1] = Piece(pieces[-1].text + text, ink)
        else:
            pieces.append(Piece(text, ink))
    return tuple(pieces)
