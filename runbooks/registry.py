"""Owns the tables of step kinds and of service drivers. Each is imported when it is first asked for.

To add one: a file in `runbooks/steps/` or `runbooks/drivers/`, and a line here. Third parties register step
kinds in the entry-point group `walkdown.steps`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from runbooks.driver import Driver
from runbooks.step import Step

STEPS: dict[str, str] = {
    "check": "runbooks.steps.check:CheckStep",
    "choice": "runbooks.steps.choice:ChoiceStep",
    "command": "runbooks.steps.command:CommandStep",
    "confirm": "runbooks.steps.confirm:ConfirmStep",
    "file": "runbooks.steps.file:FileStep",
    "http": "runbooks.steps.http:HttpStep",
    "input": "runbooks.steps.input:InputStep",
    "maintenance": "runbooks.steps.maintenance:MaintenanceStep",
    "manual": "runbooks.steps.manual:ManualStep",
    "notify": "runbooks.steps.notify:NotifyStep",
    "report": "runbooks.steps.report:ReportStep",
    "runbook": "runbooks.steps.runbook:RunbookStep",
    "service": "runbooks.steps.service:ServiceStep",
    "soak": "runbooks.steps.soak:SoakStep",
    "sql": "runbooks.steps.sql:SqlStep",
    "wait": "runbooks.steps.wait:WaitStep",
}
"""Name of the kind -> `module:class`."""

DRIVERS: dict[str, str] = {
    "compose": "runbooks.drivers.compose:ComposeDriver",
    "container": "runbooks.drivers.container:ContainerDriver",
    "process": "runbooks.drivers.process:ProcessDriver",
    "script": "runbooks.drivers.script:ScriptDriver",
    "systemd": "runbooks.drivers.systemd:SystemdDriver",
}
"""Name of the driver -> `module:class`."""


def step_names() -> tuple[str, ...]:
    """Return the names of every step kind, ours and third parties', sorted."""
    return tuple(sorted({*STEPS, *_third_parties()}))


def find_step(name: str) -> type[Step]:
    """Return the kind's class.

    Raises:
        KeyError: when no kind has that name.
    """
    kind: type[Step] = _load(STEPS[name]) if name in STEPS else _third_parties()[name].load()
    return kind


def find_driver(name: str) -> type[Driver]:
    """Return the driver's class.

    Raises:
        KeyError: when no driver has that name.
    """
    driver: type[Driver] = _load(DRIVERS[name])
    return driver


def _load(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def _third_parties() -> dict[str, Any]:
    """Return the entry points of third parties' kinds by name; looking for them takes 9 ms to import."""
    from importlib.metadata import entry_points  # noqa: PLC0415

    return {point.name: point for point in entry_points(group="walkdown.steps")}
