"""Owns the commands about the journal as a record: verifying it, and replacing one that is broken."""

from __future__ import annotations

import os
from pathlib import Path

import click

from agent.peers import Peer, operator_of
from agent.run import only_one
from checks import paths
from checks.clock import SystemClock
from checks.errors import StoreError, UsageError
from runbooks.journal.anchors import anchors_file
from runbooks.journal.chain import Head
from runbooks.journal.database import renew_journal
from runbooks.journal.verify import Verdict, verify


def tell_verdict(source: Path | None, anchors: tuple[str, ...]) -> int:
    """Verify the journal, say what was found, and return the exit code.

    Raises:
        UsageError: when an anchor is none.
    """
    try:
        given = tuple(Head.given(anchor) for anchor in anchors)
    except ValueError as error:
        raise UsageError(f"--anchor: {error}") from error
    path = paths.journal_file(source)
    if not (path.exists() or anchors_file(path).exists() or given):
        click.echo(f"there is no journal yet: {path}")
        return 0
    verdict = verify(path, given)
    for remark in verdict.remarks:
        click.echo(remark, err=True)
    click.echo(_words(verdict))
    return verdict.exit_code


def _words(verdict: Verdict) -> str:
    if verdict.bad:
        return f"BROKEN: row {verdict.bad} {verdict.why}; sound up to {verdict.head}"
    whole = f"{verdict.head.seq} rows in an unbroken chain, head {verdict.head}"
    if verdict.unanchored:
        return f"{whole}; of the last {verdict.unanchored} no anchor vouches that none was cut off after them"
    return whole


def begin_anew(source: Path | None, reason: str) -> None:
    """Put a broken journal aside and begin another.

    Raises:
        UsageError: when an agent runs.
        StoreError: when the journal is sound, or cannot be put aside.
    """
    path = paths.journal_file(source)
    operator = operator_of(Peer(os.getpid(), os.geteuid(), os.getegid()))
    if not paths.state_folder().is_dir():
        raise StoreError(f"there is no journal: {path}")
    try:
        with only_one(source):
            kept = renew_journal(path, SystemClock(), reason, operator)
    except BlockingIOError as error:
        raise UsageError("an agent runs; end it first: walkdown agent stop") from error
    click.echo(f"begun anew: {path}")
    click.echo(f"the broken one is kept: {kept}" if kept else "nothing was left of the one before")
