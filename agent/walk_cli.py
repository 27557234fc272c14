"""Owns the commands that walk and look at walks: run, resume, approve, walks, evidence.

What commands do is imported when they are called.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import completed_by, leave, system_option
from checks.exits import errors_as_exits


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

    The agent walks. An agent is started when none runs. When this program ends, however it ends, the walk
    stays as it stands, and `walkdown resume` goes on with it. Ctrl-C asks what you want.

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
    from agent.walk_session import Wish
    from agent.walk_session import run as walk

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

    An agent is started when none runs.
    """
    from agent.meeting import run_to_end
    from agent.walk_session import resume as go_on

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

    An agent is started when none runs.
    """
    from agent.meeting import run_to_end
    from agent.walk_session import approve as judge

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
