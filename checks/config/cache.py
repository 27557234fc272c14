"""Owns the memory of validated configurations, for reading YAML and importing a validator take a second.

An entry is named by a hash over everything that it depends on, belongs to this user alone, and is only a
shortcut: one that is missing, damaged, foreign or outdated is as good as none. Plain JSON, never pickle.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from checks.config.files import Source
from checks.config.resolved import Resolved
from checks.errors import StoreError
from checks.paths import cache_folder
from checks.private import make_private
from checks.registry import find_kind
from checks.version import __version__

FORMAT = 1
"""Rises when entries get another shape or meaning without a new version of walkdown."""
ENTRIES = 32
"""So many are kept; the oldest go first."""


class _Entry(msgspec.Struct, frozen=True):
    resolved: Resolved
    kinds: dict[str, str]
    """Each kind used, and which file of code it was checked by."""


class _Named(msgspec.Struct):
    name: str


class _Names(msgspec.Struct):
    checks: list[_Named]


class _NamesEntry(msgspec.Struct):
    """An entry, read for its names only: the code of no kind has to be found."""

    resolved: _Names


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Entry)
_names_decoder = msgspec.json.Decoder(_NamesEntry)


def key_of(sources: Iterable[Source]) -> str:
    """Return the name of the entry for these files."""
    digest = hashlib.sha256(f"{FORMAT} {__version__} {sys.version}".encode())
    for source in sources:
        head = f"\\0{source.name}\\0{source.overlay}\\0{len(source.raw)}\\0"
        digest.update(head.encode(errors="surrogateescape"))
        digest.update(source.raw)
    return digest.hexdigest()


def recall(key: str) -> Resolved | None:
    """Return what is remembered under the key; None when nothing usable is."""
    try:
        entry = _decoder.decode(_read(key))
        if all(_stamp(kind) == stamp for kind, stamp in entry.kinds.items()):
            return entry.resolved
    except (OSError, msgspec.MsgspecError, KeyError, ImportError):
        pass
    return None


def recall_names(key: str) -> tuple[str, ...]:
    """Return the names of the checks that are remembered under the key, whatever became of their kinds."""
    try:
        entry = _names_decoder.decode(_read(key))
    except (OSError, msgspec.MsgspecError):
        return ()
    return tuple(check.name for check in entry.resolved.checks)


def _read(key: str) -> bytes:
    """Return the content of an entry; empty, and so no entry, when it is not ours alone."""
    folder = _folder()
    if folder is None:
        return b""
    opened = os.open(folder / f"{key}.json", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(opened, "rb") as file:
        return file.read() if _ours(os.fstat(file.fileno())) else b""


def remember(key: str, resolved: Resolved) -> None:
    """Keep it under the key, if it holds no secret; that it cannot be kept is no error."""
    folder = _folder()
    if folder is None or not resolved.storable:
        return
    entry = _Entry(resolved, {check.kind: _stamp(check.kind) for check in resolved.checks})
    draft = folder / f"{key}.{os.getpid()}"
    with contextlib.suppress(OSError):
        opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(_encoder.encode(entry))
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


def _stamp(kind: str) -> str:
    """Return what changes when the code of a kind does."""
    module = sys.modules[find_kind(kind).__module__]
    seen = Path(module.__file__ or "").stat()
    return f"{seen.st_mtime_ns} {seen.st_size}"


def _forget_oldest(folder: Path) -> None:
    entries = sorted(folder.iterdir(), key=lambda entry: entry.lstat().st_mtime, reverse=True)
    for entry in entries[ENTRIES:]:
        entry.unlink(missing_ok=True)
