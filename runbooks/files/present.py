"""Owns the look at a file before it is changed: what it is, whose it is, what it holds.

A symbolic link is never followed unless that is asked for, and what is no regular file is refused.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from runbooks.outcome import Applied, FailedError

CHUNK = 1024 * 1024

_CLASSES = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EROFS: "read_only",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.ENOENT: "not_found",
    errno.ENOTDIR: "not_found",
    errno.ELOOP: "link",
}


@dataclass(frozen=True, slots=True)
class Present:
    """What is at a path."""

    path: Path
    """With links followed, when that was asked for."""
    is_there: bool = False
    size: int = 0
    mode: int = 0
    """Permission bits."""
    uid: int = 0
    gid: int = 0
    links: int = 0
    """Names that the file has, this one included."""
    sha256: str = ""
    """Of its content; empty when nothing is there, or it was too large to be read through."""
    identity: tuple[int, ...] = ()
    """Device, inode, size and time of change: what differs once anybody has touched it."""

    def __str__(self) -> str:
        """Return what is there, in a line that differs whenever the content does."""
        if not self.is_there:
            return f"{self.path} is not there"
        held = f"sha256 {self.sha256}" if self.sha256 else f"identity {'-'.join(map(str, self.identity))}"
        return f"{self.path} is there: {self.size} bytes, mode {self.mode:04o}, {held}"


def look_at(path: str, *, follow: bool = False, most: float = float("inf")) -> Present:
    """Return what is at the path; content of more than `most` bytes is not hashed.

    Raises:
        FailedError: `path`, `link`, `not_a_file`, `not_found` when its folder is not there, `permission`, ...
    """
    if not path.startswith("/") or path.endswith("/") or "\0" in path:
        raise FailedError("path", f"{path!r} is not the whole path of a file")
    place = Path(path).resolve() if follow else Path(path)
    try:
        with _opened(place, os.O_NOFOLLOW) as file:
            seen = os.fstat(file.fileno())
            sha256 = _hash_of(file) if seen.st_size <= most else ""
    except FileNotFoundError as error:
        if not place.parent.is_dir():
            raise FailedError("not_found", f"the folder {place.parent} is not there") from error
        return Present(place)
    except OSError as error:
        raise failure(place, error) from error
    return Present(
        place,
        True,
        seen.st_size,
        stat.S_IMODE(seen.st_mode),
        seen.st_uid,
        seen.st_gid,
        seen.st_nlink,
        sha256,
        identity_of(seen),
    )


def read_whole(path: Path, most: int) -> bytes:
    """Return the content of a file that was looked at.

    Raises:
        FailedError: `too_large`, or when it cannot be read.
    """
    try:
        with _opened(path, os.O_NOFOLLOW) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise failure(path, error) from error
    if len(data) > most:
        raise FailedError("too_large", f"{path} is larger than {most} bytes")
    return data


def chunks_of(path: Path) -> Iterator[bytes]:
    """Yield the content of a file, bit by bit; links are followed.

    Raises:
        FailedError: when it cannot be read, or is no regular file.
    """
    try:
        with _opened(path) as file:
            while data := file.read(CHUNK):
                yield data
    except OSError as error:
        raise failure(path, error) from error


def identity_of(seen: os.stat_result) -> tuple[int, ...]:
    """Return what differs once the file was touched; links made to it do not count."""
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns


def failure(path: Path, error: OSError, applied: Applied = Applied.NONE) -> FailedError:
    """Return the error for what the system said of a path."""
    if error.errno == errno.ELOOP:
        return FailedError("link", f"{path} is a symbolic link, which is followed only with follow: true")
    reason = error.strerror or type(error).__name__
    return FailedError(_CLASSES.get(error.errno or 0, "file_error"), f"{path}: {reason}", applied)


@contextlib.contextmanager
def _opened(path: Path, flags: int = 0) -> Iterator[BinaryIO]:
    """Lend a regular file, opened; a pipe would block, and a device may do anything."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FailedError("not_a_file", f"{path} is no regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def _hash_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while data := file.read(CHUNK):
        digest.update(data)
    return digest.hexdigest()
