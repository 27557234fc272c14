"""A program under its supervisor: its files, its session, its end, and what it cannot do to either."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runbooks.launch import SUPERVISOR
from runbooks.step import Order
from tests.checks.test_supervise import alive, number_in, until
from tests.runbooks.attempts import fresh, journal, obey, record, run, running, shell, supervisor, told

MIB = 1024 * 1024


async def test_the_exit_code_and_both_streams_are_on_disk(tmp_path: Path):
    folder = fresh(tmp_path)
    ended = await run(shell("echo said; echo wrong >&2; exit 7"), folder)
    assert (ended.status, ended.refused, ended.terminated, ended.left) == (7, "", False, ())
    assert (ended.out.read_bytes(), ended.errors.read_bytes()) == (b"said\n", b"wrong\n")
    assert sorted(path.name for path in folder.iterdir()) == [
        "claim",
        "errors",
        "exit.json",
        "out",
        "spawned.json",
    ]
    assert abs(record(folder)["ended"] - time.time()) < 60
    assert 0 < record(folder)["elapsed"] < 60


async def test_nobody_else_can_read_what_is_there(tmp_path: Path):
    folder = fresh(tmp_path)
    before = os.umask(0)
    try:
        await run(shell("echo said"), folder)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_signal_is_a_negative_status(tmp_path: Path):
    assert (await run(shell("kill -SEGV $$"), fresh(tmp_path))).status == -signal.SIGSEGV


async def test_it_leads_a_session_without_a_terminal_and_has_nothing_on_its_input(tmp_path: Path):
    script = "cat; ps -o pid=,pgid=,sid=,tty= -p $$; (exec 3</dev/tty) 2>&1"
    out = (await run(shell(script), fresh(tmp_path))).out.read_text()
    pid, group, session, terminal = out.splitlines()[0].split()
    assert pid == group == session
    assert terminal == "?"
    assert "No such device" in out


async def test_it_gets_signals_and_files_as_if_a_shell_had_started_it(tmp_path: Path):
    script = "grep -E 'Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd; umask"
    out = (await run(shell(script), fresh(tmp_path))).out.read_text().split()
    blocked, ignored = int(out[1], 16), int(out[3], 16)
    assert (blocked, ignored & ~0x180000000) == (0, 0)  # 32 and 33 are the C library's own
    assert out[4:-1] == ["0", "1", "2", "3"]  # 3 is the folder that ls lists


async def test_its_input_variables_and_folder_are_as_ordered(tmp_path: Path):
    odd = "caf\udce9"  # a byte that is no UTF-8
    order = shell('cat; printf %s "$ODD"; pwd', environment={"ODD": odd}, folder="/usr", stdin=b"in\0put\n")
    out = (await run(order, fresh(tmp_path))).out.read_bytes()
    assert out == b"in\0put\ncaf\xe9/usr\n"


async def test_a_long_input_does_not_hold_anybody_up(tmp_path: Path):
    given = os.urandom(8 * MIB)
    ended = await run(Order(("sha256sum",), stdin=given), fresh(tmp_path))
    assert ended.out.read_text().split()[0] == hashlib.sha256(given).hexdigest()


async def test_a_daemon_that_holds_the_output_delays_nothing_and_is_named_not_killed(tmp_path: Path):
    note = tmp_path / "pid"
    daemon = f"sleep 300 & echo $! >{note}; until grep -q sleep /proc/$!/comm; do :; done; echo done"
    ended = await run(shell(daemon), fresh(tmp_path))
    assert ended.elapsed < 60
    assert ended.left == (f"{number_in(note)} sleep",)
    assert alive(number_in(note))
    os.kill(number_in(note), signal.SIGKILL)


@pytest.mark.fault("step:command", "signals")
@pytest.mark.parametrize("signum", [signal.SIGHUP, signal.SIGINT])
async def test_a_hang_up_and_ctrl_c_do_not_reach_supervisor_or_program(tmp_path: Path, signum):
    folder, go = fresh(tmp_path), tmp_path / "go"
    async with running(shell(f"while [ ! -e {go} ]; do sleep 0.05; done; echo done"), folder) as one:
        os.killpg(one.supervisor.pid, signum)
        go.touch()
        assert (await one.ended()).out.read_text() == "done\n"


async def test_asked_to_end_it_may_tidy_up(tmp_path: Path):
    folder, ready = fresh(tmp_path), tmp_path / "ready"
    script = f"trap 'echo bye; exit 3' TERM; touch {ready}; kill -STOP $$; while :; do sleep 0.05; done"
    async with running(shell(script), folder) as one:
        await until(ready.exists)
        one.terminate()
        ended = await one.ended()
    assert (ended.status, ended.terminated) == (3, True)
    assert ended.out.read_text() == "bye\n"


async def test_what_ignores_term_is_killed_with_all_of_its_session(tmp_path: Path):
    folder, note = fresh(tmp_path), tmp_path / "pid"
    script = f"trap '' TERM; set -m; sleep 300 & echo $! >{note}; while :; do sleep 0.1; done"
    async with running(shell(script), folder) as one:
        await until(lambda: number_in(note))
        began = time.monotonic()
        one.terminate()
        ended = await one.ended()
    assert 4.5 < time.monotonic() - began < 15
    assert (ended.status, ended.terminated) == (-signal.SIGKILL, True)
    await until(lambda: not alive(number_in(note)), 1)


async def test_what_outlives_the_program_that_was_ended_is_ended_too(tmp_path: Path):
    folder, note = fresh(tmp_path), tmp_path / "pid"
    script = f"(trap '' TERM; echo ready >{note}.0; exec sleep 300) & echo $! >{note}; wait"
    async with running(shell(script), folder) as one:
        await until(Path(f"{note}.0").exists)
        one.terminate()
        ended = await one.ended()
    assert (ended.status, ended.left) == (-signal.SIGTERM, ())
    assert not alive(number_in(note))


async def test_more_output_than_can_be_kept_ends_the_program(tmp_path: Path):
    script = "truncate -s 2G /proc/self/fd/1; trap 'exit 0' TERM; while :; do sleep 0.1; done"
    ended = await run(shell(script), fresh(tmp_path))
    assert (ended.status, ended.stopped, ended.terminated) == (0, "too_much_output", False)
    ended.out.unlink()


def on_small_disk(tmp_path: Path, script: str, before: str = "") -> str:
    """Run the script under a supervisor whose folder lies on a disk of 1 MiB; return what is left there."""
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "order").write_bytes(told(shell(script), disk / "attempt"))
    inside = (
        f"mount -t tmpfs -o size=1m none {disk} && mkdir {disk}/attempt && {before}\n"
        f"{sys.executable} -I -S {SUPERVISOR} <{tmp_path}/order\n"
        f"rm -f {disk}/attempt/out {disk}/filler; ls {disk}/attempt; cat {disk}/attempt/exit.json"
    )
    command = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", inside)
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout


def test_a_disk_that_fills_up_ends_the_program_and_its_end_is_on_record_all_the_same(tmp_path: Path):
    script = "trap 'exit 4' TERM; while :; do head -c 100000 /dev/zero 2>/dev/null || sleep 0.1; done"
    left = on_small_disk(tmp_path, script)
    assert '"stopped": "disk_full"' in left
    assert '"status": 4' in left


def test_nothing_is_executed_when_evidence_cannot_be_kept(tmp_path: Path):
    trap = tmp_path / "trap"
    left = on_small_disk(tmp_path, f"touch {trap}", f"head -c 2M /dev/zero >{tmp_path}/disk/filler;")
    assert not trap.exists()
    assert "spawned.json" not in left


@pytest.mark.parametrize(
    ("argv", "folder", "refused", "status"),
    [
        (("no-such-program",), "/", "not_found", 127),
        (("/etc/passwd",), "/", "not_executable", 126),
        (("/etc",), "/", "not_executable", 126),
        (("true",), "/no/such/folder", "no_folder", 126),
        (("true", "nul\0byte"), "/", "not_executable", 126),
        (("true", "x" * 3_000_000), "/", "not_executable", 126),
    ],
)
async def test_what_cannot_be_executed_says_why(tmp_path: Path, argv, folder, refused, status):
    ended = await run(Order(argv, folder=folder), fresh(tmp_path))
    assert (ended.refused, ended.status) == (refused, status)
    assert (argv[0] if refused != "no_folder" else folder) in ended.why


async def test_a_missing_interpreter_is_told_from_a_missing_program(tmp_path: Path):
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    assert "interpreter" in (await run(Order((str(script),)), fresh(tmp_path))).why


@pytest.mark.parametrize("length", [0, 3, 8, 60, -1])
def test_an_order_that_ends_early_is_no_order(tmp_path: Path, length: int):
    folder, trap = fresh(tmp_path), tmp_path / "trap"
    with supervisor() as child:
        child.communicate(told(shell(f"touch {trap}", stdin=b"input"), folder)[:length], timeout=20)
    assert child.returncode == 0
    assert not trap.exists()
    assert not list(folder.iterdir())


def test_an_order_longer_than_can_be_is_not_even_read(tmp_path: Path):
    with supervisor() as child:
        child.communicate(b"\xff" * 64, timeout=20)
    assert child.returncode == 1


def test_a_supervisor_that_stands_by_can_be_ended(tmp_path: Path):
    with supervisor() as child:
        child.terminate()
        assert child.wait(10) == -signal.SIGTERM


@pytest.mark.parametrize("fence", [8, 7, 6])
def test_only_under_the_fence_of_its_order_it_is_executed(tmp_path: Path, fence: int):
    folder, trap = fresh(tmp_path), tmp_path / "trap"
    lease = journal(tmp_path / "journal 50%?#.sqlite", fence)
    wanted = type(lease)(lease.database, lease.target, 7)
    obey(shell(f"touch {trap}"), folder, wanted)
    assert trap.exists() is (fence == 7)
    assert record(folder).get("refused", "") == ("" if fence == 7 else "fence")


def test_without_a_lease_to_be_read_it_is_not_executed(tmp_path: Path):
    lease = journal(tmp_path / "journal", 7)
    for number, wrong in enumerate(("other", "shop")):
        folder, trap = fresh(tmp_path, number), tmp_path / "trap"
        if wrong == "shop":
            lease.database.unlink()
        obey(shell(f"touch {trap}"), folder, type(lease)(lease.database, wrong, 7))
        assert not trap.exists()
        assert record(folder)["refused"] == "fence"
    assert not lease.database.exists()
