"""Owns the table of what is written down elsewhere and ticks items: walks, notices, windows, and so on. Pure.

To add a source: a rule here with a line in `RULES`, and its key, with what may be asked of it, in
`runbooks/document/checklist_form.py`. What a rule looks at are `Facts`; who gathers them is the agent's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from checks.board import EMPTY, Snapshot
from checks.moments import moment
from checks.text import clean
from checks.units import show
from runbooks.checklist_plan import ByRecord
from runbooks.checklists.judging import Verdict
from runbooks.events import Entry
from runbooks.live import WalkHead
from runbooks.notice_events import NoticeSent
from runbooks.report_events import ReportWritten
from runbooks.walk_events import WalkEnding
from runbooks.window_events import BaselineTaken, WindowClosed, WindowExtended, WindowOpened
from runbooks.windows.past import ended, past_windows, same_time
from runbooks.windows.state import WindowsNow, WindowState
from runbooks.wording import ENDINGS, who

OF_BASELINES = ("window", "hand")
"""Occasions of baselines that count: that of a walk is about the walk."""
NO_WINDOWS = WindowsNow()
SAME = 1.0
"""Seconds within which two moments are the beginning of the same window."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when an item is judged."""

    at: float
    """Now, UTC seconds."""
    opened_at: float = 0.0
    """When the list was opened."""
    window: str = ""
    """The window that the list is for; empty when it is for none."""
    window_start: float = 0.0
    """When that window begins."""
    snapshot: Snapshot = EMPTY
    windows: WindowsNow = NO_WINDOWS
    next_window: Mapping[str, float] | None = None
    """When each window opens next after now, by its name; those that never do are left out."""
    walks: tuple[WalkHead, ...] = ()
    """Newest first."""
    rows: tuple[Entry, ...] = ()
    """The newest rows of `KINDS`, oldest first."""
    zone: tzinfo | None = None
    """In which times are told; None is the host's own."""


KINDS = (BaselineTaken, NoticeSent, ReportWritten, WindowOpened, WindowExtended, WindowClosed)
"""The rows that are looked at."""


def judge_record(source: ByRecord, facts: Facts) -> Verdict:
    """Return whether what an item wants is written down."""
    rule = RULES.get(source.source)
    if rule is None:
        return Verdict(False, clean(f"this version knows nothing of {source.source}"))
    return rule(source, facts)


def _walk(source: ByRecord, facts: Facts) -> Verdict:
    """A walk of the runbook that was done since the list was opened, or lately enough."""
    name = clean(source.value)
    mine = [head for head in facts.walks if head.runbook == source.value]
    since = facts.at - source.span if source.span else facts.opened_at
    for head in mine:
        if head.ending is WalkEnding.DONE and head.ended_at >= since:
            return Verdict(True, clean(f"{name} was done by {who(head.opened_by)}, walk {head.id}"))
    within = f" within {show(source.span, 's')}" if source.span else " since the list was opened"
    if mine and mine[0].opened_at >= since:
        return Verdict(False, f"{name}: the last walk, {clean(mine[0].id)}, is {ENDINGS[mine[0].ending]}")
    return Verdict(False, f"{name} was not walked{within}")


def _notice(source: ByRecord, facts: Facts) -> Verdict:
    """A notice of the kind: about the window of the list when it has one, and long enough before it."""
    sent = [(entry.at, entry.event) for entry in facts.rows if isinstance(entry.event, NoticeSent)]
    mine = [(at, event) for at, event in sent if event.kind == source.value]
    if facts.window and facts.window_start:
        mine = [
            (at, event)
            for at, event in mine
            if event.window == facts.window
            and (not event.starts or _of_same_time(event.starts, facts))
            and (event.starts or at >= facts.opened_at)
        ]
    else:
        mine = [(at, event) for at, event in mine if at >= facts.opened_at]
    if not mine:
        about = f" about {facts.window}" if facts.window else ""
        return Verdict(False, clean(f"no {source.value} was sent{about}"))
    at, event = mine[0]
    start = event.starts or facts.window_start
    if source.span and start and start - at < source.span:
        late = f"it was sent {show(max(0.0, start - at), 's')} before the window instead of"
        return Verdict(False, f"{late} {show(source.span, 's')}")
    return Verdict(True, clean(f"{event.notice or event.kind} was sent {moment(at, facts.zone)}"))


