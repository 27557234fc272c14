"""Owns the judgement of checks for an item: whether they are well enough to tick it, in words. Pure.

A console judges by the same rules what it shows beside an item, so that all see the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.board import CheckState, Snapshot, SystemInfo
from checks.model import Level
from checks.text import clean
from runbooks.checklist_plan import ByChecks, ByEvidence
from runbooks.levels import acceptable

NAMED = 3
"""So many checks are named where several are meant; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an item may be ticked by itself now."""

    good: bool
    why: str
    """What is seen, in words that change when what they say does, and not as time goes by."""
    unseen: bool = False
    """Whether it is only not good because nobody has looked lately."""


def checks_of(source: ByChecks | ByEvidence, system: SystemInfo) -> tuple[str, ...]:
    """Return the names of the checks that an item means, in the order of the system."""
    if isinstance(source, ByChecks) and source.every:
        return tuple(info.name for info in system.checks)
    if source.group:
        return tuple(info.name for info in system.checks if info.group == source.group)
    return source.names


def judge(source: ByChecks, snapshot: Snapshot, system: SystemInfo) -> Verdict:
    """Return whether the checks of an item are well enough."""
    names = checks_of(source, system)
    if not names:
        what = f"group {source.group!r} has no checks" if source.group else "there are no checks"
        return Verdict(False, clean(what))
    states = {state.name: state for state in snapshot.states}
    gone = [name for name in names if name not in states]
    if gone:
        return Verdict(False, clean(f"there is no check {', '.join(gone[:NAMED])} any more"))
    members = [states[name] for name in names]
    bad = [state for state in members if not acceptable(state, source.level)]
    if bad:
        bad.sort(key=lambda state: -state.level.severity)
        unseen = all(state.level is Level.UNKNOWN and (state.stale or not state.last.at) for state in bad)
        return Verdict(False, _listed([_ill(state) for state in bad]), unseen)
    if len(members) > NAMED:
        short = [f"{state.name} is {state.level}" for state in members if state.level is not Level.OK]
        rest = f"; {_listed(short)}" if short else ""
        return Verdict(True, clean(f"{len(members) - len(short)} checks are OK{rest}"))
    return Verdict(True, _listed([_well(state) for state in members]))


def _well(state: CheckState) -> str:
    summary = state.last.summary
    return f"{state.name} is {state.level}{f': {summary}' if summary else ''}"


def _ill(state: CheckState) -> str:
    if not state.last.at:
        return f"{state.name} was not looked at yet"
    if state.stale:
        return f"{state.name} is UNKNOWN: nobody has looked lately"
    return f"{state.name} is {state.level}"


def _listed(parts: list[str]) -> str:
    more = f", and {len(parts) - NAMED} more" if len(parts) > NAMED else ""
    return clean(", ".join(parts[:NAMED]) + more)
