"""Owns the words for a checklist: how its items stand, by whom, when, on what evidence. Pure.

The command line, screens and reports say the same. What is returned is clean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from checks.moments import moment
from checks.text import clean
from checks.units import show
from runbooks.checklist_events import ListEnding
from runbooks.checklist_plan import ByChecks, ByEvidence, ByRecord, ItemPlan, ListManner, ListPlan
from runbooks.checklists import ruling
from runbooks.checklists.judging import Verdict
from runbooks.checklists.shown import size_of
from runbooks.checklists.state import ListState, Mark
from runbooks.wording import who

MARKS = {Mark.OPEN: "[ ]", Mark.DONE: "[x]", Mark.LEFT_OUT: "[-]"}
"""How an item is marked where there is only ASCII."""
ENDINGS: dict[ListEnding | None, str] = {
    None: "open",
    ListEnding.DONE: "done",
    ListEnding.GIVEN_UP: "given up",
}


@dataclass(frozen=True, slots=True)
class ToldItem:
    """An item of a list as it is told in a report."""

    phase: str
    """Empty in a list without phases."""
    id: str
    title: str
    refs: tuple[str, ...]
    mandatory: bool
    mark: Mark
    at: float
    """When it came to stand so, UTC seconds; 0 when nothing has happened to it."""
    by: str
    """Who saw to it; `walkdown` when it was ticked by itself; empty when nothing has happened."""
    why: str
    """What ticked it, why it is left out, or why it is open again."""
    evidence: tuple[str, ...]
    """What was seen by who ticked it, line by line."""
    evidence_sha256: str
    evidence_at: float
    """When it was taken, UTC seconds; 0 when there is none, or that is not known."""
    evidence_size: int
    """Bytes of it."""
    notes: tuple[str, ...]
    """What was written beside it, each with who and when."""
    lost: int
    """How often it was ticked by itself and lost that again."""


@dataclass(frozen=True, slots=True)
class ToldList:
    """A list as it is told in a report."""

    id: str
    name: str
    title: str
    window: str
    opened_at: float
    opened_by: str
    closed_at: float
    """0 while it is open."""
    closed_by: str
    ending: str
    """`open`, `done` or `given up`."""
    reason: str
    """Why it was given up, or what was said when it was closed."""
    phases: tuple[tuple[str, float, str], ...]
    """Each phase that has begun: its name, when, and by whom."""
    items: tuple[ToldItem, ...]

    @property
    def settled(self) -> int:
        """Return how many items are done, or left out for a reason."""
        return sum(item.mark is not Mark.OPEN for item in self.items)


def told(state: ListState, zone: tzinfo | None = None) -> ToldList:
    """Return all of a list for a report: every item with who, when and the evidence.

    `zone` is that of the times in notes; None is the host's own.
    """
    over = state.over
    return ToldList(
        state.id,
        clean(state.plan.name),
        list_title(state.plan),
        clean(state.window),
        state.opened_at,
        who(state.opened_by),
        state.closed_at,
        who(state.closed_by) if over else "",
        ENDINGS[state.ending],
        clean(state.close_reason, lines=True),
        tuple((one.phase, one.at, who(one.by)) for one in state.begun),
        tuple(
            _told_item(state, phase.name, item, zone) for phase in state.plan.phases for item in phase.items
        ),
    )


def _told_item(state: ListState, phase: str, item: ItemPlan, zone: tzinfo | None) -> ToldItem:
    stands = state.item(item.id)
    notes = [f"{who(one.by)}, {moment(one.at, zone)}: {one.text}" for one in stands.notes]
    if stands.note:
        notes.insert(0, f"{who(stands.by)}, {moment(stands.at, zone)}: {stands.note}")
    return ToldItem(
        phase,
        item.id,
        clean(item.title),
        tuple(map(clean, item.refs)),
        not item.advisory,
        stands.mark,
        stands.at,
        who(stands.by) if stands.at else "",
        clean(stands.why, lines=True),
        tuple(map(clean, stands.shown)),
        stands.shown_sha256,
        stands.shown_at,
        size_of(stands.shown) if stands.shown else 0,
        tuple(clean(note, lines=True) for note in notes),
        stands.lost,
    )


def seen_words(lines: tuple[str, ...], sha256: str) -> str:
    """Return how much evidence was seen, and its hash."""
    many = "1 line" if len(lines) == 1 else f"{len(lines)} lines"
    return f"{many}, {show(size_of(lines), 'B')}, sha256 {clean(sha256)}"


def list_title(plan: ListPlan) -> str:
    """Return what a list is called: its title, else its name."""
    return clean(plan.title or plan.name)


def ticked_by(item: ItemPlan) -> str:
    """Return what ticks an item, such as `check api-health` or `a person who has seen the evidence`."""
    match item.source:
        case ByChecks() as source:
            level = "" if source.level == "OK" else f", {source.level} will do"
            if source.every:
                return clean(f"every check{level}")
            if source.group:
                return clean(f"checks of {source.group}{level}")
            what = "check" if len(source.names) == 1 else "checks"
            return clean(f"{what} {', '.join(source.names)}{level}")
        case ByRecord() as source:
            return clean(_record(source))
        case ByEvidence():
            return "a person who has seen the evidence"
        case _:
            return "a person"


def _record(source: ByRecord) -> str:
    span = show(source.span, "s") if source.span else ""
    match source.source:
        case "walk":
            return f"walk of {source.value} {f'within {span}' if span else 'since the list was opened'}"
        case "report":
            return f"report {source.value} {f'within {span}' if span else 'since the list was opened'}"
        case "notice":
            return f"{source.value} sent{f', {span} before the window' if span else ''}"
        case "baseline":
            return "baseline taken"
        case "window":
            return {"next": "another window planned"}.get(source.value, f"window {source.value}")
        case _:
            return f"{source.source} {source.value}"


def waits_of(state: ListState, verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """Return what keeps items of the present phase from being ticked by themselves, in words."""
    found = {}
    for item in state.phase.items:
        verdict, stands = verdicts.get(item.id), state.item(item.id)
        if verdict is None or stands.settled:
            continue
        if not verdict.good:
            found[item.id] = verdict.why
        elif stands.lost and ruling.in_turn(state, item.id):
            steady = show(ruling.steady_for(stands.lost), "s")
            found[item.id] = f"well again; ticked once it has been so for {steady}"
        elif state.plan.manner is ListManner.READ_DO:
            found[item.id] = "well; what stands before it comes first"
    return found


def stands_in_a_line(state: ListState) -> str:
    """Return how a list stands, such as `before 3/7` or `done`."""
    if state.over:
        return ENDINGS[state.ending]
    settled, items = state.counts
    phase = f"{state.phase.name} " if state.phase.name else ""
    return f"{phase}{settled}/{items}"
