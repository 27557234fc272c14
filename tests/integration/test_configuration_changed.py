"""The configuration, or a secret in it, changes or goes missing while checks of every kind are at work."""

import pytest

from checks.model import Level
from tests.servers.shop import READINGS, WORDS

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.docker]


def all_are(level):
    return lambda snapshot: all(state.level is level and state.last.at for state in snapshot.states)


def all_newer_than(before):
    """Return whether every check has a result that came after those of a snapshot."""
    then = {state.name: state.last.at for state in before.states}
    return lambda now: all(state.last.at > then[state.name] for state in now.states)


@pytest.mark.fault("http", "config_changed")
@pytest.mark.fault("tls", "config_changed")
@pytest.mark.fault("postgres", "config_changed")
@pytest.mark.fault("redis", "config_changed")
@pytest.mark.fault("container", "config_changed")
@pytest.mark.fault("command", "config_changed")
async def test_files_that_cannot_be_used_change_nothing_and_those_that_can_take_over(agents, shop):
    source = agents.system(shop.text(), "shop")
    async with agents.link(source) as events:
        pid = (await events.attached()).agent_pid
        await events.snapshot(all_are(Level.OK))

        broken = shop.text(more="  more: {kind: htpp}")
        agents.system(broken, "shop")
        told = await events.snapshot(lambda snapshot: snapshot.notices)
        line = 1 + broken.splitlines().index("  more: {kind: htpp}")
        assert f"system.yaml:{line}:" in told.notices[0].text
        went_on = await events.snapshot(all_newer_than(told))
        assert all_are(Level.OK)(went_on) and went_on.notices == told.notices

        agents.system(shop.text(warn=True), "shop")
        taken = await events.attached()
        assert taken.agent_pid == pid
        judged = await events.snapshot(all_are(Level.WARN))
        assert {state.name for state in judged.states} == set(READINGS)
        assert not judged.notices


@pytest.mark.fault("http", "config_changed")
@pytest.mark.fault("tls", "config_changed")
@pytest.mark.fault("postgres", "config_changed")
@pytest.mark.fault("redis", "config_changed")
@pytest.mark.fault("command", "config_changed")
async def test_a_secret_that_goes_missing_is_unknown_and_names_itself_until_it_is_back(agents, shop):
    source = agents.system(shop.text("port", *WORDS), "shop")
    async with agents.link(source) as events:
        await events.attached()
        await events.snapshot(all_are(Level.OK))
        shop.lose_secrets()
        gone = await events.snapshot(all_are(Level.UNKNOWN))
        for name in WORDS:
            assert gone.state(name).last.error_class == "secret"
            assert name in gone.state(name).last.summary
        assert str(shop.authority) in gone.state("port").last.summary
        shop.keep_secrets()
        await events.snapshot(all_are(Level.OK))


@pytest.mark.fault("http", "config_changed")
@pytest.mark.fault("command", "config_changed")
async def test_a_secret_that_changes_is_used_at_the_next_probe_and_the_old_one_stays_masked(agents, shop):
    source = agents.system(shop.text("web", "job"), "shop")
    async with agents.link(source) as events:
        await events.attached()
        await events.snapshot(all_are(Level.OK))
        for name in ("web", "job"):
            shop.secret(name).write_text("something else")
        wrong = await events.snapshot(all_are(Level.CRIT))
        assert wrong.state("web").last.error_class == "auth"
        assert "opensesame" not in repr(wrong)
        shop.keep_secrets()
        await events.snapshot(all_are(Level.OK))