def _of_same_time(starts: float, facts: Facts) -> bool:
    """Return whether a window that begins then is that of the list, as it was planned or as it was opened."""
    planned = abs(starts - facts.window_start) < SAME
    return planned or any(
        abs(starts - held.opened_at) < SAME and same_time(facts.window_start, held) for held in _held(facts)
    )


def _held(facts: Facts) -> tuple[WindowState, ...]:
    """Return the windows there were, oldest first, those of the name that the list is for, or all."""
    held = past_windows(facts.rows)
    return tuple(state for state in held if facts.window in ("", state.name))


def _baseline(source: ByRecord, facts: Facts) -> Verdict:
    """A baseline of the window, or by hand, since the list was opened or its window begun."""
    since = min(facts.opened_at, facts.window_start or facts.opened_at)
    for entry in reversed(facts.rows):
        event = entry.event
        if isinstance(event, BaselineTaken) and event.occasion in OF_BASELINES and entry.at >= since:
            return Verdict(
                True,
                clean(f"baseline {event.name} of {len(event.levels)} checks, {moment(entry.at, facts.zone)}"),
            )
    return Verdict(False, "no baseline was taken since the list was opened")


def _window(source: ByRecord, facts: Facts) -> Verdict:
    """The window of the list, or any when it has none: open now, planned, or coming again after now.

    That it was open while the list was counts as well: a list is often finished after its window was closed.
    """
    state, wanted = facts.windows.state, facts.window
    name = clean(wanted) or "a window"
    is_open = state.is_open(facts.at) and wanted in ("", state.name)
    if is_open and source.value != "next":
        return Verdict(True, clean(f"{state.name} is open until {moment(state.until, facts.zone)}"))
    if source.value != "next" and (before := _was_open(facts)) is not None:
        since, until = moment(before.opened_at, facts.zone), moment(ended(before, facts.at), facts.zone)
        return Verdict(True, clean(f"{before.name} was open {since} to {until}"))
    if source.value == "open":
        return Verdict(False, f"{name} is not open")
    coming = {n: at for n, at in (facts.next_window or {}).items() if wanted in ("", n)}
    if coming:
        first = min(coming, key=lambda n: coming[n])
        return Verdict(True, clean(f"{first} opens {moment(coming[first], facts.zone)}"))
    return Verdict(False, f"{name} is not planned")


def _was_open(facts: Facts) -> WindowState | None:
    """Return the newest window of the list's that was open while the list was; None when none was.

    Of a list that is for one time of a window, one that was over before that time was another one.
    """
    for state in reversed(_held(facts)):
        end = ended(state, facts.at)
        if end > max(facts.opened_at, facts.window_start) or (
            end > facts.opened_at and same_time(facts.window_start, state)
        ):
            return state
    return None


def _report(source: ByRecord, facts: Facts) -> Verdict:
    """A report of that name that was written since the list was opened, or lately enough."""
    name, since = clean(source.value), facts.at - source.span if source.span else facts.opened_at
    for entry in reversed(facts.rows):
        event = entry.event
        if isinstance(event, ReportWritten) and event.name == source.value and entry.at >= since:
            return Verdict(
                True, clean(f"report {name} was written {moment(entry.at, facts.zone)}: {event.file}")
            )
    within = f" within {show(source.span, 's')}" if source.span else " since the list was opened"
    return Verdict(False, f"no report {name} was written{within}")


def _maintenance(source: ByRecord, facts: Facts) -> Verdict:
    """Whether checks are in maintenance, which keeps them from alerting."""
    held = [state.name for state in facts.snapshot.states if state.maintenance]
    if source.value == "on":
        why = f"{len(held)} checks are in maintenance" if held else "no check is in maintenance"
        return Verdict(bool(held), why)
    why = f"{len(held)} checks are still in maintenance" if held else "no check is in maintenance"
    return Verdict(not held, why)


RULES: Mapping[str, Callable[[ByRecord, Facts], Verdict]] = {
    "walk": _walk,
    "notice": _notice,
    "baseline": _baseline,
    "window": _window,
    "maintenance": _maintenance,
    "report": _report,
}
"""Source -> its rule."""
