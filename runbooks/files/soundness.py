"""Owns the verdict on a backup file: sound, corrupt, or not verified, and what it holds.

Everything is read through, nothing is extracted, no name that an archive holds is ever opened. What an
archive packs within itself is not looked into. Plain dumps are never given to a database.
"""

from __future__ import annotations

import enum
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from checks.errors import MeasureError
from checks.programs import supervise
from runbooks.files import tar_members, zip_members
from runbooks.files.apart import Still, apart
from runbooks.files.tar_members import BLOCK, Member, looks_like_tar
from runbooks.files.unpacked import CorruptError, Unpacked, UnverifiedError

Manner = Literal["none", "archive", "gzip", "tar", "zip", "pg_dump"]
"""What a file must be; `archive`: any of the others."""

CUSTOM_DUMP = b"PGDMP"
DUMP_BEGINS = (b"-- PostgreSQL database dump", b"-- PostgreSQL database cluster dump")
DUMP_ENDS = (b"-- PostgreSQL database dump complete", b"-- PostgreSQL database cluster dump complete")
TAIL = 4096
"""Bytes at the end of a plain dump in which the line must stand that says that it is complete."""
TOO_NEW = "unsupported version"
"""What pg_restore says of a dump of a later version than its own."""


class Soundness(enum.StrEnum):
    """Whether a file can be relied upon."""

    SOUND = "sound"
    CORRUPT = "corrupt"
    NOT_VERIFIED = "not verified"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What reading a file through came to."""

    soundness: Soundness
    said: str = ""
    """What it holds, or what is wrong with it."""

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.soundness}: {self.said}" if self.said else str(self.soundness)


async def verify(path: Path, manner: Manner, hidden: frozenset[str] = frozenset()) -> Verdict:
    """Return whether the file is sound; cancel it when it takes too long.

    `hidden` are the variables that a program is not given.
    """
    if manner == "none":
        return Verdict(Soundness.NOT_VERIFIED)
    try:
        kind, said = await apart(lambda still: _read_through(path, manner, still))
        return await _restored(path, hidden) if kind == "custom dump" else Verdict(Soundness.SOUND, said)
    except CorruptError as error:
        return Verdict(Soundness.CORRUPT, str(error))
    except UnverifiedError as error:
        return Verdict(Soundness.NOT_VERIFIED, str(error))
    except OSError as error:
        return Verdict(Soundness.NOT_VERIFIED, error.strerror or str(error))


def _read_through(path: Path, manner: Manner, still: Still) -> tuple[str, str]:
    """Return what kind of file it is, and what it holds."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise UnverifiedError("is no file")
        head = file.read(len(CUSTOM_DUMP))
        file.seek(0)
        if head.startswith(CUSTOM_DUMP) and manner in ("archive", "pg_dump"):
            return "custom dump", ""
        if head.startswith(b"PK") and manner in ("archive", "zip"):
            return "zip", _inventory(zip_members.members(file, seen.st_size, still))
        if manner == "zip":
            raise CorruptError("is no zip archive")
        return _read_stream(file, manner, still)


def _read_stream(file: BinaryIO, manner: Manner, still: Still) -> tuple[str, str]:
    stream = Unpacked(file, still)
    if manner == "gzip":
        if stream.compression != "gzip":
            raise CorruptError("is no gzip file")
        stream.drain()
        return "gzip", f"{stream.size} bytes"
    head = stream.peek(BLOCK)
    if manner in ("archive", "tar") and looks_like_tar(head):
        return "tar", _inventory(tar_members.members(stream))
    if manner in ("archive", "pg_dump") and any(line in head for line in DUMP_BEGINS):
        ending = stream.drain(TAIL)
        if not any(line in ending for line in DUMP_ENDS):
            raise CorruptError("the dump is not complete")
        return "dump", f"a complete dump of {stream.size} bytes"
    if manner == "archive" and stream.compression:
        stream.drain()
        return stream.compression, f"{stream.size} bytes"
    raise CorruptError("is no archive that is known" if manner == "archive" else f"is no {manner}")


def _inventory(found: Iterable[Member]) -> str:
    """Read through all members and return what was found, with what an unpacker must beware of."""
    count, outside, links, devices = 0, 0, 0, 0
    for member in found:
        count += 1
        outside += member.name.startswith("/") or ".." in member.name.split("/") or "\0" in member.name
        links += member.kind == "link"
        devices += member.kind == "device"
    beware = ((outside, "names that lead outside"), (links, "links"), (devices, "devices"))
    return ", ".join([f"{count} members", *(f"{number} {what}" for number, what in beware if number)])


async def _restored(path: Path, hidden: frozenset[str]) -> Verdict:
    """Return whether pg_restore can read all of a dump in its own format; it writes to nowhere."""
    try:
        argv = ("pg_restore", "--file=/dev/null", str(path))
        async with supervise.run(argv, without=hidden) as finished:
            if finished.status == 0:
                return Verdict(Soundness.SOUND, "pg_restore can read all of it")
            said = finished.err.ending(500).decode(errors="replace").strip()
    except MeasureError as error:
        raise UnverifiedError(error.summary) from error
    if TOO_NEW in said:
        raise UnverifiedError(said)
    raise CorruptError(said or f"pg_restore: exit code {finished.status}")
