"""Compares what a terminal gets: how soon a key is answered in full, and how many bytes come unasked.

    python -m benchmarks.terminal

While a thousand results a second arrive, the cursor is moved down and up again, past the lower edge. The
answer is complete when the row that the cursor came to was written and nothing follows for a moment.
"""

from __future__ import annotations

import contextlib
import math
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.feed import RESULTS, name
from benchmarks.peers import python
from benchmarks.programs import LINES, Program, pump, running, serving
from benchmarks.rest import BTOP, CHECKS, GLANCES, Rest, at_rest, missing
from benchmarks.rounds import Row, Target, percentile, show
from checks.engine import LONGEST_START, SPACING

ROUNDS = {50: 1, 1000: 2}
"""Rows -> how often each program is opened."""
STEPS = LINES
"""Keys down, and as many up."""
QUIET = 0.008
"""Seconds without a byte after which an answer is complete."""
PATIENCE = 1.0
BUSY_FOR = 3.0
SETTLE = 2.0
OURS, TABLE = "console", "table"
KB = 1000
NOTHING = Rest(math.nan, math.nan, math.nan)


@contextlib.contextmanager
def fed(program: str, socket: Path) -> Iterator[Program]:
    """Run one of the two programs of `fed` while the context is open."""
    with running(python("benchmarks.fed", program, str(socket))) as terminal:
        terminal.wait_for(name(7))
        pump([terminal], SETTLE)
        yield terminal


def answered(terminal: Program, key: str, row: str) -> float:
    """Return the milliseconds from a key to the last byte of its answer."""
    pump([terminal], random.uniform(0.03, 0.09))
    terminal.tail.clear()
    began = time.perf_counter()
    terminal.type(key)
    while time.perf_counter() - began < PATIENCE:
        pump([terminal], QUIET / 4)
        if row.encode() in terminal.tail and time.perf_counter() - terminal.last > QUIET:
            return (terminal.last - began) * 1000
    return PATIENCE * 1000


def walk(terminal: Program) -> list[float]:
    """Return how long each key took, down past the lower edge and up again."""
    down = [answered(terminal, "j", name(place)) for place in range(1, STEPS + 1)]
    return down + [answered(terminal, "k", name(place)) for place in range(STEPS - 1, -1, -1)]


def busy_bytes(terminal: Program) -> float:
    """Return the bytes per second that come while no key is pressed."""
    before = terminal.received
    pump([terminal], BUSY_FOR)
    return (terminal.received - before) / BUSY_FOR


def compare_keys(rows: int) -> list[Row]:
    """Return the comparison of both programs on a table of so many rows."""
    took: dict[str, list[float]] = {OURS: [], TABLE: []}
    sent: dict[str, list[float]] = {OURS: [], TABLE: []}
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "feed.sock"
        with serving(python("benchmarks.feed", str(socket), str(rows))):
            wait_for_file(socket)
            time.sleep(min(SPACING * rows, LONGEST_START))
            for _ in range(ROUNDS[rows]):
                for program in took:
                    with fed(program, socket) as terminal:
                        took[program] += walk(terminal)
                        sent[program].append(busy_bytes(terminal))
    what = f"{rows:,} rows, {RESULTS:,} results/s"

    def key(share: float, target: Target | None) -> Row:
        mine, peer = (percentile(took[program], share) for program in (OURS, TABLE))
        return Row(f"{what}: key to last byte p{share * 100:.0f}", mine, "ms", "DataTable", peer, target)

    wanted = rows == max(ROUNDS)
    busy = [min(sent[program]) / KB for program in (OURS, TABLE)]
    return [
        key(0.5, Target("<=", 15, "ours") if wanted else None),
        key(0.99, Target("<=", 60, "ours") if wanted else None),
        Row(f"{what}: bytes per second", busy[0], "kB/s", "DataTable", busy[1], Target("<=", 40, "ours")),
    ]


def wait_for_file(path: Path, seconds: float = 20.0) -> None:
    """Wait until the file is there; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{path} was not made")
        time.sleep(0.05)


def rest_rows() -> list[Row]:
    """Return the comparison of bytes at rest."""
    return [
        Row(
            f"at rest, {CHECKS} checks, {screen}: bytes per second",
            seen["ours"].sent / KB,
            "kB/s",
            peer,
            seen.get(peer, NOTHING).sent / KB,
            Target("<=", 3, "ours") if peer == GLANCES else None,
        )
        for screen, seen in at_rest().items()
        for peer in (GLANCES, BTOP)
    ]


def main() -> None:
    """Run every comparison."""
    rows = [row for count in ROUNDS for row in compare_keys(count)]
    show("Terminal, 120x40", [*rows, *rest_rows()], missing())


if __name__ == "__main__":
    main()
