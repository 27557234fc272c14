"""Owns evidence: the folder of an attempt, what is kept of what it left, and what of that is shown.

Files are raw, as they came, ours alone. Output longer than `MOST` is cut in its middle; its true size and the
hash of all of it are known all the same: they are noted in `.cuts.json` before, as they cannot be had after.
What is shown is masked and cleaned. Everything here blocks and belongs into a thread; memory stays flat.
"""

from __future__ import annotations

import contextlib
import enum
import errno
import hashlib
import os
import re
import stat
from codecs import getincrementaldecoder
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import structs

from checks.errors import StoreError
from checks.kind import SLACK
from checks.masking import Masker
from checks.private import FILE_MODE, FOLDER_MODE, make_private, own
from checks.text import clean
from runbooks.events import Entry
from runbooks.records import ERRORS, MACHINERY, OUT
from runbooks.step_events import Evidence, StepStarted

HEAD = TAIL = 5 * 1024 * 1024
"""Bytes that are kept of the beginning and of the end of long output."""
MOST = HEAD + TAIL
CHUNK = 1024 * 1024
LINES, SHOWN = 50, 8192
"""Lines and bytes of an excerpt when nobody says."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""What folders of attempts may be called, and of what nobody can make a way out of the folder of evidence."""
_CUTS = ".cuts.json"
_decoder = msgspec.json.Decoder(dict[str, Evidence])


class Kept(enum.StrEnum):
    """What verifying a file of evidence came to."""

    INTACT = "intact"
    CHANGED = "changed"
    """It is another file than the one that was hashed."""
    MISSING = "missing"
    CUT = "cut"
    """Its middle was left out, so that the hash of all of it says nothing about what is left."""


def attempt_folder(root: Path, walk: str, place: str) -> Path:
    """Make the folder of an attempt, `ROOT/WALK/PLACE`, when it is not there; it is ours alone, and synced.

    Raises:
        StoreError: when a name is none, or something else lies in its place, such as a link.
        OSError: when it cannot be made.
    """
    for name in (walk, place):
        if not NAME.fullmatch(name):
            raise StoreError(f"{name!r} cannot name a folder of evidence")
    make_private(root)
    folder = root
    for name in (walk, place):
        above, folder = folder, folder / name
        with contextlib.suppress(FileExistsError):
            folder.mkdir(FOLDER_MODE)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise StoreError(f"{folder} is no folder")
        own(folder, status, FOLDER_MODE)
        _sync(above)
    return folder


def started(entries: Iterable[Entry], step: str, attempt: int) -> StepStarted | None:
    """Return the start of an attempt that has a folder of evidence; None when there is none."""
    for entry in entries:
        event = entry.event
        if isinstance(event, StepStarted) and (event.step, event.attempt) == (step, attempt) and event.folder:
            return event
    return None


def unhidden(event: StepStarted, known: Container[str]) -> str:
    """Return why nothing of what an attempt left can be shown; empty when it can.

    What is given for a secret input is never stored: once the process that was told has ended, nobody could
    mask it. `known` are the names of the secrets whose values are at hand.
    """
    forgotten = [name for name in event.secrets if name not in known]
    if not forgotten:
        return ""
    return (
        f"it was given the secret {', '.join(forgotten)}, which is not stored and cannot be hidden any more; "
        "what it left can only be copied as it came"
    )


def gather(folder: Path) -> tuple[Evidence, ...]:
    """Hash every file that an attempt has left, and cut output that is too long; of no folder, nothing.

    Raises:
        OSError: when a file cannot be read or written.
    """
    cuts, found = _cuts_of(folder), []
    for path in sorted(folder.iterdir() if folder.is_dir() else ()):
        if path.name in MACHINERY or path.name.startswith(".") or not stat.S_ISREG(path.lstat().st_mode):
            continue
        with _opened(path) as file:
            if _is_cut(file, cuts.get(path.name)):
                evidence = cuts[path.name]
            else:
                evidence = _hashed(file, path.name)
                if path.name in (OUT, ERRORS) and evidence.size > MOST:
                    evidence = cuts[path.name] = structs.replace(evidence, truncated=True)
                    keep(folder / _CUTS, (msgspec.json.encode(cuts),))
                    keep(path, _ends(file, evidence.size))
        found.append(evidence)
    return tuple(found)


