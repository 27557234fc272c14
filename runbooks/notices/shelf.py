"""Owns which notices a system has: the shipped ones, and before them those of its folder `notices/`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from checks.config.files import read_source
from checks.config.nodes import Place
from checks.config.problems import Problems
from checks.errors import Problem, UsageError
from checks.suggest import did_you_mean
from runbooks.document.shelf import Broken
from runbooks.notices.document import NoticeText, Part, read_notice
from runbooks.notices.filling import filled_in
from runbooks.notices.order import Filled, Task

FOLDER = "notices"
"""The folder inside a system's folder, one notice in each of its files."""
SUFFIX = ".txt"
MOST = 100
"""Files that are read."""
SHIPPED = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class NoticeShelf:
    """The notices of a system."""

    texts: tuple[NoticeText, ...] = ()
    broken: tuple[Broken, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all, broken ones included."""
        return (*(text.name for text in self.texts), *(one.name for one in self.broken))

    def text(self, name: str) -> NoticeText:
        """Return the notice of that name.

        Raises:
            UsageError: when there is none that can be used; says why.
        """
        for text in self.texts:
            if text.name == name:
                return text
        for one in self.broken:
            if one.name == name:
                raise UsageError("\n".join(map(str, one.problems)))
        near = did_you_mean(name, self.names) or f"; notices: {', '.join(self.names)}"
        raise UsageError(f"no notice is called {name!r}{near}")


def read_shelf(source: Path | None) -> NoticeShelf:
    """Return the notices of a system as they are written, not judged yet. It may block."""
    texts: dict[str, NoticeText] = {}
    broken: list[Broken] = []
    for file in (*_files(SHIPPED, Problems()), *_own(source, broken)):
        problems = Problems()
        read = read_source(file, problems)
        text = read_notice(read, problems) if read is not None else None
        texts.pop(file.stem, None)
        if text is not None:
            texts[file.stem] = text
        else:
            broken.append(Broken(str(file), file.stem, problems.all()))
    return NoticeShelf(tuple(sorted(texts.values(), key=_order)), tuple(broken))


def _order(text: NoticeText) -> tuple[int, str]:
    return list(type(text.kind)).index(text.kind), text.name


def _own(source: Path | None, broken: list[Broken]) -> tuple[Path, ...]:
    """Return the files of the system; a folder that cannot be listed is recorded."""
    if source is None or not (folder := source / FOLDER).is_dir():
        return ()
    problems = Problems()
    files = _files(folder, problems)
    if problems.all():
        broken.append(Broken(str(folder), FOLDER, problems.all()))
    return files


def _files(folder: Path, problems: Problems) -> tuple[Path, ...]:
    try:
        found = [one for one in folder.iterdir() if one.suffix == SUFFIX and not one.name.startswith(".")]
    except OSError as error:
        problems.error(Place(str(folder)), ("file",), error.strerror or str(error))
        return ()
    if len(found) > MOST:
        problems.error(Place(str(folder)), ("file",), f"holds more than {MOST} notices; the others are left")
    return tuple(sorted(found)[:MOST])


def task_of(text: NoticeText) -> tuple[tuple[str, str], ...]:
    """Return the parts of a notice as they are filled in."""
    return tuple((name, part.text) for name, part in text.parts)


async def judged(shelf: NoticeShelf, timezone: str, windows: Collection[str] | None) -> NoticeShelf:
    """Return the notices, those apart that cannot be filled in, or are about a window that there is not.

    `windows` None: nobody can say which there are.
    """
    results = await filled_in(tuple(Task(task_of(text)) for text in shelf.texts), timezone)
    good, broken = [], list(shelf.broken)
    for text, filled in zip(shelf.texts, results, strict=True):
        if problems := (*_unknown_window(text, windows), *problems_of(text, filled)):
            broken.append(Broken(text.file, text.name, problems))
        else:
            good.append(text)
    return NoticeShelf(tuple(good), tuple(broken))


def _unknown_window(text: NoticeText, windows: Collection[str] | None) -> tuple[Problem, ...]:
    if windows is None or not text.window or text.window in windows:
        return ()
    problems = Problems()
    near = did_you_mean(text.window, windows) or f"; windows: {', '.join(windows) or 'none'}"
    problems.error(
        Place(text.file, text.window_line), ("window",), f"no window is called {text.window!r}{near}"
    )
    return problems.all()


def problems_of(text: NoticeText, filled: Filled) -> tuple[Problem, ...]:
    """Return what is wrong with a notice, at the lines of its file."""
    parts = dict(text.parts)
    problems = Problems()
    for mistake in filled.mistakes:
        part = parts.get(mistake.part, Part())
        line = part.line + max(0, mistake.line - 1)
        problems.error(Place(text.file, line), (mistake.part,), mistake.message)
    return problems.all()
