"""Owns the socket that members of a group can reach: made so that at no moment anybody else can.

Its folder is ours, and nobody else may write in it; the group may pass through. Whatever is not as it must be
is refused, never mended, unless it is ours and holds nothing of others.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.peers import peer_of
from checks.errors import StoreError

FOLDER_MODE = 0o750
SOCKET_MODE = 0o660
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def open_common(path: Path, gid: int) -> socket.socket:
    """Return a bound socket that its owner and the members of a group can connect to, once it listens.

    Raises:
        StoreError: when the place is not safe, or not ours to hand to that group.
        OSError: when it cannot be made.
    """
    _demand_safe_way(path.parent)
    with contextlib.suppress(FileExistsError):
        path.parent.mkdir(mode=0o700)
    with _opened(path.parent) as folder:
        _hand_to_group(path, folder, gid)
        _clear(path, folder)
        return _bound(path, folder, gid)


def remove_common(path: Path) -> None:
    """Take the socket away that nobody listens behind any more."""
    with contextlib.suppress(OSError), _opened(path.parent) as folder:
        if not _who_listens(path.name, folder):
            os.unlink(path.name, dir_fd=folder)


def _demand_safe_way(folder: Path) -> None:
    """Return when nobody else can put another folder in the place of this one.

    Raises:
        StoreError: when somebody can.
    """
    for place in folder.parents:
        status = place.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise StoreError(f"{place} is no folder; the way to the socket leads through folders alone")
        if status.st_uid not in (0, os.geteuid()):
            raise StoreError(f"{place} belongs to uid {status.st_uid}, who could put another folder there")
        # In a sticky folder, as /tmp, nobody can move what is ours.
        if status.st_mode & _OTHERS_WRITE and not status.st_mode & stat.S_ISVTX:
            raise StoreError(f"{place} can be written by others, who could put another folder there")


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """Hold the folder open, so that what is done in it is done in no other."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield number
    finally:
        os.close(number)


def _hand_to_group(path: Path, folder: int, gid: int) -> None:
    """Let members of the group pass through the folder, and nobody else.

    Raises:
        StoreError: when it is not ours, or holds what is not of this socket while another group has it.
    """
    status = os.fstat(folder)
    if status.st_uid != os.geteuid():
        raise StoreError(f"{path.parent} belongs to uid {status.st_uid}, not to uid {os.geteuid()}")
    if status.st_gid != gid:
        others = sorted(set(os.listdir(folder)) - {path.name})
        if others and status.st_mode & stat.S_IRWXG:
            message = f"{path.parent} is another group's and holds {others[0]}"
            raise StoreError(f"{message}; give the socket a folder of its own")
        try:
            os.fchown(folder, -1, gid)
        except PermissionError:
            message = f"{path.parent} cannot be handed to group {gid}: the owner is not a member of it"
            raise StoreError(message) from None
    if stat.S_IMODE(status.st_mode) != FOLDER_MODE:
        os.fchmod(folder, FOLDER_MODE)


def _clear(path: Path, folder: int) -> None:
    """Take away the socket that an agent before has left.

    Raises:
        StoreError: when something else is there, or somebody listens.
    """
    try:
        status = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(status.st_mode) or status.st_uid != os.geteuid():
        raise StoreError(f"{path} is there already, and is no socket of ours")
    if pid := _who_listens(path.name, folder):
        raise StoreError(f"{path}: process {pid} listens there; each system needs a socket of its own")
    os.unlink(path.name, dir_fd=folder)


def _who_listens(name: str, folder: int) -> int:
    """Return the process that listens behind the socket; 0 when none does."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        refused = probe.connect_ex(f"/proc/self/fd/{folder}/{name}")
        return 0 if refused else peer_of(probe).pid


def _bound(path: Path, folder: int, gid: int) -> socket.socket:
    """Return the socket, bound for us alone and only then opened to the group."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(f"/proc/self/fd/{folder}/{path.name}")
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(before)
    try:
        os.chown(path.name, -1, gid, dir_fd=folder, follow_symlinks=False)
        os.chmod(path.name, SOCKET_MODE, dir_fd=folder)
    except OSError:
        listening.close()
        os.unlink(path.name, dir_fd=folder)
        raise
    return listening
