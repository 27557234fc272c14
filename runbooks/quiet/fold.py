"""Owns the fold of the journal's rows into the silences and acknowledgements that there are. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from runbooks.alert_events import (
    Acknowledged,
    AcknowledgementEnded,
    SilenceBegun,
    SilenceChanged,
    SilenceEnded,
    SilenceLeftOn,
)
from runbooks.events import Entry
from runbooks.quiet.state import Acknowledgement, QuietState, Silence

KINDS = (
    SilenceBegun,
    SilenceChanged,
    SilenceEnded,
    SilenceLeftOn,
    Acknowledged,
    AcknowledgementEnded,
)
"""The events that concern it."""
NONE = QuietState()


def fold(state: QuietState, entry: Entry) -> QuietState:
    """Return how things stand after one more row; one that is in it already adds nothing."""
    if entry.seq <= state.seq:
        return state
    return replace(_after(state, entry), seq=entry.seq)


def fold_all(entries: Iterable[Entry], state: QuietState = NONE) -> QuietState:
    """Return how things stand after all these rows."""
    for entry in entries:
        state = fold(state, entry)
    return state


def _after(state: QuietState, entry: Entry) -> QuietState:
    match entry.event:
        case SilenceBegun() as event:
            silence = Silence(
                f"s{entry.seq}",
                event.checks,
                event.reason,
                event.cause,
                event.of,
                entry.at,
                event.until,
                entry.operator,
            )
            return replace(state, silences=(*state.silences, silence))
        case SilenceChanged() as event:
            return _with(state, event.id, checks=event.checks, until=event.until)
        case SilenceLeftOn() as event:
            return _with(state, event.id, left_on=event.why)
        case SilenceEnded() as event:
            return replace(state, silences=tuple(one for one in state.silences if one.id != event.id))
        case Acknowledged() as event:
            taken = Acknowledgement(
                event.check, event.comment, event.level, entry.at, event.until, entry.operator
            )
            return replace(state, acknowledgements=(*_others(state, event.check), taken))
        case AcknowledgementEnded() as event:
            return replace(state, acknowledgements=_others(state, event.check))
        case _:
            return state


def _with(state: QuietState, silence: str, **changes: object) -> QuietState:
    changed = tuple(replace(one, **changes) if one.id == silence else one for one in state.silences)
    return replace(state, silences=changed)


def _others(state: QuietState, check: str) -> tuple[Acknowledgement, ...]:
    return tuple(one for one in state.acknowledgements if one.check != check)
