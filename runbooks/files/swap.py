"""Owns changing a file whole or not at all: the new one is written beside the old, then takes its name.

What was there is kept under a name of its own. Whatever fails before the one call that changes the name
leaves the old file as it was and nothing beside it. All names are looked up in the folder that was opened
first, so that a folder that is moved away meanwhile takes nothing with it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from runbooks.files.present import Present, failure, identity_of
from runbooks.outcome import Applied, FailedError

PRIVATE = 0o600
_NO_LINKS = (errno.EPERM, errno.EACCES, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a file is, and who may do what with it."""

    mode: int
    uid: int = -1
    """-1: as it comes about."""
    gid: int = -1


def backup_of(present: Present, key: str) -> Path | None:
    """Return where the old file is kept, under a name unique to the attempt; None when there is none."""
    return present.path.with_name(f"{present.path.name}.walkdown-{key}") if present.is_there else None


def put(present: Present, content: Iterable[bytes], sha256: str, owner: Owner, key: str) -> None:
    """Put the content, which has this hash, in the file's place, and keep the old one. `settle` comes next.

    Raises:
        FailedError: `disk_full`, `read_only`, `permission`, `changed`, ...: nothing was changed.
    """
    with _folder(present) as folder:
        fresh = f".{present.path.name}.walkdown-{key}.tmp"
        with _unless_done(folder, fresh):
            if _write(folder, fresh, present, content, owner) != sha256:
                raise FailedError("changed", f"what {present.path} was to hold was changed just now")
            kept = _keep(folder, present, key)
            with _unless_done(folder, kept):
                _as_it_was(folder, present)
                os.rename(fresh, present.path.name, src_dir_fd=folder, dst_dir_fd=folder)


def take_away(present: Present, key: str) -> None:
    """Take the file away; keep it, if a key is given. `settle` comes next.

    Raises:
        FailedError: nothing was changed.
    """
    with _folder(present) as folder:
        kept = _keep(folder, present, key)
        with _unless_done(folder, kept):
            _as_it_was(folder, present)
            os.unlink(present.path.name, dir_fd=folder)


def put_back(present: Present, backup: Present, key: str) -> None:
    """Give the kept file its name again; keep what stood there, if a key is given. `settle` comes next.

    Raises:
        FailedError: nothing was changed.
    """
    with _folder(present) as folder:
        kept = _keep(folder, present, key)
        with _unless_done(folder, kept):
            _as_it_was(folder, present)
            _as_it_was(folder, backup)
            os.rename(backup.path.name, present.path.name, src_dir_fd=folder, dst_dir_fd=folder)


def settle(present: Present) -> None:
    """Have a change of names survive a power cut.

    Raises:
        FailedError: it was changed, and may not survive.
    """
    try:
        folder = os.open(present.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise failure(present.path, error, Applied.FULL) from error


@contextlib.contextmanager
def _folder(present: Present) -> Iterator[int]:
    """Lend the folder of the file, opened; what the system says becomes an error for the operator."""
    try:
        folder = os.open(present.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield folder
        finally:
            os.close(folder)
    except OSError as error:
        raise failure(present.path, error) from error


@contextlib.contextmanager
def _unless_done(folder: int, name: str) -> Iterator[None]:
    """Take the file of that name away again when what follows does not succeed."""
    try:
        yield
    except BaseException:
        if name:
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=folder)
        raise


def _write(folder: int, name: str, present: Present, content: Iterable[bytes], owner: Owner) -> str:
    digest = hashlib.sha256()
    with os.fdopen(_created(folder, name), "wb") as file:
        for data in content:
            digest.update(data)
            file.write(data)
        file.flush()
        _give(file.fileno(), present, owner)
        os.fchmod(file.fileno(), owner.mode)
        if present.is_there:
            _copy_attributes(present.path, file.fileno())
        os.fsync(file.fileno())
    return digest.hexdigest()


def _give(descriptor: int, present: Present, owner: Owner) -> None:
    seen = os.fstat(descriptor)
    if owner.uid in (-1, seen.st_uid) and owner.gid in (-1, seen.st_gid):
        return
    try:
        os.fchown(descriptor, owner.uid, owner.gid)
    except PermissionError as error:
        said = f"{present.path}: only root can make a file that belongs to {owner.uid}:{owner.gid}"
        raise FailedError("permission", said) from error


def _keep(folder: int, present: Present, key: str) -> str:
    """Give what is there a second name, or copy it where there are no hard links; return the name.

    Without a key, nothing is kept.
    """
    backup = backup_of(present, key)
    if backup is None or not key:
        return ""
    kept = backup.name
    try:
        os.link(present.path.name, kept, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with _unless_done(folder, kept):
            _copy(folder, present, kept)
    return kept


def _copy(folder: int, present: Present, name: str) -> None:
    source = os.open(present.path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(source, "rb") as old, os.fdopen(_created(folder, name), "wb") as file:
        shutil.copyfileobj(old, file)
        file.flush()
        with contextlib.suppress(PermissionError):
            os.fchown(file.fileno(), present.uid, present.gid)
        os.fchmod(file.fileno(), present.mode)
        os.fsync(file.fileno())


def _copy_attributes(path: Path, descriptor: int) -> None:
    """Copy access lists and labels as far as the file system has them and we may."""
    with contextlib.suppress(OSError):
        for name in os.listxattr(path, follow_symlinks=False):
            with contextlib.suppress(OSError):
                os.setxattr(descriptor, name, os.getxattr(path, name, follow_symlinks=False))


def _created(folder: int, name: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(name, flags, PRIVATE, dir_fd=folder)


def _as_it_was(folder: int, present: Present) -> None:
    """Return when nobody has touched the file since it was looked at.

    Raises:
        FailedError: `changed`.
    """
    try:
        now = identity_of(os.stat(present.path.name, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        now = ()
    if now != present.identity:
        raise FailedError(
            "changed", f"{present.path} was changed by somebody else just now; nothing was done"
        )
