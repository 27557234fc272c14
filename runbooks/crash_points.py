"""Owns the points at which tests have a process killed, to see what of a walk survives (reliability 3.8 C).

`WALKDOWN_CRASH_AT` lists names with commas between. Those of the walker are `P0` to `P3` and `P7` to `P9`.
Those of the supervisor are `P4` (claimed), `P4b` (spawned, the gate still closed), `P5` (running) and `P6`
(the exit record is written); of the agent that waits for it `P5-agent` (the order was given) and `P6-agent`
(the exit record was read).
"""

from __future__ import annotations

import os
import signal

VARIABLE = "WALKDOWN_CRASH_AT"


def reached(point: str) -> None:
    """Kill this process when a test wants it dead at this point."""
    if point in os.environ.get(VARIABLE, "").split(","):
        os.kill(os.getpid(), signal.SIGKILL)
