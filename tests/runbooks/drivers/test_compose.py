"""The driver compose: images and the way back, replicas, crashes, and what either version of Compose says."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from dataclasses import replace

import pytest

from runbooks.driver import Running
from runbooks.drivers.compose import ComposeDriver
from runbooks.outcome import Applied, FailedError, UnknownError
from runbooks.services.compose_tool import tool_here
from tests.runbooks.drivers.stands import Wire, context, until
from tests.servers.compose_stack import SERVE

pytestmark = pytest.mark.docker


async def test_recreate_takes_up_a_new_image_and_the_way_back_gives_exactly_the_old_one(stack):
    name = f"{stack.project}-api"
    old = stack.image(name, "1.0.0")
    driver = stack.service("api", image=name)
    before = (await driver.perform("start", context())).after
    assert (before.image, before.version) == (old, "1.0.0")
    new = stack.image(name, "2.0.0")

    restarted = await driver.perform("restart", context())
    assert restarted.after.image == old, "a restart keeps the image, whatever was built (D-27)"

    forward = await driver.perform("recreate", context())
    assert (forward.after.image, forward.after.version) == (new, "2.0.0")
    assert (forward.facts["image"], forward.facts["image_name"]) == (old, name)
    assert stack.engine.client.images.get(forward.facts["kept_as"]).id == old

    stack.engine.client.images.prune({"dangling": True})
    back = await driver.perform("rollback-image", context(facts=forward.facts))
    assert (back.after.running, back.after.image, back.after.version) == (Running.RUNNING, old, "1.0.0")
    assert stack.engine.client.images.get(name).id == old
    assert back.facts["image"] == new

    forth = await driver.perform("rollback-image", context(facts=back.facts))
    assert forth.after.image == new


async def test_the_way_back_is_refused_before_anything_is_done(stack):
    name = f"{stack.project}-api"
    stack.image(name, "1.0.0")
    driver = stack.service("api", image=name)
    before = (await driver.perform("start", context())).after
    for facts, why in (({}, "no_image"), ({"image": f"sha256:{'0' * 64}"}, "image_gone")):
        with pytest.raises(FailedError) as caught:
            await driver.perform("rollback-image", context(facts=facts))
        assert (caught.value.error_class, caught.value.applied) == (why, Applied.NONE)
    assert (await driver.status(context())).identity == before.identity


async def test_an_image_that_does_not_start_leaves_word_for_the_way_back(stack):
    name = f"{stack.project}-api"
    old = stack.image(name, "1.0.0")
    await stack.service("api", image=name).perform("start", context())
    stack.image(name, "2.0.0")
    driver = stack.service("api", command="echo I cannot work; exit 3", image=name)

    with pytest.raises(FailedError) as caught:
        await driver.perform("recreate", context())
    assert (caught.value.error_class, caught.value.applied) == ("not_up", Applied.PARTIAL)
    assert "exit code 3" in caught.value.summary
    assert "I cannot work" in caught.value.detail

    driver = stack.service("api", image=name)
    back = await driver.perform("rollback-image", context(facts=caught.value.facts))
    assert back.after.image == old


async def test_a_container_that_is_started_over_and_over_does_not_run(stack):
    driver = stack.service("api", "echo down again; exit 1", restart="always")
    with pytest.raises(FailedError) as caught:
        await driver.perform("start", context())
    assert caught.value.error_class == "not_up"
    assert "down again" in caught.value.detail
    seen = await driver.status(context())
    assert seen.running in (Running.FAILED, Running.STARTING)


async def test_several_replicas_are_one_service(stack):
    alone = stack.service("api")
    several = replace(alone, replicas=3)
    assert (await several.perform("start", context())).after.identity.count("@") == 3
    deed = await several.perform("recreate", context())
    assert len(stack.containers("api")) == 3
    assert not set(deed.before.identity.split("; ")) & set(deed.after.identity.split("; "))

    with pytest.raises(FailedError) as caught:
        await alone.perform("recreate", context())
    assert (caught.value.error_class, caught.value.applied) == ("replicas", Applied.NONE)
    assert len(stack.containers("api")) == 3

    stack.containers("api")[0].kill()
    until(lambda: [c.status for c in stack.containers("api")].count("running") == 2, "one of three ends")
    seen = await several.status(context())
    assert seen.running is Running.FAILED
    assert seen.identity.count("@") == 2
    assert (await several.perform("start", context())).after.running is Running.RUNNING


async def test_one_off_containers_and_other_services_are_none_of_its_own(stack):
    driver = stack.service("api")
    other = stack.service("other", depends_on=["api"])
    stack.compose("run", "-d", "api", "sleep", "100")
    assert (await driver.status(context())).running is Running.STOPPED
    started = (await other.perform("start", context())).after
    assert started.running is Running.RUNNING
    assert (await driver.status(context())).running is Running.STOPPED, "what it depends on is left alone"
    assert (await driver.perform("start", context())).after.running is Running.RUNNING
    await driver.perform("recreate", context())
    assert (await other.status(context())).identity == started.identity


async def test_a_paused_container_does_not_run_and_is_not_gone(stack):
    driver = stack.service("api")
    await driver.perform("start", context())
    stack.containers("api")[0].pause()
    seen = await driver.status(context())
    assert (seen.running, bool(seen.identity)) == (Running.FAILED, True)
    assert "paused" in seen.detail
    stack.containers("api")[0].unpause()


async def test_nothing_is_built_or_pulled_on_the_way(stack):
    driver = stack.service("api", image=f"{stack.project}-nobody-built-it", build=str(stack.folder))
    (stack.folder / "Dockerfile").write_text("FROM scratch\n")
    with pytest.raises(FailedError) as caught:
        await driver.perform("start", context())
    assert (caught.value.error_class, caught.value.applied) == ("exit_code", Applied.NONE)


async def test_files_that_are_missing_or_wrong_are_said_to_be(stack):
    driver = stack.service("api")
    missing = replace(driver, file=("/nowhere/compose.yml",))
    stack.file.write_text("services: [this is none]")
    for one, why in ((missing, "not_configured"), (driver, "exit_code")):
        with pytest.raises(FailedError) as caught:
            await one.status(context())
        assert caught.value.error_class == why


@pytest.mark.fault("step:service", "refused")
async def test_an_engine_that_is_down_is_told_from_one_that_may_not_be_used(stack, tmp_path):
    down = replace(stack.service("api"), host=f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(FailedError) as caught:
        await down.status(context())
    assert caught.value.error_class == "daemon_down"
    with pytest.raises(FailedError) as caught:
        await down.perform("restart", context())
    assert (caught.value.error_class, caught.value.applied) == ("daemon_down", Applied.NONE)


@pytest.mark.fault("step:service", "reset")
@pytest.mark.fault("step:service", "restart")
async def test_an_engine_that_goes_away_in_the_middle_leaves_an_unknown_end(stack, tmp_path):
    driver = stack.service("api", "trap '' TERM; while true; do sleep 0.1; done", stop_signal="SIGTERM")
    await driver.perform("start", context())
    wire = Wire(tmp_path, stack.engine.host)
    try:
        doing = asyncio.create_task(replace(driver, host=wire.host).perform("restart", context()))
        await asyncio.to_thread(wire.cut_after, b"/restart")
        with pytest.raises(UnknownError) as caught:
            await doing
        assert caught.value.error_class == "connection_lost"
    finally:
        wire.close()


@pytest.mark.fault("step:service", "hostile_text")
async def test_hostile_words_do_no_harm(stack):
    escape = "\x1b]0;title\x07\x1b[2J[/nope][@click=app.quit]x"
    long = "n" * 4096
    driver = stack.service(
        "api", f"printf '{escape}\\n{long}\\n\\377\\n'; {SERVE}", labels={"x": escape + long}
    )
    await driver.perform("start", context())
    log = await driver.logs(3, context())
    assert long in log
    seen = await driver.status(context())
    assert len(seen.detail) < 400


def test_what_is_shown_is_what_a_shell_would_need(stack):
    driver = replace(stack.service("api"), env_file="/srv/my shop/.env", folder="/srv/my shop", replicas=2)
    assert driver.shown("recreate") == (
        "docker tag IMAGE_THAT_RUNS walkdown/rollback:KEY_OF_ATTEMPT",
        f"{stack.tool} -f {stack.file} -p {stack.project} --env-file '/srv/my shop/.env' --project-directory"
        " '/srv/my shop' up -d --no-deps --no-build --force-recreate --scale api=2 api",
    )


def test_version_2_is_preferred_where_its_plugin_is(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr("runbooks.services.compose_tool.FOLDERS", ())
    driver = ComposeDriver("api", "/srv/compose.yml")
    assert tool_here() == ("docker-compose",)
    assert driver.shown("stop") == ("docker-compose -f /srv/compose.yml stop api",)
    stand_in(tmp_path, "exit 0")
    assert tool_here() == ("docker", "compose")
    assert driver.shown("stop") == ("docker compose -f /srv/compose.yml stop api",)
    assert "--pull never" in driver.shown("rollback-image")[-1]


async def test_version_2_is_called_as_a_plugin_of_docker(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    said = tmp_path / "said"
    stand_in(tmp_path, f'echo "$@" >>{said}')
    (tmp_path / "compose.yml").write_text("{}")
    driver = ComposeDriver("api", str(tmp_path / "compose.yml"))
    assert (await driver.status(context())).running is Running.STOPPED
    assert said.read_text().split() == f"compose -f {tmp_path}/compose.yml ps -a -q api".split()


@pytest.mark.parametrize("name", ["", "-f", "a b", "../x", "a\n"])
def test_names_that_are_none_are_refused(name):
    with pytest.raises(ValueError, match="service is a name"):
        ComposeDriver(name, "/srv/compose.yml")


def stand_in(config, script: str) -> None:
    """Put a program in the place of version 2 that says it is one."""
    metadata = json.dumps({"SchemaVersion": "0.1.0", "Vendor": "test", "Version": "v2.0.0"})
    plugin = config / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir()
    plugin.write_text(
        f"#!/bin/sh\n[ \"$1\" != docker-cli-plugin-metadata ] || {{ echo '{metadata}'; exit; }}\n{script}\n"
    )
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    assert os.access(plugin, os.X_OK)
