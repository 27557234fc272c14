"""Backup files are read through, never extracted, and bombs cost little (reliability S22)."""

import asyncio
import bz2
import gzip
import lzma
import os
import random
import subprocess
import sys
import tarfile
import threading
import zipfile
from pathlib import Path

import psycopg
import pytest

from runbooks.files.soundness import Soundness, verify
from tests.runbooks.files.archives import (
    DUMP,
    LINES,
    PACKERS,
    bomb,
    broken,
    overlapping_zip,
    pax_with_huge_header,
    special,
    tar,
    without_end,
    zipped,
)
from tests.servers.postgres import BINARIES

SOUND, CORRUPT, NOT_VERIFIED = Soundness.SOUND, Soundness.CORRUPT, Soundness.NOT_VERIFIED
PLAIN = tar(("etc/shop.conf", b"port = 1\n"), ("data/rows.txt", LINES))


async def verdict(tmp_path: Path, data: bytes, manner="archive"):
    file = tmp_path / "backup"
    file.write_bytes(data)
    before = sorted(os.listdir(tmp_path))
    found = await verify(file, manner)
    assert sorted(os.listdir(tmp_path)) == before
    return found


@pytest.mark.parametrize("manner", ["archive", "tar"])
@pytest.mark.parametrize("pack", [bytes, *PACKERS.values()], ids=["plain", *PACKERS])
async def test_a_sound_tar_says_what_it_holds(tmp_path, manner, pack):
    found = await verdict(tmp_path, pack(PLAIN), manner)
    assert (found.soundness, found.said) == (SOUND, "2 members")


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
async def test_every_form_of_tar_is_understood(tmp_path, form):
    long = "a/" * 40 + "b" * 60
    found = await verdict(tmp_path, tar((long, LINES), ("short", b"1"), form=form), "tar")
    assert (found.soundness, found.said) == (SOUND, "2 members")


async def test_what_real_tar_makes_of_a_sparse_file_is_sound_and_not_blown_up(tmp_path):
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(50 * 1024**3)
        for place in range(0, 49 * 1024**3, 1024**3):
            file.seek(place)
            file.write(b"x")
    for form in ("gnu", "posix"):
        archive = tmp_path / f"{form}.tar"
        subprocess.run(
            ["tar", "--sparse", f"--format={form}", "-cf", archive, "-C", tmp_path, "sparse"], check=True
        )
        assert (await verify(archive, "tar")).soundness is SOUND


@pytest.mark.parametrize(
    ("data", "manner"),
    [
        (gzip.compress(LINES), "gzip"),
        (gzip.compress(LINES) + gzip.compress(LINES), "gzip"),
        (gzip.compress(LINES) + bytes(1000), "gzip"),
        (gzip.compress(b"", mtime=0), "gzip"),
        (gzip.compress(LINES), "archive"),
        (DUMP, "pg_dump"),
        (gzip.compress(DUMP), "pg_dump"),
        (gzip.compress(DUMP), "archive"),
        (zipped(("a", LINES), ("b/", b"")), "zip"),
        (zipped(("a", LINES), method=zipfile.ZIP_STORED), "archive"),
    ],
)
async def test_sound_files_are_sound(tmp_path, data, manner):
    assert (await verdict(tmp_path, data, manner)).soundness is SOUND


