"""The walk of a real upgrade, rolled back from each of its steps: all is as it was, or it says why not."""

import pytest

from runbooks import decisions
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.integration.upgrading import ASKED, EFFECTS, INPUTS, KEPT, LOST, changed

pytestmark = pytest.mark.docker


@pytest.mark.parametrize("step", ASKED)
async def test_a_walk_that_is_rolled_back_leaves_the_world_as_it_found_it(upgrade, step):
    start = upgrade.stack.world()
    async with upgrade.operator() as operator:
        await operator.begins()
        await operator.goes_to(step)
        await operator.decides(decisions.RollBack("the new version is no good"))
        walk = await operator.goes_on()
    done = ASKED[: ASKED.index(step)]
    lost = tuple(one for one in LOST if one in done)
    assert walk.lost == lost
    assert (walk.ending, walk.back) == (
        (WalkEnding.FAILED, False) if lost else (WalkEnding.ROLLED_BACK, True)
    )
    assert all(one in walk.verdict for one in lost)
    assert changed(start, upgrade.stack.world()) == {effect for one in lost for effect in EFFECTS[one]}
    assert all(state.status is Status.SUCCEEDED for state in (*walk.undos, *walk.last))
    undone = [state.id.removesuffix(".undo") for state in walk.undos]
    assert undone == [one for one in reversed(done) if walk.plan.step(one).undo]


async def test_a_version_that_never_gets_well_is_taken_back(upgrade):
    start = upgrade.stack.world()
    async with upgrade.operator() as operator:
        await operator.begins(inputs=INPUTS | {"version": "3.0.0"})
        state = await operator.fails_at("swap")
        assert (state.status, state.verified) == (Status.SUCCEEDED, False)
        assert "503" in state.verdict
        await operator.decides(decisions.RollBack("it does not find its cache"))
        walk = await operator.goes_on()
    assert (walk.lost, walk.back) == (LOST, False)
    assert changed(start, upgrade.stack.world()) == {"rows public.visit"}
    assert upgrade.stack.get("health")["version"] == "1.0.0"


async def test_a_check_that_fails_leaves_only_the_way_back(upgrade):
    start = upgrade.stack.world()
    cache = upgrade.stack.container("redis")
    async with upgrade.operator() as operator:
        cache.pause()
        try:
            await operator.begins()
            state = await operator.fails_at("well-before")
        finally:
            cache.unpause()
        assert "cache" in state.outcome.summary
        await operator.decides(decisions.RollBack("the cache was down"))
        walk = await operator.goes_on()
    assert (walk.ending, walk.undos) == (WalkEnding.ROLLED_BACK, ())
    assert changed(start, upgrade.stack.world()) == set()


async def test_what_somebody_has_changed_since_is_not_overwritten_and_is_listed(upgrade):
    start = upgrade.stack.world()
    settings = upgrade.stack.files / "shop.conf"
    async with upgrade.operator() as operator:
        await operator.begins()
        await operator.goes_to("warm")
        settings.write_text("version = 2.0.0\nmine = yes\n")
        await operator.decides(decisions.RollBack("the new version is no good"))
        state = await operator.fails_at("settings.undo")
        assert "changed" in state.outcome.summary
        assert walk_is_back_at(operator.walk) == ["migrate.undo"]
        await operator.decides(decisions.Skip("settings.undo", "the new settings stay"))
        walk = await operator.goes_on()
    assert (walk.ending, walk.back) == (WalkEnding.FAILED, False)
    assert "not undone: settings.undo" in walk.verdict
    assert changed(start, upgrade.stack.world()) == {"files shop.conf", KEPT}
    assert settings.read_text().endswith("mine = yes\n")


def walk_is_back_at(walk) -> list[str]:
    """Return what was undone so far."""
    return [state.id for state in walk.undos if state.status is Status.SUCCEEDED]
