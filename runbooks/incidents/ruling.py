"""Owns what may be said of incidents, when one opens by itself, and what is suggested. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from datetime import tzinfo

from checks.board import CheckInfo, CheckState, Snapshot, SystemInfo
from checks.model import Level, Result
from checks.moments import local as local_at
from checks.moments import moment
from checks.suggest import did_you_mean
from runbooks.errors import RefusedDecisionError
from runbooks.incident_events import IncidentMoved, IncidentNoted, IncidentOpened, Severity, Stage
from runbooks.incidents.fold import ORDER, Incidents
from runbooks.incidents.state import Incident
from runbooks.reasons import told

LONGEST_TITLE = 160
LONGEST = 4096
"""Characters of a note, a cause, lessons."""
MOST_CHECKS = 100
BAD = (Level.WARN, Level.CRIT)
SHOWN_BEFORE = 900.0
"""Seconds before an incident is noticed that its checks may have shown it."""
AHEAD = 120.0
"""Seconds that a moment may lie in the future: clocks differ."""
WHOLE = 1.0
"""Seconds; moments are typed without parts of them."""


def opened(
    incidents: Incidents,
    title: str,
    severity: str,
    checks: tuple[str, ...],
    detected: float,
    known: Collection[str],
    at: float,
    zone: tzinfo,
) -> IncidentOpened:
    """Return the opening of an incident by hand; `detected` 0 is now.

    Raises:
        RefusedDecisionError: when it may not be opened so; says why.
    """
    severities = [one.value for one in Severity]
    if severity not in severities:
        near = did_you_mean(severity, severities) or f"; there are: {', '.join(severities)}"
        raise RefusedDecisionError(f"{severity!r} is no severity{near}")
    for check in checks:
        if check not in known:
            raise RefusedDecisionError(f"no check is called {check!r}{did_you_mean(check, known)}")
    said = told(title, what="a title")[:LONGEST_TITLE]
    when = _moment(detected, 0.0, at, zone)
    some = tuple(dict.fromkeys(checks))[:MOST_CHECKS]
    return IncidentOpened(next_id(incidents, when, zone), said, severity, some, when)


def noted(incidents: Incidents, incident: str, text: str) -> IncidentNoted:
    """Return a note on an incident, also on one that is closed.

    Raises:
        RefusedDecisionError: when there is no such incident, or nothing is said.
    """
    found = named(incidents, incident)
    return IncidentNoted(found.id, told(text, what="a note")[:LONGEST])


def moved(
    incidents: Incidents,
    incident: str,
    stage: str,
    when: float,
    text: str,
    lessons: str,
    at: float,
    zone: tzinfo | None = None,
) -> IncidentMoved:
    """Return that an incident has come to a stage; `when` 0 is now, moments are told in the zone.

    Raises:
        RefusedDecisionError: when it may not; says why.
    """
    found = named(incidents, incident)
    if stage not in [one.value for one in ORDER[1:]]:
        raise RefusedDecisionError(f"{stage!r} is no stage that an incident comes to")
    wanted = Stage(stage)
    if not found.is_open:
        raise RefusedDecisionError(f"{found.id} is closed; open another one, or write a note on it")
    if ORDER.index(wanted) <= ORDER.index(found.stage):
        raise RefusedDecisionError(f"{found.id} is {found.stage} already")
    if wanted is Stage.CLOSED:
        if not found.restored:
            raise RefusedDecisionError(f"{found.id} is not restored yet; say first since when it is")
        told(text, what="the cause")
    # It may have been well before somebody knew what it was.
    earliest = found.detected if wanted is Stage.RESTORED else max(mark.at for mark in found.stages)
    return IncidentMoved(
        found.id,
        wanted.value,
        _moment(when, earliest, at, zone),
        text.strip()[:LONGEST],
        lessons.strip()[:LONGEST],
    )


def named(incidents: Incidents, incident: str) -> Incident:
    """Return the incident of that id; the only open one when none is named.

    Raises:
        RefusedDecisionError: when there is none, or it is not clear which.
    """
    if incident:
        if incident in incidents:
            return incidents[incident]
        raise RefusedDecisionError(f"there is no incident {incident!r}{did_you_mean(incident, incidents)}")
    still_open = [one for one in incidents.values() if one.is_open]
    if len(still_open) == 1:
        return still_open[0]
    names = ", ".join(one.id for one in still_open)
    raise RefusedDecisionError(
        f"several incidents are open; name one, by --incident: {names}" if names else "no incident is open"
    )


def next_id(incidents: Incidents, at: float, zone: tzinfo) -> str:
    """Return the id of an incident that is detected now: its day, and the first free number."""
    day = f"{local_at(at, zone):%Y-%m-%d}"
    number = 1
    while f"{day}-{number}" in incidents:
        number += 1
    return f"{day}-{number}"


def due(
    incidents: Incidents, system: SystemInfo, snapshot: Snapshot, at: float, zone: tzinfo
) -> IncidentOpened | None:
    """Return the incident that opens by itself now; None when none does.

    One for each root cause: a check that is CRIT because of another is that other's. What is in maintenance,
    flaps, or was CRIT already when an incident about it was closed, opens none.
    """
    infos = {info.name: info for info in system.checks}
    states = {state.name: state for state in snapshot.states}
    bad = [state for state in snapshot.states if _is_down(infos.get(state.name), state)]
    for state in bad:
        root = _root(state, states)
        if root.maintenance or _is_known(incidents, {state.name, root.name}, root.since):
            continue
        shown = tuple(dict.fromkeys((root.name, *(one.name for one in bad if _root(one, states) is root))))
        title = infos[root.name].title if root.name in infos else ""
        return IncidentOpened(
            next_id(incidents, at, zone),
            f"{title or root.name} is CRIT"[:LONGEST_TITLE],
            Severity.CRITICAL,
            shown[:MOST_CHECKS],
            at,
            automatic=True,
        )
    return None


def is_bad(incident: Incident, snapshot: Snapshot) -> bool:
    """Return whether a check that shows an incident is bad, as far as it could be measured."""
    return any(state.level in BAD for state in snapshot.states if state.name in incident.checks)


def was_bad(incident: Incident, results: Iterable[Sequence[Result]]) -> bool:
    """Return whether one of these results of its checks, newest first, shows the incident."""
    since = incident.detected - SHOWN_BEFORE
    return any(result.level in BAD and result.at >= since for each in results for result in each)


def suggestion(incident: Incident, snapshot: Snapshot, was_bad: bool) -> str:
    """Return what seems to be so by now: that it is restored, for its checks are OK again; empty for nothing.

    `was_bad` says that one of its checks was seen as bad since it was detected, or shortly before.
    """
    if incident.restored or not incident.is_open or not was_bad:
        return ""
    states = [state for state in snapshot.states if state.name in incident.checks]
    well = states and all(state.level is Level.OK and not state.flapping for state in states)
    return "its checks are OK again" if well else ""


def ok_since(incident: Incident, results: Iterable[Sequence[Result]]) -> float:
    """Return when the last of its checks got well, UTC seconds; 0 while one is not, or nobody can say.

    Args:
        incident: The incident.
        results: Of each of its checks, its results, newest first.
    """
    since, found = incident.detected - SHOWN_BEFORE, 0.0
    for each in results:
        if not each or each[0].level is not Level.OK:
            return 0.0
        found = max(found, _got_well(each, since))
    return found


def _got_well(results: Iterable[Result], since: float) -> float:
    """Return when a check was first OK after it was last bad since then; 0 when it was not bad."""
    well = 0.0
    for result in results:
        if result.at < since:
            break
        if result.level in BAD:
            return well
        if result.level is Level.OK:
            well = result.at
    return 0.0


def _is_down(info: CheckInfo | None, state: CheckState) -> bool:
    if info is None or not info.mandatory or state.maintenance or state.flapping:
        return False
    return state.level is Level.CRIT and state.is_hard


def _root(state: CheckState, states: dict[str, CheckState]) -> CheckState:
    seen = {state.name}
    while (cause := states.get(state.blocked_by)) is not None and cause.name not in seen:
        seen.add(cause.name)
        state = cause
    return state


def _is_known(incidents: Incidents, checks: set[str], since: float) -> bool:
    """Return whether one is open about these checks, or was closed while they were as bad as now."""
    about: Iterable[Incident] = (one for one in incidents.values() if checks & set(one.checks))
    return any(one.is_open or one.at(Stage.CLOSED) >= since for one in about)


def _moment(when: float, earliest: float, at: float, zone: tzinfo | None) -> float:
    found = when or at
    if not math.isfinite(found):
        raise RefusedDecisionError("that is no moment")
    if found > at + AHEAD:
        raise RefusedDecisionError(f"{_said(found, zone)} is still to come")
    if found <= earliest - WHOLE:
        raise RefusedDecisionError(f"{_said(found, zone)} is before what has happened already")
    return max(found, earliest)


def _said(at: float, zone: tzinfo | None) -> str:
    try:
        return moment(at, zone)
    except (OverflowError, OSError, ValueError):
        return "that moment"
