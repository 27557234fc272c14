"""Owns the line plot: courses of readings over time in braille dots, with axes, thresholds and gaps.

`draw_plot` is pure; `Plot` puts its lines on the screen. Made for 20x4 cells and up. No meaning by colour
alone: courses carry letters at their right end, thresholds the letter of their level. The window moves in
steps of one dot column, so that a picture stays still until there is something new to show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import tzinfo

from checks.model import Series
from checks.units import show
from tui.axes import Threshold, round_top, time_ticks
from tui.canvas import Canvas
from tui.cell import LEVEL_TONE, Cell, Piece, Tone
from tui.lines import Lines, fit, spread, width_of, without_ellipsis
from tui.sampling import Sample, sample

COURSE_TONES = (Tone.COURSE_1, Tone.COURSE_2, Tone.COURSE_3, Tone.COURSE_4)
LEGEND_FROM, MIDDLE_FROM = 6, 5
"""Lines from which there is room for a legend, and rows from which for a number in the middle."""
BAND_FROM = 2
"""Dots between lowest and highest from which the band is drawn; less is the width of the line itself."""
REACH = 3.0
"""A threshold beyond so many times the highest value is left out, or it would press the course flat."""


@dataclass(frozen=True, slots=True)
class Course:
    """One line of a plot."""

    label: str
    mark: str
    """One letter that tells it from the others."""
    series: Series
    text: str = ""
    """Its newest value as read by people; empty when there is none."""


@dataclass(frozen=True, slots=True)
class PlotData:
    """All that one plot shows."""

    title: str = ""
    courses: tuple[Course, ...] = ()
    unit: str = ""
    until: float = 0.0
    """The right edge, UTC seconds."""
    span: float = 900.0
    """Seconds from the left edge to the right one."""
    thresholds: tuple[Threshold, ...] = ()
    top: float = 0.0
    """The end of the value axis; 0: a round number above what is shown."""
    where: tzinfo | None = None
    """The time zone of the time axis."""


EMPTY_PLOT = PlotData()


def draw_plot(data: PlotData, width: int, height: int, *, ascii_only: bool = False) -> tuple[Cell, ...]:
    """Return the plot as `height` lines of `width` cells."""
    legend = (_legend(data, width),) if height >= LEGEND_FROM else ()
    rows = height - len(legend) - 1
    gutter = _gutter(data)
    columns = width - gutter - 2
    if rows < 1 or columns < 1:
        return legend
    canvas = Canvas(columns, rows, braille=not ascii_only)
    step = data.span / canvas.wide
    until = (math.floor(data.until / step) + 1) * step
    since = until - step * canvas.wide
    sampled = [sample(course.series, since, step, canvas.wide) for course in data.courses]
    top = data.top or round_top(_highest(sampled, data.thresholds), data.unit)
    for index, samples in reversed(list(enumerate(sampled))):
        _draw_course(canvas, samples, top, index, data.courses[index].mark)
    if not any(any(samples) for samples in sampled):
        _say_nothing(canvas)
    letters = _draw_thresholds(canvas, data.thresholds, top, ascii_only)
    if len(sampled) > 1:
        _mark_ends(canvas, sampled, data.courses, top)
    labels = _labels(canvas, top, data.unit)
    bar = "|" if ascii_only else "│"
    body = tuple(
        (
            Piece(fit(labels.get(row, ""), gutter, right=True), Tone.MUTED),
            Piece(bar, Tone.RULE),
            *canvas.line(row),
            letters.get(row, Piece(" ")),
        )
        for row in range(rows)
    )
    return (*legend, *body, _time_axis(since, until, gutter, columns, data.where))


def _legend(data: PlotData, width: int) -> Cell:
    """Return title, names and newest values, and the span; what finds no room is left out."""
    span = (Piece(f" {_span(data.span)}", Tone.MUTED),)
    room = width - width_of(span)
    full = _names(data, with_values=True)
    title = (Piece(data.title, Tone.MUTED), Piece("  ")) if data.title else ()
    for left in ((*title, *full), full, (*title, *_names(data, with_values=False))):
        if width_of(left) <= room:
            return spread(left, span, width)
    return spread(_names(data, with_values=False), span, width)


def _names(data: PlotData, *, with_values: bool) -> Cell:
    """Return the name of each course; with several, its letter stands out."""
    pieces: list[Piece] = []
    for index, course in enumerate(data.courses):
        if pieces:
            pieces.append(Piece("  "))
        name = course.label
        if len(data.courses) > 1:
            begins = name.startswith(course.mark)
            pieces.append(Piece(course.mark if begins else f"{course.mark} ", COURSE_TONES[index % 4]))
            name = name[len(course.mark) :] if begins else name
        pieces.append(Piece(name, Tone.MUTED))
        if with_values and course.text:
            pieces.append(Piece(f" {course.text}"))
    return tuple(pieces)


def _span(seconds: float) -> str:
    return f"{seconds / 3600:.0f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"


def _gutter(data: PlotData) -> int:
    """Return the cells of the numbers beside the value axis: one width for each unit, so it never jumps."""
    return {"%": 5, "B": 8, "B/s": 10, "/s": 8, "s": 7}.get(data.unit, 5)


def _highest(sampled: list[list[Sample | None]], thresholds: tuple[Threshold, ...]) -> float:
    highest = max((point.high for samples in sampled for point in samples if point), default=0.0)
    return max(highest, *(t.bound for t in thresholds if t.bound <= highest * REACH), 0.0)


def _dot(canvas: Canvas, value: float, top: float) -> int:
    """Return the dot row of a value; what is above the axis is drawn at its edge."""
    return round(min(1.0, max(0.0, value / top)) * (canvas.high - 1))


def _draw_course(canvas: Canvas, samples: list[Sample | None], top: float, index: int, mark: str) -> None:
    tone, letter = COURSE_TONES[index % 4], mark or "*"
    for x, point in enumerate(samples):
        if point is not None:
            lowest, highest = _dot(canvas, point.low, top), _dot(canvas, point.high, top)
            for y in range(lowest, highest + 1 if highest - lowest >= BAND_FROM else lowest):
                if (x + y) % 2 == 0:
                    canvas.dot(x, y, Tone.BAND, ":")
    before = None
    for x, point in enumerate(samples):
        if point is None:
            before = None
            continue
        y = _dot(canvas, point.mean, top)
        start = y if before is None or not point.joined else before + (y > before) - (y < before)
        for between in range(min(start, y), max(start, y) + 1):
            canvas.dot(x, between, tone, letter)
        before = y


def _draw_thresholds(
    canvas: Canvas, thresholds: tuple[Threshold, ...], top: float, ascii_only: bool
) -> dict[int, Piece]:
    """Draw each bound where nothing else is; return the letters that name them, by row."""
    letters: dict[int, Piece] = {}
    for threshold in sorted(thresholds, key=lambda threshold: threshold.level.severity):
        if not 0 < threshold.bound <= top:
            continue
        tone, row = LEVEL_TONE[threshold.level], canvas.row_of(_dot(canvas, threshold.bound, top))
        for column in range(canvas.columns):
            if canvas.is_empty(column, row):
                canvas.write(column, row, "-" if ascii_only else "┄", tone)
        letters[row] = Piece(threshold.level.letter, tone)
    return letters


def _mark_ends(
    canvas: Canvas, sampled: list[list[Sample | None]], courses: tuple[Course, ...], top: float
) -> None:
    """Write each course's letter where it ends; those that end together stand side by side."""
    taken: set[tuple[int, int]] = set()
    for index, samples in enumerate(sampled):
        newest = next((x for x in reversed(range(len(samples))) if samples[x] is not None), None)
        if newest is None:
            continue
        point = samples[newest]
        row = canvas.row_of(_dot(canvas, point.mean if point else 0.0, top))
        column = newest * canvas.columns // canvas.wide
        while (column, row) in taken:
            column -= 1
        taken.add((column, row))
        canvas.write(column, row, courses[index].mark, COURSE_TONES[index % 4])


