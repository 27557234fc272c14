"""Owns the reading of configuration files: which ones there are, and whether they can be trusted.

What root runs must be for root alone to change: then a file, or a folder above it, that others may write is
refused. The check is made on the opened file, so that it cannot be exchanged in between.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from checks.config.nodes import Place
from checks.config.problems import Problems

SIZE_LIMIT = 1024 * 1024
"""Bytes; a longer file is not a configuration."""
SUFFIXES = (".yaml", ".yml")
OVERLAY = "local.yaml"
"""The file of a folder that is laid over all others."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a configuration, as it was read."""

    name: str
    """The path as the operator gave it, for messages."""
    raw: bytes
    overlay: bool = False


def read_sources(path: Path, problems: Problems) -> tuple[Source, ...]:
    """Return the files of a system, its overlay last; what cannot be read is recorded and left out."""
    try:
        files = _files(path)
    except (OSError, RuntimeError) as error:
        _refuse(path, problems, _reason(error))
        return ()
    if not files:
        _refuse(path, problems, f"the folder holds no {' or '.join('*' + suffix for suffix in SUFFIXES)}")
    sources = (read_source(file, problems, path != file and file.name == OVERLAY) for file in files)
    return tuple(source for source in sources if source is not None)


def read_source(file: Path, problems: Problems, overlay: bool = False) -> Source | None:
    """Return one file; None, with the problem recorded, when it cannot be read or trusted."""
    try:
        return Source(str(file), _read(file), overlay)
    except (OSError, RuntimeError, ValueError) as error:
        _refuse(file, problems, _reason(error))
    return None


def _files(path: Path) -> list[Path]:
    """Return the file itself, or those of a folder."""
    if not stat.S_ISDIR(path.stat().st_mode):
        return [path]
    return sorted(yaml_files(path), key=lambda file: (file.name == OVERLAY, file.name))


def yaml_files(folder: Path) -> list[Path]:
    """Return the files of a folder that hold YAML, sorted by their names.

    Raises:
        OSError: when it cannot be listed.
    """
    found = [file for file in folder.iterdir() if file.suffix in SUFFIXES and not file.name.startswith(".")]
    return sorted(found)


def _read(file: Path) -> bytes:
    real = file.resolve(strict=True)
    opened = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(opened, "rb") as stream:
        seen = os.fstat(opened)
        if not stat.S_ISREG(seen.st_mode):
            raise ValueError("not a file")
        if os.geteuid() == 0:
            _demand_trust(file, real, seen)
        raw = stream.read(SIZE_LIMIT + 1)
    if len(raw) > SIZE_LIMIT:
        raise ValueError(f"longer than {SIZE_LIMIT // 1024} KiB, so it is not a configuration")
    return raw


def _demand_trust(file: Path, real: Path, seen: os.stat_result) -> None:
    """Raise ValueError when anyone but root could change the file or put another in its place."""
    if blame := _writable_by_others(seen):
        raise ValueError(f"refused, because root would obey it: the file {blame}")
    for folder in sorted({*real.parents, *file.parent.resolve().parents, file.parent.resolve()}):
        place = folder.stat()
        # In a sticky folder, such as /tmp, others cannot exchange what is not theirs.
        if not (place.st_mode & stat.S_ISVTX and place.st_uid == 0) and (blame := _writable_by_others(place)):
            raise ValueError(f"refused, because root would obey it: the folder {folder} {blame}")


def _writable_by_others(seen: os.stat_result) -> str:
    if seen.st_uid != 0:
        return f"belongs to user {seen.st_uid}; chown it to root"
    if seen.st_mode & 0o022:
        return f"may be written by others (mode {seen.st_mode & 0o7777:04o}); chmod go-w"
    return ""


def _refuse(path: Path, problems: Problems, message: str) -> None:
    problems.error(Place(str(path)), ("file",), message)
    problems.partial = True


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
