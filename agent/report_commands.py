"""Owns what `walkdown report` says and does about windows, periods, and the reports that are kept."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

import click
import msgspec

from agent.link import RefusedError
from agent.report_making import ReportWish, make, rendered
from agent.report_messages import MakeReport, ReportMade
from agent.session import session
from agent.system_zone import zone_at
from agent.walk_exits import WalkExit
from checks import paths
from checks.clock import SystemClock
from checks.errors import UsageError
from checks.instants import rfc3339
from checks.load import load
from checks.moments import moment
from checks.recurrence.zones import zone_named
from checks.text import clean
from checks.units import show
from runbooks.evidence import keep
from runbooks.incidents.when import moment_of
from runbooks.report_shelf import SUFFIXES, listed


def tell_report(source: Path | None, name: str, since: str, until: str, form: str, file: Path | None) -> int:
    """Make a report here and now from the files of the system, and print or write it.

    Raises:
        UsageError: when there is no such report, window or time.
        StoreError: when journal or store cannot be read.
    """
    system, now = load(source), SystemClock().now()
    zone = zone_named(system.info.timezone)
    wish = ReportWish(
        name, now, moment_given("--since", since, now, zone), moment_given("--until", until, now, zone)
    )
    text = rendered(make(system, source, wish), system, (form,))[form]
    if file is None:
        click.echo(text.rstrip("\n"))
    else:
        keep(file, (text.encode(), b"" if text.endswith("\n") else b"\n"))
    return 0


async def save_report(source: Path | None, name: str, since: str, until: str) -> int:
    """Have the agent make a report and keep it, and say where."""
    system = load(source)
    zone = zone_named(system.info.timezone)
    async with session(source) as attached:
        now = attached.clock.now()
        begin, end = moment_given("--since", since, now, zone), moment_given("--until", until, now, zone)
        try:
            made = await attached.link.ask(ReportMade, lambda number: MakeReport(number, name, begin, end))
        except RefusedError as error:
            click.echo(f"not made: {clean(str(error))}", err=True)
            return WalkExit.REFUSED
    folder = paths.reports_folder(source) / made.file
    click.echo(clean(str(folder / f"{made.file}{SUFFIXES['md']}")))
    return 0


def tell_kept(source: Path | None, form: str) -> int:
    """List the reports that are kept, newest first."""
    folder = paths.reports_folder(source)
    kept, zone = listed(folder), zone_at(source)
    if form == "json":
        told = [
            {
                "file": one.file,
                "name": one.name,
                "made_at": rfc3339(one.made_at),
                "formats": one.formats,
                "size": one.size,
                "folder": str(folder / one.file),
            }
            for one in kept
        ]
        click.echo(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
        return 0
    for one in kept:
        click.echo(
            clean(
                f"{moment(one.made_at, zone)}  {one.name:<20}  {show(one.size, 'B'):>9}  {folder / one.file}"
            )
        )
    if not kept:
        click.echo(f"no report is kept in {folder}")
    return 0


def moment_given(option: str, text: str, now: float, zone: tzinfo) -> float:
    """Return a moment as it was given: a day, a time in the system's zone, or how long ago; 0 for none.

    Raises:
        UsageError: when it is none.
    """
    try:
        return moment_of(text, now, zone, may_come=True)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
