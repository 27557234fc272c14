"""Owns the lines of the library: walks that are open, runbooks, and files that hold no usable one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from checks.moments import brief
from checks.units import show
from runbooks.live import BrokenRunbook, Runbooks, WalkHead
from runbooks.model import Plan
from runbooks.wording import whose
from tui.cell import Cell, Piece, Tone, cell
from tui.walks.open_walk import OpenWalk, OpenWalks, step_count
from tui.walks.phase import DECIDED, TONE, phase_of
from tui.walks.words import ENDING_TONE, ENDING_WORD, RISK_TONE, name_of, said
from tui.widgets.table_rows import Row

OPEN, USABLE, UNUSABLE = "open walks", "runbooks", "cannot be used"


@dataclass(frozen=True, slots=True)
class LibraryLine:
    """One line: an open walk, a runbook, or a broken file."""

    plan: Plan | None = None
    opened: OpenWalk | None = None
    broken: BrokenRunbook | None = None
    last: WalkHead | None = None
    usual: float = 0.0
    """Seconds that a walk which was done took; 0 when none was."""


def rows(library: Runbooks, walks: OpenWalks) -> list[Row[LibraryLine]]:
    """Return what stands in the table: open walks on top, broken files at the end."""
    going = [each for each in walks.values() if not each.walk.over]
    lines = [Row(f"walk {each.walk.id}", LibraryLine(opened=each), OPEN) for each in going]
    for plan in library.plans:
        usual = library.usual.get(plan.name, 0.0) or plan.expected
        line = LibraryLine(plan, last=library.last.get(plan.name), usual=usual)
        lines.append(Row(f"plan {plan.name}", line, USABLE))
    lines += [Row(f"file {each.file}", LibraryLine(broken=each), UNUSABLE) for each in library.broken]
    return lines


def title(line: LibraryLine) -> Cell:
    """Return what it is called, and beside it what else is to be said."""
    if line.opened is not None:
        walk = line.opened.walk
        phase = phase_of(line.opened)
        loud = TONE.get(phase, Tone.MUTED) if phase in DECIDED else Tone.MUTED
        return (
            Piece(f"{name_of(walk.plan)} ", Tone.STRONG),
            Piece(f" {phase.upper()} ", loud),
        )
    if line.broken is not None:
        problem = line.broken.problems[0] if line.broken.problems else "not usable"
        return cell(said(problem), Tone.WARN)
    assert line.plan is not None, "a line is one of the three"
    return cell(name_of(line.plan))


def risk(line: LibraryLine) -> Cell:
    """Return the risk, in words."""
    return cell(line.plan.risk.value, RISK_TONE[line.plan.risk]) if line.plan else ()


def steps(line: LibraryLine) -> Cell:
    """Return how many steps it has, or at which of them the walk is."""
    if line.opened is not None:
        return cell(step_count(line.opened.walk), Tone.MUTED)
    return cell(str(len(line.plan.steps) + len(line.plan.last)), Tone.MUTED) if line.plan else ()


def usual(line: LibraryLine) -> Cell:
    """Return how long it usually takes."""
    return cell(show(line.usual, "s") if line.usual else "-", Tone.MUTED) if line.plan else ()


def last(line: LibraryLine, now: float, where: tzinfo | None) -> Cell:
    """Return when it was walked last, and how that ended."""
    if line.opened is not None:
        walk = line.opened.walk
        held = "here" if line.opened.held else whose(walk.holder, line.opened.standpoint.me)
        return (Piece(f"{brief(walk.opened_at, now, where)}  ", Tone.MUTED), Piece(held, Tone.FOCUS))
    if line.broken is not None and len(line.broken.problems) > 1:
        return cell(f"{len(line.broken.problems)} problems", Tone.WARN)
    if line.plan is None:
        return ()
    if line.last is None:
        return cell("never", Tone.MUTED)
    return (Piece(f"{brief(line.last.opened_at, now, where)}  ", Tone.MUTED), *ending(line.last))


def ending(head: WalkHead) -> Cell:
    """Return how a walk ended."""
    if head.ending is None:
        return cell("open", Tone.FOCUS)
    return cell(ENDING_WORD[head.ending], ENDING_TONE[head.ending])


def covers(line: LibraryLine) -> Cell:
    """Return what it answers of what was asked for."""
    return cell(", ".join(map(said, line.plan.refs)), Tone.MUTED) if line.plan else ()


def searched(line: LibraryLine) -> str:
    """Return the text that a filter looks in."""
    if line.opened is not None:
        return line.opened.walk.plan.title
    if line.broken is not None:
        return line.broken.file
    assert line.plan is not None, "a line is one of the three"
    plan = line.plan
    return " ".join((plan.name, plan.title, plan.summary, plan.risk.value, *plan.refs))


def plan_of(library: Runbooks, name: str) -> Plan | None:
    """Return the plan of that runbook; None when there is none."""
    plans: Mapping[str, Plan] = {plan.name: plan for plan in library.plans}
    return plans.get(name)
