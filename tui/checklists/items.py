"""Owns the lines of one checklist: its items by phase, how each stands, all that is to be said of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from checks.board import CheckState, Snapshot, SystemInfo
from checks.model import Level
from checks.moments import brief, named
from runbooks.checklist_plan import ByChecks, ByEvidence, ByPerson, ByRecord, ItemPlan, ListManner
from runbooks.checklists import ruling
from runbooks.checklists.judging import checks_of
from runbooks.checklists.state import ItemState, ListState, Mark
from runbooks.checklists.telling import ENDINGS, list_title, seen_words, ticked_by
from runbooks.levels import acceptable
from runbooks.operators import WALKDOWN, Operator
from tui.cell import LEVEL_TONE, LEVEL_WORD, Cell, Piece, Tone, cell
from tui.format import age
from tui.paragraph import BREAK, Paragraph, exact, fact, prose
from tui.walks.words import DOT, HERE, lines_of, said, short_who, who
from tui.widgets.table_rows import Row

TICKED, UNTICKED, LEFT_OUT, LOST = "\u2713", "\u2610", "\u2013", "\u2717"
ITSELF = "by itself"
"""Who ticked what nobody ticked."""


@dataclass(frozen=True, slots=True)
class View:
    """What is known when a list is drawn."""

    state: ListState
    snapshot: Snapshot
    system: SystemInfo
    waits: Mapping[str, str]
    """What keeps items from being ticked by themselves."""
    now: float
    where: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of a list."""

    view: View
    item: ItemPlan
    place: int
    """Of its phase."""

    @property
    def stands(self) -> ItemState:
        """Return how it stands."""
        return self.view.state.item(self.item.id)

    @property
    def in_phase(self) -> bool:
        """Return whether it is of the phase that the list is in, and the list is open."""
        return self.place == self.view.state.place and not self.view.state.over


def rows(view: View) -> list[Row[ItemLine]]:
    """Return a line for each item, beneath the phase that it is of."""
    state = view.state
    return [
        Row(item.id, ItemLine(view, item, place), _heading(state, place))
        for place, phase in enumerate(state.plan.phases)
        for item in phase.items
    ]


def _heading(state: ListState, place: int) -> str:
    phase = state.plan.phases[place]
    if not phase.name:
        return ""
    settled = sum(state.item(item.id).settled for item in phase.items)
    word = "not begun" if place > state.place else f"{settled} of {len(phase.items)}"
    return f"{phase.name}, {word}"


def mark(line: ItemLine) -> Cell:
    """Return the mark of an item; before the one that is next in a list that goes item by item, an arrow."""
    stands, state = line.stands, line.view.state
    turn = state.plan.manner is ListManner.READ_DO and line.in_phase and ruling.present(state) == line.item
    here = Piece(HERE if turn else " ", Tone.FOCUS)
    match stands.mark:
        case Mark.DONE:
            return (here, Piece(TICKED, Tone.OK))
        case Mark.LEFT_OUT:
            return (here, Piece(LEFT_OUT, Tone.MUTED))
    if stands.lost or (state.over and not line.item.advisory):
        return (here, Piece(LOST, Tone.WARN))
    return (here, Piece(UNTICKED, Tone.PLAIN if line.in_phase else Tone.MUTED))


def title(line: ItemLine) -> Cell:
    """Return what is to be so."""
    tone = Tone.MUTED if line.stands.settled or not line.in_phase else Tone.PLAIN
    pieces = [Piece(said(line.item.title), tone)]
    if line.item.advisory:
        pieces.append(Piece(" (advisory)", Tone.MUTED))
    return tuple(pieces)


def stands(line: ItemLine) -> Cell:
    """Return who saw to it and when, or what keeps it from being ticked now."""
    state = line.stands
    if state.settled:
        word = "n/a, " if state.mark is Mark.LEFT_OUT else ""
        when = brief(state.at, line.view.now, line.view.where)
        return cell(f"{word}{when} {_by(state.by)}", Tone.MUTED)
    return keeps(line) if line.in_phase else ()


def keeps(line: ItemLine) -> Cell:
    """Return what keeps an open item: the level and age of the check, or who must see to it."""
    match line.item.source:
        case ByChecks() as source:
            return _checks(source, line.view)
        case ByRecord():
            words = said(line.view.waits.get(line.item.id, ""))
            return cell(words or said(ticked_by(line.item)), Tone.WARN if words else Tone.MUTED)
        case ByEvidence():
            return cell("look, then tick")
        case ByPerson():
            return cell("yours to tick")


def _checks(source: ByChecks, view: View) -> Cell:
    states = {state.name: state for state in view.snapshot.states}
    members = [states[name] for name in checks_of(source, view.system) if name in states]
    bad = sorted(
        (state for state in members if not acceptable(state, source.level)),
        key=lambda state: -state.level.severity,
    )
    if bad:
        more = f" +{len(bad) - 1}" if len(bad) > 1 else ""
        return (*_level(bad[0]), Piece(f" {said(bad[0].name)}{more} {_age(bad[0], view.now)}", Tone.MUTED))
    if not members:
        return cell("no such check", Tone.WARN)
    return cell("well; ticked soon", Tone.MUTED)


def _level(state: CheckState) -> Cell:
    word = "STALE" if state.stale else LEVEL_WORD[state.level]
    return (Piece(word, LEVEL_TONE[state.level]),)


