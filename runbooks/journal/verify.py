"""Owns the verification of a journal: every row from the first, and every anchor. Reads only.

Finds whatever is flipped, deleted, put in, swapped or spliced; rows that were cut off at the end, when one of
them was anchored; columns and indexes that do not say what the rows say; time that went back within a boot.

What it cannot prove: root, and whoever may write as the journal's owner, can compute every hash anew, and
write the anchors beside it to match. Against them stands only what is kept elsewhere: the heads in reports,
and in a syslog on another host. And a row says what was written, not that it was true.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runbooks.journal.anchors import anchors_file, read_anchors
from runbooks.journal.chain import Chain, ChainError, Head, follow
from runbooks.journal.database import looking
from runbooks.journal.errors import reason
from runbooks.journal.rows import EMPTY, rows_from

OK, BROKEN, UNANCHORED = 0, 2, 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found."""

    head: Head = EMPTY
    """The last row that is as it was written, in an unbroken chain from the first."""
    bad: int = 0
    """Number of the first row that is wrong or missing; 0 when none is."""
    why: str = ""
    """What is wrong."""
    unanchored: int = 0
    """Rows at the end that no anchor vouches for."""
    remarks: tuple[str, ...] = ()
    """What else should be known, such as lines of the anchors' file that say nothing."""

    @property
    def exit_code(self) -> int:
        """Return 0 when all is well, 2 when it is broken, 3 when only the end is not anchored."""
        if self.bad:
            return BROKEN
        return UNANCHORED if self.unanchored else OK


def verify(path: Path, anchors: Iterable[Head] = ()) -> Verdict:
    """Return what all rows say against one another, the anchors beside the journal, and those given."""
    try:
        beside = read_anchors(anchors_file(path))
    except OSError as error:
        return Verdict(bad=1, why=f"the anchors {anchors_file(path)} cannot be read: {reason(error)}")
    remarks = tuple(f"line {line} of {anchors_file(path)} is no anchor" for line in beside.strange)
    known: dict[int, set[str]] = {}
    for anchor in (*beside.heads, *anchors):
        known.setdefault(anchor.seq, set()).add(anchor.hash)
    chain = Chain()
    try:
        with looking(path) as connection:
            for row in rows_from(connection):
                chain = _anchored(follow(chain, row), known)
            _to_the_end(chain, known)
            _indexes(chain, connection)
    except ChainError as error:
        return Verdict(chain.head, error.seq, error.why, remarks=remarks)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return Verdict(chain.head, chain.seq + 1, f"cannot be read: {reason(error)}", remarks=remarks)
    vouched = max((seq for seq in known if seq <= chain.seq), default=0)
    return Verdict(chain.head, unanchored=chain.seq - vouched, remarks=remarks)


def _anchored(chain: Chain, known: Mapping[int, set[str]]) -> Chain:
    if any(not chain.head.hash.startswith(kept) for kept in known.get(chain.seq, ())):
        raise ChainError(chain.seq, "is not the one that was anchored")
    return chain


def _to_the_end(chain: Chain, known: Mapping[int, set[str]]) -> None:
    last = max(known, default=0)
    if chain.seq == 0:
        raise ChainError(1, "is missing: a journal has a first row from its beginning")
    if last > chain.seq:
        raise ChainError(chain.seq + 1, f"is missing: the end was cut off, row {last} is anchored")


def _indexes(chain: Chain, connection: sqlite3.Connection) -> None:
    """Compare what is found by indexes with what the rows are."""
    (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise ChainError(chain.seq + 1, f"the file is damaged: {verdict}")
