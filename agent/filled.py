"""Owns texts that were filled in a moment ago: one about the same facts is not filled in again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from checks.clock import Clock
from runbooks.notices.order import Filled, Task

HOLDS = 5.0
"""Seconds; what is told of the time may be as old."""
KEPT = 50
"""Texts that are kept at most."""


class FilledTexts:
    """The newest texts that were filled in."""

    def __init__(self, clock: Clock) -> None:
        """Keep none yet."""
        self._clock = clock
        self._kept: OrderedDict[bytes, tuple[float, Filled]] = OrderedDict()

    def of(self, key: bytes) -> Filled | None:
        """Return what became of it a moment ago; None when it has to be filled in."""
        at, filled = self._kept.get(key, (0.0, None))
        return filled if filled is not None and self._clock.monotonic() - at < HOLDS else None

    def keep(self, key: bytes, filled: Filled) -> None:
        """Keep what has become of it."""
        self._kept[key] = (self._clock.monotonic(), filled)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def key_of(task: Task, timezone: str) -> bytes:
    """Return by what a text and its facts are known again: all but what goes on with the time."""
    values: dict[str, Any] = {name: value for name, value in (task.values or {}).items() if name != "now"}
    if isinstance(window := values.get("window"), dict):
        values["window"] = {name: value for name, value in window.items() if name != "left"}
    return msgspec.json.encode((task.parts, values, timezone))
