"""What is kept of what an attempt left: hashed, cut when it is too long, shown without harm."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from checks.errors import StoreError
from checks.masking import MASK, Masker
from runbooks import evidence
from runbooks.evidence import HEAD, MOST, TAIL, Kept, attempt_folder, gather, head, keep, kept, tail, verify
from tests.checks.test_supervise import highest_memory
from tests.hostile import BYTES, raw_in, stacked
from tests.runbooks.attempts import MIB, fresh, run, shell

SECRET = "canary-0123456789-ABCDEFGH"


@pytest.fixture
def masker() -> Masker:
    knowing = Masker()
    knowing.learn(SECRET)
    return knowing


def test_a_folder_is_ours_alone_and_is_made_once(tmp_path: Path):
    folder = attempt_folder(tmp_path / "evidence", "walk-1", "003-deploy.pull-1")
    assert folder == tmp_path / "evidence" / "walk-1" / "003-deploy.pull-1"
    assert [place.stat().st_mode & 0o777 for place in (folder, folder.parent)] == [0o700, 0o700]
    (folder / "out").write_text("kept")
    assert attempt_folder(tmp_path / "evidence", "walk-1", "003-deploy.pull-1") == folder
    assert (folder / "out").read_text() == "kept"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "/etc", ".hidden", "-x", "a\nb", "a\0b", "x" * 129, "é"]
)
def test_no_name_leads_out_of_the_folder_of_evidence(tmp_path: Path, name: str):
    for walk, place in ((name, "001-x-1"), ("walk", name)):
        with pytest.raises(StoreError):
            attempt_folder(tmp_path / "evidence", walk, place)


def test_a_planted_link_is_refused(tmp_path: Path):
    (tmp_path / "target").mkdir()
    attempt_folder(tmp_path / "evidence", "walk", "001-x-1")
    (tmp_path / "evidence" / "walk" / "002-x-1").symlink_to(tmp_path / "target")
    (tmp_path / "evidence" / "other").symlink_to(tmp_path / "target")
    for walk, place in (("walk", "002-x-1"), ("other", "001-x-1")):
        with pytest.raises(StoreError, match="no folder"):
            attempt_folder(tmp_path / "evidence", walk, place)
    assert not list((tmp_path / "target").iterdir())


async def test_every_file_but_those_of_the_machinery_is_hashed(tmp_path: Path):
    folder = fresh(tmp_path)
    await run(shell("echo said; echo wrong >&2"), folder)
    (folder / "rows").write_bytes(b"a,b\n")
    (folder / "link").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    found = {one.name: one for one in gather(folder)}
    assert set(found) == {"out", "errors", "rows"}
    assert found["out"].sha256 == hashlib.sha256(b"said\n").hexdigest()
    assert (found["out"].size, found["out"].truncated) == (5, False)


def test_of_a_folder_that_is_gone_nothing_is_left(tmp_path: Path):
    assert gather(tmp_path / "gone") == ()


def long_stream(folder: Path, size: int) -> bytes:
    """Write output of this size and return it."""
    content = b"FIRST\n" + os.urandom(1024) * (size // 1024 + 1)
    content = content[: size - 6] + b"\nLAST\n"
    (folder / "out").write_bytes(content)
    return content


@pytest.mark.parametrize("size", [MOST - 1, MOST])
def test_what_is_not_too_long_is_kept_whole(tmp_path: Path, size: int):
    folder = fresh(tmp_path)
    content = long_stream(folder, size)
    (one,) = gather(folder)
    assert (one.size, one.truncated) == (size, False)
    assert (folder / "out").read_bytes() == kept(folder / "out") == content


@pytest.mark.parametrize("size", [MOST + 1, MOST + 50, 3 * MOST])
def test_what_is_too_long_is_cut_in_its_middle_and_its_true_size_and_hash_are_known(
    tmp_path: Path, size: int
):
    folder = fresh(tmp_path)
    content = long_stream(folder, size)
    before = kept(folder / "out")
    (one,) = gather(folder)
    assert (one.size, one.truncated, one.sha256) == (size, True, hashlib.sha256(content).hexdigest())
    after = (folder / "out").read_bytes()
    gap = b"\n[... %d bytes left out ...]\n" % (size - MOST)
    assert after == content[:HEAD] + gap + content[-TAIL:]
    assert before == after == kept(folder / "out"), "a judgement must come out the same, whenever it is made"
    assert (folder / "out").stat().st_mode & 0o777 == 0o600


def test_gathering_again_knows_what_was_there_before_the_cut(tmp_path: Path):
    folder = fresh(tmp_path)
    long_stream(folder, 2 * MOST)
    first = gather(folder)
    assert gather(folder) == first
    assert [one.name for one in first] == ["out"]


def test_a_death_between_the_note_and_the_cut_loses_nothing(tmp_path: Path):
    folder = fresh(tmp_path)
    content = long_stream(folder, 2 * MOST)
    first = gather(folder)
    (folder / "out").write_bytes(content)
    (folder / ".new-out").write_bytes(b"half")
    assert gather(folder) == first
    assert not (folder / ".new-out").exists()


def test_what_was_changed_afterwards_is_found_out(tmp_path: Path):
    folder = fresh(tmp_path)
    (folder / "rows").write_bytes(b"a,b\n")
    (one,) = gather(folder)
    assert verify(folder, one) is Kept.INTACT
    (folder / "rows").write_bytes(b"a,c\n")
    assert verify(folder, one) is Kept.CHANGED
    (folder / "rows").unlink()
    assert verify(folder, one) is Kept.MISSING
    long_stream(folder, 2 * MOST)
    (one,) = gather(folder)
    assert verify(folder, one) is Kept.CUT


async def test_a_hundred_megabytes_cost_little_memory_and_hardly_more_time_than_without_us(tmp_path: Path):
    folder, plain = fresh(tmp_path), tmp_path / "plain"
    program = f"head -c {100 * MIB} /dev/zero"
    bare = await run(shell(f"{program} >{plain}"), fresh(tmp_path, 2))
    Path("/proc/self/clear_refs").write_text("5")
    before = highest_memory()
    ended = await run(shell(program), folder)
    began = time.perf_counter()
    (_, one) = gather(folder)
    hashing = time.perf_counter() - began
    assert highest_memory() - before <= 16 * MIB
    assert (one.size, one.truncated) == (100 * MIB, True)
    began = time.perf_counter()
    assert one.sha256 == hashlib.sha256(plain.read_bytes()).hexdigest()
    assert hashing < 5 * (time.perf_counter() - began) + 2
    assert ended.elapsed < 5 * bare.elapsed + 2


@pytest.mark.parametrize("show", [head, tail])
def test_nothing_that_is_shown_can_hurt_a_terminal(tmp_path: Path, masker: Masker, show):
    for payload in BYTES:
        (tmp_path / "out").write_bytes(b"before\n" + payload + b"\xff\x00\nafter\n")
        shown = show(tmp_path / "out", masker)
        assert not raw_in(shown)
        assert not stacked(shown)


@pytest.mark.parametrize("size", range(100 - len(SECRET) - 2, 102, 3))
def test_no_cut_shows_half_a_secret(tmp_path: Path, masker: Masker, size: int):
    (tmp_path / "out").write_bytes(b"x" * size + SECRET.encode() + b"x" * 4096)
    (tmp_path / "errors").write_bytes(b"x" * 4096 + SECRET.encode() + b"x" * size)
    for shown in (head(tmp_path / "out", masker, most=100), tail(tmp_path / "errors", masker, most=100)):
        assert not any(SECRET[place : place + 6] in shown for place in range(len(SECRET) - 5))
        assert len(shown) <= 100 + len(MASK)


def test_the_first_and_the_last_lines_are_shown(tmp_path: Path, masker: Masker):
    (tmp_path / "out").write_text("".join(f"{number}\n" for number in range(100)))
    assert head(tmp_path / "out", masker, lines=3) == "0\n1\n2"
    assert tail(tmp_path / "out", masker, lines=3) == "97\n98\n99"
    assert tail(tmp_path / "out", masker, most=5) == "8\n99"
    assert head(tmp_path / "none", masker) == tail(tmp_path / "none", masker) == ""


def test_a_pipe_in_the_place_of_a_stream_blocks_nobody(tmp_path: Path, masker: Masker):
    os.mkfifo(tmp_path / "out")
    (tmp_path / "errors").symlink_to("/etc/passwd")
    for name in ("out", "errors"):
        with pytest.raises(OSError):
            tail(tmp_path / name, masker)
    assert evidence.ending(tmp_path / "none", 10) == (b"", 0)


def test_what_cannot_be_written_is_told_by_the_name_that_was_asked_for(tmp_path: Path):
    wanted = tmp_path / "nowhere" / "x.html"
    with pytest.raises(FileNotFoundError) as told:
        keep(wanted, (b"x",))
    assert told.value.filename == str(wanted)
