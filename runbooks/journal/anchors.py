"""Owns anchors: heads of the journal kept beside it and sent to syslog, which show when its tail is cut.

The file beside it tells of accidents and of the careless. It proves nothing against one who may write to the
folder; for that there are the syslog, which may be on another host, and the heads printed in reports.
"""

from __future__ import annotations

import contextlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from checks.instants import rfc3339
from checks.private import append_private
from runbooks.journal.chain import Head

ROWS = 50
"""Rows after which the head is anchored."""
SECONDS = 60.0
"""Seconds after which it is, when there are new rows."""
SYSLOG = Path("/dev/log")
_PRIORITY = 10 * 8 + 5
"""Facility `authpriv`, which few may read and fewer change; severity `notice`."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """What a file of anchors says."""

    heads: tuple[Head, ...] = ()
    """In the order in which they were written."""
    strange: tuple[int, ...] = ()
    """Numbers of lines that are no anchors."""
    torn: bool = False
    """Whether its last line was not written to its end, as when the power failed; it is left out."""

    @property
    def newest(self) -> Head | None:
        """Return the last one."""
        return self.heads[-1] if self.heads else None


def anchors_file(journal: Path) -> Path:
    """Return where the anchors of a journal lie: `NAME.anchors` beside `NAME.journal.db`."""
    return journal.with_name(f"{journal.name.removesuffix('.db').removesuffix('.journal')}.anchors")


def read_anchors(path: Path) -> Anchored:
    """Return what the file says; nothing when there is none.

    Raises:
        OSError: when it is a link or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return Anchored()
    with os.fdopen(descriptor, "rb") as file:
        *lines, rest = file.read().decode(errors="replace").split("\n")
    heads, strange = [], []
    for number, line in enumerate(lines, 1):
        try:
            heads.append(Head.parse(line.partition(" ")[0]))
        except ValueError:
            strange.append(number)
    return Anchored(tuple(heads), tuple(strange), bool(rest))


def keep(path: Path, head: Head, now: float) -> None:
    """Add the head to the file, down to the disk; `now` is UTC seconds.

    Raises:
        OSError: when it cannot be written, or is not ours alone.
    """
    with append_private(path) as file:
        lead = "\n" if _is_torn(path) else ""
        file.write(f"{lead}{head} {rfc3339(now)}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def _is_torn(path: Path) -> bool:
    with path.open("rb") as file:
        return file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"


def tell_syslog(journal: Path, head: Head, place: Path = SYSLOG) -> None:
    """Send the head to the system's log; where none listens, nothing happens."""
    words = f"<{_PRIORITY}>walkdown[{os.getpid()}]: head of {journal}: {head}"
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.sendto(words.encode(errors="replace"), str(place))
