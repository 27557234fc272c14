"""Owns tallies: how many files a path or a pattern means, how large they are, and what they are called.

For showing what will be gone. Links are counted, never followed, and counting ends at a limit: a tally says
"more than" rather than taking for ever.
"""

from __future__ import annotations

import glob
import itertools
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.units import show
from runbooks.files.apart import Still

MOST = 100_000
"""Files that are counted."""
NAMED = 20
"""Files and folders that are told by name."""


@dataclass(slots=True)
class Tally:
    """What a path or a pattern means."""

    pattern: str
    files: int = 0
    size: int = 0
    """Bytes of all files."""
    more: bool = False
    """Whether counting ended at the limit."""
    names: list[str] = field(default_factory=list)
    """The first matches, each with its size."""
    matches: int = 0
    unreadable: int = 0
    """Folders that could not be looked into."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Return it in words: the sum, and the first names."""
        if not self.matches:
            return (f"{self.pattern}: nothing is there",)
        least = "more than " if self.more else ""
        said = f"{self.pattern}: {least}{_counted(self.files, 'file')}, {least}{show(self.size, 'B')}"
        if self.unreadable:
            said += f", and {_counted(self.unreadable, 'folder')} that cannot be looked into"
        left = self.matches - len(self.names)
        rest = (f"  and {'at least ' if self.more else ''}{left} more",) if left else ()
        return (said, *(f"  {name}" for name in self.names), *rest)


def tally(pattern: str, still: Still) -> Tally:
    """Return what the path, or the pattern with `*`, `?` and `[...]`, means now.

    Raises:
        OSError: when it cannot be looked at.
    """
    found = Tally(pattern)
    for path in itertools.islice(_matches(pattern), MOST):
        before = found.size
        is_folder = _count(path, found, still)
        found.matches += 1
        if len(found.names) < NAMED:
            found.names.append(f"{path}{'/' if is_folder else ''}  {show(found.size - before, 'B')}")
        if found.more:
            break
    return found


def _matches(pattern: str) -> Iterator[str]:
    """Yield a file of just that name, or else what the pattern matches, sorted."""
    if os.path.lexists(pattern):
        return iter((pattern,))
    return iter(sorted(itertools.islice(glob.iglob(pattern), MOST)))  # noqa: PTH207 - a pattern from the root


def _count(path: str, found: Tally, still: Still) -> bool:
    """Add the file, or all files of the folder; return whether it is a folder."""
    seen = os.lstat(path)
    if not stat.S_ISDIR(seen.st_mode):
        found.files += 1
        found.size += seen.st_size
        return False
    folders = [path]
    while folders and not found.more:
        still()
        _count_folder(folders.pop(), found, folders)
    return True


def _count_folder(folder: str, found: Tally, folders: list[str]) -> None:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                    continue
                found.files += 1
                found.size += entry.stat(follow_symlinks=False).st_size
                if found.files >= MOST:
                    found.more = True
                    return
    except FileNotFoundError:
        pass
    except OSError:
        found.unreadable += 1


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