def _say_nothing(canvas: Canvas) -> None:
    text = "nothing measured yet"
    if len(text) <= canvas.columns:
        canvas.write((canvas.columns - len(text)) // 2, (canvas.rows - 1) // 2, text, Tone.MUTED)


def _labels(canvas: Canvas, top: float, unit: str) -> dict[int, str]:
    labels = {canvas.rows - 1: "0", 0: show(top, unit)}
    if canvas.rows >= MIDDLE_FROM:
        labels[canvas.row_of(_dot(canvas, top / 2, top))] = show(top / 2, unit)
    return labels


def _time_axis(since: float, until: float, gutter: int, columns: int, where: tzinfo | None) -> Cell:
    text = ""
    for tick in time_ticks(since, until, columns, where):
        text = text.ljust(tick.column) + tick.text
    return (Piece(" " * (gutter + 1)), Piece(text, Tone.MUTED))


class Plot(Lines):
    """A plot on the screen."""

    def __init__(self) -> None:
        """Show an empty plot."""
        super().__init__()
        self._data = EMPTY_PLOT
        self._ascii_only = False

    def show(self, data: PlotData, *, ascii_only: bool = False) -> None:
        """Show these courses; drawn at most once a second."""
        if (data, ascii_only) != (self._data, self._ascii_only):
            self._data, self._ascii_only = data, ascii_only
            self.ask_redraw()

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return the plot at that size."""
        lines = draw_plot(self._data, width, height, ascii_only=self._ascii_only)
        return without_ellipsis(lines) if self._ascii_only else lines
