"""Owns the rules about steps: what may be said of one that changes something, and of one that only looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checks.config.nodes import Node, Path
from checks.config.problems import Problems
from checks.suggest import did_you_mean
from checks.units import show
from runbooks.document.form import PartOptions, StepOptions
from runbooks.document.reading import Read
from runbooks.document.services import actions_of
from runbooks.model import ServicePlan
from runbooks.step import Ask, Look

TIMEOUT = 300.0
"""Seconds that a step has when nobody says."""
ACTIONS = ("start", "stop", "restart", "reload", "recreate", "rollback-image")
"""What drivers may be able to do; see `runbooks/driver.py`. Looking they all can."""
SPANS = ("initial", "within", "holds", "lasts")
"""Options of kinds that look for a time; a step that says nothing of its timeout has that much more."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What sort of step it is, by its kind and by what was said of it."""

    changes: bool
    auto: bool
    expected: float
    timeout: float


def nature(said: PartOptions, read: Read, node: Node, path: Path, problems: Problems) -> Nature:
    """Return what sort of step it is; what contradicts itself is recorded."""

    def place(key: str) -> Node:
        return node.get(key) or node

    by_kind = _own(read.step, "changes", read.kind.CHANGES)
    changes = by_kind if said.changes is None else said.changes
    if changes and isinstance(read.step, Look):
        problems.error(place("changes").key, (*path, "changes"), f"kind {said.kind} only looks")
    if changes and said.retries:
        message = "is for steps that change nothing: what may have taken effect is not repeated by itself"
        problems.error(place("retries").key, (*path, "retries"), message)
    auto = _own(read.step, "auto", read.kind.AUTO)
    if said.auto and not auto and isinstance(read.step, Ask):
        problems.error(place("auto").key, (*path, "auto"), f"kind {said.kind} needs an operator")
    spans = sum(getattr(read.step, span, 0.0) for span in SPANS)
    timeout = said.timeout or TIMEOUT + spans
    expected = getattr(read.step, "lasts", 0.0) if said.expected is None else said.expected
    if expected > timeout:
        key = "timeout" if said.expected is None else "expected"
        message = f"it usually takes {show(expected, 's')}, which is longer than its timeout"
        problems.warn(place(key).key, (*path, key), f"{message} ({show(timeout, 's')})")
    return Nature(changes, auto if said.auto is None else said.auto, expected, timeout)


def _own(step: Any, name: str, default: bool) -> bool:
    """Return what the configured step says of itself; a kind need not know."""
    own = getattr(step, name, default)
    return bool(own() if callable(own) else own)


def check_way_back(said: StepOptions, changes: bool, node: Node, path: Path, problems: Problems) -> None:
    """Record when it is not clear how a step is taken back; those of `finally:` need not be."""
    undo = node.get("undo")
    if said.irreversible and undo is not None:
        message = "cannot be undone and be irreversible"
        problems.error(undo.key, (*path, "undo"), message)
    elif not changes:
        for key in ("irreversible", "undo") if said.irreversible or not _is_none(undo) else ():
            if (member := node.get(key)) is not None:
                message = "is for steps that change something; say changes: true if this one does"
                problems.error(member.key, (*path, key), message)
    elif undo is None and not said.irreversible and path[0] != "finally":
        message = "is required for what changes something: how to take it back, none, or irreversible: true"
        problems.error(node.key, (*path, "undo"), message)


def check_verified(read: Read, node: Node, path: Path, problems: Problems) -> None:
    """Record SQL outside of a transaction that nothing verifies: half of it may have been done."""
    alone = node.get("transaction")
    if alone is not None and getattr(read.step, "transaction", "") == "none" and node.get("verify") is None:
        problems.error(alone.key, (*path, "transaction"), "without a transaction it needs verify:")


def check_action(
    read: Read, node: Node, path: Path, services: Mapping[str, ServicePlan | None], problems: Problems
) -> None:
    """Record an action that the driver of the service does not have."""
    service = services.get(str(getattr(read.step, "service", "")))
    action = getattr(read.step, "action", "")
    if service is None or action not in ACTIONS:
        return
    able = actions_of(service)
    if action not in able:
        message = f"driver {service.driver} cannot {action} it; it can: {', '.join(able) or 'nothing'}"
        problems.error((node.get("action") or node).key, (*path, "action"), message)


def refuse_keys(
    node: Node, path: Path, allowed: tuple[str, ...], common: tuple[str, ...], why: str, problems: Problems
) -> None:
    """Record common keys that mean nothing here."""
    for key, child in node.children():
        if key in common and key not in allowed:
            problems.error(child.key, (*path, key), why)


def _is_none(undo: Node | None) -> bool:
    return undo is None or undo.value == "none"


def near_value(value: str, values: tuple[str, ...]) -> str:
    """Return what may have been meant by a value that is none of those there are."""
    return did_you_mean(value, values) or f"; it can be: {', '.join(values)}"
