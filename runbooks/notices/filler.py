"""Owns the program that fills in texts and ends: `python -m runbooks.notices.filler`, order in, answer out.

A process of its own, which holds no secret, can write no file, and has little memory and time: what a text
does, however it was written, ends with it.
"""

from __future__ import annotations

import resource
import signal
import sys

import msgspec

from checks.recurrence.zones import zone_named
from runbooks.notices.order import Answer, Order
from runbooks.notices.sandbox import fill_in

MEMORY = 512 * 1024 * 1024
"""Bytes of address space, of which what is loaded takes a good part."""
PROCESSOR = 10
"""Seconds of processor time in all."""
WITHIN = 20
"""Seconds in all."""


def main() -> None:
    """Take the order from standard input, and answer on standard output."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    zone = zone_named(order.timezone)
    signal.alarm(WITHIN)
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    answer = Answer(tuple(fill_in(task, zone) for task in order.tasks))
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