def keep(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file beside its place and move it there: after a power cut it is whole, or not there.

    Raises:
        OSError: when it cannot be written; names the file that was wanted.
    """
    try:
        _keep(path, path.with_name(f".new-{path.name}"), parts)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _keep(path: Path, fresh: Path, parts: Iterable[bytes]) -> None:
    fresh.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY | os.O_CLOEXEC
    with os.fdopen(os.open(fresh, flags, FILE_MODE), "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    _sync(path.parent)


def verify(folder: Path, evidence: Evidence) -> Kept:
    """Return whether a file is still the one that was hashed."""
    try:
        with _opened(folder / evidence.name) as file:
            if evidence.truncated:
                return Kept.CUT
            return Kept.INTACT if _hashed(file, evidence.name) == evidence else Kept.CHANGED
    except FileNotFoundError:
        return Kept.MISSING


def kept(path: Path) -> bytes:
    """Return what is kept of a stream, or will be: the same before and after it was cut; 10 MiB at most.

    Raises:
        OSError: when it cannot be read.
    """
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size <= MOST or _is_cut(file, _cuts_of(path.parent).get(path.name)):
            return file.read()
        return b"".join(_ends(file, size))


def ending(path: Path, most: int) -> tuple[bytes, int]:
    """Return the last bytes of a stream, which may still grow, and its size; of none, nothing."""
    try:
        with _opened(path) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most))
            return file.read(most), size
    except FileNotFoundError:
        return b"", 0


def head(path: Path, masker: Masker, *, lines: int = LINES, most: int = SHOWN) -> str:
    """Return the first lines, of so many bytes at most, fit to show."""
    try:
        with _opened(path) as file:
            raw = file.read(most + SLACK)
    except FileNotFoundError:
        return ""
    shown = masker.beginning(raw.decode(errors="backslashreplace"), most)
    return clean("\n".join(shown.split("\n")[:lines]), lines=True)


def tail(path: Path, masker: Masker, *, lines: int = LINES, most: int = SHOWN) -> str:
    """Return the last lines, of so many bytes at most, fit to show; the stream may still grow."""
    raw, _ = ending(path, most + SLACK)
    shown = last(raw, masker, most).rstrip("\n")
    return "\n".join(shown.split("\n")[-lines:])


def last(raw: bytes, masker: Masker, most: int) -> str:
    """Return so much of the end of a stream that may still grow, fit to show.

    Of `raw` there must be `SLACK` more, if there is, to see what would be cut through.
    """
    # A character that has only begun is left out, for it may be one of a secret that has only begun.
    text = getincrementaldecoder("utf-8")("backslashreplace").decode(raw)
    return clean(masker.growing(text, most), lines=True)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file that may have been put there by anybody: no link, and no pipe that would block us."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "is no file", str(path))
        yield file


def _hashed(file: BinaryIO, name: str) -> Evidence:
    digest = hashlib.file_digest(file, "sha256")  # type: ignore[arg-type] # a BinaryIO can all it needs
    return Evidence(name, digest.hexdigest(), file.tell())


def _cuts_of(folder: Path) -> dict[str, Evidence]:
    """Return what is known of streams from before they were cut."""
    try:
        with _opened(folder / _CUTS) as file:
            return _decoder.decode(file.read())
    except (FileNotFoundError, msgspec.MsgspecError):
        return {}


def _is_cut(file: BinaryIO, before: Evidence | None) -> bool:
    return before is not None and os.fstat(file.fileno()).st_size == MOST + len(_gap(before.size))


def _gap(size: int) -> bytes:
    return b"\n[... %d bytes left out ...]\n" % (size - MOST)


def _ends(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield what is kept of a stream of this size, in parts."""
    file.seek(0)
    yield from _parts(file, HEAD)
    yield _gap(size)
    file.seek(size - TAIL)
    yield from _parts(file, TAIL)


def _parts(file: BinaryIO, length: int) -> Iterator[bytes]:
    for place in range(0, length, CHUNK):
        yield file.read(min(CHUNK, length - place))


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
