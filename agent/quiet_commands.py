"""Owns what the commands about silences and acknowledgements say and do, and the raising of an alert."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click
import msgspec

from agent.link import RefusedError
from agent.protocol import Question
from agent.quiet_messages import (
    Acknowledge,
    AskQuiet,
    BeginSilence,
    EndSilence,
    QuietAnswer,
    RaiseAlert,
    Withdraw,
)
from agent.session import session
from agent.walk_exits import WalkExit
from checks.instants import rfc3339
from checks.moments import moment
from checks.text import clean
from runbooks.quiet.state import Acknowledgement, QuietNow, Silence
from runbooks.wording import who

MOST = 12
"""Checks of a silence that are named in text; as JSON all are."""


async def tell_quiet(source: Path | None, output: str) -> int:
    """Say what is silenced, and what is acknowledged."""
    async with session(source) as attached:
        quiet = (await attached.link.ask(QuietAnswer, AskQuiet)).quiet
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(_plain(quiet)), indent=2).decode())
    else:
        _say(quiet, attached.zone)
    return 0


async def begin_silence(source: Path | None, checks: tuple[str, ...], lasts: float, reason: str) -> int:
    """Tell nobody of these checks for a while."""
    return await _changed(source, lambda number: BeginSilence(number, checks, lasts, reason))


async def end_silence(source: Path | None, silence: str, reason: str) -> int:
    """Let people be told again."""
    return await _changed(source, lambda number: EndSilence(number, silence, reason))


async def acknowledge(source: Path | None, check: str, comment: str, lasts: float) -> int:
    """Say that somebody sees to a check."""
    return await _changed(source, lambda number: Acknowledge(number, check, comment, lasts))


async def withdraw(source: Path | None, check: str, reason: str) -> int:
    """Say that nobody sees to a check any more."""
    return await _changed(source, lambda number: Withdraw(number, check, reason))


async def raise_alert(source: Path | None, kind: str, severity: str, text: str, check: str) -> int:
    """Say that there is an alert which something else has seen."""

    def say(_: QuietNow, __: tzinfo | None) -> None:
        click.echo(clean(f"written down: {kind}, {severity}"))

    return await _asked(source, lambda number: RaiseAlert(number, kind, severity, text, check), say)


async def _changed(source: Path | None, wish: Callable[[int], Question]) -> int:
    return await _asked(source, wish, _say)


async def _asked(
    source: Path | None, wish: Callable[[int], Question], say: Callable[[QuietNow, tzinfo | None], None]
) -> int:
    async with session(source) as attached:
        try:
            quiet = (await attached.link.ask(QuietAnswer, wish)).quiet
        except RefusedError as error:
            click.echo(f"not done: {error}", err=True)
            return WalkExit.REFUSED
        say(quiet, attached.zone)
        return 0


def _say(quiet: QuietNow, zone: tzinfo | None) -> None:
    state = quiet.state
    if not state.silences and not state.acknowledgements:
        click.echo("people are told of every check")
    for silence in state.silences:
        for line in _silence(silence, zone):
            click.echo(clean(line))
    for one in state.acknowledgements:
        for line in _acknowledgement(one, zone):
            click.echo(clean(line))
    if quiet.trouble:
        click.echo(clean(f"trouble: {quiet.trouble}"), err=True)


def _silence(silence: Silence, zone: tzinfo | None) -> tuple[str, ...]:
    end = f"until {moment(silence.until, zone)}" if silence.until else f"until the {silence.cause} is over"
    more = len(silence.checks) - MOST
    word = "in maintenance" if silence.is_maintenance else "silenced"
    lines = (
        f"{silence.id}  {word} {end}: {silence.reason}",
        f"  since {moment(silence.since, zone)} by {who(silence.by)}",
        f"  checks: {', '.join(silence.checks[:MOST])}{f' and {more} more' if more > 0 else ''}",
    )
    return (*lines, f"  LEFT ON: {silence.left_on}") if silence.left_on else lines


def _acknowledgement(one: Acknowledgement, zone: tzinfo | None) -> tuple[str, ...]:
    end = f"until {moment(one.until, zone)}" if one.until else "until it is well"
    return (
        f"{one.check}  acknowledged as {one.level} {end}: {one.comment}",
        f"  since {moment(one.since, zone)} by {who(one.by)}",
    )


def _plain(quiet: QuietNow) -> dict[str, Any]:
    state = quiet.state
    return {
        "silences": [
            {
                "id": one.id,
                "checks": one.checks,
                "maintenance": one.is_maintenance,
                "cause": one.cause,
                "of": one.of,
                "reason": one.reason,
                "since": rfc3339(one.since),
                "until": rfc3339(one.until) if one.until else None,
                "by": who(one.by),
                "left_on": one.left_on,
            }
            for one in state.silences
        ],
        "acknowledgements": [
            {
                "check": one.check,
                "level": one.level,
                "comment": one.comment,
                "since": rfc3339(one.since),
                "until": rfc3339(one.until) if one.until else None,
                "by": who(one.by),
            }
            for one in state.acknowledgements
        ],
        "trouble": quiet.trouble,
    }
