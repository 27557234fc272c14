"""Owns the walks that are open, as screens are given them, and which of them this console decides about.

A console decides as long as the fence that it was given is the newest: who takes a walk over raises it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from runbooks.live import Live
from runbooks.rights import HERE, Standpoint
from runbooks.walk import Stage, Walk
from runbooks.wording import taken_by
from tui.walks.words import said, short_who


@dataclass(frozen=True, slots=True)
class OpenWalk:
    """A walk as it stands now; one that is over stays until the operator leaves it."""

    walk: Walk
    live: Live
    held: bool = False
    """Whether this console decides."""
    standpoint: Standpoint = HERE
    """Who sits here, and what he may do."""
    where: tzinfo | None = None
    """The zone in which times are told; None is the host's own."""


OpenWalks = Mapping[str, OpenWalk]
"""By the id of the walk."""


class Holds:
    """The fences that this console was given, by the id of the walk."""

    def __init__(self) -> None:
        """Decide about nothing."""
        self._first: dict[str, int] = {}
        """The first fence that was seen of each walk."""
        self._newest: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self._above: dict[str, int] = {}
        """Walks that are ours with the first fence above this one."""

    def saw(self, walk: Walk) -> None:
        """Learn the fence that a walk has now."""
        self._first.setdefault(walk.id, walk.fence)
        self._newest[walk.id] = walk.fence
        if walk.id in self._above and walk.fence > self._above[walk.id]:
            self._held[walk.id] = walk.fence
            del self._above[walk.id]

    def began(self, walk: str) -> None:
        """Decide about a walk that this console has begun, by the first fence that it has."""
        if walk in self._first:
            self._held[walk] = self._first[walk]
        else:
            self._above[walk] = -1

    def took_over(self, walk: str, before: int) -> None:
        """Decide about a walk from here on; `before` is the fence that it had when this was asked for."""
        if self._newest.get(walk, before) > before:
            self._held[walk] = self._newest[walk]
        else:
            self._above[walk] = before

    def fence(self, walk: str) -> int:
        """Return the fence under which this console decides; 0 when it does not."""
        return self._held.get(walk, 0)

    def holds(self, walk: Walk) -> bool:
        """Return whether this console decides about the walk as it stands."""
        return self._held.get(walk.id) == walk.fence


def step_count(walk: Walk) -> str:
    """Return which step of how many the walk is at: `3/9`."""
    place, whole = position(walk)
    return f"{place}/{whole}"


def position(walk: Walk) -> tuple[int, int]:
    """Return the place of the step that the walk is at, from 1, and how many the stage has."""
    states = walk.steps if walk.over else walk.under_way
    current = walk.current
    place = states.index(current) + 1 if current in states else len(states)
    return place, len(states)


STAGE_WORD = {Stage.BACK: "back ", Stage.LAST: "finally "}


def tag(opened: OpenWalk) -> str:
    """Return in a few words who walks what and how far: `oper1: minor-update 3/9`."""
    walk = opened.walk
    where = STAGE_WORD.get(walk.stage, "") + step_count(walk)
    name = walk.plan.name
    return f"{short_who(walk.holder)}: {name} {where}"


def lost(before: OpenWalk | None, now: OpenWalk) -> str:
    """Return in words that another console has taken a walk from this one, and why; empty when none has."""
    if before is None or not before.held or now.held or now.walk.over:
        return ""
    back = "; T takes it back" if now.standpoint.may_run else ""
    return f"{said(now.walk.plan.name)}: {taken_by(now.walk)}. You watch{back}"


def foremost(walks: OpenWalks) -> OpenWalk | None:
    """Return the walk that matters most: one of this console's, else the oldest that is not over."""
    going = [each for each in walks.values() if not each.walk.over]
    return min(going, key=lambda each: (not each.held, each.walk.opened_at), default=None)
