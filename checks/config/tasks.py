"""Owns what is said about tasks that are never due, name no window, or have several means."""

from __future__ import annotations

from functools import partial
from typing import Any

from checks.config.nodes import Node, Path, plain
from checks.config.problems import Problems
from checks.recurrence.tasks import read_expected, read_task
from checks.recurrence.timing import TimingError
from checks.suggest import did_you_mean

MEANS = ("runbook", "checklist", "command")
"""What fulfils a task; people do, where none is named."""


def check_tasks(tasks: Node, windows: Node | None, timezone: str, problems: Problems) -> None:
    """Record what is wrong with each task that is well-formed."""
    known = {str(name): node for name, node in windows.children()} if windows is not None else {}
    usable: dict[str, Any] = {
        name: plain(node)
        for name, node in known.items()
        if isinstance(node.value, dict) and not problems.blames(("windows", name))
    }
    for name, node in tasks.children():
        path: Path = ("tasks", name)
        if not isinstance(node.value, dict):
            continue
        is_sound = not problems.blames(path)
        window = node.get("window")
        if window is not None and window.value is not None and window.value not in known:
            near = did_you_mean(str(window.value), known)
            problems.missing(window.key, (*path, "window"), f"unknown window {window.value!r}{near}")
        if not is_sound:
            continue
        _check_means(node, path, problems)
        options = plain(node)
        for reading in (partial(read_expected, options), partial(read_task, options, usable, timezone)):
            try:
                reading()
            except TimingError as error:
                found = node.get(error.key)
                problems.error((found or node).key, (*path, error.key) if error.key else path, str(error))


def _check_means(node: Node, path: Path, problems: Problems) -> None:
    given = [key for key in MEANS if (found := node.get(key)) is not None and found.value is not None]
    for key in given[1:]:
        again = node.get(key)
        assert again is not None, "it was found a moment ago"
        problems.error(again.key, (*path, key), f"a second means; {given[0]}: fulfils it already")
    command = node.get("command")
    if command is not None and command.value == []:
        problems.error(command.key, (*path, "command"), "names no program")
