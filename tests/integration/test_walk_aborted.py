"""The walk of a real upgrade, stopped at each of its steps: nothing more is begun, and `finally:` is run."""

from dataclasses import replace

import pytest

from runbooks import decisions
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.integration.upgrading import ASKED, changed, effects_before

pytestmark = pytest.mark.docker


@pytest.mark.parametrize("step", ASKED)
async def test_a_walk_that_is_stopped_leaves_the_world_as_it_was_then(upgrade, step):
    start = upgrade.stack.world()
    async with upgrade.operator() as operator:
        await operator.begins()
        await operator.goes_to(step)
        then = upgrade.stack.world()
        await operator.decides(decisions.StopWalk("the window is over"))
        walk = await operator.goes_on()
    assert (walk.ending, walk.reason) == (WalkEnding.STOPPED, "the window is over")
    world = upgrade.stack.world()
    assert world == replace(then, api=then.api | {"maintenance": False})
    assert changed(start, world) == effects_before(step)
    assert [state.status for state in walk.last] == [Status.SUCCEEDED] * 2
    later = [state for state in walk.steps if state.id in ASKED[ASKED.index(step) :]]
    assert not any(state.started_at for state in later)
