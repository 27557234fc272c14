"""Owns the commands that read walks: `walks`, `evidence`, and `report` of a walk. None decides anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.choosing import head_line
from agent.link import RefusedError
from agent.past import Past, evidence_file, head_of, past_of
from checks.clock import SystemClock
from checks.errors import StoreError, UsageError
from checks.instants import rfc3339
from checks.moments import moment
from checks.suggest import did_you_mean
from checks.text import clean
from runbooks.attempts import course_of
from runbooks.events import Entry
from runbooks.evidence import Kept, keep, kept, verify
from runbooks.live import WalkHead
from runbooks.report_formats import find_report
from runbooks.report_layout import walk_document
from runbooks.reporting import report_of
from runbooks.step_events import Evidence
from runbooks.taken import by_words, size_words, taken
from runbooks.walk import StepState
from runbooks.wording import who

CHANGED = 2
"""Exit code when evidence is not what was hashed, as that of a broken journal."""


async def tell_walks(source: Path | None, limit: int, output: str) -> int:
    """List the newest walks."""
    async with past_of(source, SystemClock()) as past:
        heads = await past.heads(limit)
    if output == "json":
        click.echo(_json([_head(head) for head in heads]))
    else:
        for head in heads:
            click.echo(clean(head_line(head, past.zone)))
    return 0


async def tell_walk(
    source: Path | None, walk: str, form: str, file: Path | None = None, *, quoting: bool = False
) -> int:
    """Report on a walk in one of the formats, on standard output or into a file; `quoting` quotes evidence.

    Raises:
        UsageError: when there is no such walk.
    """
    clock = SystemClock()
    async with past_of(source, clock) as past:
        entries = await _entries(past, walk)
        excerpts = await _excerpts(past, walk, entries) if quoting else {}
        report = report_of(entries, clock.now(), excerpts, past.levels, head_of(source))
    _write(find_report(form)(walk_document(report, past.zone)), file)
    return 0


async def tell_evidence(source: Path | None, walk: str, step: str, attempt: int, name: str) -> int:
    """List what a walk, or a step of it, has left; or show one of it, masked and clean.

    Raises:
        UsageError: when there is no such thing.
    """
    async with past_of(source, SystemClock()) as past:
        entries = await _entries(past, walk)
        if name:
            state, evidence = _chosen(entries, step, attempt, name)
            # Beside what it says, so that standard output is that and nothing else.
            click.echo(_line(state, evidence, past.zone), err=True)
            click.echo(await past.shown(walk, state.id, state.attempt, evidence.name))
            return 0
    for state, evidence in _all(entries):
        if step in ("", state.id) and attempt in (0, state.attempt):
            click.echo(_line(state, evidence, past.zone))
    return 0


def _line(state: StepState, evidence: Evidence, zone: tzinfo | None) -> str:
    """Return which piece of evidence it is, how much, its hash, when it was taken and by whom."""
    found = taken(state)
    when = f"taken {moment(found.at, zone)} {by_words(found, who(found.by))}"
    which = f"{state.id} {state.attempt} {evidence.name}  {size_words(evidence)}  sha256 {evidence.sha256}"
    return clean(f"{which}  {when}")


async def copy_evidence(
    source: Path | None, walk: str, step: str, attempt: int, name: str, target: Path
) -> int:
    """Copy what an attempt has left as it came, and say whether it is still what was hashed.

    Raises:
        UsageError: when there is no such thing.
        StoreError: when it does not lie on this host.
    """
    async with past_of(source, SystemClock()) as past:
        entries = await _entries(past, walk)
    state, evidence = _chosen(entries, step, attempt, name)
    found = evidence_file(source, entries, state.id, state.attempt, evidence.name)
    try:
        raw = kept(found)
    except FileNotFoundError as error:
        raise StoreError(f"{found} is not there") from error
    keep(target, (raw,))
    verdict = verify(found.parent, evidence)
    words = {
        Kept.INTACT: f"as it was hashed: sha256 {evidence.sha256}",
        Kept.CUT: "its middle was left out, so its hash cannot be compared",
        Kept.CHANGED: f"IT IS NOT WHAT WAS HASHED: sha256 was {evidence.sha256}",
        Kept.MISSING: "it is gone",
    }[verdict]
    click.echo(clean(f"{target}: {len(raw)} bytes; {words}"), err=verdict is not Kept.INTACT)
    return 0 if verdict in (Kept.INTACT, Kept.CUT) else CHANGED


async def _entries(past: Past, walk: str) -> tuple[Entry, ...]:
    entries = await past.entries(walk)
    if not entries:
        heads = await past.heads(200)
        raise UsageError(f"there is no walk {walk!r}{did_you_mean(walk, [head.id for head in heads])}")
    return entries


async def _excerpts(past: Past, walk: str, entries: tuple[Entry, ...]) -> dict[tuple[str, int, str], str]:
    """Return the end of every piece of evidence; of what cannot be read, why."""
    found = {}
    for state, evidence in _all(entries):
        try:
            text = await past.shown(walk, state.id, state.attempt, evidence.name)
        except (StoreError, RefusedError) as error:
            text = f"[{error}]"
        found[state.id, state.attempt, evidence.name] = text
    return found


def _all(entries: Iterable[Entry]) -> Iterator[tuple[StepState, Evidence]]:
    """Yield every piece of evidence, with the attempt that has left it."""
    for attempts in course_of(entries).attempts.values():
        for attempt in attempts:
            yield from ((attempt.state, evidence) for evidence in attempt.state.evidence)


def _chosen(entries: tuple[Entry, ...], step: str, attempt: int, name: str) -> tuple[StepState, Evidence]:
    """Return the piece of evidence meant; of the last attempt when none is named."""
    everything = tuple(_all(entries))
    of_step = [(state, evidence) for state, evidence in everything if state.id == step]
    if not of_step:
        known = {state.id for state, _ in everything}
        raise UsageError(f"step {step!r} has left nothing{did_you_mean(step, known)}")
    fitting = [(s, e) for s, e in of_step if e.name == name and attempt in (0, s.attempt)]
    if not fitting:
        known = {evidence.name for _, evidence in of_step}
        raise UsageError(f"step {step} has left no {name!r}{did_you_mean(name, known)}")
    return fitting[-1]


def _head(head: WalkHead) -> dict[str, Any]:
    return {
        "walk": head.id,
        "runbook": head.runbook,
        "title": head.title,
        "opened_at": rfc3339(head.opened_at),
        "opened_by": who(head.opened_by),
        "ended_at": rfc3339(head.ended_at) if head.ended_at else None,
        "ending": head.ending or "",
    }


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _write(text: str, file: Path | None) -> None:
    """Write a document: whole or not at all where it is a file, which is the operator's alone."""
    if file is None:
        click.echo(text.rstrip("\n"))
        return
    keep(file, (text.encode(), b"" if text.endswith("\n") else b"\n"))
