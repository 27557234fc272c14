"""The driver process: programs that live on by themselves, and are known by more than a number."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from checks.host.processes import owner
from runbooks.boot import boot_id
from runbooks.driver import Running
from runbooks.drivers.process import ProcessDriver
from runbooks.outcome import Applied, FailedError, UnknownError
from runbooks.services.pids import pid_of
from tests.runbooks.drivers.stands import STUBBORN, context, end, until


@pytest.fixture
def program(tmp_path):
    """Make drivers for programs of one test; what they start does not outlive it."""
    made = []

    def make(*run: str, **more) -> ProcessDriver:
        options = {"pid_file": str(tmp_path / f"{len(made)}.pid"), "settle": 0.3} | more
        made.append(ProcessDriver(run, **options))
        return made[-1]

    yield make
    for driver in made:
        end(driver)


def pid_in(driver: ProcessDriver) -> int:
    return int(Path(driver.pid_file).read_text().split()[0])


async def test_a_program_leads_a_session_of_its_own_and_has_its_output_in_a_file(program, tmp_path):
    driver = program(
        "sh", "-c", "echo out; echo err >&2; pwd; sleep 1000", folder="/usr", env={"MINE": "yes"}
    )
    await driver.perform("start", context())
    pid = pid_in(driver)
    assert os.getsid(pid) == pid
    assert Path(f"/proc/{pid}/stat").read_text().split()[3] != str(os.getpid()), "it is nobody's child here"
    assert b"MINE=yes" in Path(f"/proc/{pid}/environ").read_bytes()
    assert os.readlink(f"/proc/{pid}/fd/0") == "/dev/null"
    assert sorted(os.listdir(f"/proc/{pid}/fd")) == ["0", "1", "2"]
    assert (await driver.logs(3, context())).split() == ["out", "err", "/usr"]
    assert (tmp_path / "0.log").stat().st_mode & 0o077 == 0


async def test_a_program_that_cannot_be_executed_leaves_no_pid_file(program, tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("no program")
    plain.chmod(0o755)
    for driver in (program(str(plain)), program("sleep", "1", folder="/nowhere")):
        with pytest.raises(FailedError) as caught:
            await driver.perform("start", context())
        assert caught.value.error_class in ("not_configured", "not_started", "absent")
        assert caught.value.applied is Applied.NONE
        assert not Path(driver.pid_file).exists()


async def test_a_program_that_ends_at_once_is_not_started(program):
    driver = program("sh", "-c", "echo the port is taken; exit 1")
    with pytest.raises(FailedError) as caught:
        await driver.perform("start", context())
    assert caught.value.error_class == "not_up"
    assert "the port is taken" in caught.value.detail
    assert (await driver.status(context())).running is Running.FAILED
    assert (await driver.perform("stop", context())).after.running is Running.STOPPED


@pytest.mark.fault("step:service", "fork_daemon")
async def test_one_that_does_not_want_to_end_is_killed_after_its_grace(program):
    driver = program("sh", "-c", STUBBORN, grace=0.5)
    await driver.perform("start", context())
    deed = await driver.perform("stop", context())
    assert deed.after.running is Running.STOPPED
    assert "was killed" in deed.detail


async def test_one_that_takes_longer_than_there_is_time_has_an_unknown_end(program):
    driver = program("sh", "-c", STUBBORN, grace=30)
    await driver.perform("start", context())
    began = time.monotonic()
    with pytest.raises(UnknownError) as caught:
        await driver.perform("stop", context(0.7))
    assert caught.value.error_class == "timeout"
    assert time.monotonic() - began < 3
    assert (await driver.status(context())).running is Running.RUNNING, "and is not killed for that"


async def test_what_it_leaves_in_its_session_is_ended_with_it(program, tmp_path):
    child = tmp_path / "child"
    driver = program(
        "sh", "-c", f"sh -c 'echo $$ >{child}; while true; do sleep 0.1; done' & exec sleep 1000"
    )
    await driver.perform("start", context())
    until(lambda: child.exists() and child.read_text().strip(), "the child")
    await driver.perform("stop", context())
    assert pid_of(int(child.read_text())) is None


async def test_a_stale_pid_file_is_recognised_and_nobody_is_signalled(program):
    driver = program("sleep", "1000")
    innocent = subprocess.Popen(["sleep", "1000"])
    try:
        for start, boot, running in (
            (1, boot_id(), Running.FAILED),
            (pid_of(innocent.pid).start, "another-boot", Running.STOPPED),
        ):
            Path(driver.pid_file).write_text(f"{innocent.pid}\n{start} {boot}\n")
            assert (await driver.status(context())).running is running
            if running is Running.FAILED:
                await driver.perform("stop", context())
            await driver.perform("restart", context())
            await driver.perform("stop", context())
            assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


@pytest.mark.parametrize("text", ["123\n", "", "x y z", "1 2 3 4"])
async def test_a_pid_file_of_somebody_else_is_not_trusted(program, text):
    driver = program("sleep", "1000")
    Path(driver.pid_file).write_text(text)
    with pytest.raises(FailedError) as caught:
        await driver.perform("stop", context())
    assert (caught.value.error_class, caught.value.applied) == ("foreign_pid_file", Applied.NONE)


async def test_a_pid_file_that_others_can_write_is_not_trusted(program):
    driver = program("sleep", "1000")
    await driver.perform("start", context())
    os.chmod(driver.pid_file, 0o666)
    with pytest.raises(FailedError) as caught:
        await driver.perform("stop", context())
    assert caught.value.error_class == "foreign_pid_file"
    os.chmod(driver.pid_file, 0o644)


async def test_planted_links_are_neither_followed_nor_written_through(program, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("keep me")
    driver = program("sleep", "1000")
    Path(driver.pid_file).with_suffix(".log").symlink_to(precious)
    with pytest.raises(FailedError) as caught:
        await driver.perform("start", context())
    assert caught.value.applied is Applied.NONE
    assert precious.read_text() == "keep me"


async def test_a_port_is_waited_for(program, closed_port):
    listen = f"time.sleep(0.7); door = socket.create_server(('127.0.0.1', {closed_port})); time.sleep(1000)"
    driver = program(sys.executable, "-c", f"import socket, time; {listen}", port=closed_port)
    began = time.monotonic()
    assert (await driver.perform("start", context())).after.running is Running.RUNNING
    assert time.monotonic() - began > 0.7
    socket.create_connection(("127.0.0.1", closed_port)).close()

    deaf = replace(program("sleep", "1000"), port=1)
    with pytest.raises(FailedError) as caught:
        await deaf.perform("start", context(1.5))
    assert caught.value.error_class == "not_up"
    assert "does not listen at port 1" in caught.value.summary


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
async def test_it_runs_as_the_user_that_was_asked_for(program, tmp_path):
    nobody = pwd.getpwnam("nobody")
    driver = program("sh", "-c", "id -un; id -Gn; echo $HOME; sleep 1000", user="nobody")
    await driver.perform("start", context())
    assert owner(pid_in(driver)) == "nobody"
    assert (await driver.logs(3, context())).split() == ["nobody", "nogroup", nobody.pw_dir]
    assert (await driver.perform("stop", context())).after.running is Running.STOPPED

    with pytest.raises(FailedError) as caught:
        await program("sleep", "1", user="who-is-this").perform("start", context())
    assert (caught.value.error_class, caught.value.applied) == ("not_configured", Applied.NONE)


async def test_a_process_that_is_killed_by_somebody_is_failed(program):
    driver = program("sleep", "1000")
    await driver.perform("start", context())
    os.kill(pid_in(driver), signal.SIGKILL)
    until(lambda: pid_of(pid_in(driver)) is None, "its end")
    seen = await driver.status(context())
    assert (seen.running, seen.identity) == (Running.FAILED, "")
    assert (await driver.perform("start", context())).after.running is Running.RUNNING


@pytest.mark.fault("step:service", "hostile_text")
async def test_hostile_output_does_no_harm(program):
    driver = program(
        "sh", "-c", "printf '\\033[2J[/nope]\\377\\n'; head -c 3000000 /dev/zero | tr '\\0' n; sleep 1000"
    )
    await driver.perform("start", context())
    until(lambda: Path(driver.pid_file).with_suffix(".log").stat().st_size > 3_000_000, "its noise")
    assert len(await driver.logs(50, context())) <= 1024 * 1024
