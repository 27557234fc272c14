"""Owns `walkdown render RUNBOOK`: a plan written out, with everything in it that was filled in and laid flat.

Secrets show as their names. Inputs and captured values do, too: they are known only when it is walked.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

import msgspec

from checks.config.write import as_yaml
from checks.options import Amount
from checks.units import show
from runbooks.model import InputPlan, Plan, ServicePlan, StepPlan
from runbooks.registry import find_driver, find_step
from runbooks.templates import Template
from runbooks.web.document import Json

_USUAL = StepPlan("", "")
"""What holds when a step does not say; it is not shown."""


def rendered_plan(plan: Plan) -> str:
    """Return the plan as YAML, its steps numbered."""
    top = {
        "runbook": plan.name,
        "title": plan.title,
        "summary": plan.summary,
        "risk": str(plan.risk),
        "window": str(plan.window),
        "target": plan.target,
        "guards": list(plan.guards),
        "expects": list(plan.expects),
        "refs": list(plan.refs),
        "inputs": {one.name: _input(one) for one in plan.inputs},
        "services": {one.name: _service(one) for one in plan.services},
    }
    usual = f"usually {_seconds(plan.expected)}" if plan.expected else ""
    about = ", ".join(part for part in (plan.source, f"sha256 {plan.sha256[:16]}", usual) if part)
    parts = [f"# {about}\n{as_yaml(_set(top))}"]
    parts += _listed("steps", plan.steps, 1)
    parts += _listed("finally", plan.last, len(plan.steps) + 1)
    return "\n\n".join(parts) + "\n"


def _listed(key: str, steps: Iterable[StepPlan], first: int) -> list[str]:
    """Return the heading of a list of steps, and each of them under its number."""
    found = [f"  # {number}\n{as_yaml([_step(step)])}" for number, step in enumerate(steps, first)]
    return [f"{key}:\n{found[0]}", *found[1:]] if found else []


def _input(about: InputPlan) -> dict[str, Any]:
    shown = _set(msgspec.to_builtins(about))
    return {key: value for key, value in shown.items() if key != "name" and value is not False}


def _service(service: ServicePlan) -> dict[str, Any]:
    return {"driver": service.driver, **_options(find_driver, service.driver, service.options)}


def _step(step: StepPlan, *, is_part: bool = False) -> dict[str, Any]:
    undo: Any = [_step(one, is_part=True) for one in step.undo]
    if step.changes and not undo and not step.irreversible and not is_part:
        undo = "none"
    return _set(
        {
            "id": step.id,
            "kind": step.kind,
            "title": step.title,
            "text": step.text,
            "when": {one.name: list(one.values) for one in step.when},
            **_options(find_step, step.kind, step.options),
            "changes": step.changes or None,
            "expected": _seconds(step.expected) if step.expected else "",
            "timeout": _seconds(step.timeout) if step.timeout != _USUAL.timeout else "",
            "retries": step.retries or None,
            "verify": [_step(one, is_part=True) for one in step.verify],
            "undo": undo,
            "irreversible": step.irreversible or None,
            "approval": "required" if step.approval else "",
            "point_of_no_return": step.point_of_no_return or None,
            "setup": step.setup or None,
            "guards": list(step.guards),
            "expects": list(step.expects),
            "on_failure": str(step.on_failure) if step.on_failure is not _USUAL.on_failure else "",
            "auto": None if step.auto == find_step(step.kind).AUTO else step.auto,
            "refs": list(step.refs),
        }
    )


def _options(find: Callable[[str], Any], name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were set, as they would be written."""
    found: dict[str, Any] = _shown(msgspec.convert(options, find(name)), None)
    return found


def _shown(value: Any, hint: Any) -> Any:
    if isinstance(value, Template):
        return value.text
    if isinstance(value, Json):
        return value.filled(str)
    if is_dataclass(value) and not isinstance(value, type):
        hints = typing.get_type_hints(type(value), include_extras=True)
        given = ((one.name, getattr(value, one.name)) for one in fields(value) if _is_set(value, one))
        return {name: _shown(part, hints[name]) for name, part in given}
    if isinstance(value, Mapping):
        return {key: _shown(part, None) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_shown(part, None) for part in value]
    amounts = [extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Amount)]
    if amounts and isinstance(value, (int, float)):
        return _seconds(value) if amounts[0].base == "s" else show(value, amounts[0].base)
    return value


def _is_set(options: Any, option: Field[Any]) -> bool:
    usual = option.default_factory() if option.default_factory is not MISSING else option.default
    return bool(option.init) and getattr(options, option.name) != usual


def _seconds(span: float) -> str:
    """Return a span of time in the largest unit in which it is a whole number."""
    for unit, size in (("h", 3600), ("m", 60)):
        if span >= size and span % size == 0:
            return f"{span / size:g} {unit}"
    return f"{span:g} s"


def _set(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return the mapping without what was left empty; a false or zero stays."""
    return {
        key: value for key, value in mapping.items() if value is not None and value not in ("", [], {}, ())
    }
