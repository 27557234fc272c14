"""A runbook with every kind of step against a real stack, walked to its end."""

import json

import pytest

from checks import paths
from runbooks.journal.verify import verify
from runbooks.registry import STEPS
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.integration.upgrading import ASKED, KEPT, changed, effects_before

pytestmark = pytest.mark.docker


async def test_a_runbook_with_every_kind_of_step_is_walked_to_its_end(upgrade):
    start = upgrade.stack.world()
    async with upgrade.operator() as operator:
        await operator.begins()
        walk = await operator.goes_on()
        out = await operator.link.evidence(walk.id, "warm", 1, "out")
    assert walk.ending is WalkEnding.DONE
    assert tuple(operator.shown) == ASKED
    done = [state for state in walk.states if state.status is Status.SUCCEEDED]
    assert len(done) >= 16
    assert {walk.plan.step(state.id).kind for state in done} == set(STEPS)
    assert [state.id for state in walk.states if state not in done] == ["no-dump"]
    assert walk.state("no-dump").by_condition
    assert all(state.verified for state in done if walk.plan.step(state.id).verify)

    world = upgrade.stack.world()
    assert changed(start, world) == effects_before(ASKED[-1])
    assert world.rows["public.setting"] == [("currency", "EUR", None), ("schema", "2.0.0", "CHG-4711")]
    assert len(world.rows["public.visit"]) == 16
    assert world.keys == {"mode": "v2"}
    assert world.images["api"] == world.images["current"] == upgrade.stack.versions["2.0.0"]
    assert world.api == {"maintenance": False, "banner": {"text": "upgraded to 2.0.0", "change": "CHG-4711"}}
    assert (upgrade.stack.get("health")["version"], out.strip()) == ("2.0.0", "v1")
    (told,) = upgrade.receiver.requests
    assert json.loads(told[2])["title"] == "CHG-4711 is done"

    captured = {"depth": "full", "change": "CHG-4711", "seen": "nobody but me", "running": "2.0.0"}
    captured |= {"schema_before": "1.0.0", "mode_before": "v1", "tidy.visits": "17", "banner_id": "b-1"}
    assert captured.items() <= walk.values.items()
    assert KEPT in changed(start, world)
    assert verify(paths.journal_file(upgrade.source)).exit_code in (0, 3)


async def test_another_branch_is_walked_when_it_is_chosen(upgrade):
    start = upgrade.stack.world()
    async with upgrade.operator(depth="quick") as operator:
        await operator.begins()
        walk = await operator.goes_to("ticket")
    assert walk.state("no-dump").status is Status.SUCCEEDED
    assert walk.state("dump").by_condition
    assert changed(start, upgrade.stack.world()) == set()
