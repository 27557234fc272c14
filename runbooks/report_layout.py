"""Owns what stands where in a report on a walk: headings, facts, lists and quoted texts, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

import msgspec

from checks.moments import moment
from checks.units import show
from runbooks.report_blocks import Block, Document, Facts, Heading, Items, Quoted
from runbooks.report_parts import AttemptPart, EventPart, EvidencePart, Report, StepPart
from runbooks.report_ticket import walk_ticket
from runbooks.wording import done_words, span, words_of

NOT_RUN = ("pending", "planned", "confirmed")
"""A step that stands so when its walk is over was not run."""
APPLIED = {
    "full": "applied in full",
    "partial": "applied in part",
    "unknown": "nobody knows how much was applied",
}
MANNERS = {"console": "in the console", "plain": "in plain text", "auto": "without questions"}
STAGES = {"forward": "Step", "back": "Way back, step", "last": "Last step"}


def walk_document(report: Report, zone: tzinfo | None) -> Document:
    """Return the report as formats take it; `zone` is that of the times shown, None the host's own."""
    return Document(
        f"Walk of {report.runbook} on {report.system}",
        tuple(_blocks(report, zone)),
        msgspec.to_builtins(report) | {"inputs": dict(report.inputs)},
        walk_ticket(report, zone),
    )


def event_line(part: EventPart, zone: tzinfo | None) -> str:
    """Return a decision or deviation in one line."""
    by = f" by {part.who}" if part.who else ""
    about = f" {part.step}" if part.step else ""
    said = f": {part.text}" if part.text else ""
    return f"{moment(part.at, zone)} {done_words(part.what)}{about}{by}{said}"


def stands(status: str, over: bool) -> str:
    """Return how a step stands, in words; `over` says whether its walk is."""
    return "not run" if over and status in NOT_RUN else words_of(status)


def _blocks(report: Report, zone: tzinfo | None) -> Iterator[Block]:
    title = f"{report.runbook}: {report.title}" if report.title else report.runbook
    yield Heading(1, "Walk of", title)
    yield Facts((("Verdict", report.verdict), *_head(report, zone)))
    for label, lines in (
        ("Deviations", tuple(event_line(part, zone) for part in report.deviations)),
        ("Left", report.left),
        ("To be watched", report.watch),
    ):
        yield Heading(2, label)
        yield Items(lines or ("none",))
    yield Heading(2, "Steps")
    for step in report.steps:
        yield from _step(step, zone, over=bool(report.ending))
    if report.rollback is not None:
        yield Heading(2, "Way back")
        yield Facts(_rollback(report))
    yield Heading(2, "Decisions and notes")
    told = tuple(part for part in report.decisions if part not in report.deviations)
    none = "none besides the deviations" if report.decisions else "none"
    yield Items(tuple(event_line(part, zone) for part in told) or (none,))
    yield Heading(2, "Checks before and after")
    yield Items(_checks(report))
    yield Heading(2, "Audit")
    yield Facts(tuple(_audit(report, zone)))


def _head(report: Report, zone: tzinfo | None) -> Iterator[tuple[str, str]]:
    yield "System", report.system
    yield "Runbook", f"{report.runbook} (risk {report.risk})"
    if report.summary:
        yield "About", report.summary
    yield "Walk", report.walk
    yield "Walked by", report.opened_by
    yield "On", report.host
    yield "Manner", MANNERS.get(report.manner, report.manner)
    yield "Begun", moment(report.opened_at, zone)
    yield "Ended", moment(report.ended_at, zone)
    if report.ended_at > report.opened_at:
        yield "Took", span(report.ended_at - report.opened_at)
    for name, value in report.inputs:
        yield "Input", f"{name} = {value}"
    for name in report.secret_inputs:
        yield "Input", f"{name} (secret, not stored)"
    yield "Plan", f"sha256 {report.plan_sha256}"


def _step(step: StepPart, zone: tzinfo | None, *, over: bool) -> Iterator[Block]:
    yield Heading(3, f"{STAGES[step.stage]} {step.number}:", step.title)
    rows = [("Step", f"{step.id} ({step.kind}, {'changes something' if step.changes else 'only looks'})")]
    rows.append(("Status", stands(step.status, over)))
    if step.skipped:
        rows.append(("Left out" if step.by_condition else "Let pass", step.skipped))
    rows += [("Afterwards", line) for line in step.verify]
    rows += [("To undo", line) for line in step.undo if step.stage != "back"]
    yield Facts(tuple(rows))
    for attempt in step.attempts:
        if len(step.attempts) > 1:
            yield Heading(4, f"Attempt {attempt.number}")
        yield from _attempt(attempt, zone, over=over)


