"""Owns the files of remembered configurations: how an entry is named, read, written and forgotten.

An entry is named by a hash over everything that it depends on, belongs to this user alone, and is only a
shortcut: one that is missing, damaged, foreign or outdated is as good as none. What it says is unknown here.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from checks.config.files import Source
from checks.errors import StoreError
from checks.paths import cache_folder
from checks.private import make_private
from checks.version import __version__

FORMAT = 1
"""Rises when entries get another shape or meaning without a new version of walkdown."""
ENTRIES = 64
"""So many are kept; the oldest go first."""


def key_of(sources: Iterable[Source]) -> str:
    """Return the name of the entry for these files."""
    digest = hashlib.sha256(f"{FORMAT} {__version__} {sys.version}".encode())
    for source in sources:
        head = f"\\0{source.name}\\0{source.overlay}\\0{len(source.raw)}\\0"
        digest.update(head.encode(errors="surrogateescape"))
        digest.update(source.raw)
    return digest.hexdigest()


def stamp(kind: type[Any]) -> str:
    """Return what changes when the code of a kind does."""
    seen = Path(sys.modules[kind.__module__].__file__ or "").stat()
    return f"{seen.st_mtime_ns} {seen.st_size}"


def read(key: str) -> bytes:
    """Return the content of an entry; empty, and so no entry, when it is not ours alone.

    Raises:
        OSError: when there is none, or it cannot be read.
    """
    folder = _folder()
    if folder is None:
        return b""
    opened = os.open(folder / f"{key}.json", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(opened, "rb") as file:
        return file.read() if _ours(os.fstat(file.fileno())) else b""


def write(key: str, content: bytes) -> None:
    """Keep the content under the key; that it cannot be kept is no error."""
    folder = _folder()
    if folder is None:
        return
    draft = folder / f"{key}.{os.getpid()}"
    with contextlib.suppress(OSError):
        opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(content)
        draft.replace(folder / f"{key}.json")
        _forget_oldest(folder)


def _folder() -> Path | None:
    """Return the folder of entries, made if need be; None when it cannot be for this user alone."""
    folder = cache_folder()
    try:
        make_private(folder)
    except (OSError, StoreError):
        return None
    return folder


def _ours(seen: os.stat_result) -> bool:
    """Return whether an entry is a file of this user that nobody else may open."""
    return stat.S_ISREG(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & 0o077


def _forget_oldest(folder: Path) -> None:
    entries = sorted(folder.iterdir(), key=lambda entry: entry.lstat().st_mtime, reverse=True)
    for entry in entries[ENTRIES:]:
        entry.unlink(missing_ok=True)
