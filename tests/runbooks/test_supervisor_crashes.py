"""What is found of an attempt after agent, supervisor or both were killed at each point (reliability 3.2)."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checks.clock import SystemClock
from runbooks.launch import Launcher, LostError
from runbooks.outcome import FailedError
from runbooks.records import State, find, look, void
from tests.checks.test_supervise import alive, number_in, until
from tests.runbooks.attempts import (
    end,
    fresh,
    obey,
    record,
    running,
    shell,
    somebody_else,
    states,
    supervisor,
    told,
)

AGENT = """
import asyncio, sys
from pathlib import Path
from checks.clock import SystemClock
from runbooks.launch import Launcher
from runbooks.step import Order

async def main():
    async with Launcher(SystemClock()) as launcher:
        running = await launcher.start(Order(("/bin/sh", "-c", sys.argv[2])), Path(sys.argv[1]))
        print("started", flush=True)
        print((await running.ended()).status, flush=True)

asyncio.run(main())
"""


@contextlib.contextmanager
def agent(folder: Path, script: str, crash: str = ""):
    """Start a program from another process, which may be killed."""
    command = (sys.executable, "-P", "-c", AGENT, str(folder), script)
    variables = os.environ | {"WALKDOWN_CRASH_AT": crash}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as child:
        try:
            yield child
        finally:
            child.kill()
            end(folder)


async def found_by_the_next(folder: Path):
    """Return what the next agent learns of the attempt: how it ended, or the error that says why not."""
    async with Launcher(SystemClock()) as launcher:
        return await launcher.attach(folder).ended()


async def test_p3_what_nobody_has_claimed_is_void_and_no_late_supervisor_can_do_it(tmp_path: Path):
    folder, trap = fresh(tmp_path), tmp_path / "trap"
    assert look(folder).claimed is False
    assert find(folder).state is State.NOT_EXECUTED
    assert obey(shell(f"touch {trap}"), folder) == 0
    assert not trap.exists()
    assert find(folder).state is State.NOT_EXECUTED


async def test_p4_what_was_claimed_and_not_spawned_was_not_executed(tmp_path: Path):
    folder, trap = fresh(tmp_path), tmp_path / "trap"
    assert obey(shell(f"touch {trap}"), folder, crash="P4") == -signal.SIGKILL
    assert states(folder) == (State.NOT_EXECUTED, False)
    assert obey(shell(f"touch {trap}"), folder) == 0, (
        "a second supervisor took over what the first had claimed"
    )
    assert not trap.exists()
    with pytest.raises(FailedError) as caught:
        await found_by_the_next(folder)
    assert caught.value.error_class == "not_executed"


async def test_p4b_behind_a_closed_gate_nothing_is_executed_though_nobody_can_prove_it(tmp_path: Path):
    folder, trap = fresh(tmp_path), tmp_path / "trap"
    assert obey(shell(f"touch {trap}"), folder, crash="P4b") == -signal.SIGKILL
    await until(lambda: not alive(record(folder, "spawned.json")["pid"]))
    assert states(folder) == (State.LOST, False)
    assert not trap.exists()


@pytest.mark.fault("step:command", "supervisor_killed")
async def test_p5_a_program_without_its_supervisor_goes_on_and_its_end_is_not_known(tmp_path: Path):
    folder, trap, go = fresh(tmp_path), tmp_path / "trap", tmp_path / "go"
    script = f"echo x >>{trap}; while [ ! -e {go} ]; do sleep 0.02; done"
    assert obey(shell(script), folder, crash="P5") == -signal.SIGKILL
    await until(trap.exists)
    assert states(folder) == (State.LOST, True)
    with pytest.raises(LostError, match=f"pid {record(folder, 'spawned.json')['pid']}, still runs"):
        await found_by_the_next(folder)
    go.touch()
    await until(lambda: states(folder) == (State.LOST, False))
    assert trap.read_text() == "x\n"


async def test_p6_an_exit_record_outlives_everybody(tmp_path: Path):
    folder = fresh(tmp_path)
    assert obey(shell("echo said; exit 3"), folder, crash="P6") == -signal.SIGKILL
    assert find(folder).state is State.ENDED
    ended = await found_by_the_next(folder)
    assert (ended.status, ended.out.read_text()) == (3, "said\n")


@pytest.mark.parametrize("crash", ["P5-agent", "P6-agent"])
async def test_the_death_of_the_agent_costs_nothing(tmp_path: Path, crash: str):
    folder, trap = fresh(tmp_path), tmp_path / "trap"
    with agent(folder, f"echo x >>{trap}; sleep 0.2; exit 5", crash) as child:
        assert child.wait(20) == -signal.SIGKILL
        await until(lambda: look(folder).claimed)
        assert find(folder).state is (State.RUNNING if crash == "P5-agent" else State.ENDED)
        assert (await found_by_the_next(folder)).status == 5
    assert trap.read_text() == "x\n"


@pytest.mark.fault("step:command", "supervisor_killed")
@pytest.mark.fault("step:command", "console_killed")
@pytest.mark.parametrize(
    ("point", "state", "runs"),
    [
        ("P4", State.NOT_EXECUTED, False),
        ("P4b", State.LOST, False),
        ("P5", State.LOST, True),
        ("P6", State.ENDED, True),
    ],
)
async def test_both_die(tmp_path: Path, point: str, state: State, runs: bool):
    folder, trap = fresh(tmp_path), tmp_path / "trap"
    with agent(folder, f"echo x >>{trap}", f"P5-agent,{point}") as child:
        assert child.wait(20) == -signal.SIGKILL
        await until(lambda: look(folder).claimed and look(folder).state is not State.RUNNING)
        assert find(folder).state is state
        if runs:
            await until(trap.exists)
    assert (trap.read_text() if trap.exists() else "") == ("x\n" if runs else "")


@pytest.mark.fault("step:command", "console_killed")
async def test_an_agent_killed_at_any_moment_never_leaves_an_unknown_end(tmp_path: Path):
    for number in range(12):
        folder, trap = fresh(tmp_path, number), tmp_path / f"trap{number}"
        with agent(folder, f"echo x >>{trap}; sleep 0.05") as child:
            if number % 2:
                child.stdout.readline()
            time.sleep(random.uniform(0, 0.1))
            child.kill()
            child.wait()
            if find(folder).state is State.NOT_EXECUTED:
                assert not trap.exists()
                continue
            assert (await found_by_the_next(folder)).status == 0
            assert trap.read_text() == "x\n"


@pytest.mark.fault("step:command", "supervisor_killed")
async def test_after_a_restart_of_the_host_nothing_is_taken_for_alive(tmp_path: Path):
    folder = fresh(tmp_path)
    async with running(shell("sleep 300"), folder):
        claim, spawned = record(folder, "claim"), record(folder, "spawned.json")
        other = claim | {"boot": "another boot"}
        (folder / "claim").write_text(json.dumps(other))
        (folder / "spawned.json").write_text(json.dumps(spawned | {"boot": "another boot"}))
        assert states(folder) == (State.LOST, False)
        (folder / "claim").write_text(json.dumps(claim))
        (folder / "spawned.json").write_text(json.dumps(spawned))


async def test_a_pid_alone_is_never_trusted(tmp_path: Path):
    folder = fresh(tmp_path)
    obey(shell("exit 0"), folder, crash="P5")
    other = somebody_else()
    (folder / "claim").write_text(json.dumps({"pid": other.pid, "start": other.start, "boot": other.boot}))
    spawned = record(folder, "spawned.json") | {"pid": other.pid, "start": other.start}
    (folder / "spawned.json").write_text(json.dumps(spawned))
    assert states(folder) == (State.LOST, False)
    with pytest.raises(LostError):
        await found_by_the_next(folder)


@pytest.mark.parametrize(("file", "state"), [("exit.json", State.LOST), ("spawned.json", State.ENDED)])
@pytest.mark.parametrize("damage", [b"", b"{", b"\xff" * 100, b"[]"])
async def test_a_damaged_record_is_no_record(tmp_path: Path, file: str, state: State, damage: bytes):
    folder = fresh(tmp_path)
    obey(shell("exit 0"), folder)
    (folder / file).write_bytes(damage)
    assert find(folder).state is state


async def test_a_claim_that_a_power_cut_has_emptied_proves_nothing_against_what_was_spawned(tmp_path: Path):
    folder = fresh(tmp_path)
    obey(shell("exit 0"), folder, crash="P5")
    (folder / "claim").write_bytes(b"")
    assert find(folder).state is State.LOST


async def test_nothing_is_known_of_an_attempt_whose_folder_is_gone(tmp_path: Path):
    assert find(tmp_path / "gone").state is State.LOST


async def test_a_planted_claim_is_refused_by_both_sides(tmp_path: Path):
    folder, trap, target = fresh(tmp_path), tmp_path / "trap", tmp_path / "target"
    (folder / "claim").symlink_to(target)
    obey(shell(f"touch {trap}"), folder)
    with pytest.raises(OSError, match="symbolic"):
        find(folder)
    assert not trap.exists()
    assert not target.exists()


CLAIMER = """
import os, random, sys, time
from runbooks import supervisor

