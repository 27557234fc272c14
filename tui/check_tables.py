"""Owns the tables of the detail view of a check: which columns they have, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable

from checks.model import Reading, Result, Verdict
from tui import check_parts as parts
from tui.cell import Cell, Tone, cell
from tui.format import amount
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column


def rules_table() -> LiveTable[Verdict]:
    """Return the table of rules, each beside the value that it was judged on."""
    return LiveTable(
        Column("level", "", parts.verdict_level, width=7),
        Column("rule", "RULE", lambda verdict: cell(verdict.rule), flex=4, least=20),
        Column("now", "NOW", parts.verdict_now, flex=1, least=10),
        Column("bound", "BOUND", _bound, width=9, right=True),
        Column("pending", "", _pending, flex=2, least=12, drop=1),
        opens=False,
        id="rules",
    )


def readings_table() -> LiveTable[Reading]:
    """Return the table of all that was measured."""
    return LiveTable(
        Column("name", "READING", parts.reading_name, flex=1, least=12, sort=lambda reading: reading.name),
        Column("value", "VALUE", _value, width=10, right=True, sort=lambda reading: reading.value),
        opens=False,
        id="readings",
    )


def results_table(at: Callable[[Result], Cell]) -> LiveTable[Result]:
    """Return the table of the last results; `at` says when each one was."""
    return LiveTable(
        Column("at", "AT", at, width=12),
        Column("level", "LEVEL", parts.result_level, width=5),
        Column("took", "TOOK", _took, width=7, right=True, drop=1),
        Column("saw", "SAW", parts.result_saw, flex=1, least=12),
        opens=False,
        id="results",
    )


def _bound(verdict: Verdict) -> Cell:
    return cell(amount(verdict.bound, verdict.unit), Tone.MUTED)


def _pending(verdict: Verdict) -> Cell:
    return cell(verdict.pending, Tone.MUTED)


def _value(reading: Reading) -> Cell:
    return cell(amount(reading.value, reading.unit))


def _took(result: Result) -> Cell:
    return cell(amount(result.elapsed, "s"), Tone.MUTED)
