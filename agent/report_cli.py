"""Owns the command `walkdown report`: on a walk, on a window, on a period; the list of those that are kept.

What it does is imported when it is called.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import leave, system_option
from checks.exits import errors_as_exits
from checks.suggest import did_you_mean

FORMS = ("text", "md", "markdown", "html", "json", "ticket", "csv")


@click.command()
@click.argument("name", default="")
@click.option("--walk", default="", help="Id of a walk, as `walkdown walks` lists it.")
@click.option("--since", default="", help="Begin: a moment, a day, or how long ago, such as 30d.")
@click.option("--until", default="", help="End: a moment, a day, or how long ago; now when not said.")
@click.option("-o", "--output", type=click.Choice(FORMS), default="md", help="Output format.")
@click.option("-O", "--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--save", is_flag=True, help="Have the agent make and keep it; prints where.")
@system_option
def report(
    name: str,
    walk: str,
    since: str,
    until: str,
    output: str,
    file: Path | None,
    save: bool,
    source: Path | None,
) -> None:
    """Report on a day, week, month or quarter, on a window, or on a walk.

    NAME is `daily`, `weekly`, `monthly`, `quarterly`; `window` for the last window, `window:NAME` for the
    last one of that name; the id of a walk; or `list` for the reports that are kept. What was not measured
    is said to be unknown. `ticket` is a short text for a change ticket; no cell of `csv` is taken for a
    formula. A file is written whole or not at all, for you alone.

    \b
        walkdown report daily -o text
        walkdown report monthly --since 2026-11-01 --until 2026-12-01 -o html -O november.html
        walkdown report window:weekly -o ticket

    With --save an agent makes and keeps it; one is started when none runs. All else needs none.
    """
    from agent.meeting import run_to_end
    from agent.report_commands import save_report, tell_kept, tell_report
    from agent.walk_commands import tell_walk
    from runbooks.report_plans import NAMES

    if bool(name) == bool(walk):
        raise click.UsageError("name one report: daily, weekly, monthly, quarterly, window, list, or a walk")
    output = "md" if output == "markdown" else output
    timed = name.partition(":")[0] in NAMES
    if (since or until) and (not timed or name.startswith("window")):
        raise click.UsageError("--since and --until go with daily, weekly, monthly and quarterly")
    if save and (not timed or file is not None):
        raise click.UsageError("--save goes with a period or a window, and without -O")
    if name and not timed and name != "list" and (near := did_you_mean(name, NAMES)):
        raise click.UsageError(f"no report is called {name!r}{near}")
    with errors_as_exits():
        if name == "list":
            leave(tell_kept(source, output))
        if save:
            leave(run_to_end(save_report(source, name, since, until)))
        if timed:
            leave(tell_report(source, name, since, until, output, file))
        leave(run_to_end(tell_walk(source, walk or name, output, file, quoting=True)))
