"""Owns the reading of a notice's file: a head of lines `key: text` between two `---`, then the text itself.

Each mistake is recorded with its line. Whether what stands between braces can be filled in is judged
elsewhere, for that takes the template engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.config.files import Source
from checks.config.nodes import Place
from checks.config.problems import Problems
from checks.suggest import did_you_mean
from runbooks.notice_events import NoticeKind

FENCE = "---"
KEYS = ("kind", "subject", "window", "impact", "tasks", "team")
LONGEST = 64 * 1024
"""Bytes of a file."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text with braces in it, and where it begins."""

    text: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class NoticeText:
    """One notice as it is written."""

    name: str
    file: str
    kind: NoticeKind
    subject: Part
    body: Part
    window: str = ""
    """The window that it is about when nobody names one."""
    window_line: int = 1
    impact: Part = Part()
    """What it means for people when nobody says."""
    tasks: tuple[str, ...] = ()
    """Names of runbooks, or what else is planned in words, when nobody says."""
    team: Part = Part()
    """Who sends it."""

    @property
    def parts(self) -> tuple[tuple[str, Part], ...]:
        """Return what is filled in, by name; those that others may name come first."""
        named = (("impact", self.impact), ("team", self.team), ("subject", self.subject), ("body", self.body))
        return tuple((name, part) for name, part in named if part.text)


def read_notice(source: Source, problems: Problems) -> NoticeText | None:
    """Return the notice of a file; None with every problem recorded when it cannot be used."""
    try:
        text = source.raw.decode()
    except UnicodeDecodeError as error:
        problems.error(Place(source.name), ("file",), f"byte {error.start} is not UTF-8")
        return None
    if len(source.raw) > LONGEST:
        problems.error(Place(source.name), ("file",), f"longer than {LONGEST // 1024} KiB")
        return None
    lines = text.splitlines()
    ends = [number for number, line in enumerate(lines, 1) if line.rstrip() == FENCE]
    if len(ends) < 2 or ends[0] != 1:
        message = f"begins with {FENCE}, its head, and {FENCE} again; then comes the text"
        problems.error(Place(source.name), ("head",), message)
        return None
    head = _head(source.name, lines[1 : ends[1] - 1], problems)
    kind = _kind(source.name, head, problems)
    if "subject" not in head and not problems.blames(("subject",)):
        problems.error(Place(source.name), ("subject",), "is required")
    body = Part("\n".join(lines[ends[1] :]).rstrip() + "\n", ends[1] + 1)
    if not body.text.strip():
        problems.error(Place(source.name, ends[1]), ("text",), "there is none")
    if kind is None or any(not problem.warning for problem in problems.all()):
        return None
    nothing = Part()
    return NoticeText(
        Path(source.name).stem,
        source.name,
        kind,
        head["subject"],
        body,
        head.get("window", nothing).text,
        head.get("window", nothing).line,
        head.get("impact", nothing),
        tuple(task.strip() for task in head.get("tasks", nothing).text.split(",") if task.strip()),
        head.get("team", nothing),
    )


def _head(file: str, lines: list[str], problems: Problems) -> dict[str, Part]:
    head: dict[str, Part] = {}
    for number, line in _written(lines):
        key, colon, text = line.partition(":")
        place = Place(file, number, len(line) - len(line.lstrip()) + 1)
        key = key.strip()
        if not colon:
            problems.error(place, ("head",), "a line of the head is `key: text`")
        elif key not in KEYS:
            near = did_you_mean(key, KEYS) or f"; known: {', '.join(KEYS)}"
            problems.error(place, (key,), f"unknown key{near}")
        elif key in head:
            problems.error(place, (key,), f"stands in line {head[key].line} already")
        else:
            head[key] = Part(text.strip(), number)
    return head


def _written(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of the head that say something, each with its number in the file."""
    for number, line in enumerate(lines, 2):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _kind(file: str, head: dict[str, Part], problems: Problems) -> NoticeKind | None:
    given = head.get("kind")
    known = [kind.value for kind in NoticeKind]
    if given is None:
        problems.error(Place(file), ("kind",), f"is required: {', '.join(known)}")
        return None
    if given.text not in known:
        near = did_you_mean(given.text, known) or f"; known: {', '.join(known)}"
        problems.error(Place(file, given.line), ("kind",), f"{given.text!r} is no kind of notice{near}")
        return None
    return NoticeKind(given.text)
