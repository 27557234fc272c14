"""Owns reading through a zip archive: every member is unpacked in memory, bit by bit, its checksum compared.

Before the library reads the directory of the archive, the end record is looked at: a directory of any size
would be taken into memory.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from checks.units import show
from runbooks.files.apart import Still
from runbooks.files.tar_members import MEMBERS, Member
from runbooks.files.unpacked import CHUNK, MOST, RATIO, RATIO_FROM, CorruptError, UnverifiedError

END, END_64, LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
END_SIZE, LOCATOR_SIZE, COMMENT = 22, 20, 65535
DIRECTORY = 32 * 1024 * 1024
"""Bytes of the directory that are read."""
IS_64 = 0xFFFFFFFF

_ENCRYPTED = 0x1
_LINK = 0xA


def members(file: BinaryIO, size: int, still: Still) -> Iterator[Member]:
    """Yield every member once its data were read through; `size` is that of the file.

    Raises:
        CorruptError: when a checksum is wrong, or the archive cannot be read.
        UnverifiedError: when it is encrypted, packed in another way, or too large.
    """
    _look_at_directory(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = 0
            for info in archive.infolist():
                unpacked = _read_through(archive, info, unpacked, size, still)
                yield Member(info.filename, _kind(info))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise CorruptError(f"cannot be unpacked: {error}") from error
    except (NotImplementedError, RuntimeError) as error:
        raise UnverifiedError(f"cannot be read here: {error}") from error


def _read_through(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, unpacked: int, size: int, still: Still
) -> int:
    if info.flag_bits & _ENCRYPTED:
        raise UnverifiedError("is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnverifiedError(f"{info.filename} is packed in a way that is not read here")
    with archive.open(info) as member:
        while part := member.read(CHUNK):
            still()
            unpacked += len(part)
            if unpacked > MOST:
                raise UnverifiedError(f"holds more than {show(MOST, 'B')}")
            if unpacked > RATIO_FROM and unpacked > RATIO * size:
                raise CorruptError(f"becomes more than {RATIO} times as large as it is, as bombs do")
    return unpacked


def _look_at_directory(file: BinaryIO, size: int) -> None:
    """Refuse a directory that is too large to be read.

    Raises:
        CorruptError: when there is no end record.
        UnverifiedError: when it is too large.
    """
    tail = _at(file, max(0, size - END_SIZE - COMMENT), END_SIZE + COMMENT)
    place = tail.rfind(END)
    if place < 0 or len(tail) - place < END_SIZE:
        raise CorruptError("breaks off before the directory at its end")
    count, length = _number(tail, place + 10, 2), _number(tail, place + 12, 4)
    if length == IS_64 or count == 0xFFFF:
        locator = tail[place - LOCATOR_SIZE : place] if place >= LOCATOR_SIZE else b""
        if not locator.startswith(LOCATOR_64):
            raise CorruptError("names no directory")
        record = _at(file, _number(locator, 8, 8), 56)
        if not record.startswith(END_64) or len(record) < 56:
            raise CorruptError("names a directory that is not there")
        count, length = _number(record, 32, 8), _number(record, 40, 8)
    if count > MEMBERS or length > DIRECTORY:
        raise UnverifiedError(f"has more than {MEMBERS} members, or a directory above {show(DIRECTORY, 'B')}")


def _at(file: BinaryIO, place: int, length: int) -> bytes:
    try:
        file.seek(place)
    except (OSError, OverflowError, ValueError):
        return b""
    return file.read(length)


def _number(data: bytes, place: int, length: int) -> int:
    return int.from_bytes(data[place : place + length], "little")


def _kind(info: zipfile.ZipInfo) -> str:
    if info.is_dir():
        return "folder"
    return "link" if info.external_attr >> 28 == _LINK else "file"
