"""Owns the list of real mounts: those that hold data and can fill up.

Left out are the kernel's own file systems, images that are full by nature, and the second and later places
where one device is mounted. Reads one file of `/proc`; never touches a mount, for that may hang.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from checks.host import procfs

_WITHOUT_DEVICE = frozenset({"nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "9p", "virtiofs", "lustre"})
_WITHOUT_DEVICE |= {"zfs", "bcachefs", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs"}
_IMAGES = frozenset({"squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs"})
_CONTAINER_FILES = frozenset({"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"})
"""Files that container engines mount one by one from the disk of their host."""
_ESCAPE = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system."""

    path: str
    device: str = ""
    type: str = ""


def real_mounts() -> tuple[Mount, ...]:
    """Return the real mounts by path; the shortest path where a device is mounted more than once."""
    by_device: dict[str, Mount] = {}
    for mount in _on_top():
        known = by_device.get(mount.device)
        if _real(mount) and (known is None or len(mount.path) < len(known.path)):
            by_device[mount.device] = mount
    return tuple(sorted(by_device.values(), key=lambda mount: mount.path))


def _on_top() -> Iterable[Mount]:
    """Return what is mounted at each path; a later mount covers an earlier one."""
    by_path: dict[str, Mount] = {}
    for line in procfs.read("self/mounts").decode(errors="surrogateescape").splitlines():
        words = [_ESCAPE.sub(_plain, word) for word in line.split(" ")]
        if len(words) > 2:
            by_path[words[1]] = Mount(path=words[1], device=words[0], type=words[2])
    return by_path.values()


def _real(mount: Mount) -> bool:
    if mount.type in _IMAGES or mount.path in _CONTAINER_FILES:
        return False
    return mount.path == "/" or mount.device.startswith("/dev/") or mount.type in _WITHOUT_DEVICE


def _plain(match: re.Match[str]) -> str:
    """Return the character that stands behind an escape such as `\\040`."""
    return chr(int(match[1], 8))
