"""Owns how walks are put into words: people, spans, endings, what a step looks at or takes back.

The same words on the command line, in plain walks and in reports. Pure; what is returned is clean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.text import clean
from checks.units import show
from runbooks.live import Settling
from runbooks.model import Plan, StepPlan, WindowNeed
from runbooks.operators import Operator
from runbooks.walk import Walk
from runbooks.walk_events import WalkEnding

ENDINGS: dict[WalkEnding | None, str] = {
    None: "still open",
    WalkEnding.DONE: "done",
    WalkEnding.FAILED: "failed",
    WalkEnding.ROLLED_BACK: "rolled back",
    WalkEnding.STOPPED: "stopped before its end",
    WalkEnding.UNKNOWN: "ended, and nobody knows what became of a step",
    WalkEnding.REFUSED: "refused; it was never begun",
}
FIRST = ("check", "service", "action", "run", "path", "method", "url", "sql")
"""Options that say most of a step, in the order in which they are told."""
UNITS: Mapping[str, str] = {
    **dict.fromkeys(
        ("every", "grace", "holds", "initial", "lasts", "lock_timeout", "patience", "settle", "within"), "s"
    ),
    **dict.fromkeys(("least_size", "max_body"), "B"),
}
"""Options of steps and drivers that are kept as an amount in a unit: plans know them as bare numbers."""
SAYS_NOTHING = ("", "/")
NAMED = 4
"""So many checks are named that are waited for; the rest is counted."""
LONGEST = 160
"""Characters of what a step is called by its options."""


DONE = {
    "approve": "approved",
    "ask for approval": "approval asked for",
    "detach": "no longer waited for",
    "end program": "program ended",
    "go on": "gone on",
    "hand over": "handed over",
    "keep": "kept, not handed over",
    "not approve": "not approved",
    "note": "noted",
    "pause": "paused",
    "resume": "resumed",
    "retry": "tried again",
    "roll back": "rolled back",
    "skip": "skipped",
    "stop": "stopped",
    "take over": "taken over",
}
"""What a remark of a walk is called -> as it is told of afterwards."""


def done_words(what: str) -> str:
    """Return what was decided or remarked, as it is told of afterwards."""
    rule = what.removeprefix("override ")
    return f"set aside: {rule}" if rule != what else DONE.get(what, what)


def words_of(name: str) -> str:
    """Return a name of ours, such as that of an ending, as words: `rolled back`."""
    return name.replace("_", " ")


def who(operator: Operator) -> str:
    """Return who it was, such as `oper1 as root, from 10.0.0.7, pts/3`."""
    if not operator.name and not operator.login:
        return "nobody known"
    name = operator.login or operator.name
    parts = [f"{name} as {operator.name}" if operator.name not in ("", name) else name]
    if operator.sudo and operator.sudo != name:
        parts.append(f"sudo by {operator.sudo}")
    if operator.ssh:
        parts.append(f"from {operator.ssh.split()[0] if operator.ssh.split() else operator.ssh}")
    if operator.terminal:
        parts.append(operator.terminal.removeprefix("/dev/"))
    return clean(", ".join(parts))


def whose(operator: Operator, me: Operator) -> str:
    """Return who it was in a word or two: of my own consoles also which, such as `ops at pts/3`."""
    name = clean(operator.login or operator.name) or "somebody"
    if (operator.uid, operator.login) != (me.uid, me.login):
        return name
    return f"{name} at {clean(operator.terminal).removeprefix('/dev/') or 'another console'}"


def taken_by(walk: Walk) -> str:
    """Return who took a walk over last, and why, such as `bob, pts/3, has taken it over: my shift`."""
    for remark in reversed(walk.remarks):
        if remark.what == "take over":
            why = f": {clean(remark.text)}" if remark.text else ""
            return f"{who(walk.holder)}, has taken it over{why}"
    return f"{who(walk.holder)} decides"


def span(seconds: float) -> str:
    """Return how long something took."""
    return show(seconds, "s") if seconds > 0 else "no time worth telling"


def settling_words(settling: Settling, now: float) -> str:
    """Return what the end of a way back waits for, and for how long at most."""
    left = span(settling.until - now) if settling.until > now else "a moment"
    if not settling.worse:
        return f"every check is looked at, whether it is as it was before the walk; {left} at most"
    more = len(settling.worse) - NAMED
    names = ", ".join(settling.worse[:NAMED]) + (f" and {more} more" if more > 0 else "")
    them = "it is as it was" if len(settling.worse) == 1 else "they are as they were"
    return clean(f"for {names}, until {them} before the walk; {left} at most")


def name_of(plan: StepPlan) -> str:
    """Return what a step is called: its title, else its id."""
    return clean(plan.title or plan.id)


def title_of(plan: StepPlan) -> str:
    """Return what a step is called where it is not shown as a whole: its title, else what it does."""
    return clean(plan.title) or called(plan)


def called(plan: StepPlan) -> str:
    """Return a step in one line by its kind and options, such as `wait: check api-health, within 1 m 0 s`.

    Options are as written: what inputs fill in is not filled in. What says nothing is left out.
    """
    said = [
        f"{name} {text}".removeprefix(f"{plan.kind} ")
        for name in sorted(plan.options, key=_first_things_first)
        if not isinstance(plan.options[name], bool)
        and (text := _flat(plan.options[name], UNITS.get(name, ""))) not in SAYS_NOTHING
    ]
    words = clean(f"{plan.kind}: {', '.join(said)}" if said else plan.kind)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 3]}..."


def afterwards(plan: StepPlan) -> tuple[str, ...]:
    """Return what must be true after a step, a line for each look."""
    return tuple(title_of(look) for look in plan.verify)


def taken_back(plan: StepPlan) -> tuple[str, ...]:
    """Return how a step is undone, a line for each step back."""
    if plan.irreversible:
        return ("cannot be undone", *(title_of(step) for step in plan.undo))
    if plan.undo:
        return tuple(title_of(step) for step in plan.undo)
    return ("nothing to undo",)


def label_of(walk: Walk, step: str) -> str:
    """Return which step of how many it is, such as `Step 3 of 9`."""
    for stage, states in (("Step", walk.steps), ("Way back, step", walk.undos), ("Last step", walk.last)):
        ids = [state.id for state in states]
        if step in ids:
            return f"{stage} {ids.index(step) + 1} of {len(ids)}"
    return "Step"


def runbook_of(plan: Plan) -> str:
    """Return what a runbook is called: its name, and its title when it has one."""
    name = clean(plan.name)
    return f"{name}: {clean(plan.title)}" if plan.title else name


def _first_things_first(name: str) -> tuple[int, str]:
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)


def _flat(value: Any, unit: str = "") -> str:
    """Return an option as text; a template, which is kept as a mapping with its text, as what is written.

    A float is an amount in that unit; whole numbers count something and have none.
    """
    if isinstance(value, Mapping):
        if set(value) == {"text"}:
            return str(value["text"])
        parts = ((name, _flat(part, UNITS.get(name, ""))) for name, part in value.items())
        return " ".join(f"{name}={text}" for name, text in parts if text)
    if unit and isinstance(value, float):
        return show(value, unit) if value else ""
    if isinstance(value, list | tuple):
        return " ".join(_flat(part) for part in value)
    if isinstance(value, int | float):
        return f"{value:g}" if value else ""
    return "" if value is None else str(value)


def shut_for(plan: Plan, gate: str) -> str:
    """Return that a window must, or should, be open before a walk of a plan changes anything; else nothing.

    `gate` is why no changing step may be started for want of a window; empty when one may.
    """
    if not gate or plan.window is WindowNeed.ANY or not any(step.changes for step in plan.steps):
        return ""
    need = "must" if plan.window is WindowNeed.REQUIRED else "should"
    return clean(f"A window {need} be open before anything is changed: {gate}")
