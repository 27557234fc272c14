"""Owns what is said about routes, responses and windows that name what is not there, or no hours."""

from __future__ import annotations

from collections.abc import Collection

from checks.config.nodes import Node, Path, plain
from checks.config.problems import Problems
from checks.recurrence.hours import read_hours
from checks.recurrence.timing import TimingError
from checks.suggest import did_you_mean


def check_routes(
    routes: Node, checks: Collection[str], groups: Collection[str], timezone: str, problems: Problems
) -> None:
    """Record of each route which check, group or time of it there is not, as far as these are well-formed."""
    for name, node in routes.children():
        path: Path = ("notify", name)
        if not isinstance(node.value, dict):
            continue
        for key, what, known in (("checks", "check", checks), ("groups", "group", groups)):
            _check_named(node.get(key), (*path, key), what, known, problems)
        if (when := node.get("when")) is not None and not problems.blames((*path, "when")):
            _check_hours(when, (*path, "when"), timezone, problems)


def _check_named(
    listed: Node | None, path: Path, what: str, known: Collection[str], problems: Problems
) -> None:
    for place, item in listed.children() if listed is not None and not problems.blames(path) else ():
        if item.value not in known:
            near = did_you_mean(str(item.value), known)
            problems.missing(item.key, (*path, place), f"unknown {what} {item.value!r}{near}")


def _check_hours(when: Node, path: Path, timezone: str, problems: Problems) -> None:
    try:
        read_hours(plain(when), timezone)
    except TimingError as error:
        problems.error((when.get(error.key) or when).key, (*path, error.key), str(error))


def check_covers(windows: Node, known: Collection[str], problems: Problems) -> None:
    """Record of each window which check or group it covers there is not."""
    for name, node in windows.children():
        covers = node.get("covers") if isinstance(node.value, dict) else None
        if covers is not None and not isinstance(covers.value, str):
            _check_named(covers, ("windows", name, "covers"), "check or group", known, problems)


def check_responses(
    responses: Node, checks: Collection[str], routes: Collection[str], problems: Problems
) -> None:
    """Record of each response which check or route of it there is not."""
    for name, node in responses.children():
        path: Path = ("responses", name)
        if not isinstance(node.value, dict):
            continue
        when, escalate = node.get("when"), node.get("escalate")
        check = when.get("check") if when is not None else None
        for item, where, what, known in (
            (check, (*path, "when", "check"), "check", checks),
            (escalate, (*path, "escalate"), "route", routes),
        ):
            if item is not None and item.value not in known and not problems.blames(where):
                near = did_you_mean(str(item.value), known)
                problems.missing(item.key, where, f"unknown {what} {item.value!r}{near}")
