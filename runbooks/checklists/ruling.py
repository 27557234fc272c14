"""Owns what may be done with a checklist, and what happens to its items by itself: rules. Pure."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping

from runbooks.checklist_events import (
    ChecklistClosed,
    ItemLeftOut,
    ItemNoted,
    ItemTicked,
    ItemUnticked,
    ListEnding,
    PhaseBegun,
)
from runbooks.checklist_plan import ByEvidence, ItemPlan, ListManner
from runbooks.checklists.judging import Verdict
from runbooks.checklists.state import ListState, Mark
from runbooks.errors import RefusedDecisionError
from runbooks.reasons import told, too_short
from runbooks.wording import who

STEADY = 10.0
"""Seconds for which what ticked an item must have been well again before it is ticked once more."""
STEADIEST = 600.0
"""The most of them: they double with each time that the item was lost, so that a check which comes and goes
writes a few rows an hour and not thousands."""
NAMED = 4
"""So many items are named that are in the way; the rest is counted."""


def steady_for(lost: int) -> float:
    """Return the seconds for which an item that was lost so often must be well before it is ticked."""
    return 0.0 if not lost else min(STEADIEST, STEADY * 2.0 ** min(lost - 1, 16))


def moves(
    state: ListState, verdicts: Mapping[str, Verdict], well_for: Mapping[str, float], grace: bool = False
) -> tuple[ItemTicked | ItemUnticked, ...]:
    """Return what happens to the items of the present phase by themselves.

    Args:
        state: The list as it stands.
        verdicts: What is seen of each item that is ticked by itself.
        well_for: For how many seconds each has been seen to be good without a break.
        grace: Whether nobody has had the time to look at everything, as just after a start; then nothing is
            lost only because it was not looked at.
    """
    return tuple(_moves(state, verdicts, well_for, grace))


def _moves(
    state: ListState, verdicts: Mapping[str, Verdict], well_for: Mapping[str, float], grace: bool
) -> Iterator[ItemTicked | ItemUnticked]:
    in_turn = True
    for item in () if state.over else state.phase.items:
        stands, verdict = state.item(item.id), verdicts.get(item.id)
        mark = stands.mark
        if verdict is not None and item.by_itself and mark is not Mark.LEFT_OUT:
            if mark is Mark.DONE and not verdict.good and not (verdict.unseen and grace):
                yield ItemUnticked(item.id, verdict.why)
                mark = Mark.OPEN
            elif (
                mark is Mark.OPEN
                and verdict.good
                and in_turn
                and well_for.get(item.id, 0.0) >= steady_for(stands.lost)
            ):
                yield ItemTicked(item.id, verdict.why)
                mark = Mark.DONE
        if state.plan.manner is ListManner.READ_DO and mark is Mark.OPEN and not item.advisory:
            in_turn = False


def present(state: ListState) -> ItemPlan | None:
    """Return the item that is to be done next of the present phase; None when all are settled."""
    return next((item for item in state.phase.items if not state.item(item.id).settled), None)


def shown_sha256(lines: Iterable[str]) -> str:
    """Return the hash of evidence that was shown line by line."""
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def why_not(state: ListState, name: str) -> str:
    """Return why a person may not tick the item now; empty when he may."""
    item = state.plan.item(name)
    if item is None:
        return f"there is no item {name!r} in this list"
    return _closed(state) or _not_now(state, item) or _by_itself(item) or _settled(state, item)


def ticked(
    state: ListState, name: str, shown: tuple[str, ...], shown_hash: str, note: str, shown_at: float = 0.0
) -> tuple[ItemTicked, ...]:
    """Return that a person has done an item, who has seen this evidence.

    Raises:
        RefusedDecisionError: when it may not be ticked; says why.
    """
    _demand(why_not(state, name))
    item = _item(state, name)
    if isinstance(item.source, ByEvidence) and not shown_hash:
        raise RefusedDecisionError("its evidence was not looked at; look at it first")
    return (ItemTicked(name, shown=shown, shown_sha256=shown_hash, note=note, shown_at=shown_at),)


def unticked(state: ListState, name: str, reason: str) -> tuple[ItemUnticked, ...]:
    """Return that an item is open again by somebody's word.

    Raises:
        RefusedDecisionError: when it may not be; says why.
    """
    item = _item(state, name)
    stands = state.item(name)
    _demand(_closed(state) or _in_phase(state, item))
    if stands.mark is Mark.OPEN:
        raise RefusedDecisionError(f"{name} is not ticked")
    if item.by_itself and stands.mark is Mark.DONE:
        raise RefusedDecisionError(
            f"{name} follows what is seen and would be ticked again; if it does not apply, say n/a"
        )
    return (ItemUnticked(name, told(reason)),)


def left_out(state: ListState, name: str, reason: str) -> tuple[ItemLeftOut, ...]:
    """Return that an item does not apply.

    Raises:
        RefusedDecisionError: when that may not be said; says why.
    """
    item = _item(state, name)
    stands = state.item(name)
    if stands.mark is Mark.DONE and item.by_itself:
        _demand(_closed(state) or _in_phase(state, item))
    else:
        _demand(_closed(state) or _in_phase(state, item) or _settled(state, item))
    return (ItemLeftOut(name, told(reason)),)


def noted(state: ListState, name: str, text: str) -> tuple[ItemNoted, ...]:
    """Return that something was written beside an item, in whatever phase.

    Raises:
        RefusedDecisionError: when it may not be; says why.
    """
    _item(state, name)
    _demand(_closed(state))
    if not text.strip():
        raise RefusedDecisionError("a note needs a text")
    return (ItemNoted(name, text.strip()),)


def phase_begun(state: ListState, phase: str) -> tuple[PhaseBegun, ...]:
    """Return that the next phase begins.

    Raises:
        RefusedDecisionError: when it may not; names the items in the way.
    """
    _demand(_closed(state))
    coming = state.next_phase
    if coming is None:
        raise RefusedDecisionError("there is no phase after this one; close the list")
    if phase not in ("", coming.name):
        raise RefusedDecisionError(f"{phase!r} is not the next phase; {coming.name} is")
    _demand(blocked(state))
    return (PhaseBegun(coming.name),)


def blocked(state: ListState) -> str:
    """Return what keeps the next phase from beginning, naming the items; empty when nothing does."""
    waiting = state.unsettled(state.phase)
    if not waiting:
        return ""
    where = f"{state.phase.name} is" if state.phase.name else "the list is"
    return f"{where} not finished: {named(waiting)}"


def closed(
    state: ListState, reason: str, shown: tuple[str, ...] | None = None
) -> tuple[ChecklistClosed, ...]:
    """Return that the list is closed; one that is not finished is given up, for a reason.

    `shown` are the ids of the items that the operator saw as not finished; None when he does not say.

    Raises:
        RefusedDecisionError: when it may not be; names what is not finished.
    """
    _demand(_closed(state))
    waiting = state.unsettled()
    if shown is not None and shown != tuple(item.id for item in waiting):
        left = f"not finished by now: {named(waiting)}" if waiting else "all is finished by now"
        raise RefusedDecisionError(f"{left}; look again")
    if not waiting:
        return (ChecklistClosed(ListEnding.DONE, reason.strip()),)
    if why := too_short(reason):
        raise RefusedDecisionError(f"not finished: {named(waiting)}; to give it up {why.removeprefix('it ')}")
    unfinished = tuple(item.id for item in waiting)
    return (ChecklistClosed(ListEnding.GIVEN_UP, reason.strip(), unfinished),)


def named(items: Iterable[ItemPlan]) -> str:
    """Return items by their ids, a few of them."""
    ids = [item.id for item in items]
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return ", ".join(ids[:NAMED]) + more


def _closed(state: ListState) -> str:
    return f"the list was closed by {who(state.closed_by)}" if state.over else ""


def _in_phase(state: ListState, item: ItemPlan) -> str:
    """Return why an item of another phase stays as it is; empty in the present one."""
    place = state.plan.phase_of(item.id)
    if place < state.place:
        return f"{state.plan.phases[place].name} is over and stays as it is; write a note"
    if place > state.place:
        return f"{state.plan.phases[place].name} has not begun"
    return ""


def in_turn(state: ListState, name: str) -> bool:
    """Return whether it is the turn of an item of the present phase; in any order it always is."""
    return _first_before(state, name) is None


def _first_before(state: ListState, name: str) -> ItemPlan | None:
    """Return the mandatory item that must be settled before this one; None when there is none."""
    if state.plan.manner is ListManner.DO_CONFIRM:
        return None
    before = itertools.takewhile(lambda item: item.id != name, state.phase.items)
    return next((item for item in before if not item.advisory and not state.item(item.id).settled), None)


def _not_now(state: ListState, item: ItemPlan) -> str:
    """Return why it is not the turn of an item; empty when it is."""
    first = _first_before(state, item.id)
    late = f"this list goes item by item; {first.id} comes first" if first is not None else ""
    return _in_phase(state, item) or late


def _by_itself(item: ItemPlan) -> str:
    return (
        "it is ticked by what is seen, by nobody's word; if it does not apply, say n/a"
        if item.by_itself
        else ""
    )


def _settled(state: ListState, item: ItemPlan) -> str:
    stands = state.item(item.id)
    if not stands.settled:
        return ""
    word = "ticked" if stands.mark is Mark.DONE else "left out"
    return f"{item.id} was {word} by {who(stands.by)}"


def _item(state: ListState, name: str) -> ItemPlan:
    item = state.plan.item(name)
    if item is None:
        raise RefusedDecisionError(f"there is no item {name!r} in this list")
    return item


def _demand(why_not: str) -> None:
    if why_not:
        raise RefusedDecisionError(why_not)
