"""Owns an incident as a document in Markdown: times, how long it took, cause, lessons and timeline. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import tzinfo

from checks.moments import moment
from checks.text import clean
from runbooks.incident_events import Stage
from runbooks.incidents.state import Happening, IncidentStory
from runbooks.operators import WALKDOWN
from runbooks.wording import span, who

NOT_YET = "not yet"
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(story: IncidentStory, system: str, zone: tzinfo | None) -> str:
    """Return the record of an incident; what came from outside formats nothing."""
    return "\n".join(_lines(story, system, zone)) + "\n"


def _lines(story: IncidentStory, system: str, zone: tzinfo | None) -> Iterator[str]:
    one = story.incident
    yield f"# Incident {_safe(one.id)}: {_safe(one.title)}"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| System | {_safe(system)} |"
    yield f"| Severity | {one.severity} |"
    yield f"| Stage | {one.stage} |"
    yield f"| Checks | {_safe(', '.join(one.checks)) or 'none named'} |"
    opener = "by itself" if one.opened_by == WALKDOWN else _safe(who(one.opened_by))
    yield f"| Opened | {moment(one.opened_at, zone)}, {opener} |"
    for stage in Stage:
        at = one.at(stage)
        yield f"| {stage.value.capitalize()} | {moment(at, zone) if at else NOT_YET} |"
    restored = span(one.to_restore) if one.restored else NOT_YET
    yield f"| Time to restore, as it counts in MTTR | {restored} |"
    for title, text in (("Cause", one.cause), ("Lessons", one.lessons)):
        yield ""
        yield f"## {title}"
        yield ""
        yield _safe(text) or "Nothing is written down."
    yield ""
    yield "## Timeline"
    yield ""
    yield "| When | What | | By |"
    yield "|---|---|---|---|"
    yield from (_row(line, zone) for line in story.timeline)


def _row(line: Happening, zone: tzinfo | None) -> str:
    text = _safe(line.text.replace("\n", " / "))
    return f"| {moment(line.at, zone)} | {line.what} | {text} | {_safe(line.by)} |"


def _safe(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", clean(text))
