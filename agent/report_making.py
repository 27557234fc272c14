"""Owns the making of reports from the files of a system: its journal and its store, each as at one moment.

Everything here blocks, for seconds where there is much to read; an agent does it in a thread. Nothing is
written, and a file that there is not is said to hold nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks import paths
from checks.errors import UsageError
from checks.recurrence.zones import zone_named
from checks.storage.past import past_store
from checks.suggest import did_you_mean
from checks.system import System
from runbooks.composing import Composed, compose, document
from runbooks.journal.database import looking
from runbooks.journal.errors import failed
from runbooks.journal.rows import read_head
from runbooks.journal.spans import PastJournal
from runbooks.material import Material, NoResults, NoRows, Results, Rows
from runbooks.report_formats import find_report
from runbooks.report_parts import HeadPart
from runbooks.report_plans import PERIODS, WINDOW, plan_of
from runbooks.section_registry import DEFAULTS
from runbooks.windows.fold import KINDS, NONE
from runbooks.windows.past import ended, past_windows
from runbooks.windows.state import WindowState

EVER = 1e12
"""UTC seconds that no row is later than."""


@dataclass(frozen=True, slots=True)
class ReportWish:
    """Which report of what time."""

    name: str
    """`daily`, ..., `window`, or `window:NAME` for the last one of that name."""
    now: float
    since: float = 0.0
    """0: what is usual for that report."""
    until: float = 0.0
    """0: now."""
    opened_at: float = 0.0
    """Of a window: the one that was opened then; 0: the last one."""


def make(system: System, source: Path | None, wish: ReportWish) -> Composed:
    """Return the report.

    Raises:
        UsageError: when there is no such report or window; says what may have been meant.
        StoreError: when journal or store cannot be read.
    """
    name, _, window = wish.name.partition(":")
    if name not in DEFAULTS or (window and name != WINDOW):
        raise UsageError(f"no report is called {wish.name!r}{did_you_mean(name, DEFAULTS)}")
    sections = plan_of(system, name, DEFAULTS).sections
    until = wish.until or wish.now
    since = wish.since or until - PERIODS.get(name, 0.0)
    if name != WINDOW and since >= until:
        raise UsageError("a report ends after it begins; see --since and --until")
    with _journal(source) as (rows, head), _store(source, wish.now) as results:
        state = NONE
        if name == WINDOW:
            state = _window(rows, window, wish.opened_at)
            since, until = state.opened_at, ended(state, wish.now)
        material = Material(system, since, until, wish.now, rows, results, state)
        return compose(name, material, sections, head)


def rendered(report: Composed, system: System, forms: tuple[str, ...]) -> dict[str, str]:
    """Return the report in these formats, its times in the zone of the system."""
    told = document(report, zone_named(system.info.timezone))
    return {form: find_report(form)(told) for form in forms}


def window_of(report: Composed) -> str:
    """Return the name of the window that a report tells of; empty for one that tells of a period."""
    section = report.sections.get(WINDOW)
    return str(getattr(section, "name", "")) if section is not None else ""


def _window(rows: Rows, name: str, opened_at: float) -> WindowState:
    """Return the last window (of that name, or opened then)."""
    known = past_windows(rows.rows(KINDS, 0.0, EVER))
    for state in reversed(known):
        if name in ("", state.name) and opened_at in (0.0, state.opened_at):
            return state
    names = dict.fromkeys(state.name for state in known)
    near = did_you_mean(name, names) or (f"; there were: {', '.join(names)}" if names else "")
    raise UsageError(f"no window {f'called {name!r} ' if name else ''}was ever open{near}")


@contextlib.contextmanager
def _journal(source: Path | None) -> Iterator[tuple[Rows, HeadPart]]:
    path = paths.journal_file(source)
    if not path.exists():
        yield NoRows(), HeadPart()
        return
    with contextlib.ExitStack() as stack:
        try:
            connection = stack.enter_context(looking(path))
            head = read_head(connection)
        except sqlite3.Error as error:
            raise failed(path, "read", error) from error
        yield PastJournal(connection), HeadPart(head.seq, head.hash if head.seq else "")


@contextlib.contextmanager
def _store(source: Path | None, now: float) -> Iterator[Results]:
    path = paths.store_file(source)
    if not path.exists():
        yield NoResults()
        return
    with past_store(path, now) as found:
        yield found
