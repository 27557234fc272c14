"""Owns the identity of a process: what tells it from every other, also from one that got its number later."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from checks.errors import MeasureError
from checks.host import procfs
from checks.host.processes import read_process
from runbooks.boot import boot_id


@dataclass(frozen=True, slots=True)
class Identity:
    """A process of one boot of one kernel."""

    pid: int
    started: int
    """In ticks since boot."""
    space: str
    """The namespace in which the pid means something; empty when the kernel does not say."""
    boot: str

    @property
    def dead(self) -> bool:
        """Return whether it has certainly ended; one that we could not see is taken to live."""
        here = ours()
        if self.boot != here.boot:
            return True
        if self.space != here.space or not here.started:
            return False
        try:
            process = read_process(self.pid)
        except PermissionError:
            return False
        return process is None or process.start != self.started or process.state in "ZX"


def ours() -> Identity:
    """Return the identity of this process."""
    process = read_process(os.getpid())
    started = process.start if process else 0
    try:
        space = str(Path(procfs.ROOT, "self/ns/pid").readlink())
    except OSError:
        space = ""
    return Identity(os.getpid(), started, space, boot())


def boot() -> str:
    """Return the id that the kernel has given to this boot; empty when it does not say."""
    try:
        return boot_id()
    except MeasureError:
        return ""
