"""The world of `tests/servers/stack.py` as one value: all that a walk can change of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class World:
    """All that a walk can change of the shop; walkdown's own table of markers is not among it."""

    rows: dict[str, list[tuple]]
    """Of each table."""
    keys: dict[str, str]
    """Of Redis."""
    images: dict[str, str]
    """Id of the image that each service runs, and of the one that is called `current`."""
    files: dict[str, tuple[str, int, int, int]]
    """Hash, permission bits and owner of each file."""
    api: dict[str, Any]
    """What the API says of its modes."""

    def differences(self, other: World) -> dict[str, Any]:
        """Return what is not the same in the other: of each such thing, how it is here and there."""
        found = {}
        for part in fields(self):
            mine, theirs = getattr(self, part.name), getattr(other, part.name)
            for name in sorted({*mine, *theirs}):
                if mine.get(name) != theirs.get(name):
                    found[f"{part.name} {name}"] = (mine.get(name), theirs.get(name))
        return found


def files_in(folder: Path) -> dict[str, tuple[str, int, int, int]]:
    """Return what there is to see of every file below a folder."""
    return {str(path.relative_to(folder)): _seen(path) for path in folder.rglob("*")}


def _seen(path: Path) -> tuple[str, int, int, int]:
    found = path.stat()
    return sha256(path.read_bytes()).hexdigest(), found.st_mode & 0o7777, found.st_uid, found.st_gid
