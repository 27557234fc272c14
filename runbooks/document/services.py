"""Owns the reading of the services of a system: each by the options of its driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from checks.config.kinded import find_class, only, refuse_unknown, stored
from checks.config.nodes import Node, Path
from checks.config.problems import Problems
from checks.config.validate import options_at, read_as
from runbooks.document.form import SERVICES
from runbooks.model import ServicePlan
from runbooks.registry import find_driver


def read_services(section: Node | None, problems: Problems) -> Mapping[str, ServicePlan | None]:
    """Return every service by its name; None for one that is wrong, with the problems recorded."""
    if section is None or not isinstance(section.value, dict):
        return {}
    return {name: _service(name, node, problems) for name, node in section.value.items()}


def actions_of(service: ServicePlan) -> tuple[str, ...]:
    """Return what the service can be told to do; of one that is looked after by scripts, what has one."""
    driver: Any = msgspec.convert(service.options, find_driver(service.driver))
    available: Callable[[], tuple[str, ...]] | None = getattr(driver, "available", None)
    return driver.ACTIONS if available is None else available()


def _service(name: str, node: Node, problems: Problems) -> ServicePlan | None:
    path: Path = ("services", name)
    if not isinstance(node.value, dict):
        problems.error(node.key, path, "must be a mapping that begins with driver:")
        return None
    driver = find_class(node, path, SERVICES, problems)
    if driver is None:
        return None
    refuse_unknown(node, path, driver, (SERVICES.key,), SERVICES, problems)
    own = only(node, [key for key in options_at(driver, ()) if key != SERVICES.key])
    read = read_as(driver, own, path, problems)
    if read is None:
        return None
    options, bug = stored(driver, read)
    if bug:
        problems.error(node.key, path, bug)
    if problems.blames(path):
        return None
    return ServicePlan(name, str(node.value[SERVICES.key].value), options)
