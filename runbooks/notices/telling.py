"""Owns what a notice is told: how things stand, as the plain values that its text speaks of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from checks.board import CheckInfo, CheckState, Snapshot, SystemInfo
from checks.model import Level
from checks.text import clean
from runbooks.comparison import Changed, Comparison
from runbooks.contacts import Contact
from runbooks.incident_events import Stage
from runbooks.incidents.state import Incident
from runbooks.live import WalkHead
from runbooks.notices.values import without_anything
from runbooks.operators import Operator
from runbooks.walk_events import WalkEnding
from runbooks.windows.plan import Occurrence
from runbooks.wording import ENDINGS


@dataclass(frozen=True, slots=True)
class Facts:
    """How things stand, as far as notices tell of it."""

    system: SystemInfo
    snapshot: Snapshot
    now: float
    operator: Operator
    occurrence: Occurrence | None = None
    open_until: float = 0.0
    """When the window closes; 0 when it is not open."""
    tasks: tuple[str, ...] = ()
    walks: tuple[WalkHead, ...] = ()
    """Those since the window opened, oldest first."""
    difference: Comparison | None = None
    incident: Incident | None = None
    contacts: tuple[Contact, ...] = ()
    impact: str = ""


def values_of(facts: Facts) -> Mapping[str, Any]:
    """Return the values; every name that there is, also where there is nothing to tell."""
    system, snapshot = facts.system, facts.snapshot
    checks = _checks(system, snapshot)
    walks = [_walk(head) for head in facts.walks]
    contacts = [_contact(contact) for contact in facts.contacts]
    values = without_anything() | {
        "system": {
            "name": system.name,
            "title": clean(system.title or system.name),
            "environment": clean(system.environment),
            "timezone": system.timezone,
        },
        "tasks": [clean(task) for task in facts.tasks],
        "walks": walks,
        "checks": checks,
        "result": _result(walks),
        "contacts": contacts,
        "operator": clean(facts.operator.login or facts.operator.name),
        "impact": clean(facts.impact),
        "now": facts.now,
    }
    if contacts:
        values["contact"] = contacts[0]
    if facts.occurrence is not None:
        values["window"] = _window(facts.occurrence, facts.open_until, facts.now)
    if facts.difference is not None:
        values["difference"] = _difference(facts.difference)
    if facts.incident is not None:
        values["incident"] = _incident(facts.incident)
    return values


def _window(occurrence: Occurrence, open_until: float, now: float) -> dict[str, Any]:
    span = occurrence.span
    return {
        "name": clean(occurrence.window),
        "starts": span.start,
        "ends": span.end,
        "lasts": span.end - span.start,
        "open": bool(open_until),
        "left": max(0.0, open_until - now) if open_until else 0.0,
    }


def _checks(system: SystemInfo, snapshot: Snapshot) -> dict[str, Any]:
    infos = {info.name: info for info in system.checks}
    counts = snapshot.counts()
    worst_first = sorted(snapshot.states, key=lambda state: -state.level.severity)
    return {
        "ok": counts[Level.OK],
        "warn": counts[Level.WARN],
        "crit": counts[Level.CRIT],
        "unknown": counts[Level.UNKNOWN],
        "bad": [_check(infos.get(state.name), state) for state in worst_first if _is_bad(state)],
    }


def _is_bad(state: CheckState) -> bool:
    return state.level in (Level.WARN, Level.CRIT)


def _check(info: CheckInfo | None, state: CheckState) -> dict[str, Any]:
    title = info.title if info is not None else ""
    return {
        "name": state.name,
        "title": clean(title or state.name),
        "level": state.level.value,
        "summary": clean(state.last.summary),
    }


def _walk(head: WalkHead) -> dict[str, Any]:
    return {
        "id": head.id,
        "runbook": clean(head.runbook),
        "title": clean(head.title or head.runbook),
        "how": ENDINGS[head.ending],
        "well": head.ending is WalkEnding.DONE,
        "began": head.opened_at,
        "ended": head.ended_at,
        "by": clean(head.opened_by.login or head.opened_by.name),
    }


def _result(walks: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the walks came to; what was walked again and went well is not left to do."""
    last = {walk["runbook"]: walk for walk in walks}
    left = [walk["title"] for walk in last.values() if not walk["well"]]
    wrong = [f"{walk['title']} ({walk['how']})" for walk in walks if not walk["well"]]
    if wrong:
        return {"well": False, "left": left, "words": f"Not all went as planned: {', '.join(wrong)}."}
    words = "All that was planned is done." if walks else "The window is over."
    return {"well": True, "left": left, "words": words}


def _contact(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in Contact.__struct_fields__}


def _difference(found: Comparison) -> dict[str, Any]:
    def told(changes: Iterable[Changed]) -> list[dict[str, str]]:
        return [
            {"check": one.check, "before": one.before, "now": one.now, "summary": clean(one.summary)}
            for one in changes
        ]

    return {
        "worse": found.is_worse,
        "newly_bad": told(found.newly_bad),
        "expected": told(found.expected),
        "bad_before": told(found.bad_before),
        "fixed": told(found.fixed),
        "moved": [clean(moved.words) for moved in found.moved],
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "title": clean(incident.title),
        "severity": incident.severity.value,
        "stage": incident.stage.value,
        "detected": incident.detected,
        "assessed": incident.at(Stage.ASSESSED),
        "restored": incident.restored,
        "cause": clean(incident.cause),
    }
