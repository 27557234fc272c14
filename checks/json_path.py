"""Owns paths into JSON such as `$.checks[0].state`: names after dots, numbers in brackets, nothing more."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


@lru_cache(maxsize=1024)
def parse_path(path: str) -> tuple[str | int, ...]:
    """Return the steps of a path; a leading `$` may be left out.

    Raises:
        ValueError: when it is no path.
    """
    steps: list[str | int] = []
    rest = path.removeprefix("$")
    while rest:
        match = _STEP.match(rest)
        if match is None:
            raise ValueError(f"{path!r} is no JSON path; write it like 'checks[0].state'")
        steps.append(match[1] if match[2] is None else int(match[2]))
        rest = rest[match.end() :]
    return tuple(steps)


def look_up(document: Any, path: str) -> Any:
    """Return what stands at the path.

    Raises:
        LookupError: when nothing does.
    """
    here = document
    for step in parse_path(path):
        fits = isinstance(here, list) if isinstance(step, int) else isinstance(here, dict)
        if not fits:
            raise LookupError(path)
        here = here[step]
    return here
