"""The files of a journal: nobody else's eyes, nobody else's hands, and made once however many come."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.host.processes import read_process
from runbooks.journal.anchors import anchors_file, keep
from runbooks.journal.ballast import Ballast
from runbooks.journal.chain import Head
from runbooks.journal.errors import JournalError
from runbooks.journal.identity import ours
from runbooks.journal.journal import Journal
from runbooks.journal.verify import verify
from tests.runbooks.journal.drafting import ANNA, MIB, noted, notes, opened, python, rows, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.journal.db"


@pytest.fixture(params=[0o000, 0o022], ids=["umask 000", "umask 022"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


async def test_nobody_else_may_read_any_file(path: Path, umask: None) -> None:
    async with Journal(path, SystemClock(), ballast=MIB) as journal:
        await journal.append(opened("w1"))
        await journal.anchor()
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes) == {
        "shop.journal.db",
        "shop.journal.db-wal",
        "shop.journal.db-shm",
        "shop.anchors",
        "shop.ballast",
    }
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_nobody_else_may_read_what_was_put_aside(path: Path, umask: None) -> None:
    write(path, [noted("w1")])
    path.write_bytes(b"x" * 9000)
    async with Journal(path, SystemClock(), ballast=0) as journal:
        await journal.begin_anew("it was damaged", ANNA)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_files_and_folder_left_open_to_others_are_closed(path: Path) -> None:
    write(path, [noted("w1")])
    path.chmod(0o644)
    path.parent.chmod(0o755)
    write(path, [noted("w1")])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["shop.journal.db", "shop.journal.db-wal", "shop.journal.db-shm"])
async def test_a_planted_link_is_refused_and_its_target_untouched(path: Path, name: str) -> None:
    write(path, [noted("w1")])
    victim = path.parent / "victim"
    victim.write_text("precious")
    planted = path.with_name(name)
    planted.unlink(missing_ok=True)
    planted.symlink_to(victim)
    async with Journal(path, SystemClock(), ballast=0) as journal:
        with pytest.raises(JournalError, match="not a regular file"):
            await journal.append(noted("w1"))
    assert victim.read_text() == "precious"
    assert planted.is_symlink()


@pytest.mark.parametrize("name", ["shop.anchors", "shop.ballast"])
async def test_a_link_planted_beside_it_is_not_followed_and_said(path: Path, name: str) -> None:
    path.parent.mkdir(mode=0o700)
    victim = path.parent / "victim"
    victim.write_text("1:" + "ab" * 32 + " precious\n")
    path.with_name(name).symlink_to(victim)
    async with Journal(path, SystemClock(), ballast=MIB) as journal:
        if name == "shop.ballast":
            assert "not a regular file" in journal.trouble
            await journal.append(noted("w1"))
        else:
            with pytest.raises(JournalError):
                await journal.append(noted("w1"))
    assert victim.read_text() == "1:" + "ab" * 32 + " precious\n"
    assert path.with_name(name).is_symlink()


async def test_a_state_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").symlink_to("elsewhere")
    async with Journal(tmp_path / "state" / "shop.journal.db", SystemClock()) as journal:
        with pytest.raises(JournalError, match="symbolic link"):
            await journal.append(noted("w1"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
@pytest.mark.parametrize("name", ["shop.journal.db", "shop.anchors"])
async def test_a_file_of_somebody_else_is_refused(path: Path, name: str) -> None:
    write(path, [noted("w1")])
    planted = path.with_name(name)
    planted.touch()
    os.chown(planted, 12345, 12345)
    async with Journal(path, SystemClock(), ballast=0) as journal:
        if name == "shop.anchors":
            assert "not a file of ours alone" in journal.trouble
        else:
            with pytest.raises(JournalError, match="belongs to uid 12345"):
                await journal.append(noted("w1"))


MAKER = """
import asyncio, sys
from pathlib import Path
from checks.clock import SystemClock
from runbooks.events import Noted
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft

async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    async with Journal(Path(sys.argv[1]), SystemClock(), ballast=0) as journal:
        await journal.append(Draft("w1", Noted(sys.argv[2])))

asyncio.run(main())
"""


def test_however_many_begin_it_at_once_it_is_begun_once(tmp_path: Path) -> None:
    for round_ in range(3):
        path = tmp_path / str(round_) / "shop.journal.db"
        makers = [python(MAKER, path, number) for number in range(4)]
        for maker in makers:
            assert maker.stdout is not None
            assert maker.stdout.readline() == "ready\n"
        for maker in makers:
            assert maker.stdin is not None
            maker.stdin.write("\n")
            maker.stdin.flush()
        for maker in makers:
            maker.communicate()
            assert maker.returncode == 0
        assert sorted(notes(path)) == ["0", "1", "2", "3"]
        assert verify(path).exit_code == 0
        assert {file.name for file in path.parent.iterdir()} <= {
            "shop.journal.db",
            "shop.journal.db-wal",
            "shop.journal.db-shm",
            "shop.anchors",
        }


def test_what_a_killed_start_left_is_swept_away_and_what_another_makes_is_not(path: Path) -> None:
    us = ours()
    path.parent.mkdir(mode=0o700)
    dead = path.with_name(f"{path.name}.new-{us.pid}-{us.started - 1}")
    alive = path.with_name(f"{path.name}.new-1-{started_of(1)}")
    stranger = path.with_name(f"{path.name}.new-of-somebody")
    for file in (dead, dead.with_name(f"{dead.name}-wal"), alive, stranger):
        file.write_bytes(b"half")
    write(path, [noted("w1")])
    assert {file.name for file in path.parent.iterdir()} == {path.name, alive.name, stranger.name}


def started_of(pid: int) -> int:
    process = read_process(pid)
    assert process is not None
    return process.start


def test_ballast_is_laid_once_for_real_and_only_where_there_is_room(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "shop.ballast", MIB)
    ballast.lay()
    first = ballast.path.stat()
    ballast.lay()
    assert (first.st_size, ballast.path.stat().st_ino) == (MIB, first.st_ino)
    assert first.st_blocks * 512 >= MIB
    os.truncate(ballast.path, 10)
    ballast.lay()
    assert ballast.path.stat().st_size == MIB
    assert ballast.drop()
    assert not ballast.drop()
    Ballast(tmp_path / "shop.ballast", 1 << 60).lay()
    assert not ballast.path.exists()


def test_ballast_that_cannot_be_laid_whole_is_not_laid_at_all(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "shop.ballast", MIB)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB // 2, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            ballast.lay()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not ballast.path.exists()


def test_an_anchor_never_continues_a_torn_line(path: Path) -> None:
    write(path, [noted("w1")])
    head = Head(2, rows(path)[-1].hash.hex())
    anchors_file(path).write_text("1:abc")
    keep(anchors_file(path), head, 1_800_000_000.0)
    assert anchors_file(path).read_text() == f"1:abc\n{head} 2027-01-15T08:00:00.000Z\n"
    assert verify(path).exit_code == 0