@pytest.mark.parametrize(
    ("data", "manner"),
    [
        (b"", "archive"),
        (b"hello", "archive"),
        (b"hello", "gzip"),
        (b"hello", "tar"),
        (b"hello", "zip"),
        (b"PK", "zip"),
        (b"hello", "pg_dump"),
        (gzip.compress(LINES), "tar"),
        (gzip.compress(LINES)[:-1], "gzip"),
        (gzip.compress(LINES)[:-9], "gzip"),
        (broken(gzip.compress(LINES), -5), "gzip"),
        (gzip.compress(LINES) + b"garbage", "gzip"),
        (gzip.compress(without_end(PLAIN)), "tar"),
        (gzip.compress(PLAIN)[: len(gzip.compress(PLAIN)) // 2], "tar"),
        (broken(PLAIN, 5), "tar"),
        (broken(lzma.compress(PLAIN), -40), "tar"),
        (PLAIN[: len(PLAIN) // 2], "archive"),
        (DUMP[:-200], "pg_dump"),
        (gzip.compress(DUMP[:-200]), "archive"),
        (zipped(("a", LINES))[:-4], "zip"),
        (broken(zipped(("a", LINES)), 60), "zip"),
        (broken(zipped(("a", LINES), method=zipfile.ZIP_STORED), 60), "zip"),
    ],
)
async def test_what_is_broken_is_found_to_be_corrupt(tmp_path, data, manner):
    found = await verdict(tmp_path, data, manner)
    assert found.soundness is CORRUPT
    assert found.said


async def test_every_place_at_which_a_backup_can_break_off_is_noticed(tmp_path):
    whole = gzip.compress(tar(("a", os.urandom(3000))))
    for length in range(0, len(whole), 97):
        assert (await verdict(tmp_path, whole[:length], "tar")).soundness is CORRUPT


async def test_names_that_lead_outside_links_and_devices_are_told_and_none_is_followed(tmp_path):
    trap = tmp_path.parent / f"{tmp_path.name}-trap"
    archive = tar(
        (f"../{trap.name}", b"1"),
        (str(trap), b"1"),
        special("link", tarfile.SYMTYPE, str(trap.parent)),
        ("link/through", b"1"),
        special("hard", tarfile.LNKTYPE, "/etc/passwd"),
        special("disk", tarfile.BLKTYPE),
    )
    found = await verdict(tmp_path, archive, "tar")
    assert (found.soundness, found.said) == (
        SOUND,
        "6 members, 2 names that lead outside, 2 links, 1 devices",
    )
    zip_found = await verdict(tmp_path, zipped((f"../{trap.name}", b"1"), (str(trap), b"1")), "zip")
    assert zip_found.said == "2 members, 2 names that lead outside"
    assert not trap.exists()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: bomb(400), "bombs"),
        (overlapping_zip, "bombs"),
        (lambda: pax_with_huge_header(4 * 1024**3), "name of"),
        (lambda: gzip.compress(pax_with_huge_header(2 * 1024**3) + bytes(64 * 1024**2)), "name of"),
    ],
)
async def test_bombs_are_refused_and_cost_no_memory(tmp_path, make, said):
    script = (
        "import asyncio, sys, resource\nfrom pathlib import Path\n"
        "from runbooks.files.soundness import verify\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(asyncio.run(verify(Path(sys.argv[1]), 'archive')))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    file = tmp_path / "bomb"
    file.write_bytes(make())
    done = subprocess.run([sys.executable, "-c", script, file], capture_output=True, text=True, check=True)
    verdict, grown = done.stdout.splitlines()
    assert verdict.startswith("corrupt")
    assert said in verdict
    assert int(grown) < 40 * 1024


async def test_what_is_too_large_or_cannot_be_read_here_is_not_called_corrupt(tmp_path, monkeypatch):
    monkeypatch.setattr("runbooks.files.unpacked.MOST", 100_000)
    monkeypatch.setattr("runbooks.files.tar_members.MEMBERS", 3)
    noise = random.Random(1).randbytes(200_000)
    assert (await verdict(tmp_path, gzip.compress(noise), "gzip")).soundness is NOT_VERIFIED
    assert (await verdict(tmp_path, tar(*((str(n), b"") for n in range(9))), "tar")).soundness is NOT_VERIFIED
    assert (
        await verdict(tmp_path, zipped(("a", b"x"), method=zipfile.ZIP_LZMA), "zip")
    ).soundness is NOT_VERIFIED
    hard = lzma.compress(LINES, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 256 * 1024**2}])
    assert (await verdict(tmp_path, hard, "archive")).soundness is NOT_VERIFIED


async def test_a_pipe_a_link_and_a_missing_file_hang_nobody(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name in ("pipe", "link", "gone"):
        assert (await verify(tmp_path / name, "archive")).soundness is NOT_VERIFIED


async def test_a_look_that_nobody_waits_for_ends(tmp_path):
    file = tmp_path / "large.bz2"
    file.write_bytes(bz2.compress(random.Random(2).randbytes(2_000_000)) * 30)
    before = threading.active_count()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await verify(file, "archive")
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("asyncio")]
    assert threads
    await asyncio.wait_for(asyncio.get_running_loop().shutdown_default_executor(), 5)
    assert threading.active_count() <= before


@pytest.mark.postgres
async def test_a_dump_in_the_format_of_postgresql_is_read_by_its_own_tool(tmp_path, postgres):
    connection = f"host={postgres.host} port={postgres.port} user=postgres dbname=postgres"
    with psycopg.connect(connection, autocommit=True) as database:
        database.execute("CREATE TABLE IF NOT EXISTS sound AS SELECT n FROM generate_series(1, 50000) n")
    dump = subprocess.run(
        [BINARIES / "pg_dump", "--format=custom", "--table=sound", connection],
        check=True,
        capture_output=True,
    ).stdout
    with psycopg.connect(connection, autocommit=True) as database:
        database.execute("DROP TABLE sound")
    assert dump.startswith(b"PGDMP")
    for manner in ("archive", "pg_dump"):
        assert (await verdict(tmp_path, dump, manner)).soundness is SOUND
    for wrong in (dump[: len(dump) // 2], broken(dump, 3 * len(dump) // 4)):
        assert (await verdict(tmp_path, wrong, "pg_dump")).soundness is CORRUPT
    newer = dump[:5] + bytes((dump[5], dump[6] + 9)) + dump[7:]
    assert (await verdict(tmp_path, newer, "pg_dump")).soundness is NOT_VERIFIED