def _attempt(attempt: AttemptPart, zone: tzinfo | None, *, over: bool) -> Iterator[Block]:
    action = attempt.action
    if action.lines:
        yield Quoted("Action", "", action.lines)
    if action.difference:
        yield Quoted("Difference", "", action.difference)
    if action.destroys:
        yield Quoted("Destroys", "", action.destroys)
    yield Facts(tuple(_attempt_facts(attempt, zone, over=over)))
    if attempt.detail:
        yield Quoted("Seen", "", tuple(attempt.detail.split("\n")))
    for evidence in attempt.evidence:
        yield Facts((("Evidence", evidence_line(evidence)),))
        if evidence.excerpt:
            yield Quoted("End of", evidence.name, tuple(evidence.excerpt.split("\n")))


def _attempt_facts(attempt: AttemptPart, zone: tzinfo | None, *, over: bool) -> Iterator[tuple[str, str]]:
    action = attempt.action
    where = " ".join((action.where, f"as {action.user}" if action.user else "")).strip()
    if where:
        yield "Where", where
    if action.shell:
        yield "Shell", "a shell has read it"
    if action.done_already:
        yield "Done already", action.done_already
    if action.phrase:
        yield "Phrase", action.phrase
    if attempt.action_sha256:
        yield "Action hash", f"sha256 {attempt.action_sha256}"
    if attempt.approved_at:
        word = "Not approved" if attempt.approval_refused else "Approved"
        why = f": {attempt.approval_refused}" if attempt.approval_refused else ""
        yield word, f"{moment(attempt.approved_at, zone)} by {attempt.approved_by}{why}"
    if attempt.confirmed_at:
        yield "Confirmed", f"{moment(attempt.confirmed_at, zone)} by {attempt.confirmed_by}"
    if attempt.started_at:
        yield "Started", moment(attempt.started_at, zone)
    if attempt.ended_at:
        yield "Ended", f"{moment(attempt.ended_at, zone)}, after {span(attempt.elapsed)}"
    yield "Outcome", _outcome(attempt, over=over)
    if attempt.resolution:
        became = words_of(attempt.resolution.removeprefix("resolved_"))
        by = f"said by {attempt.resolved_by}" if attempt.resolved_by else "seen"
        yield "Resolved", f"{became}, {by}: {attempt.resolved_because}"
    if attempt.verified is not None:
        yield "Verified", f"{'yes' if attempt.verified else 'NO'}: {attempt.verdict}"
    if attempt.key:
        yield "Key", attempt.key


def _outcome(attempt: AttemptPart, *, over: bool) -> str:
    words = [stands(attempt.status, over)]
    if attempt.error_class:
        words.append(attempt.error_class)
    if attempt.applied and attempt.applied != "none":
        words.append(APPLIED.get(attempt.applied, f"applied: {attempt.applied}"))
    if attempt.ended_on_request:
        words.append("its program was ended on request")
    if attempt.detached:
        words.append("nobody waited for its end")
    if attempt.reconciled:
        words.append("its end was found afterwards")
    return f"{', '.join(words)}{': ' if attempt.summary else ''}{attempt.summary}"


def evidence_line(evidence: EvidencePart) -> str:
    """Return a piece of evidence in one line: name, size and hash."""
    if not evidence.size:
        return f"{evidence.name}, empty"
    cut = ", its middle left out" if evidence.truncated else ""
    return f"{evidence.name}, {show(evidence.size, 'B')}{cut}, sha256 {evidence.sha256}"


def _rollback(report: Report) -> tuple[tuple[str, str], ...]:
    part = report.rollback
    assert part is not None
    back = {True: "yes", False: "NO", None: "not known: the way back is not at its end"}[part.back]
    facts = (
        ("Undone", ", ".join(part.undone) or "nothing"),
        ("Could not be undone", ", ".join(part.lost) or "nothing"),
        ("As it was before", back),
    )
    return (*facts, ("Verdict", part.verdict)) if part.verdict else facts


def _checks(report: Report) -> tuple[str, ...]:
    """Return the checks that are not as before, or not well; the others are counted."""
    if not report.checks:
        return ("none were looked at when it began",)
    told = [part for part in report.checks if part.worse or part.now not in ("", part.before)]
    lines = [
        f"{part.name}: {part.before} before, {part.now or 'not looked at'} now"
        + (" (worse)" if part.worse else "")
        for part in told
    ]
    rest = len(report.checks) - len(told)
    looked = "as before" if any(part.now for part in report.checks) else "not looked at again"
    return (*lines, f"{looked}: {rest}{' others' if told else ''}") if rest else tuple(lines)


def _audit(report: Report, zone: tzinfo | None) -> Iterator[tuple[str, str]]:
    yield "Last entry of this walk", str(report.last_seq)
    if report.head.hash:
        yield "Journal's head", f"{report.head.seq}:{report.head.hash}"
        yield "To verify", f"walkdown audit verify --anchor {report.head.seq}:{report.head.hash}"
    yield "Report made", f"{moment(report.made_at, zone)} by walkdown {report.version}"
