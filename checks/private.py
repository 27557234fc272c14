"""Owns privacy on disk: folders and files that nobody else may look into or could have planted."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from checks.errors import StoreError

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_ALIEN_BITS = 0o077


def make_private(folder: Path) -> None:
    """Make the folder when it is not there, and see to it that it is ours alone.

    Raises:
        StoreError: when it is a symbolic link or belongs to somebody else.
    """
    for missing in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
        missing.mkdir(mode=FOLDER_MODE, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise StoreError(f"{folder} is a symbolic link; the state folder must be a real one")
    own(folder, status, FOLDER_MODE)


def own(path: Path, status: os.stat_result, mode: int) -> None:
    """Refuse what belongs to another; take away what others may do with what is ours.

    Raises:
        StoreError: when it belongs to somebody else.
    """
    if status.st_uid != os.geteuid():
        raise StoreError(f"{path} belongs to uid {status.st_uid}, not to uid {os.geteuid()}")
    if status.st_mode & _ALIEN_BITS:
        path.chmod(mode)


def append_private(path: Path) -> BinaryIO:
    """Open a file for appending, for us alone, never one that was planted; make it when missing.

    Raises:
        OSError: when it cannot be opened, is a link or a pipe, or belongs to somebody else.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    file = os.fdopen(os.open(path, flags, FILE_MODE), "ab")
    try:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1 or status.st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "is not a file of ours alone", str(path))
        if status.st_mode & _ALIEN_BITS:
            os.fchmod(file.fileno(), FILE_MODE)
    except BaseException:
        file.close()
        raise
    return file