def _age(state: CheckState, now: float) -> str:
    return age(max(0.0, now - state.last.at)) if state.last.at else "never"


def searched(line: ItemLine) -> str:
    """Return the text that a filter looks in."""
    return " ".join((line.item.id, line.item.title, line.item.text, *line.item.refs))


def told(line: ItemLine) -> tuple[Paragraph, ...]:
    """Return all that there is to say of an item."""
    item, view = line.item, line.view
    parts = [
        [Paragraph((Piece(said(item.title), Tone.STRONG),))],
        [prose(text) for text in lines_of(item.text)],
        [*_about(line)],
        [*_live(item, view)] if not view.state.over else [],
        [*_stood(line)],
        [*_notes(line)],
    ]
    joined: list[Paragraph] = []
    for part in parts:
        if part:
            joined += [BREAK, *part] if joined else part
    return tuple(joined)


def _about(line: ItemLine) -> Iterator[Paragraph]:
    item = line.item
    yield fact("item", f"{said(item.id)}{DOT}{'advisory' if item.advisory else 'mandatory'}")
    yield fact("by", said(ticked_by(item)))
    if item.refs:
        yield fact("for", ", ".join(map(said, item.refs)))
    if line.in_phase and not line.stands.settled and not ruling.in_turn(line.view.state, item.id):
        yield fact("turn", f"{ListManner.READ_DO.value}: what stands before it comes first", Tone.MUTED)


def _live(item: ItemPlan, view: View) -> Iterator[Paragraph]:
    """Yield how the checks of an item are now, and what keeps it."""
    source = item.source
    if waits := view.waits.get(item.id, ""):
        yield fact("waits", said(waits), Tone.WARN)
    if isinstance(source, ByChecks | ByEvidence):
        states = {state.name: state for state in view.snapshot.states}
        members = [states[name] for name in checks_of(source, view.system) if name in states]
        for state in sorted(members, key=lambda state: state.level is Level.OK)[:12]:
            lead = (
                Piece(f"{'STALE' if state.stale else LEVEL_WORD[state.level]:<5} ", LEVEL_TONE[state.level]),
            )
            summary = f": {said(state.last.summary)}" if state.last.at else ""
            yield fact("now", f"{said(state.name)}{summary}, {_age(state, view.now)}", lead=lead)


def _stood(line: ItemLine) -> Iterator[Paragraph]:
    """Yield who saw to it, when, by what; or why it is open again."""
    state, view = line.stands, line.view
    if not state.at:
        return
    word = {Mark.DONE: "ticked", Mark.LEFT_OUT: "n/a", Mark.OPEN: "open"}[state.mark]
    by = "by itself" if state.by == WALKDOWN else f"by {who(state.by)}"
    yield fact(word, f"{named(state.at, view.now, view.where)}, {by}")
    if state.why:
        yield fact("why", said(state.why))
    if state.lost:
        times = "once" if state.lost == 1 else f"{state.lost} times"
        yield fact("lost", f"{times}: it was ticked by itself and was not so any more", Tone.WARN)
    if state.note:
        yield fact("note", said(state.note))
    if state.shown:
        taken = f"taken {named(state.shown_at, view.now, view.where)}, " if state.shown_at else ""
        yield fact("seen", f"{taken}{seen_words(state.shown, state.shown_sha256)}")
        for text in state.shown:
            yield exact(said(text))


def _notes(line: ItemLine) -> Iterator[Paragraph]:
    for remark in line.stands.notes:
        when = named(remark.at, line.view.now, line.view.where)
        yield fact("note", f"{said(remark.text)} ({short_who(remark.by)}, {when})")


def head(view: View) -> tuple[Cell, ...]:
    """Return the line about a list as a whole, and the one that says what is to be done next."""
    state = view.state
    settled, items = state.counts
    window = (
        f"{DOT}{said(state.window)} {brief(state.window_start, view.now, view.where)}" if state.window else ""
    )
    opened = f"{DOT}opened {brief(state.opened_at, view.now, view.where)} {_by(state.opened_by)}"
    word = f" {state.phase.name} " if state.phase.name else " open "
    badge = Piece(f" {ENDINGS[state.ending]} " if state.over else word, Tone.FOCUS)
    first = (
        Piece(f" {list_title(state.plan)} ", Tone.STRONG),
        badge,
        Piece(f"{settled}/{items}{window}{opened}", Tone.MUTED),
    )
    return (first, next_step(state))


def next_step(state: ListState) -> Cell:
    """Return what is to be done next, or what keeps the list from going on."""
    if state.over:
        reason = f": {said(state.close_reason)}" if state.close_reason else ""
        missing = f"; not finished: {', '.join(map(said, state.unfinished))}" if state.unfinished else ""
        return cell(f" {ENDINGS[state.ending]} by {short_who(state.closed_by)}{reason}{missing}", Tone.MUTED)
    if why := ruling.blocked(state):
        return (Piece(f" {said(why)}", Tone.WARN),)
    if state.next_phase is not None:
        return (Piece(f" {state.phase.name} is finished: p begins {state.next_phase.name}", Tone.OK),)
    if waiting := state.unsettled():
        return (Piece(f" left open before: {said(ruling.named(waiting))}", Tone.WARN),)
    return (Piece(" everything is finished: C closes the list", Tone.OK),)


def _by(operator: Operator) -> str:
    return ITSELF if operator == WALKDOWN else short_who(operator)
