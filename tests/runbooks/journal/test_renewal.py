"""A broken journal is begun anew when the operator says so: the old one is kept, and named by the new one."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from checks.clock import SystemClock
from checks.testing import FakeClock
from runbooks.events import JournalBegun
from runbooks.journal.database import open_journal, renew_journal
from runbooks.journal.errors import JournalError
from runbooks.journal.rows import Scribe
from runbooks.journal.verify import verify
from tests.runbooks.journal.damages import DAMAGES, PAGE, forged_row, journal_of, make_long, overwrite
from tests.runbooks.journal.drafting import BERT, ended, is_intact, opened, rows


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "state" / "shop.journal.db"
    await make_long(path)
    return path


@pytest.mark.parametrize("damage", DAMAGES)
async def test_begun_anew_it_keeps_the_old_one_aside_and_names_its_head(path: Path, damage: str) -> None:
    head = rows(path)[-1].hash.hex()
    DAMAGES[damage][0](path)
    content = path.read_bytes() if path.exists() else None
    async with journal_of(path) as journal:
        kept = await journal.begin_anew("the disk was bad", BERT)
        assert journal.broken == ""
        await journal.append(opened("w2"))
        first, second = await journal.since(0)
        assert (await journal.take("shop", "w2", BERT)).fence > 1_700_000_000, (
            "above all fences of the old one"
        )
    assert (first.seq, second.seq, first.operator) == (1, 2, BERT)
    assert isinstance(first.event, JournalBegun)
    assert first.event.reason == "the disk was bad"
    if damage in ("newer version", "gone", "header overwritten", "no database", "zero length"):
        assert first.event.after == head
    if content is None:
        assert kept is None
    else:
        assert kept is not None
        assert kept.name.startswith("shop.journal.db.corrupt-")
        assert kept.read_bytes() == content
    (old_anchors,) = path.parent.glob("shop.anchors.corrupt-*")
    assert head in old_anchors.read_text()
    assert verify(path).exit_code == 0
    assert is_intact(path)


def test_fences_that_can_be_read_are_not_used_again(path: Path) -> None:
    clock = FakeClock(3.0)
    forged_row(path)
    renew_journal(path, clock, "the clock is wrong as well")
    with contextlib.closing(open_journal(path, Scribe(clock))) as connection:
        assert connection.execute("SELECT fence FROM fence_floor").fetchone() == (5,)


def test_nothing_that_was_put_aside_is_overwritten(path: Path) -> None:
    clock, kept = FakeClock(), set()
    for number in range(3):
        overwrite(path, 0, b"%d" % number * PAGE)
        kept.add(renew_journal(path, clock, "again"))
    assert len(kept) == 3
    assert all(file is not None and file.exists() for file in kept)


async def test_a_sound_journal_is_not_begun_anew(path: Path) -> None:
    before = rows(path)
    async with journal_of(path) as journal:
        with pytest.raises(JournalError, match="is sound"):
            await journal.begin_anew("I feel like it", BERT)
        await journal.append(ended("w1"))
    assert rows(path)[:-1] == before


async def test_a_renewal_that_was_killed_half_way_is_seen_and_done_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged_row(path)

    def die(*_: object) -> None:
        raise OSError(5, "killed here")

    monkeypatch.setattr("runbooks.journal.database.make", die)
    with pytest.raises(JournalError, match="killed here"):
        renew_journal(path, SystemClock(), "first try")
    monkeypatch.undo()
    async with journal_of(path) as journal:
        assert "is gone" in journal.broken
        await journal.begin_anew("second try", BERT)
        (begun,) = await journal.since(0)
    assert isinstance(begun.event, JournalBegun)
    (old_anchors,) = path.parent.glob("shop.anchors.corrupt-*")
    assert f"200:{begun.event.after} " in old_anchors.read_text()