me = supervisor.identity(os.getpid())
for line in sys.stdin:
    folder = os.open(line.strip(), os.O_DIRECTORY)
    until = time.perf_counter() + random.random() * 2e-4
    while time.perf_counter() < until:
        pass
    print("c" if supervisor.claim(folder, me) else "v", flush=True)
    os.close(folder)
"""


def test_of_a_thousand_races_between_voiding_and_claiming_none_is_won_by_both(tmp_path: Path):
    command = (sys.executable, "-P", "-c", CLAIMER)
    claimed = voided = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        for number in range(1000):
            folder = fresh(tmp_path, number)
            child.stdin.write(f"{folder}\n")
            child.stdin.flush()
            spin(random.random() * 2e-4)
            won = void(folder)
            assert child.stdout.readline() == ("v\n" if won else "c\n")
            voided, claimed = voided + won, claimed + (not won)
    assert voided, "no race at all"
    assert claimed, "no race at all"


def spin(seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def test_a_supervisor_that_races_with_a_resumer_does_it_once_or_never(tmp_path: Path):
    for number in range(20):
        folder, trap = fresh(tmp_path, number), tmp_path / f"trap{number}"
        with supervisor() as child:
            time.sleep(0.05)
            child.stdin.write(told(shell(f"echo x >>{trap}"), folder))
            child.stdin.close()
            spin(random.random() * 1e-3)
            won = void(folder)
            child.wait(20)
        assert trap.exists() is not won
        assert find(folder).state is (State.NOT_EXECUTED if won else State.ENDED)


async def test_a_resumer_ends_what_it_has_found_running(tmp_path: Path):
    folder, note = fresh(tmp_path), tmp_path / "note"
    with agent(folder, f"echo $$ >{note}; exec sleep 300", "P5-agent") as child:
        child.wait(20)
        await until(lambda: number_in(note))
        async with Launcher(SystemClock()) as launcher:
            one = launcher.attach(folder)
            assert one.elapsed < 30
            one.terminate()
            ended = await one.ended()
    assert (ended.status, ended.terminated) == (-signal.SIGTERM, True)
    assert not alive(number_in(note))
