"""Owns what a listing offers to be chosen: each file with its age, its size, and whether it is sound."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from checks.clock import Clock
from checks.text import clean
from checks.units import show
from runbooks.files.listing import Entry
from runbooks.files.soundness import Manner, Soundness, Verdict, verify
from runbooks.question import Choice

LATE = Verdict(Soundness.NOT_VERIFIED, "there was no time left for it")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file must be to be chosen."""

    least_size: float = 1.0
    """Bytes."""
    verify: Manner = "none"
    patience: float = 60.0
    """Seconds for verifying all files together."""


async def offered(
    entries: Iterable[Entry], wanted: Wanted, clock: Clock, hidden: frozenset[str] = frozenset()
) -> tuple[Choice, ...]:
    """Return each file as a choice; one that is corrupt, too small or has a misleading name says so."""
    deadline = clock.monotonic() + wanted.patience
    choices = []
    for entry in entries:
        facts = [f"{show(max(0.0, clock.now() - entry.modified), 's')} old", show(entry.size, "B")]
        refusal = _refusal(entry, wanted)
        if not refusal and wanted.verify != "none":
            verdict = await _verdict(entry.path, wanted.verify, deadline - clock.monotonic(), hidden)
            facts.append(clean(str(verdict)))
            refusal = clean(str(verdict)) if verdict.soundness is Soundness.CORRUPT else ""
        choices.append(Choice(str(entry.path), ", ".join(facts), refusal))
    return tuple(choices)


def _refusal(entry: Entry, wanted: Wanted) -> str:
    if entry.size < wanted.least_size:
        return f"smaller than {show(wanted.least_size, 'B')}"
    if clean(str(entry.path)) != str(entry.path):
        return "its name holds characters that do not show"
    return ""


async def _verdict(path: Path, manner: Manner, seconds: float, hidden: frozenset[str]) -> Verdict:
    if seconds <= 0:
        return LATE
    try:
        async with asyncio.timeout(seconds):
            return await verify(path, manner, hidden)
    except TimeoutError:
        return LATE
