"""Owns differences of files as they are shown before a change: bounded, and without what looks like a secret.

Secrets that are to be written stand in them by name. The lines that such a line takes the place of are
covered, and so are passwords in URLs and what follows a name such as `password =`: what is being replaced is
not known to anybody.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from checks.masking import MASK
from checks.units import show

LARGEST = 256 * 1024
"""Bytes of either side that are compared line by line."""
MOST_LINES = 3000
"""Lines of either side that are compared."""
SHOWN, WIDTH = 300, 300
"""Lines that are shown, and characters of each."""

PRIVATE_KEY = b"PRIVATE KEY-----"
"""What holds this is not shown at all."""

_SECRET = re.compile(r"(?i)(pass(?:word|wd|phrase)?|secret|token|api[-_]?key|private[-_]?key|credential)")
_VALUE = re.compile(r"([=:]\s*)(.*\S)")
_IN_URL = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")
_NAMED = re.compile(r"\{\{ secret\.[^}]*\}\}")


def difference(path: Path, before: bytes | None, after: bytes | None) -> tuple[str, ...]:
    """Return the unified difference; None stands for no file."""
    if before == after:
        return ()
    old, new = _lines(before), _lines(after)
    if old is None or new is None:
        return (f"{path}: {_sized(before)} becomes {_sized(after)}; not compared line by line",)
    names = ("/dev/null" if before is None else str(path), "/dev/null" if after is None else str(path))
    found = list(difflib.unified_diff(old, new, *names, lineterm=""))
    lines = [*found[:2], *_covered(found[2:])]
    shown = [line if len(line) <= WIDTH else f"{line[:WIDTH]}..." for line in lines[:SHOWN]]
    rest = [f"... and {len(lines) - SHOWN} more lines"] if len(lines) > SHOWN else []
    return (*shown, *rest)


def _lines(data: bytes | None) -> list[str] | None:
    """Return the lines of a text; None when it is none, or too long to compare."""
    if data is None:
        return []
    if len(data) > LARGEST or b"\0" in data or PRIVATE_KEY in data:
        return None
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError:
        return None
    lines = lines[:-1] if lines[-1] == "" else [*lines[:-1], f"{lines[-1]}  (no line end)"]
    return lines if len(lines) <= MOST_LINES else None


def _covered(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines below the heading with what may be secret covered."""
    taken: list[str] = []
    for sign, group in itertools.groupby(lines, key=lambda line: line[0]):
        block = list(group)
        if sign == "+" and any(_NAMED.search(line) for line in block):
            taken = [f"-{MASK}" for _ in taken]
        yield from map(_without_value, taken)
        taken = block if sign == "-" else []
        if sign != "-":
            yield from map(_without_value, block)
    yield from map(_without_value, taken)


def _without_value(line: str) -> str:
    """Return the line without what stands behind a name that sounds secret; a secret's name may stand.

    And without the password of a URL.
    """
    line = _IN_URL.sub(rf"\1{MASK}@", line)
    match = _SECRET.search(line)
    value = match and _VALUE.search(line, match.end())
    if not value or _NAMED.search(value[2]):
        return line
    return f"{line[: value.start(2)]}{MASK}"


def _sized(data: bytes | None) -> str:
    return "no file" if data is None else f"{show(len(data), 'B')} of {'text' if _is_text(data) else 'data'}"


def _is_text(data: bytes) -> bool:
    return b"\0" not in data
