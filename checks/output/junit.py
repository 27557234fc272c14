"""Owns `-o junit`: a test suite in XML; CRIT and WARN are failures, UNKNOWN is an error."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from checks.board import CheckState, Snapshot, SystemInfo
from checks.instants import rfc3339
from checks.model import Level


def render(system: SystemInfo, snapshot: Snapshot) -> str:
    """Return the document."""
    counts = snapshot.counts()
    failures = counts[Level.CRIT] + counts[Level.WARN]
    spent = sum(state.last.elapsed for state in snapshot.states)
    head = (
        f'<testsuite name={quoteattr(system.name)} tests="{len(snapshot.states)}" failures="{failures}" '
        f'errors="{counts[Level.UNKNOWN]}" time="{spent:.3f}" timestamp="{rfc3339(snapshot.at)}">'
    )
    cases = [_case(system, state) for state in snapshot.states]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>"])


def _case(system: SystemInfo, state: CheckState) -> str:
    names = f"classname={quoteattr(system.name)} name={quoteattr(state.name)}"
    case = f'<testcase {names} time="{state.last.elapsed:.3f}"'
    if state.level is Level.OK:
        return f"  {case}/>"
    tag = "error" if state.level is Level.UNKNOWN else "failure"
    said = f"{state.level}: {state.last.summary}"
    about = f"type={quoteattr(state.last.error_class or str(state.level))} message={quoteattr(said)}"
    return f"  {case}><{tag} {about}>{escape(state.last.observation.detail)}</{tag}></testcase>"
