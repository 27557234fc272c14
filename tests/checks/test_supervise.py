"""Children are run with bounds on their time, their output and what they leave behind (reliability F10)."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import signal
import time
from pathlib import Path

import pytest

from checks.errors import MeasureError
from checks.host.processes import read_table
from checks.programs import supervise
from checks.programs.capture import Capture

pytestmark = pytest.mark.usefixtures("nobody_else")

MIB = 1024 * 1024


def alive(pid: int) -> bool:
    """Return whether the process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def zombies() -> int:
    """Return how many of our children have ended and were never asked how."""
    return sum(one.parent == os.getpid() and one.state == "Z" for one in read_table().processes)


async def until(condition, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def highest_memory() -> int:
    """Return the most memory that this process held since the mark was reset, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def number_in(path: Path) -> int:
    return int(path.read_text()) if path.exists() and path.read_text().strip() else 0


async def shell(script: str, **options) -> tuple[int, bytes, bytes, tuple[str, ...]]:
    async with supervise.run(("/bin/sh", "-c", script), **options) as finished:
        return finished.status, finished.out.read(), finished.err.read(), finished.left


async def test_the_exit_code_and_both_streams_come_back():
    assert await shell("echo said; echo wrong >&2; exit 7") == (7, b"said\n", b"wrong\n", ())


async def test_a_signal_is_a_negative_status():
    status, *_ = await shell("kill -9 $$")
    assert status == -signal.SIGKILL


async def test_the_child_has_no_terminal_and_nothing_on_its_input():
    status, out, err, _ = await shell("cat; exec 3</dev/tty")
    assert status != 0
    assert out == b""
    assert b"No such device" in err


async def test_what_was_left_out_is_known_by_size_and_hash():
    with Capture(head=10, tail=10) as capture:
        for part in (b"0123456", b"789abcdef", b"ghijklmnopqrst", b"uvwxyz"):
            capture.add(part)
        everything = b"0123456789abcdefghijklmnopqrstuvwxyz"
        assert capture.size == len(everything)
        assert capture.truncated
        assert capture.sha256 == hashlib.sha256(everything).hexdigest()
        assert capture.read() == b"0123456789\n[... 16 bytes left out ...]\nqrstuvwxyz"


@pytest.mark.parametrize("length", [0, 1, 9, 10, 11, 19, 20])
def test_a_stream_that_fits_is_kept_whole(length: int):
    data = bytes(range(length))
    with Capture(head=10, tail=10) as capture:
        for byte in data:
            capture.add(bytes([byte]))
        assert capture.read() == data
        assert not capture.truncated


@pytest.mark.fault("command", "huge")
async def test_a_hundred_megabytes_cost_little_memory_and_do_not_block_the_child():
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = highest_memory()
    async with supervise.run(("/usr/bin/head", "-c", str(100 * MIB), "/dev/zero")) as finished:
        kept = finished.out.read()
        assert finished.status == 0
        assert finished.out.size == 100 * MIB
        assert 10 * MIB <= len(kept) < 10 * MIB + 100
        hashed = hashlib.sha256()
        for _ in range(100):
            hashed.update(bytes(MIB))
        assert finished.out.sha256 == hashed.hexdigest()
    assert highest_memory() - before <= 16 * MIB


async def test_a_full_disk_costs_the_output_and_not_the_result(monkeypatch):
    def full(self, offset, part):
        self.disk_full = True

    monkeypatch.setattr(Capture, "_keep", full)
    async with supervise.run(("/bin/echo", "hello")) as finished:
        assert finished.status == 0
        assert finished.out.size == 6
        assert finished.out.truncated
        assert finished.out.read() == b""


@pytest.mark.fault("command", "fork_daemon")
async def test_a_grandchild_that_holds_the_output_is_listed_and_killed(tmp_path: Path):
    note = tmp_path / "pid"
    began = time.monotonic()
    status, out, _, left = await shell(f"sleep 300 & echo $! >{note}; echo done")
    assert time.monotonic() - began < supervise.DRAIN + 2
    assert (status, out) == (0, b"done\n")
    assert [process.split()[0] for process in left] == [str(number_in(note))]
    await until(lambda: not alive(number_in(note)))


@pytest.mark.fault("command", "fork_daemon")
async def test_a_daemon_with_a_session_of_its_own_cannot_hold_up_the_result(tmp_path: Path):
    note = tmp_path / "pid"
    began = time.monotonic()
    status, *_ = await shell(f"setsid sh -c 'echo $$ >{note}; exec sleep 300' & exit 0")
    assert status == 0
    assert time.monotonic() - began < supervise.DRAIN + 2
    await until(lambda: number_in(note))
    os.kill(number_in(note), signal.SIGKILL)


async def test_a_process_that_changed_its_group_is_killed_too(tmp_path: Path):
    note = tmp_path / "pid"
    await shell(f"set -m; sleep 300 >/dev/null 2>&1 & echo $! >{note}")
    await until(lambda: not alive(number_in(note)))


async def cancelled(script: str, started: Path) -> asyncio.CancelledError:
    """Run the script, cancel it once it has made the file, and return the cancellation as it came out."""
    task = asyncio.ensure_future(shell(script))
    await until(started.exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await task
    return caught.value


async def test_a_cancelled_child_is_asked_to_end_and_leaves_its_last_words(tmp_path: Path):
    started, asked = tmp_path / "started", tmp_path / "asked"
    script = f"trap 'echo bye; touch {asked}; exit' TERM; echo working; touch {started}; kill -STOP $$"
    error = await cancelled(script, started)
    assert asked.exists()
    assert error.__notes__ == ["last output:\nworking\nbye\n"]


@pytest.mark.fault("command", "fork_daemon")
async def test_a_family_that_ignores_term_is_killed(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(supervise, "GRACE", 0.3)
    started = tmp_path / "started"
    script = (
        f"trap '' TERM; sleep 300 & echo $! >{started}.2; echo $$ >{started}.1; touch {started}; sleep 300"
    )
    await cancelled(script, started)
    for which in ("1", "2"):
        pid = number_in(Path(f"{started}.{which}"))
        await until(lambda pid=pid: not alive(pid))


@pytest.mark.fault("command", "helper_hang")
async def test_a_stopped_child_is_woken_so_that_it_can_end(tmp_path: Path):
    started, asked = tmp_path / "started", tmp_path / "asked"
    began = time.monotonic()
    await cancelled(f"trap 'touch {asked}; exit' TERM; touch {started}; kill -STOP $$", started)
    assert asked.exists()
    assert time.monotonic() - began < supervise.GRACE


@pytest.mark.parametrize("turns", range(10))
async def test_a_child_is_reaped_at_whatever_moment_it_is_cancelled(turns: int):
    """Cancelled so many turns of the loop after it has ended; it is only reaped then."""
    before = zombies()
    running = asyncio.ensure_future(shell("exit 0"))
    while zombies() == before and not running.done():
        await asyncio.sleep(0)
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    assert zombies() == before


async def test_nothing_is_left_open_after_many_children():
    async def one() -> None:
        await shell("exit 0")

    await one()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(30):
        await one()
    assert len(os.listdir("/proc/self/fd")) == before
    assert zombies() == 0


async def test_many_children_at_once_do_not_mix_up_their_output():
    async def one(number: int) -> bytes:
        return (await shell(f"echo {number}"))[1]

    said = await asyncio.gather(*(one(number) for number in range(20)))
    assert said == [b"%d\n" % number for number in range(20)]


async def test_what_would_change_a_child_is_not_inherited(monkeypatch):
    for name in ("PYTHONPATH", "LD_PRELOAD_X", "TEXTUAL_DRIVER", "BASH_ENV"):
        monkeypatch.setenv(name, "trap")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("KEPT", "yes")
    _, out, *_ = await shell("env", extra={"ADDED": "too"})
    seen = dict(line.split("=", 1) for line in out.decode().splitlines())
    assert "trap" not in seen.values()
    assert (seen["PATH"], seen["KEPT"], seen["ADDED"]) == (supervise.SEARCH_PATH, "yes", "too")


@pytest.mark.parametrize(
    ("argv", "folder", "error_class"),
    [
        (("no-such-program",), "/", "not_found"),
        (("/etc/passwd",), "/", "not_executable"),
        (("/etc",), "/", "not_executable"),
        (("true",), "/no/such/folder", "not_started"),
        (("true", "nul\0byte"), "/", "not_started"),
        (("true", "x" * 3_000_000), "/", "not_executable"),
    ],
)
async def test_what_cannot_be_started_says_why(argv, folder, error_class):
    with pytest.raises(MeasureError) as caught:
        async with supervise.run(argv, folder):
            pass
    assert caught.value.error_class == error_class
    assert argv[0] in caught.value.summary or folder in caught.value.summary


async def test_a_missing_interpreter_is_told_from_a_missing_program(tmp_path: Path):
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with pytest.raises(MeasureError, match="interpreter"):
        async with supervise.run((str(script),)):
            pass
