"""Owns how a command finds the runbook or the walk that it is about, and how it lists these to choose."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

from checks.command_line import CONFIG
from checks.errors import UsageError
from checks.exits import Failure
from checks.moments import moment
from checks.suggest import did_you_mean
from runbooks.live import Runbooks, WalkHead
from runbooks.model import Plan
from runbooks.wording import ENDINGS, who


def chosen(library: Runbooks, name: str) -> tuple[Plan, float]:
    """Return the plan of that name, and the seconds that it usually takes.

    Raises:
        UsageError: when there is none; says what may have been meant.
        Failure: when its file holds no usable one; says all that is wrong.
    """
    for plan in library.plans:
        if plan.name == name:
            return plan, library.usual.get(name, 0.0)
    for broken in library.broken:
        if Path(broken.file).stem == name:
            raise Failure("\n".join(broken.problems), CONFIG)
    known = [plan.name for plan in library.plans]
    raise UsageError(f"no runbook is called {name!r}{did_you_mean(name, known)}")


def which(heads: tuple[WalkHead, ...], walk: str, zone: tzinfo | None) -> WalkHead | None:
    """Return the walk of that id, else the only one that is open; None when none is.

    Raises:
        UsageError: when there is none of that id, or several are open.
    """
    if walk:
        for head in heads:
            if head.id == walk:
                return head
        raise UsageError(f"there is no walk {walk!r}{did_you_mean(walk, [head.id for head in heads])}")
    still_open = [head for head in heads if head.ending is None]
    if len(still_open) > 1:
        lines = [head_line(head, zone) for head in still_open]
        raise UsageError("\n".join(("several walks are open; name one:", *lines)))
    return still_open[0] if still_open else None


def head_line(head: WalkHead, zone: tzinfo | None) -> str:
    """Return a walk of a list in one line."""
    name = f"{head.runbook}: {head.title}" if head.title else head.runbook
    begun = moment(head.opened_at, zone)
    return f"{head.id}  {begun}  {ENDINGS[head.ending]}  {name}  by {who(head.opened_by)}"
