"""Owns the ballast: a file that holds room on the disk, to be thrown overboard when the disk is full.

What has happened must be recorded even then. The room is taken for real, not as a hole, and only where it is
not missed. Blocks, so it belongs into a thread.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from checks.errors import StoreError
from checks.private import FILE_MODE, own

SIZE = 16 * 1024 * 1024
SPARE = 4
"""Times its size that must be free for it to be laid."""
_BLOCK = 512


class Ballast:
    """One file of ballast."""

    def __init__(self, path: Path, size: int = SIZE) -> None:
        """Name the file; nothing is done yet. A size of 0 bytes means that there is to be none."""
        self.path = path
        self._size = size

    def lay(self) -> None:
        """See to it that it is there, if there is room enough.

        Raises:
            OSError: when it cannot be made.
            StoreError: when something else lies in its place, or it belongs to somebody else.
        """
        if not self._size or self._lies() or self._free() < SPARE * self._size:
            return
        flags = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_WRONLY
        try:
            descriptor = os.open(self.path, flags, FILE_MODE)
        except FileExistsError:  # another process was faster
            return
        try:
            os.posix_fallocate(descriptor, 0, self._size)
        except BaseException:
            self.path.unlink()
            raise
        finally:
            os.close(descriptor)

    def drop(self) -> bool:
        """Free the room; return whether there was any.

        Raises:
            OSError: when it cannot be deleted.
        """
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        return True

    def _lies(self) -> bool:
        """Return whether all of it is there; a part is taken away."""
        try:
            status = self.path.lstat()
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{self.path} is not a regular file")
        own(self.path, status, FILE_MODE)
        if status.st_blocks * _BLOCK >= self._size:
            return True
        self.path.unlink()
        return False

    def _free(self) -> int:
        room = os.statvfs(self.path.parent)
        return room.f_bavail * room.f_frsize
