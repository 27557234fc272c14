"""Owns whether a console decides about a walk: by the fence under which it began or took the walk.

When the fence has risen without us, somebody else decides, and nothing is decided here any more.
"""

from __future__ import annotations

from pathlib import Path

from agent.link import Link
from runbooks.decisions import TakeOver
from runbooks.operators import Operator
from runbooks.walk import Walk


class Claim:
    """The hold of one console on one walk."""

    def __init__(self, link: Link, walk: str) -> None:
        """Hold nothing yet."""
        self._link = link
        self._id = walk
        self._fence = 0
        self._above = 0
        """The next fence above this one is ours; 0 while none is awaited."""

    @property
    def awaited(self) -> bool:
        """Return whether a take-over was granted, and does not show in the walk yet."""
        return self._above > 0

    def began(self, walk: Walk) -> None:
        """Take note that we have begun this walk."""
        if not any(remark.what == "take over" for remark in walk.remarks):
            self._fence = walk.fence

    def holds(self, walk: Walk) -> bool:
        """Return whether we decide, as the walk stands."""
        if self._above and walk.fence > self._above:
            self._fence, self._above = walk.fence, 0
        return walk.fence == self._fence

    async def take(self, walk: Walk, reason: str = "", state_of_things: str = "") -> None:
        """Decide from here on; it shows once the walk has moved.

        Raises:
            RefusedError: when somebody else is there who decides, and no reason is given; or another than the
                one who did as the walk was shown.
            LinkError: when no agent answers.
        """
        before = walk.fence
        await self._link.decide(self._id, before, TakeOver(reason, state_of_things, walk.holder))
        self._above = before


def is_gone(holder: Operator, me: Operator) -> bool:
    """Return whether whoever decides is I myself, come back: the same user, whose terminal is mine or gone.

    Anybody else has to be relieved with a reason, as he may be there.
    """
    same = (holder.name, holder.uid, holder.login, holder.sudo) == (me.name, me.uid, me.login, me.sudo)
    if not same or holder.terminal == me.terminal:
        return same
    return bool(holder.terminal) and not Path(holder.terminal).exists()
