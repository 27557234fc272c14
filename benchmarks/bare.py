"""Owns the keeping of an agent that has no journal: what a server needs where checks alone are measured."""

from __future__ import annotations

from agent.admission import Admission
from agent.clerk import Clerk
from agent.clerks.checks import CheckClerk
from agent.live import LiveSystem
from agent.open_walks import OpenWalks
from agent.presence import Presence
from agent.server import Server
from agent.standing import Standing
from checks.clock import Clock


class NoWalks:
    """Walks of which there are none."""

    under_way: tuple[str, ...] = ()

    def __init__(self, clock: Clock) -> None:
        self.open_ones = OpenWalks(clock)


class Bare:
    """Keeps nothing, and lets whoever owns the process attach."""

    refusals = None
    """Nothing is refused to the owner, so nobody writes that down."""

    def __init__(self, live: LiveSystem, clock: Clock) -> None:
        self.admission = Admission(live)
        self.presence = Presence()
        self.walks = NoWalks(clock)
        self.clerks: tuple[Clerk, ...] = (CheckClerk(live),)
        self.standings: tuple[Standing, ...] = (self.presence,)


def bare_server(live: LiveSystem, clock: Clock) -> Server:
    """Return a server of the checks alone, which no console can end."""
    return Server(live, Bare(live, clock), clock, clock.now(), lambda reason: None)  # type: ignore[arg-type]
