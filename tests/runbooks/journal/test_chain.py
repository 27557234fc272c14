"""The hash chain: whatever is done to rows that were written shows at the first row that it was done to."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from checks.testing import FakeClock
from runbooks.events import Entry, JournalBegun, encoder
from runbooks.journal.chain import Chain, ChainError, Head, Row, follow, linked
from runbooks.journal.identity import boot
from runbooks.journal.rows import read_entry
from tests.runbooks.journal.drafting import ended, noted, opened, rows, took, write


class Ticking(FakeClock):
    """A clock that goes on by a second with each look at it."""

    def monotonic(self) -> float:
        self._monotonic += 1.0
        return self._monotonic


def written(path: Path) -> list[Row]:
    """Return 200 rows of every sort that two walks have."""
    drafts = [opened("w1"), opened("w2", "restart")]
    for number in range(65):
        walk = f"w{number % 2 + 1}"
        drafts += [
            noted(walk, f"note {number}: ä €"),
            took(walk, "s1", number),
            took(walk, "s2", 1, well=False),
        ]
    write(path, [*drafts, ended("w1"), ended("w2")], Ticking())
    return rows(path)


@pytest.fixture(scope="module")
def chained(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return written(tmp_path_factory.mktemp("chain") / "state" / "shop.journal.db")


def first_wrong(found: Iterable[Row]) -> int:
    """Return the number of the first row that is wrong or missing; 0 when none is."""
    chain = Chain()
    try:
        for row in found:
            chain = follow(chain, row)
    except ChainError as error:
        return error.seq
    return 0


def wrong_after(chain: Chain, row: Row) -> int:
    """Return the number of the row that is wrong or missing there; 0 when none is."""
    try:
        follow(chain, row)
    except ChainError as error:
        return error.seq
    return 0


def flipped(data: bytes) -> Iterator[bytes]:
    """Yield the data with each of its bits flipped in turn."""
    for position in range(len(data)):
        for bit in range(8):
            yield data[:position] + bytes((data[position] ^ 1 << bit,)) + data[position + 1 :]


def forgeries(row: Row) -> Iterator[Row]:
    """Yield the row with each single bit of each of its columns flipped."""
    for field in ("body", "hash"):
        for data in flipped(getattr(row, field)):
            yield replace(row, **{field: data})
    for field in ("walk", "kind", "runbook"):
        for data in flipped(getattr(row, field).encode()):
            yield replace(row, **{field: data.decode(errors="surrogateescape")})
    for bit in range(64):
        yield replace(row, seq=row.seq ^ 1 << bit)


def test_rows_as_they_were_written_are_right(chained: list[Row]) -> None:
    assert len(chained) == 200
    assert first_wrong(chained) == 0


def test_every_flipped_bit_of_every_column_of_200_rows_is_found(chained: list[Row]) -> None:
    chain, tried = Chain(), 0
    for row in chained:
        for forged in forgeries(row):
            tried += 1
            assert wrong_after(chain, forged) == row.seq
        chain = follow(chain, row)
    assert tried > 500_000


@pytest.mark.parametrize("place", [0, 1, 57, 198])
def test_a_deleted_row_is_missed(chained: list[Row], place: int) -> None:
    assert first_wrong(chained[:place] + chained[place + 1 :]) == place + 1


@pytest.mark.parametrize("place", [1, 57, 199])
def test_a_row_put_in_is_found(chained: list[Row], place: int) -> None:
    forged = replace(chained[place], body=chained[place].body.replace(b"anna", b"bert"))
    later = [replace(row, seq=row.seq + 1) for row in chained[place:]]
    assert first_wrong([*chained[:place], forged, *later]) == place + 1


def test_a_row_that_comes_twice_is_found(chained: list[Row]) -> None:
    assert first_wrong([*chained[:80], chained[79], *chained[80:]]) == 81


def test_swapped_rows_are_found(chained: list[Row]) -> None:
    dice = random.Random(3)
    for _ in range(200):
        one, other = sorted(dice.sample(range(200), 2))
        swapped = list(chained)
        swapped[one] = replace(chained[other], seq=one + 1)
        swapped[other] = replace(chained[one], seq=other + 1)
        assert first_wrong(swapped) == one + 1


def test_two_journals_spliced_are_found(chained: list[Row], tmp_path: Path) -> None:
    other = written(tmp_path / "state" / "shop.journal.db")
    assert first_wrong(other) == 0
    assert first_wrong([*chained[:120], *other[120:]]) == 121
    second = [replace(row, seq=row.seq + 200) for row in other]
    assert first_wrong([*chained, *second]) == 201


def test_another_journal_chained_on_anew_is_found_by_its_beginning(chained: list[Row]) -> None:
    begun = read_entry(1, chained[0].body)
    assert isinstance(begun.event, JournalBegun)
    assert first_wrong([*chained, row_after(chained[-1], with_(begun, seq=201))]) == 201


def test_a_journal_that_does_not_begin_at_its_beginning_is_found(chained: list[Row]) -> None:
    entry = with_(read_entry(2, chained[1].body), seq=1)
    assert first_wrong([row_after(Row(0, "", "", "", b"", bytes(32)), entry)]) == 1


def test_columns_that_say_something_else_than_the_body_are_found(chained: list[Row]) -> None:
    for change in ({"walk": "w9"}, {"kind": "WalkEnded"}, {"runbook": "another"}):
        assert first_wrong([*chained[:50], replace(chained[50], **change), *chained[51:]]) == 51


def test_a_body_that_is_no_entry_is_found_although_its_hash_is_right(chained: list[Row]) -> None:
    body = b'{"no": "entry"}'
    row = replace(chained[50], body=body, hash=linked(chained[49].hash, body))
    assert first_wrong([*chained[:50], row]) == 51


def test_a_plan_without_a_name_is_found(chained: list[Row]) -> None:
    body = chained[1].body.replace(b'"plan":{"name":"update",', b'"plan":{')
    assert body != chained[1].body
    row = replace(chained[1], body=body, hash=linked(chained[0].hash, body))
    assert first_wrong([chained[0], row]) == 2


def test_time_that_goes_back_within_a_boot_is_found(chained: list[Row]) -> None:
    last = read_entry(200, chained[-1].body)
    assert first_wrong([*chained, row_after(chained[-1], with_(last, seq=201))]) == 0
    assert first_wrong([*chained, row_after(chained[-1], with_(last, seq=201, mono=last.mono - 0.5))]) == 201


def test_time_begins_anew_with_each_boot_but_goes_back_in_none(chained: list[Row]) -> None:
    last = read_entry(200, chained[-1].body)
    rebooted = row_after(chained[-1], with_(last, seq=201, boot="the next", mono=1.0))
    assert first_wrong([*chained, rebooted]) == 0
    old = with_(last, seq=202, boot=boot(), mono=last.mono - 0.5)
    assert first_wrong([*chained, rebooted, row_after(rebooted, old)]) == 202


def test_a_cut_tail_shows_by_itself_not_at_all(chained: list[Row]) -> None:
    """Said in the documents: only an anchor shows it."""
    assert first_wrong(chained[:150]) == 0


def test_a_head_is_read_as_it_is_written(chained: list[Row]) -> None:
    head = Head(200, chained[-1].hash.hex())
    assert Head.parse(f" {head}\n") == head
    for wrong in (
        "",
        "200",
        "200:",
        f"x:{head.hash}",
        f"-1:{head.hash}",
        f"²:{head.hash}",
        "200:" + "zz" * 32,
    ):
        with pytest.raises(ValueError, match=r"SEQ:HASH|hexadecimal"):
            Head.parse(wrong)


def with_(entry: Entry, **changes: object) -> Entry:
    return msgspec.structs.replace(entry, **changes)


def row_after(before: Row, entry: Entry) -> Row:
    """Return the entry chained on, as one would who knows how."""
    body = encoder.encode(entry)
    return Row(entry.seq, entry.walk, type(entry.event).__name__, "", body, linked(before.hash, body))
