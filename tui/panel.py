"""Owns the contract of a panel: a widget that receives values and shows what checks of some kinds measured.

A panel is one file in `tui/panels/` and one line in `tui/panel_registry.py`. It says in `facts` what stands
in its lines and in `plots` what is drawn beneath them; heading, age, failures, stale values and the sharing
of the height are here, the same for all. It asks nobody and sends nothing.
"""

from __future__ import annotations

from typing import ClassVar

from textual.reactive import var

from checks.model import Level
from tui.cell import LEVEL_TONE, LEVEL_WORD, Cell, Piece, Tone
from tui.facts import mute
from tui.format import age
from tui.lines import BLANK, Lines, cut, fit, spread, without_ellipsis
from tui.source import Scene, Source, View, looks_alike, sources
from tui.widgets.plot import PlotData, draw_plot

PLOT_FROM, PLOT_WISH = 4, 9
"""Lines from which a plot is of use, and that each of several plots should have."""


class Panel(Lines, can_focus=True):
    """Shows the checks of its kinds, worst first, with their age."""

    DEFAULT_CSS = "Panel { height: 1fr; }"

    KINDS: ClassVar[tuple[str, ...]]
    """Kinds of checks that it reads; it is absent where there is none."""
    NAME: ClassVar[str]
    """Its heading."""
    HELP: ClassVar[str]
    """What an operator should know of it, plain text."""
    COURSES: ClassVar[tuple[str, ...]] = ()
    """Readings whose course it draws."""
    EACH: ClassVar[bool] = False
    """True when every check is shown by itself, false when they are merged into one view."""

    scene: var[Scene] = var(Scene(), init=False)
    """What it draws from."""
    place: var[str] = var("", init=False)
    """Which of how many it is, while it stands alone; part of its heading."""

    def __init__(self) -> None:
        """Show nothing yet."""
        super().__init__()
        self._drawn_from = Scene()
        """The newest scene that looked otherwise than the one before."""

    def facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return the lines of one view, the most important first; what is beyond `room` is cut off."""
        raise NotImplementedError

    def plots(self, view: View) -> tuple[PlotData, ...]:
        """Return the plots, the most important first."""
        return ()

    def watch_scene(self, scene: Scene) -> None:
        """Draw the new values, if there are any."""
        if not looks_alike(self._drawn_from, scene, self.KINDS):
            self._drawn_from = scene
            self.ask_redraw()

    def watch_place(self) -> None:
        """Draw the new heading."""
        self.ask_redraw()

    def on_focus(self) -> None:
        """Show that the keys act on it."""
        self.redraw()

    def on_blur(self) -> None:
        """Show that they do so no more."""
        self.redraw()

    def picture(self, width: int, height: int) -> tuple[Cell, ...]:
        """Return heading, facts and plots."""
        view = View(self.scene, sources(self.scene, self.KINDS))
        heading = _heading(view, self.NAME, self.place, width, focused=self.has_focus)
        plots = self.plots(view)
        room = height - 1
        least = max(2, len(view.sources) if self.EACH else 2)
        wish = max(PLOT_FROM, min((room + 1) // 2, room - least)) if plots else 0
        if room < PLOT_FROM + least:
            wish = 0
        facts = self._facts(view, width, room - wish)[: room - wish]
        lines = (heading, *facts, *self._plots(plots, width, room - len(facts)))
        if not self.scene.live:
            lines = tuple(mute(line) for line in lines)
        return without_ellipsis(lines) if self.scene.ascii_only else lines

    def _facts(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        if not self.EACH or len(view.sources) == 1:
            return self._block(view, width, room)
        lines: list[Cell] = []
        share = max(1, room // max(1, len(view.sources)))
        for source in view.sources:
            lines.append(_title(source, width, share == 1))
            if share > 1:
                lines.extend(self._block(View(view.scene, (source,)), width, share - 1)[: share - 1])
        return tuple(lines[:room])

    def _block(self, view: View, width: int, room: int) -> tuple[Cell, ...]:
        """Return the lines of one view; why there are none, when nothing was measured."""
        if not any(source.readings for source in view.sources):
            return _silence(view, width)
        lines = self.facts(view, width, room)
        return tuple(mute(line) for line in lines) if view.is_stale else lines

    def _plots(self, plots: tuple[PlotData, ...], width: int, room: int) -> tuple[Cell, ...]:
        if not plots or room < PLOT_FROM:
            return ()
        count = min(len(plots), max(1, room // PLOT_WISH))
        lines: list[Cell] = []
        for index, plot in enumerate(plots[:count]):
            height = (room - len(lines)) // (count - index)
            lines.extend(draw_plot(plot, width, height, ascii_only=self.scene.ascii_only))
        return tuple(lines)


def _heading(view: View, name: str, place: str, width: int, *, focused: bool) -> Cell:
    """Return the first line: name, level in letters, age of the oldest result."""
    oldest = min((source.state.last.at for source in view.sources), default=0.0)
    passed = age(max(0.0, view.scene.now - oldest)) if oldest else "-"
    stale = any(source.state.stale for source in view.sources)
    word = "STALE" if stale and view.level is Level.UNKNOWN else LEVEL_WORD[view.level]
    rule = "-" if view.scene.ascii_only else "─"
    tone = Tone.MUTED if view.level is Level.OK else LEVEL_TONE[view.level]
    mark = (">" if view.scene.ascii_only else "▸") if focused else rule
    left = (
        Piece(f"{mark} ", Tone.FOCUS if focused else Tone.RULE),
        Piece(name, Tone.FOCUS if focused else Tone.STRONG),
        Piece(f" {place} " if place else " ", Tone.MUTED),
    )
    right = (Piece(f" {word}", tone), Piece(f" {passed:>4}", Tone.MUTED))
    return spread(left, right, width, rule, Tone.RULE)


def _title(source: Source, width: int, alone: bool) -> Cell:
    """Return the line that names one of several checks; with what it saw when there is room for no more."""
    level = source.state.level
    word = "STALE" if source.state.stale else LEVEL_WORD[level]
    tone = Tone.MUTED if level is Level.OK else LEVEL_TONE[level]
    seen = source.state.last.observation.summary if alone else source.info.title
    left = (Piece(source.info.name, Tone.STRONG), Piece(f"  {seen}", Tone.MUTED))
    return spread(left, (Piece(f" {word}", tone),), width)


def _silence(view: View, width: int) -> tuple[Cell, ...]:
    """Return why there is nothing to show, and since when."""
    lines: list[Cell] = []
    for source in view.sources:
        tone = LEVEL_TONE[source.state.level]
        word = "STALE" if source.state.stale else LEVEL_WORD[source.state.level]
        what = (Piece(f"{word} ", tone), Piece(source.state.last.observation.summary))
        lines.append(cut(what, width))
    last = view.last_measured()
    if last:
        text = f"last measured {age(max(0.0, view.scene.now - last))} ago"
        lines.append((Piece(fit(text, width), Tone.MUTED),))
    return tuple(lines) or (BLANK,)
