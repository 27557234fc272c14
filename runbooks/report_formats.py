"""Owns the table of formats of a report on a walk; each is one file in `runbooks/reports/`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from importlib import import_module

from runbooks.report_parts import Report

REPORTS: dict[str, str] = {
    "text": "runbooks.reports.text",
    "md": "runbooks.reports.markdown",
    "html": "runbooks.reports.html",
    "json": "runbooks.reports.json",
    "ticket": "runbooks.reports.ticket",
}
"""Name of the format -> module with `render(report, zone) -> str`; `zone` None is the host's own."""


def find_report(name: str) -> Callable[[Report, tzinfo | None], str]:
    """Return the format's `render`."""
    render: Callable[[Report, tzinfo | None], str] = import_module(REPORTS[name]).render
    return render
