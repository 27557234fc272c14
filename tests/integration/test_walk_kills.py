"""The kill method of reliability 3.8: whoever is killed, whenever, nothing is done twice or unrecorded.

In an ordinary run a few moments of each combination; `WALKDOWN_KILLS=500` makes so many of each and prints
the table that stands in `docs/kills.md`.
"""

import os

import pytest

from tests.integration.killing import STEPS, Hail, Tally

MANY = int(os.environ.get("WALKDOWN_KILLS", "0"))
FEW = 4
"""Kills of each combination in an ordinary run."""
PER_WALK = 4

COMBINATIONS = {
    "console": ("console",),
    "agent": ("agent",),
    "console and agent": ("console", "agent"),
    "supervisor": ("supervisor",),
    "agent and supervisor": ("agent", "supervisor"),
    "all three": ("console", "agent", "supervisor"),
}


@pytest.fixture
def environment(agents):
    """The environment of processes that share the folders of the test's agents."""
    return dict(os.environ)


POINTS = ("P0", "P1", "P2", "P3", "P4", "P4b", "P5", "P5-agent", "P6", "P6-agent", "P8")
"""The points of `runbooks/crash_points.py` at which a plain step can be hit."""
KNOWN_END = frozenset({"P0", "P1", "P2", "P3", "P4", "P5-agent", "P6", "P6-agent", "P8"})
"""Those after which the end is known all the same, by the crash table of reliability 3.2."""


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_each_point_of_the_crash_table(point, agents, tmp_path, environment):
    hail = Hail(tmp_path / "hail", (), 0, environment)
    agents.places.append(hail.source)
    hail.walk_into(point)
    hail.walk(0)
    tally = hail.tally
    assert (tally.twice, tally.unrecorded, tally.unsound) == (0, 0, 0)
    assert tally.unknown <= (point not in KNOWN_END)
    assert tally.effects >= STEPS


@pytest.mark.timeout(MANY * 20 or 300)
@pytest.mark.parametrize("combination", COMBINATIONS)
def test_random_kills(combination, agents, tmp_path, environment, capsys):
    victims = COMBINATIONS[combination]
    total, seed = Tally(), 0
    while sum(total.kills.values()) < (MANY or FEW):
        hail = Hail(tmp_path / f"hail-{seed}", victims, seed, environment)
        agents.places.append(hail.source)
        hail.walk(PER_WALK)
        total, seed = total + hail.tally, seed + 1
        agents.end()
    if MANY:
        with capsys.disabled():
            print(f"\n{combination}: {total}")
    assert total.twice == 0, "a step was done twice in one attempt"
    assert total.unrecorded == 0, "something was done that the journal does not know"
    assert total.unsound == 0
    if "supervisor" not in victims:
        assert total.unknown == 0, "without the loss of a supervisor every end is known"
