"""Owns where a journal may lie: in a folder of our own, on a disk of this host."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from checks.errors import StoreError
from checks.host import procfs
from checks.private import FILE_MODE, own

NETWORKS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "beegfs"})
NETWORKS |= {"fuse.sshfs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone"}
"""File systems on which locks are not to be relied upon, nor what several hosts see of one file."""


def beside(path: Path, ending: str) -> Path:
    """Return the file whose name is longer by the ending."""
    return path.with_name(path.name + ending)


def size_of(path: Path) -> int:
    """Return the size of the file; 0 when there is none."""
    try:
        return path.lstat().st_size
    except FileNotFoundError:
        return 0


def own_files(path: Path) -> None:
    """Refuse what was planted in place of the database or its logs; close to others what is ours.

    Raises:
        StoreError: when one is no regular file or belongs to somebody else.
    """
    for file in (path, beside(path, "-wal"), beside(path, "-shm")):
        with contextlib.suppress(FileNotFoundError):
            status = file.lstat()
            if not stat.S_ISREG(status.st_mode):
                raise StoreError(f"{file} is not a regular file")
            own(file, status, FILE_MODE)


def refuse_network(folder: Path) -> None:
    """Let a journal lie on disks of this host only.

    Raises:
        StoreError: when the folder is on a network.
    """
    kind = file_system(folder)
    if kind in NETWORKS:
        raise StoreError(f"{folder} lies on a network ({kind}), where locks and logs are not reliable")


def file_system(folder: Path) -> str:
    """Return the type of the file system that a folder lies on; empty when the kernel does not say."""
    device = folder.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in procfs.read("self/mountinfo").decode(errors="replace").splitlines():
        before, _, after = line.partition(" - ")
        if before.split()[2:3] == [wanted]:
            return after.partition(" ")[0]
    return ""


def sync_folder(folder: Path) -> None:
    """Have the names in the folder written to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
