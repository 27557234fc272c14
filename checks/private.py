"""Owns privacy on disk: folders and files that nobody else may look into, and that nobody else could plant."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from checks.errors import StoreError

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_ALIEN_BITS = 0o077


def make_private(folder: Path) -> None:
    """Make the folder when it is not there, and see to it that it is ours alone.

    Raises:
        StoreError: when it is a symbolic link or belongs to somebody else.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
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


def open_private(path: str, flags: int) -> int:
    """Open a file as `open`'s opener: for us alone, and never through a planted symbolic link."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
