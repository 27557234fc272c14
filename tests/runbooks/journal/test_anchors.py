"""Anchors: the head goes where a forger may not reach, soon enough to miss what he cuts off."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checks.testing import FakeClock
from runbooks.journal.anchors import anchors_file, read_anchors
from runbooks.journal.chain import Head
from runbooks.journal.journal import Journal
from runbooks.journal.verify import verify
from tests.runbooks.journal.drafting import ANNA, hands_on, noted, rows, until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.journal.db"


@pytest.fixture
def syslog(tmp_path: Path) -> Iterator[socket.socket]:
    """What listens at the place of `/dev/log`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "log"))
        line.settimeout(5)
        yield line


def anchored(path: Path) -> list[int]:
    return [head.seq for head in read_anchors(anchors_file(path)).heads]


def has_anchored(path: Path, *seqs: int) -> Callable[[], bool]:
    return lambda: anchored(path) == list(seqs)


async def test_the_head_is_anchored_every_fifty_rows(path: Path) -> None:
    async with Journal(path, FakeClock(), ballast=0) as journal:
        assert anchored(path) == [1]
        await journal.append(*(noted("w1") for _ in range(49)))
        await journal.append(noted("w1"))
        await until(has_anchored(path, 1, 51))
        await journal.append(*(noted("w1") for _ in range(49)))
        await journal.anchor()
        assert anchored(path) == [1, 51, 100]
        await journal.append(*(noted("w1") for _ in range(120)))
        await until(has_anchored(path, 1, 51, 100, 220))
    assert verify(path).exit_code == 0


async def test_the_head_is_anchored_once_a_minute_when_there_are_new_rows(path: Path) -> None:
    clock = FakeClock()
    async with Journal(path, clock, ballast=0) as journal:
        await journal.append(noted("w1"))
        await clock.advance(59)
        assert anchored(path) == [1]
        await clock.advance(1)
        await until(has_anchored(path, 1, 2))
        for _ in range(5):
            await clock.advance(60)
        await journal.append(noted("w1"))
        await clock.advance(60)
        await until(has_anchored(path, 1, 2, 3))


async def test_the_head_is_anchored_when_told_and_at_the_end(path: Path) -> None:
    async with Journal(path, FakeClock(), ballast=0) as journal:
        await journal.append(noted("w1"))
        head = await journal.anchor()
        assert head == journal.head == Head(2, rows(path)[-1].hash.hex())
        assert await journal.anchor() == head
        await journal.append(noted("w1"))
    assert anchored(path) == [1, 2, 3]
    assert anchors_file(path).read_text().splitlines()[1] == f"{head} 2027-01-15T08:00:00.000Z"


async def test_the_head_is_sent_to_the_system_log(path: Path, syslog: socket.socket) -> None:
    async with Journal(path, FakeClock(), ballast=0, syslog=Path(syslog.getsockname())) as journal:
        first = syslog.recv(4096).decode()
        await journal.append(noted("w1"))
        head = await journal.anchor()
        second = syslog.recv(4096).decode()
    assert first.startswith(f"<85>walkdown[{os.getpid()}]: head of {path}: 1:")
    assert second.endswith(f": {head}")


async def test_a_system_log_that_is_not_there_or_does_not_listen_holds_nothing_up(
    path: Path, tmp_path: Path
) -> None:
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        for place in ("missing", "deaf"):
            async with Journal(path, FakeClock(), ballast=0, syslog=tmp_path / place) as journal:
                for _ in range(300):
                    await journal.append(noted("w1"))
                    await journal.anchor()
                assert journal.trouble == ""


async def test_anchors_that_cannot_be_kept_are_said_and_hold_nothing_up(path: Path) -> None:
    async with Journal(path, FakeClock(), ballast=0) as journal:
        anchors_file(path).unlink()
        anchors_file(path).mkdir()
        await journal.append(*(noted("w1") for _ in range(120)))
        await journal.append(noted("w1"))
        assert (await journal.anchor()).seq == 122
        assert str(anchors_file(path)) in journal.trouble
        anchors_file(path).rmdir()
        await journal.anchor()
        assert journal.trouble == ""
    assert anchored(path) == [122]


async def test_rows_cut_off_after_an_anchor_are_missed_by_the_next_agent(path: Path) -> None:
    clock = FakeClock()
    async with Journal(path, clock, ballast=0) as journal:
        await journal.append(*(noted("w1") for _ in range(60)))
        await journal.take("shop", "w1", ANNA)
    with hands_on(path) as connection:
        connection.execute("DELETE FROM entry WHERE seq = 61")
    async with Journal(path, clock, ballast=0) as journal:
        assert "row 61 is anchored, but it ends at row 60" in journal.broken
    assert (verify(path).exit_code, verify(path).bad) == (2, 61)
