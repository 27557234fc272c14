"""Owns the commands that need an agent or stand in for one: checks, the agent itself, and walks.

What commands do is imported when they are called.
"""

from __future__ import annotations

import fnmatch
import os
import sys
from pathlib import Path

import click

from checks import paths
from checks.board import Snapshot, SystemInfo
from checks.command_line import completed_by, leave, system_option
from checks.errors import LinkError, UsageError
from checks.exits import errors_as_exits
from checks.formats import FORMATS, find_format
from checks.model import Level, worst
from checks.suggest import did_you_mean


@click.command()
@click.argument("names", nargs=-1, shell_complete=completed_by("checks.names:complete_check"))
@click.option("-o", "--output", type=click.Choice(tuple(FORMATS)), default="text", help="Output format.")
@click.option("--here", is_flag=True, help="Probe in this process even when an agent runs.")
@system_option
def check(names: tuple[str, ...], output: str, here: bool, source: Path | None) -> None:
    """Probe checks once and say what was seen.

    NAMES are check names or patterns such as 'disk*'; all checks when there are none. A running agent is
    asked; without one the checks are probed by this process. The exit code is that of the worst level:
    0 OK, 1 WARN, 2 CRIT, 3 UNKNOWN.
    """
    with errors_as_exits():
        seen = None if here else _probe_there(source, names)
        system, snapshot = seen or _probe_here(source, names)
    for notice in snapshot.notices:
        click.echo(f"{notice.level} {notice.source}: {notice.text}", err=True)
    options = {"colour": True} if output == "text" and _wants_colour() else {}
    click.echo(find_format(output)(system, snapshot, **options))
    levels = tuple(state.level for state in snapshot.states)
    leave(worst(levels).exit_code if levels else Level.UNKNOWN.exit_code)


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _probe_there(source: Path | None, names: tuple[str, ...]) -> tuple[SystemInfo, Snapshot] | None:
    """Return what an agent sees; None when there is none that knows the files as they are now."""
    from agent.ask import visiting
    from agent.fingerprint import fingerprint
    from agent.reach import reach_of

    try:
        reach = reach_of(source)
        with visiting(*reach.places, uid=reach.uid) as visit:
            if visit is None or visit.welcome.configuration != fingerprint(source):
                return None
            system = visit.welcome.system
            return system, visit.probe(choose(system, names))
    except LinkError as error:
        click.echo(f"the agent was left out: {error}", err=True)
        return None


def _probe_here(source: Path | None, names: tuple[str, ...]) -> tuple[SystemInfo, Snapshot]:
    from agent.once import probe_once

    return probe_once(source, lambda system: choose(system, names))


