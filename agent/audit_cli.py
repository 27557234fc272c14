"""Owns the command `audit`, which looks after the record of walks. What it does is imported when called."""

from __future__ import annotations

from pathlib import Path

import click

from checks.command_line import leave, system_option
from checks.exits import errors_as_exits


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
