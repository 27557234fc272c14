"""Compares what it costs to leave a console open: CPU and memory of console and agent, beside monitors.

    python -m benchmarks.idle

50 checks every 10 s, those that the panels show every 2 s, in a terminal of 120x40, nothing wrong.
"""

from __future__ import annotations

import math

from benchmarks.rest import BTOP, CHECKS, GLANCES, SECONDS, Rest, at_rest, missing
from benchmarks.rounds import Row, Target, show

NOTHING = Rest(math.nan, math.nan, math.nan)


def rows(screen: str, seen: dict[str, Rest]) -> list[Row]:
    """Return the comparison of one screen of ours."""
    mine = seen["ours"]
    glances, btop = (seen.get(name, NOTHING) for name in (GLANCES, BTOP))
    return [
        Row(f"{screen}: CPU of console + agent", mine.cpu, "%", GLANCES, glances.cpu, Target("<=", 1)),
        Row(f"{screen}: CPU of console + agent", mine.cpu, "%", BTOP, btop.cpu),
        Row(
            f"{screen}: memory of both (PSS)",
            mine.pss,
            "MiB",
            GLANCES,
            glances.pss,
            Target("<=", 130, "ours"),
        ),
        Row(f"{screen}: memory of both (PSS)", mine.pss, "MiB", BTOP, btop.pss),
    ]


def main() -> None:
    """Run the comparison on each screen."""
    compared = [row for screen, seen in at_rest().items() for row in rows(screen, seen)]
    show(f"Idle cost: {CHECKS} checks, {SECONDS} s, everybody at the same time", compared, missing())


if __name__ == "__main__":
    main()
