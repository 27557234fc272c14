"""Owns what a person is shown before an item is ticked: readings, files by their hashes, text, contacts.

What is in a file is never shown, only that it is there and which one it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import tzinfo
from typing import Any

from checks.board import Snapshot, SystemInfo
from checks.masking import Masker
from checks.model import Result
from checks.moments import moment, zone_of
from checks.text import clean
from checks.units import show
from runbooks.checklist_plan import ByEvidence
from runbooks.checklists.judging import checks_of

LINES, LONGEST = 100, 400
"""Lines that are shown at most, and characters of one."""
READINGS = 6
"""Readings of a check that are shown at most, those that rules judge first."""
HASHED = 256 * 1024 * 1024
"""Bytes of a file from which on it is not hashed."""
WITHIN = 10.0
"""Seconds that files may take to be read, all together."""
_CHUNK = 1024 * 1024


class EvidenceReader:
    """Gathers evidence; files are read in threads of its own, for a dead mount hangs for ever."""

    def __init__(self, masker: Masker) -> None:
        """Read nothing yet."""
        self._masker = masker
        self._threads = ThreadPoolExecutor(2, "checklist-files")

    def close(self) -> None:
        """Wait for nothing that still hangs."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def lines(
        self,
        source: ByEvidence,
        snapshot: Snapshot,
        system: SystemInfo,
        contacts: Iterable[Mapping[str, Any]],
    ) -> tuple[str, ...]:
        """Return the evidence line by line, masked and clean."""
        zone = zone_of(system.timezone)
        found = [*_seen(source, snapshot, system, zone)]
        found += await self._files(source.files, zone)
        found += source.text.splitlines()
        if source.contacts:
            found += _contacts(contacts)
        safe = [clean(self._masker.mask(line))[:LONGEST] for line in found]
        more = [f"and {len(safe) - LINES} lines more"] if len(safe) > LINES else []
        return (*safe[:LINES], *more)

    async def _files(self, names: tuple[str, ...], zone: tzinfo | None) -> list[str]:
        loop = asyncio.get_running_loop()
        lines: list[str] = []
        try:
            async with asyncio.timeout(WITHIN):
                for name in names:
                    line = await loop.run_in_executor(self._threads, file_line, name, zone)
                    lines.append(line)  # one after the other: what was read before the time is up, counts
        except TimeoutError:
            lines.append(f"{names[len(lines)]}: could not be read within {show(WITHIN, 's')}")
        return lines


def file_line(name: str, zone: tzinfo | None) -> str:
    """Return what a file is, in a line: its size, its time and its SHA-256; or why it cannot be read."""
    try:
        opened = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        with os.fdopen(opened, "rb") as file:
            about = os.fstat(opened)
            if not stat.S_ISREG(about.st_mode):
                return f"{name}: not a file"
            size, changed = show(about.st_size, "B"), moment(about.st_mtime, zone)
            if about.st_size > HASHED:
                return f"{name}: {size}, changed {changed}, too long to be hashed"
            digest, left = hashlib.sha256(), about.st_size
            while left and (chunk := file.read(min(_CHUNK, left))):
                digest.update(chunk)
                left -= len(chunk)
            grew = not left and bool(file.read(1))
    except (OSError, ValueError) as error:
        return f"{name}: cannot be read: {getattr(error, 'strerror', zone) or error}"
    said = f"{name}: {size}, changed {changed}, sha256 {digest.hexdigest()}"
    if grew:
        return f"{said} of so much; it grew while it was read"
    return f"{said}; it became shorter while it was read" if left else said


def _seen(source: ByEvidence, snapshot: Snapshot, system: SystemInfo, zone: tzinfo | None) -> Iterator[str]:
    states = {state.name: state for state in snapshot.states}
    for name in checks_of(source, system):
        state = states.get(name)
        if state is None:
            yield f"{name}: there is no such check any more"
        elif not state.last.at:
            yield f"{name} UNKNOWN: not looked at yet"
        else:
            stale = ", stale" if state.stale else ""
            yield f"{name} {state.level}: {state.last.summary} (seen {moment(state.last.at, zone)}{stale})"
            yield from _readings(state.last)


def _readings(result: Result) -> Iterator[str]:
    judged = {verdict.reading for verdict in result.verdicts}
    readings = sorted(result.observation.readings, key=lambda reading: reading.name not in judged)
    for reading in readings[:READINGS]:
        member = "".join(f"[{label}={value}]" for label, value in reading.labels)
        yield f"  {reading.name}{member} {show(reading.value, reading.unit)}"


def _contacts(contacts: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = []
    for contact in contacts:
        name = contact.get("name", "")
        rest = ", ".join(f"{key} {value}" for key, value in contact.items() if key != "name")
        lines.append(f"{name}: {rest}" if name else rest)
    return lines or ["this system names no contacts"]
