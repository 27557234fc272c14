"""Owns the reports that are kept: a folder for each, dated, whole or not there, never written over.

`NAME-20261126T060000Z/` holds the report in every format; `latest-NAME` leads to the newest one. Folders and
files are ours alone, as all of the state is. Everything here blocks and belongs into a thread.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from checks.errors import StoreError
from checks.private import FOLDER_MODE, make_private
from runbooks.evidence import keep
from runbooks.kept_reports import KeptReport

SUFFIXES = {
    "md": ".md",
    "html": ".html",
    "json": ".json",
    "text": ".txt",
    "ticket": ".ticket.txt",
    "csv": ".csv",
}
"""Format -> end of the name of its file."""
MOST = 16 * 1024 * 1024
"""Bytes of a kept file that are read."""
MOST_IN_A_SECOND = 1000
_FOLDER = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,80})-(\d{8}T\d{6}Z)(?:-(\d{1,4}))?")
_NEW, _OLD = ".new-", ".old-"


class Saved(msgspec.Struct, frozen=True):
    """What was written."""

    file: str
    sha256: dict[str, str]
    """Hash of each file, by its name."""


def save(root: Path, name: str, made_at: float, texts: Mapping[str, str]) -> Saved:
    """Keep a report, in these formats, under a name that nothing else has.

    Raises:
        StoreError: when the folder is not ours alone, or no name is free.
        OSError: when it cannot be written.
    """
    make_private(root)
    _clear_leftovers(root)
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)[:72].lstrip("._-") or "report"
    dated = f"{safe}-{datetime.fromtimestamp(made_at, UTC):%Y%m%dT%H%M%SZ}"
    for number in range(1, MOST_IN_A_SECOND):
        base = dated if number == 1 else f"{dated}-{number}"
        if not os.path.lexists(root / base) and (saved := _saved(root, base, texts)) is not None:
            _point(root, safe, base)
            return saved
    raise StoreError(f"{root} holds {MOST_IN_A_SECOND} reports of one second")


def listed(root: Path) -> tuple[KeptReport, ...]:
    """Return the reports that are kept, newest first; none when there is no folder.

    Raises:
        OSError: when the folder cannot be read.
    """
    if not root.is_dir():
        return ()
    found = [(kept, number) for path in root.iterdir() for kept, number in _kept(path)]
    found.sort(key=lambda one: (one[0].made_at, one[1], one[0].file), reverse=True)
    return tuple(kept for kept, _ in found)


def read(root: Path, file: str, form: str) -> str:
    """Return a kept report in one of its formats.

    Raises:
        StoreError: when there is none of that name, or it is longer than can be told.
    """
    if not _FOLDER.fullmatch(file) or form not in SUFFIXES:
        raise StoreError(f"no report is called {file!r}")
    path = root / file / f"{file}{SUFFIXES[form]}"
    try:
        with os.fdopen(
            os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb"
        ) as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise StoreError(f"{path} is no file")
            raw = opened.read(MOST + 1)
    except OSError as error:
        raise StoreError(f"the report {file} cannot be read: {error.strerror}") from error
    if len(raw) > MOST:
        raise StoreError(f"it is too long to be shown; it is {path}")
    return raw.decode(errors="replace")


def prune(root: Path, name: str, before: float) -> tuple[str, ...]:
    """Delete the reports of a name that are older than a moment, never the newest; return those that went.

    Raises:
        OSError: when one cannot be deleted.
    """
    old = [kept for kept in listed(root) if kept.name == name][1:]
    gone = [kept.file for kept in old if kept.made_at < before]
    for file in gone:
        doomed = root / f"{_OLD}{file}"
        (root / file).rename(doomed)
        shutil.rmtree(doomed)
    return tuple(gone)


def _saved(root: Path, base: str, texts: Mapping[str, str]) -> Saved | None:
    """Write the folder beside its place and move it there; None when somebody was quicker."""
    fresh = root / f"{_NEW}{os.getpid()}-{base}"
    if fresh.is_dir():
        shutil.rmtree(fresh)
    fresh.mkdir(FOLDER_MODE)
    hashes = {}
    try:
        for form, text in texts.items():
            raw = text.encode() if text.endswith("\n") else f"{text}\n".encode()
            file = f"{base}{SUFFIXES[form]}"
            keep(fresh / file, (raw,))
            hashes[file] = hashlib.sha256(raw).hexdigest()
        fresh.rename(root / base)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return None
        raise
    _sync(root)
    return Saved(base, hashes)


def _point(root: Path, name: str, base: str) -> None:
    """Let `latest-NAME` lead to the folder; what stands there and is no link stays."""
    link, fresh = root / f"latest-{name}", root / f"{_NEW}{os.getpid()}-latest"
    if link.exists() and not link.is_symlink():
        return
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(base)
    fresh.replace(link)


def _kept(path: Path) -> Iterator[tuple[KeptReport, int]]:
    match = _FOLDER.fullmatch(path.name)
    if match is None or path.is_symlink() or not path.is_dir():
        return
    made = datetime.strptime(match[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    files = {form: path / f"{path.name}{end}" for form, end in SUFFIXES.items()}
    sizes = {form: file.lstat().st_size for form, file in files.items() if file.is_file()}
    if sizes:
        kept = KeptReport(path.name, match[1], made.timestamp(), tuple(sizes), sum(sizes.values()))
        yield kept, int(match[3] or 1)


def _clear_leftovers(root: Path) -> None:
    """Delete what a program that was cut off has left."""
    for path in root.iterdir():
        if path.name.startswith((_NEW, _OLD)) and not path.is_symlink() and path.is_dir():
            writer = path.name.removeprefix(_NEW).partition("-")[0]
            if path.name.startswith(_OLD) or not Path("/proc", writer).exists():
                shutil.rmtree(path, ignore_errors=True)


def _sync(folder: Path) -> None:
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(place)
    finally:
        os.close(place)
