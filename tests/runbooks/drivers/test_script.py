"""The driver script: scripts of other people, and what they leave behind."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from runbooks.driver import Running
from runbooks.drivers.script import ScriptDriver, Scripts
from runbooks.outcome import Applied, FailedError, UnknownError
from runbooks.services.pids import pid_of
from tests.runbooks.drivers.stands import context, until

NAIVE = """\
case $1 in
start) sh -c 'while true; do echo still here; sleep 0.1; done' & echo $! >pid; echo started ;;
stop) kill -9 "$(cat pid)"; rm -f pid; echo stopped ;;
status) [ -f pid ] || exit 3; kill -0 "$(cat pid)" 2>/dev/null || exit 1 ;;
version) printf '  2.1.0  \\nbuilt yesterday\\n' ;;
hang) echo $$ >hung; trap '' TERM; while true; do sleep 0.1; done ;;
esac
"""


@pytest.fixture
def place(tmp_path):
    """A folder with a service of scripts; what they leave is killed."""
    program = tmp_path / "service.sh"
    program.write_text(f"#!/bin/sh\n{NAIVE}")
    program.chmod(0o755)
    yield tmp_path
    for name in ("pid", "hung"):
        if (tmp_path / name).exists():
            number = int((tmp_path / name).read_text())
            if pid_of(number):
                os.kill(number, signal.SIGKILL)


def driver(place: Path, **scripts) -> ScriptDriver:
    given = {"status": ("./service.sh", "status")} | scripts
    return ScriptDriver(Scripts(**given), str(place / "pid"), str(place), settle=0.3)


def script(name: str) -> tuple[str, ...]:
    return ("./service.sh", name)


@pytest.mark.fault("step:service", "fork_daemon")
async def test_a_program_that_goes_on_writing_to_its_scripts_output_lives_on(place):
    one = driver(place, start=script("start"), stop=script("stop"))
    deed = await one.perform("start", context())
    assert "started" in deed.detail
    assert "it should have a log of its own" in deed.detail
    number = int((place / "pid").read_text())
    await asyncio.sleep(0.5)
    assert pid_of(number) is not None, "nobody reads what it writes, and it must not die of that"
    assert (await one.perform("restart", context())).after.running is Running.RUNNING


async def test_only_what_there_is_a_script_for_is_offered(place):
    assert driver(place).available() == ()
    assert driver(place, start=script("start")).available() == ("start",)
    both = driver(place, start=script("start"), stop=script("stop"))
    assert both.available() == ("start", "stop", "restart")
    assert both.shown("restart") == ("./service.sh stop", "./service.sh start")
    own = driver(place, start=script("start"), stop=script("stop"), restart=("./re start.sh",))
    assert own.shown("restart") == ("'./re start.sh'",)
    with pytest.raises(FailedError) as caught:
        await both.perform("reload", context())
    assert (caught.value.error_class, caught.value.applied) == ("not_offered", Applied.NONE)


async def test_a_script_that_is_missing_is_not_configured_and_never_passed_over(place):
    plain = place / "plain.sh"
    plain.write_text("#!/bin/sh\n")
    for argv in (("/nowhere/stop.sh",), ("./plain.sh",), ("no-such-program",)):
        one = driver(place, start=script("start"), stop=argv)
        for action in ("stop", "restart"):
            with pytest.raises(FailedError) as caught:
                await one.perform(action, context())
            assert (caught.value.error_class, caught.value.applied) == ("not_configured", Applied.NONE)
            assert argv[0].removeprefix("./") in caught.value.summary
    for look in (one.logs(5, context()), one.version(context())):
        with pytest.raises(FailedError) as caught:
            await look
        assert caught.value.error_class == "not_configured"


@pytest.mark.parametrize(
    ("code", "running"), [(0, "running"), (1, "failed"), (2, "failed"), (3, "stopped"), (4, ""), (150, "")]
)
async def test_the_exit_code_of_its_status_script_is_read_as_the_lsb_has_it(place, code, running):
    one = driver(place, status=("sh", "-c", f"echo the state; exit {code}"))
    if running:
        seen = await one.status(context())
        assert (seen.running, seen.detail) == (running, "the state")
        return
    with pytest.raises(FailedError) as caught:
        await one.status(context())
    assert caught.value.error_class == "status_unknown"


@pytest.mark.fault("step:service", "server_error")
async def test_a_script_that_fails_says_how_far_it_got(place):
    fails = ("sh", "-c", "echo no port left >&2; exit 9")
    one = driver(place, start=fails)
    with pytest.raises(FailedError) as caught:
        await one.perform("start", context())
    assert (caught.value.error_class, caught.value.applied) == ("exit_code", Applied.NONE)
    assert "exit code 9: no port left" in caught.value.summary

    await driver(place, start=script("start")).perform("start", context())
    with pytest.raises(FailedError) as caught:
        await driver(place, start=fails, stop=script("stop")).perform("restart", context())
    assert (caught.value.error_class, caught.value.applied) == ("exit_code", Applied.PARTIAL)


async def test_a_script_that_starts_nothing_is_found_out(place):
    with pytest.raises(FailedError) as caught:
        await driver(place, start=("true",)).perform("start", context(2.0))
    assert (caught.value.error_class, caught.value.applied) == ("not_up", Applied.NONE)


@pytest.mark.fault("step:service", "fork_daemon")
async def test_a_script_that_hangs_is_ended_alone(place):
    (place / "pid").write_text(str(os.getpid()))
    one = driver(place, restart=script("hang"))
    began = time.monotonic()
    try:
        with pytest.raises(UnknownError) as caught:
            await one.perform("restart", context(0.5))
        assert caught.value.error_class == "timeout"
        assert time.monotonic() - began < 8
        until(lambda: pid_of(int((place / "hung").read_text())) is None, "the script is gone")
    finally:
        (place / "pid").unlink()


async def test_a_stale_pid_file_gives_nobody_an_identity(place):
    file = place / "pid"
    file.write_text(str(os.getpid()))
    os.utime(file, (1_000_000, 1_000_000))
    seen = await driver(place, status=("true",)).status(context())
    assert (seen.running, seen.identity) == (Running.RUNNING, "")
    file.unlink()


async def test_its_version_is_the_first_line_of_its_script(place):
    assert await driver(place, version=script("version")).version(context()) == "2.1.0"


@pytest.mark.fault("step:service", "hostile_text")
async def test_hostile_output_does_no_harm(place):
    noise = "printf '\\033[2J[/nope]\\377'; head -c 100000 /dev/zero | tr '\\0' n; exit 3"
    seen = await driver(place, status=("sh", "-c", noise)).status(context())
    assert len(seen.detail) <= 200


async def test_secrets_of_ours_are_kept_from_scripts(place, monkeypatch):
    monkeypatch.setenv("SHOP_TOKEN", "canary")
    shows = ("sh", "-c", 'echo "[$SHOP_TOKEN]"')
    one = driver(place, version=shows, start=("sh", "-c", 'echo "[$SHOP_TOKEN]" >seen; exit 1'))
    assert await one.version(context(hidden=frozenset({"SHOP_TOKEN"}))) == "[]"
    with pytest.raises(FailedError):
        await one.perform("start", context(hidden=frozenset({"SHOP_TOKEN"})))
    assert (place / "seen").read_text() == "[]\n"


def test_without_a_status_script_nobody_could_see_anything():
    with pytest.raises(ValueError, match="status names no program"):
        ScriptDriver(Scripts(()))
