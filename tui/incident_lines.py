"""Owns how incidents are shown: the cells of the list, and the paragraphs of one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from checks.model import Level
from checks.moments import brief, named
from runbooks.incident_events import Severity, Stage
from runbooks.incidents.state import Happening, IncidentHead, IncidentStory
from runbooks.operators import WALKDOWN
from tui.cell import LEVEL_TONE, Cell, Piece, Tone, cell
from tui.paragraph import BREAK, Paragraph, fact, prose
from tui.walks.words import lines_of, said, span, who

SEVERITY_TONE = {
    Severity.MINOR: Tone.MUTED,
    Severity.MAJOR: Tone.WARN,
    Severity.CRITICAL: Tone.CRIT,
}
STAGE_TONE = {
    Stage.DETECTED: Tone.CRIT,
    Stage.ASSESSED: Tone.WARN,
    Stage.RESTORED: Tone.OK,
    Stage.CLOSED: Tone.MUTED,
}
TIME = 13
"""Cells of a moment in the timeline."""


def title(head: IncidentHead) -> Cell:
    """Return what it is called, with what seems to be so by now."""
    more = (Piece(f"  {said(head.suggestion)}", Tone.OK),) if head.suggestion else ()
    return (Piece(said(head.title)), *more)


def severity(head: IncidentHead) -> Cell:
    """Return how bad it is."""
    return cell(head.severity.value, SEVERITY_TONE[head.severity])


def stage(head: IncidentHead) -> Cell:
    """Return how far it has come."""
    return cell(head.stage.value, STAGE_TONE[head.stage])


def searched(head: IncidentHead) -> str:
    """Return the words by which it is found."""
    return " ".join((head.id, head.title, head.severity, head.stage, *head.checks))


def told(story: IncidentStory, now: float, where: tzinfo | None) -> tuple[Paragraph, ...]:
    """Return all of an incident."""
    return (*_facts(story, now, where), BREAK, prose("Timeline", Tone.STRONG), *_timeline(story, now, where))


def _facts(story: IncidentStory, now: float, where: tzinfo | None) -> Iterator[Paragraph]:
    one = story.incident
    yield prose(f"{one.id}  {said(one.title)}", Tone.STRONG)
    yield fact("stage", one.stage.value, STAGE_TONE[one.stage])
    yield fact("bad", one.severity.value, SEVERITY_TONE[one.severity])
    yield fact("checks", ", ".join(map(said, one.checks)) or "none named")
    opener = "by itself" if one.opened_by == WALKDOWN else f"by {who(one.opened_by)}"
    yield fact("opened", f"{named(one.opened_at, now, where)} {opener}")
    for mark in one.stages:
        text = f"  {said(mark.text)}" if mark.text and mark.stage is not Stage.CLOSED else ""
        yield fact(mark.stage.value, f" {named(mark.at, now, where)}{text}")
    if one.restored:
        yield fact("took", f"{span(one.to_restore)} from detected to restored")
    for word, text in (("cause", one.cause), ("lessons", one.lessons)):
        if text:
            yield fact(word, f" {said(text)}" if len(word) > 6 else said(text))
    if story.suggestion:
        since = f" since {named(story.suggested_at, now, where)}" if story.suggested_at else ""
        yield fact("now", f"{said(story.suggestion)}{since}", Tone.OK)


def _timeline(story: IncidentStory, now: float, where: tzinfo | None) -> Iterator[Paragraph]:
    for line in story.timeline:
        first, *rest = lines_of(line.text) or ("",)
        by = f"  {said(line.by)}" if line.by else ""
        at = f"{brief(line.at, now, where):<{TIME}}"
        yield Paragraph(
            (
                Piece(at, Tone.MUTED),
                Piece(f"{line.what:<7}", Tone.MUTED),
                Piece(first, _tone(line)),
                Piece(by, Tone.MUTED),
            ),
            hang=TIME + 7,
        )
        yield from (prose(f"{'':{TIME + 7}}{more}") for more in rest)


def _tone(line: Happening) -> Tone:
    if line.what == "stage":
        return Tone.STRONG
    known = [level.value for level in Level]
    return LEVEL_TONE[Level(line.level)] if line.level in known else Tone.PLAIN
