"""Owns the timeline of an incident: its stages and notes among what checks, alerts and walks did. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from checks.alerts.alert import Letter
from checks.model import Result
from checks.text import clean
from runbooks.events import Entry
from runbooks.incident_events import Stage
from runbooks.incidents.state import Happening, Incident
from runbooks.live import WalkHead
from runbooks.notice_events import NoticeSent
from runbooks.operators import WALKDOWN, Operator
from runbooks.wording import ENDINGS, who

BEFORE, AFTER = 900.0, 300.0
"""Seconds before it was detected, and after it was closed, of which the timeline tells."""
MOST = 1000
"""Lines of a timeline; what is oldest is left out first."""
LONGEST = 300
"""Characters of what a check saw."""


def span_of(incident: Incident, now: float) -> tuple[float, float]:
    """Return the time of which its timeline tells, UTC seconds."""
    end = incident.at(Stage.CLOSED) or now
    return incident.detected - BEFORE, end + AFTER


def timeline(
    incident: Incident,
    now: float,
    results: Iterable[Sequence[Result]] = (),
    letters: Iterable[Letter] = (),
    notices: Iterable[Entry] = (),
    walks: Iterable[WalkHead] = (),
) -> tuple[Happening, ...]:
    """Return all that happened, in order.

    Args:
        incident: The incident.
        now: UTC seconds.
        results: Of each of its checks, its results, newest first.
        letters: Alerts, among them notices.
        notices: Rows about notices that were sent.
        walks: Walks, open ones included.
    """
    since, until = span_of(incident, now)
    found = [
        *_own(incident),
        *(change for each in results for change in _changes(each)),
        *_alerts(letters),
        *_notices(incident, notices),
        *_walks(walks, since),
    ]
    own = ("stage", "note")
    told = [one for one in found if one.what in own or since <= one.at <= until]
    return tuple(sorted(told, key=lambda one: one.at))[-MOST:]


def _own(incident: Incident) -> Iterator[Happening]:
    for mark in incident.stages:
        text = clean(mark.text)
        said = f"{mark.stage}: {text}" if text else str(mark.stage)
        if mark.stage is Stage.CLOSED and incident.lessons:
            said += f"; lessons: {clean(incident.lessons)}"
        yield Happening(mark.at, "stage", said, _by(mark.by))
    for note in incident.notes:
        yield Happening(note.at, "note", clean(note.text, lines=True), _by(note.by))


def _changes(results: Sequence[Result]) -> Iterator[Happening]:
    """Yield the results at which the level of a check changed; they come newest first."""
    before = None
    for result in reversed(results):
        if result.level is not before:
            seen = clean(result.summary)[:LONGEST]
            yield Happening(
                result.at,
                "check",
                clean(f"{result.check} {result.level.value}: {seen}"),
                "",
                result.level.value,
            )
        before = result.level


def _alerts(letters: Iterable[Letter]) -> Iterator[Happening]:
    for letter in letters:
        state = "" if letter.sent_at else ", given up" if letter.given_up_at else ", waits"
        yield Happening(letter.created, "alert", clean(f"{letter.route}: {letter.subject}{state}"))


def _notices(incident: Incident, notices: Iterable[Entry]) -> Iterator[Happening]:
    for entry in notices:
        event = entry.event
        if isinstance(event, NoticeSent) and event.incident in ("", incident.id):
            way = ", ".join(event.routes) or "by hand"
            yield Happening(entry.at, "notice", clean(f"{event.subject} ({way})"), _by(entry.operator))


def _walks(walks: Iterable[WalkHead], since: float) -> Iterator[Happening]:
    for walk in walks:
        name = clean(walk.title or walk.runbook)
        yield Happening(max(walk.opened_at, 0.0), "walk", f"{name} begun ({walk.id})", _by(walk.opened_by))
        if walk.ended_at >= since and walk.ending is not None:
            yield Happening(walk.ended_at, "walk", f"{name}: {ENDINGS[walk.ending]} ({walk.id})")


def _by(operator: Operator) -> str:
    return "walkdown" if operator == WALKDOWN else who(operator)
