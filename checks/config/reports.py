"""Owns what is said about `reports:`: when they are due, and sections that there are not."""

from __future__ import annotations

from checks.config.nodes import Node
from checks.config.problems import Problems
from checks.recurrence.words import read_words
from checks.suggest import did_you_mean

SECTION_NAMES = (
    *("window", "notices", "before", "checklists", "walks", "after", "silences", "incidents", "targets"),
    *("health", "trouble", "uptime", "performance", "capacity", "trends", "logs", "security", "backups"),
    *("maintenance", "tasks"),
)
"""Sections that reports can have; `runbooks/section_registry.py` makes them."""
OF_WINDOWS = ("window", "before", "after")
"""Those that only the report on a window can have."""


def check_reports(reports: Node, problems: Problems) -> None:
    """Record of each report that is well-formed what in it cannot be."""
    for name, node in reports.children():
        path = ("reports", name)
        if not isinstance(node.value, dict) or problems.blames(path):
            continue
        if (every := node.get("every")) is not None and name == "window":
            problems.error(every.key, (*path, "every"), "is written whenever a window has closed")
        elif every is not None:
            try:
                read_words(str(every.value))
            except ValueError as error:
                problems.error(every.key, (*path, "every"), str(error))
        sections = node.get("sections")
        for place, item in sections.children() if sections is not None else ():
            where, given = (*path, "sections", place), str(item.value)
            if given not in SECTION_NAMES:
                near = did_you_mean(given, SECTION_NAMES) or f"; there are: {', '.join(SECTION_NAMES)}"
                problems.error(item.key, where, f"unknown section {given!r}{near}")
            elif given in OF_WINDOWS and name != "window":
                problems.error(item.key, where, f"{given!r} can only be in the report on a window")