def choose(system: SystemInfo, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the checks that the patterns choose, in the system's order; all without a pattern.

    Raises:
        UsageError: when a pattern chooses none; says what may have been meant.
    """
    names = tuple(info.name for info in system.checks)
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise UsageError(f"no check is called {pattern!r}{did_you_mean(pattern, names)}")
    if not patterns:
        return names
    return tuple(name for name in names if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns))


@click.command()
@system_option
def watch(source: Path | None) -> None:
    """Probe and remember in the foreground, as a service.

    It runs until it is told to end. Consoles attach to it as to any agent. Tells systemd when it is ready.
    Exit code 75 when an agent looks after the system already.
    """
    from agent.run import run

    leave(run(source, stay=True))


@click.group()
def agent() -> None:
    """Look after the agent: status, stop. It is the process that probes and remembers."""


@agent.command()
@system_option
def status(source: Path | None) -> None:
    """Say whether an agent runs, and what it looks after. Exit code 3 when none does."""
    from agent.agent_commands import tell_status

    with errors_as_exits():
        leave(tell_status(source))


@agent.command()
@click.option("--force", is_flag=True, help="Also while a walk is open; the next agent takes it up.")
@system_option
def stop(force: bool, source: Path | None) -> None:
    """End the agent, whatever its version; what it has stored stays.

    Exit code 69 when a walk is open in it, or it lives on after ten seconds; its process is named then.
    """
    from agent.ask import dismiss
    from agent.reach import reach_of

    with errors_as_exits():
        reach = reach_of(source)
        pid = dismiss(*reach.places, reason="walkdown agent stop", force=force, uid=reach.uid)
    if pid is None:
        click.echo(f"no agent runs for {paths.system_name(source)}")
    else:
        click.echo(f"agent ended (process {pid})")


@click.command()
@click.argument("runbook", shell_complete=completed_by("runbooks.names:complete_runbook"))
@click.option("--auto", is_flag=True, help="Ask nothing; only where every step allows it.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; look, but change nothing.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An input that is not secret.")
@click.option("--input-file", type=click.Path(path_type=Path), help="File of lines NAME=VALUE.")
@click.option("--plain", is_flag=True, help="Announce changes as lines `ANN: ...` on standard error.")
@system_option
def run(
    runbook: str,
    auto: bool,
    dry_run: bool,
    inputs: tuple[str, ...],
    input_file: Path | None,
    plain: bool,
    source: Path | None,
) -> None:
    """Walk a runbook in numbered text, on any terminal or none.

    The agent walks; it is started when none runs. When this program ends, however it ends, the walk stays
    as it stands, and `walkdown resume` goes on with it. Ctrl-C asks what you want.

    Inputs are asked for when they are not given by --input, --input-file or WALKDOWN_INPUT_NAME; secret ones
    are never taken from the command line. Without questions (--auto) a step that fails decides by its
    on_failure, and what needs a person stops the walk.

    \b
    Exit codes:  0 done                  13 nobody knows what became of a step
                10 failed                14 refused: not begun
                11 failed, rolled back   15 left open
                12 stopped before its end
    """
    from agent.meeting import run_to_end
    from agent.session import Wish
    from agent.session import run as walk

    if auto and dry_run:
        raise click.UsageError("--auto and --dry-run exclude each other")
    with errors_as_exits():
        leave(run_to_end(walk(source, Wish(runbook, inputs, input_file, auto, dry_run, plain))))


@click.command()
@click.argument("walk", default="")
@click.option("--take-over", is_flag=True, help="Take it from whoever decides now; needs --reason.")
@click.option("--reason", default="", help="Why it is taken over.")
@click.option("--plain", is_flag=True, help="Announce changes as lines `ANN: ...` on standard error.")
@system_option
def resume(walk: str, take_over: bool, reason: str, plain: bool, source: Path | None) -> None:
    """Go on with a walk that is open.

    The only one that is, when WALK is not named. Where somebody else decides, you follow what happens, or
    take it over by a reason, which is asked for when --reason does not say it. Ends as `walkdown run`, with
    the same exit codes; 14 when no walk is open.
    """
    from agent.meeting import run_to_end
    from agent.session import resume as go_on

    if take_over != bool(reason.strip()):
        raise click.UsageError("--take-over and --reason go together")
    with errors_as_exits():
        leave(run_to_end(go_on(source, walk, reason, plain)))


@click.command()
@click.argument("walk", default="")
@system_option
def approve(walk: str, source: Path | None) -> None:
    """Look at the step of a walk that waits for your approval, and approve it or say why not.

    The only walk that is open, when WALK is not named. Exactly what will run is shown; the approval is for
    that alone and holds for ten minutes. Exit code 14 when nothing waits for you there.
    """
    from agent.meeting import run_to_end
    from agent.session import approve as judge

    with errors_as_exits():
        leave(run_to_end(judge(source, walk)))


@click.command()
@click.argument("walk", default="")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, help="Walks that are listed.")
@click.option("-o", "--output", type=click.Choice(("text", "json")), default="text", help="Output format.")
@system_option
def walks(walk: str, limit: int, output: str, source: Path | None) -> None:
    """List the walks there were, newest first, or tell one in full."""
    from agent.meeting import run_to_end
    from agent.walk_commands import tell_walk, tell_walks

    with errors_as_exits():
        work = tell_walk(source, walk, output) if walk else tell_walks(source, limit, output)
        leave(run_to_end(work))


@click.command()
@click.argument("walk")
@click.argument("step", default="")
@click.argument("name", default="")
@click.option("--attempt", type=click.IntRange(1), help="The attempt; the last one when not said.")
@click.option("--raw", is_flag=True, help="Copy it as it came, into the file of -O.")
@click.option("-O", "--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="File for --raw.")
@system_option
def evidence(
    walk: str,
    step: str,
    name: str,
    attempt: int | None,
    raw: bool,
    file: Path | None,
    source: Path | None,
) -> None:
    """List what the steps of a walk have left, or show one file of it.

    What is shown is its end, with secrets masked and nothing in it that could hurt a terminal. As it came it
    is only copied: --raw -O FILE; exit code 2 when it is not what was hashed.
    """
    from agent.meeting import run_to_end
    from agent.walk_commands import copy_evidence, tell_evidence

    if raw != (file is not None) or (raw and not name):
        raise click.UsageError("--raw needs STEP, NAME and -O FILE, and -O needs --raw")
    with errors_as_exits():
        if file is not None:
            leave(run_to_end(copy_evidence(source, walk, step, attempt or 0, name, file)))
        leave(run_to_end(tell_evidence(source, walk, step, attempt or 0, name)))


@click.group()
def audit() -> None:
    """Look after the record of walks: verify, renew. Every row of it is chained to the one before."""


@audit.command()
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="SEQ:HASH",
    help="A head from a report, a log or a message; there cut to 16 digits.",
)
@system_option
def verify(anchors: tuple[str, ...], source: Path | None) -> None:
    """Verify every row of the journal of walks, and every anchor. Exit code 0, 2 or 3.

    2: a row is wrong or missing; the first one is named. 3: sound, but nobody vouches that no rows were cut
    off at the end. Who may write as you can compute a whole chain anew; heads that are kept elsewhere tell.
    """
    from agent.audit import tell_verdict

    with errors_as_exits():
        leave(tell_verdict(source, anchors))


@audit.command()
@click.option("--reason", required=True, help="Why; it is the first thing in the new journal.")
@system_option
def renew(reason: str, source: Path | None) -> None:
    """Put a broken journal aside and begin another, which names the head of the old one.

    Refused while an agent runs, and when the journal is sound. The broken one is kept.
    """
    from agent.audit import begin_anew

    with errors_as_exits():
        begin_anew(source, reason)
