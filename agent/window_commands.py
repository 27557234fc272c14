"""Owns what `walkdown window` says and does: how windows stand, and opening, extending and closing one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.baseline_messages import AskDifference, DifferenceAnswer
from agent.link import Link, RefusedError
from agent.session import session
from agent.walk_exits import WalkExit
from checks.clock import Clock
from checks.instants import rfc3339
from checks.moments import moment
from checks.text import clean
from runbooks.comparison import Comparison
from runbooks.operators import WALKDOWN
from runbooks.reasons import FULL_REASON
from runbooks.windows.behind import crossed, crossing_words, waiting
from runbooks.windows.budget import safe_words
from runbooks.windows.found import STILL_OF_IT, named, recheck_words, rechecks
from runbooks.windows.ruling import over_walks
from runbooks.windows.state import SHORTEST, PlannedWindow, Recheck, WindowsNow, WindowState
from runbooks.wording import span, who

NONE_OPEN = 3
"""Exit code of `window status` when none is open, as that of `agent status` without an agent."""


async def tell_windows(source: Path | None, output: str) -> int:
    """Say how windows stand; no agent is started for that."""
    async with session(source, looks=True) as attached:
        windows, now = await attached.link.windows(), attached.clock.now()
        found = await _compared(attached.link, windows.state, now)
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(_plain(windows, found, now)), indent=2).decode())
    else:
        _say(windows, now, attached.zone, found)
    return 0 if windows.state.is_open(now) else NONE_OPEN


async def _compared(link: Link, state: WindowState, now: float) -> Comparison | str:
    """Return how checks compare with the baseline of the window, or why that is not known.

    Empty when there is nothing to compare: no baseline, or the window is over for long.
    """
    if not state.baseline or (state.closed_at and now - state.closed_at > STILL_OF_IT):
        return ""
    try:
        answer = await link.ask(DifferenceAnswer, lambda number: AskDifference(number, seq=state.baseline))
    except RefusedError as error:
        return str(error)
    return answer.difference


async def open_window(source: Path | None, name: str, lasts: float, reason: str) -> int:
    """Open a window that is not planned now."""
    return await _changed(source, lambda link: link.open_window(name, lasts, reason))


async def extend_window(source: Path | None, lasts: float, reason: str, *, beyond: bool) -> int:
    """Have the open window close later."""
    return await _changed(source, lambda link: link.extend_window(lasts, reason, beyond=beyond))


async def close_window(source: Path | None, reason: str, force: bool) -> int:
    """Close the open window; with `force` also over the walks that are open now, which are told."""

    async def close(link: Link) -> WindowsNow:
        windows = await link.windows()
        before = windows.state
        walks = tuple(walk.id for walk in windows.walks) if force else ()
        closed = await link.close_window(reason, walks)
        if walks:
            click.echo(f"closed over what is open: {over_walks(before.name, windows.walks)}", err=True)
        if (after := closed.state) != before and not after.closed_at:
            click.echo(clean(f"{before.name} is closed; {after.name} waited for that, as planned"), err=True)
        return closed

    hint = f"; --force with a reason of at least {FULL_REASON} characters closes it all the same"
    return await _changed(source, close, "" if force else hint)


async def _changed(
    source: Path | None, wish: Callable[[Link], Awaitable[WindowsNow]], over_walks_hint: str = ""
) -> int:
    """Do what is wished and say how windows stand; the hint is for what is refused because walks are open."""
    async with session(source) as attached:
        clock: Clock = attached.clock
        try:
            windows = await wish(attached.link)
        except RefusedError as error:
            hint = over_walks_hint if (await attached.link.windows()).walks else ""
            click.echo(f"not done: {error}{hint}", err=True)
            return WalkExit.REFUSED
    _say(windows, clock.now(), attached.zone)
    return 0


def _say(windows: WindowsNow, now: float, zone: tzinfo | None, found: Comparison | str = "") -> None:
    state = windows.state
    if state.is_open(now):
        left = span(state.until - now)
        click.echo(clean(f"{state.name} is open until {moment(state.until, zone)}, for {left} more"))
        click.echo(clean(f"  opened {moment(state.opened_at, zone)} {_why(state, zone)}"))
        for longer in state.extensions:
            until = moment(longer.until, zone)
            far = ", beyond what it may be" if longer.beyond else ""
            click.echo(clean(f"  extended until {until}{far} by {who(longer.by)}: {longer.reason}"))
        if windows.latest:
            click.echo(clean(f"  {extensible(windows, zone)}"))
    else:
        click.echo(clean(windows.gate or "no window is open"))
        if state.name and state.closed_at:
            early = f", early, by {who(state.closed_by)}: {state.close_reason}" if state.close_reason else ""
            click.echo(
                clean(f"  the last one, {state.name}, was closed {moment(state.closed_at, zone)}{early}")
            )
    for line in _lines(windows, now, zone, found):
        click.echo(clean(f"  {line}"))
    for planned in windows.planned:
        click.echo(clean(f"  planned: {_when(planned, zone)}"))
    if windows.trouble:
        click.echo(clean(f"trouble: {windows.trouble}"), err=True)


def extensible(windows: WindowsNow, zone: tzinfo | None) -> str:
    """Return until when the open window may be extended."""
    left = windows.latest - windows.state.until
    if left < SHORTEST:
        return "it may not be extended any more"
    return f"it may be extended until {moment(windows.latest, zone)}, by {span(left)} more"


def _lines(windows: WindowsNow, now: float, zone: tzinfo | None, compared: Comparison | str) -> Iterator[str]:
    """Yield what waits for it, how the walks stand in it, how checks are, and what was found by rechecks."""
    state, tell = windows.state, partial(moment, zone=zone)
    if state.is_open(now):
        for coming in crossed(windows.planned, state.name, state.until, now):
            yield f"MIND: {crossing_words(coming, state.name, state.until, tell)}"
        taken = f"baseline taken {moment(state.baseline_at, zone)}" if state.baseline else "no baseline yet"
        yield taken
    for walk in windows.walks:
        safe = f": {safe_words(walk, now, zone)}" if state.is_open(now) else ""
        yield f"walk {walk.runbook} ({walk.id}), {who(walk.holder)}{safe}"
    for one in windows.lists:
        phase = f", {one.phase}" if one.phase else ""
        must = f"; {one.unfinished} that must be finished first" if one.unfinished else ""
        yield f"checklist {one.title or one.name}{phase}: {one.settled} of {one.items}{must}"
    if compared:
        yield f"checks now, against the baseline: {compared_words(compared)}"
    for found in rechecks(state, now):
        yield recheck_words(state.name, found, tell)
    if windows.recheck_at:
        yield f"everything is looked at again {moment(windows.recheck_at, zone)}"


def compared_words(found: Comparison | str) -> str:
    """Return in a line how checks compare with a baseline; of what is not known, why."""
    if isinstance(found, str):
        return found
    worse = tuple(one.check for one in found.newly_bad)
    parts = [f"{len(worse)} WORSE ({named(worse)})" if worse else "none is worse"]
    moved = sum(one.is_worse for one in found.moved)
    for number, words in (
        (moved, "slower or fuller"),
        (len(found.expected), "worse as a walk expects"),
        (len(found.bad_before), "bad before"),
        (len(found.fixed), "fixed"),
    ):
        if number:
            parts.append(f"{number} {words}")
    return ", ".join(parts)


def _why(state: WindowState, zone: tzinfo | None) -> str:
    if state.opened_by == WALKDOWN:
        return "as planned"
    early = ""
    if state.planned_start > state.opened_at:
        early = f", early, as the one that was planned for {moment(state.planned_start, zone)}"
    return f"by {who(state.opened_by)}{early}: {state.reason}"


def _when(planned: PlannedWindow, zone: tzinfo | None) -> str:
    if not planned.start:
        return f"{planned.name} ({planned.words}): never again"
    lasts = span(planned.end - planned.start)
    return f"{planned.name} ({planned.words} {planned.zone}): {moment(planned.start, zone)} for {lasts}"


def _plain(windows: WindowsNow, found: Comparison | str, now: float) -> dict[str, Any]:
    state = windows.state
    last = {
        "name": state.name,
        "opened_at": _at(state.opened_at),
        "opened_by": who(state.opened_by),
        "planned": bool(state.planned_until),
        "planned_start": _at(state.planned_start),
        "until": _at(state.until),
        "reason": state.reason,
        "baseline_at": _at(state.baseline_at),
        "closed_at": _at(state.closed_at),
        "close_reason": state.close_reason,
        "extensions": [
            {
                "at": _at(one.at),
                "by": who(one.by),
                "until": _at(one.until),
                "reason": one.reason,
                "beyond": one.beyond,
            }
            for one in state.extensions
        ],
    }
    return {
        "open": state.is_open(now),
        "left": round(max(0.0, state.until - now), 1) if state.is_open(now) else 0,
        "gate": windows.gate,
        "latest": _at(windows.latest),
        "safe_until": _at(windows.safe_until),
        "walks": [
            {
                "id": walk.id,
                "runbook": walk.runbook,
                "holder": who(walk.holder),
                "safe_until": _at(walk.safe_until),
                "way_back": round(walk.back, 1),
                "one_way": walk.one_way,
                "uncertain": walk.uncertain,
            }
            for walk in windows.walks
        ],
        "checklists": [msgspec.to_builtins(one) for one in windows.lists],
        "recheck_at": _at(windows.recheck_at),
        "recheck": _recheck(state.recheck),
        "rechecks": [_recheck(one) for one in rechecks(state, now)],
        "compared": _found(found),
        "waiting": [one.name for one in waiting(windows.planned, state, now)],
        "window": last if state.name else None,
        "planned": [
            {"name": one.name, "when": one.words, "start": _at(one.start), "end": _at(one.end)}
            for one in windows.planned
        ],
        "trouble": windows.trouble,
    }


def _recheck(found: Recheck | None) -> dict[str, Any] | None:
    if found is None:
        return None
    counts = {
        "expected": found.expected,
        "bad_before": found.bad_before,
        "fixed": found.fixed,
        "moved": found.moved,
    }
    said = {"at": _at(found.at), "occasion": found.occasion, "newly_bad": found.newly_bad}
    return said | counts | {"trouble": found.trouble}


def _found(found: Comparison | str) -> dict[str, Any] | None:
    """Return how checks compare with the baseline now; None when that is not known."""
    if isinstance(found, str):
        return None
    parts = ("newly_bad", "expected", "bad_before", "fixed")
    names = {part: [one.check for one in getattr(found, part)] for part in parts}
    moved = [one.words for one in found.moved if one.is_worse]
    return {"at": _at(found.at), "worse": found.is_worse} | names | {"slower_or_fuller": moved}


def _at(at: float) -> str | None:
    return rfc3339(at) if at else None
