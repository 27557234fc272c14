"""Owns the table of formats of reports; each is one file in `runbooks/reports/`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from runbooks.report_blocks import Document

REPORTS: dict[str, str] = {
    "text": "runbooks.reports.text",
    "md": "runbooks.reports.markdown",
    "html": "runbooks.reports.html",
    "json": "runbooks.reports.json",
    "ticket": "runbooks.reports.ticket",
    "csv": "runbooks.reports.csv",
}
"""Name of the format -> module with `render(document) -> str`."""


def find_report(name: str) -> Callable[[Document], str]:
    """Return the format's `render`."""
    render: Callable[[Document], str] = import_module(REPORTS[name]).render
    return render
