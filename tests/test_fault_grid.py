"""Every kind has a test for every fault of its column."""

from pathlib import Path

import pytest

from checks.registry import KINDS
from runbooks.registry import STEPS as STEP_KINDS
from tests.fault_grid import GRID, STEPS, claimed, columns

OF_THIS_HOST = {"cpu", "disk", "load", "memory", "network", "process"}
"""Kinds that ask no server: the grid has no column for them."""
ASK_OR_LOOK = {"check", "choice", "confirm", "input", "report", "runbook", "soak", "wait"}
LOCAL = {"file", "maintenance", "notify"}
"""Kinds of steps for which the specification has no column: what they change is this host's, or ours."""

CELLS = claimed(Path(__file__).parent)
COLUMNS = columns(GRID) | {f"step:{kind}": faults for kind, faults in columns(STEPS).items()}
KNOWN = sorted(set(KINDS) - OF_THIS_HOST - {"tcp"})
KNOWN_STEPS = sorted(f"step:{kind}" for kind in set(STEP_KINDS) - ASK_OR_LOOK - LOCAL)


@pytest.mark.parametrize("kind", [*KNOWN, *KNOWN_STEPS])
def test_a_kind_has_a_test_for_every_fault_of_its_column(kind):
    assert COLUMNS.get(kind), f"{kind} is new: give it a column in tests/fault_grid.py"
    assert not COLUMNS[kind] - CELLS[kind], f"faults without a test: {sorted(COLUMNS[kind] - CELLS[kind])}"


def test_every_column_is_that_of_a_kind():
    assert set(COLUMNS) <= set(KINDS) | {f"step:{kind}" for kind in STEP_KINDS}


def test_no_test_claims_a_cell_that_does_not_exist():
    wrong = {
        (kind, fault)
        for kind, faults in CELLS.items()
        for fault in faults
        if kind != "tcp" and fault not in COLUMNS.get(kind, ())
    }
    assert not wrong
