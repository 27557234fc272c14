"""Owns how courses of readings become the plots of panels: which lines, letters, thresholds, units. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isnan

from checks.model import Series
from tui.axes import Threshold
from tui.facts import number
from tui.source import View
from tui.widgets.plot import Course, PlotData


def reading_plot(
    view: View,
    title: str,
    readings: Iterable[str],
    *,
    member: str = "",
    top: float = 0.0,
    labels: Mapping[str, str] | None = None,
) -> PlotData:
    """Return a plot with a line for each of several readings: of one member where they have siblings."""
    lines: dict[str, Series] = {}
    current: dict[str, float | None] = {}
    for name in readings:
        found = view.courses(name)
        label = (labels or {}).get(name, name.replace("_", " "))
        if member in found:
            lines[label] = found[member]
            members = view.members(name)
            current[label] = members[member].value if member in members else None
    thresholds = tuple(
        bound
        for name, series in zip(lines, lines.values(), strict=True)
        for bound in view.thresholds(series.reading, series.labels)
    )
    return _plot(view, title, lines, current, thresholds, top)


def members_plot(
    view: View, title: str, reading: str, members: Iterable[str], *, top: float = 0.0
) -> PlotData:
    """Return a plot of one reading with a line for each of several members."""
    found, now = view.courses(reading), view.members(reading)
    lines = {member: found[member] for member in members if member in found}
    current = {member: now[member].value if member in now else None for member in lines}
    return _plot(view, title, lines, current, view.thresholds(reading), top)


def checks_plot(view: View, title: str, reading: str) -> PlotData:
    """Return a plot of one reading with a line for each check that measures it."""
    lines: dict[str, Series] = {}
    current: dict[str, float | None] = {}
    for source in view.sources[:4]:
        for series in view.scene.courses.of(source.info.name, reading):
            lines[source.info.name] = series
            current[source.info.name] = View(view.scene, (source,)).value(reading)
    return _plot(view, title, lines, current, view.thresholds(reading), 0.0)


def busiest(view: View, readings: tuple[str, ...], *, least: str = "") -> str:
    """Return the member with the most of these readings over all that is known, so that it rarely changes.

    The member named `least` is returned only when there is no other.
    """
    sums: dict[str, float] = {}
    for name in readings:
        for label, series in view.courses(name).items():
            sums[label] = sums.get(label, 0.0) + _mean(series)
    return max(sums, key=lambda label: (label != least, sums[label]), default="")


def _mean(series: Series) -> float:
    values = [mean for mean in series.mean if not isnan(mean)]
    return sum(values) / len(values) if values else 0.0


def _plot(
    view: View,
    title: str,
    lines: Mapping[str, Series],
    current: Mapping[str, float | None],
    thresholds: tuple[Threshold, ...],
    top: float,
) -> PlotData:
    unit = next((series.unit for series in lines.values() if series.unit), "")
    marks = _marks(tuple(lines))
    courses = tuple(
        Course(label, mark, series, "" if (value := current[label]) is None else number(value, unit))
        for (label, series), mark in zip(lines.items(), marks, strict=True)
    )
    scene = view.scene
    return PlotData(
        title, courses, unit, scene.now, scene.span, tuple(dict.fromkeys(thresholds)), top, scene.where
    )


def _marks(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return a letter for each label: its first one that is free, else a digit."""
    marks: list[str] = []
    for place, label in enumerate(labels, 1):
        letters = [letter for letter in label if letter.isascii() and letter.isalnum()]
        marks.append(next((letter for letter in letters if letter not in marks), str(place)))
    return tuple(marks)
