"""Every kind has a test for every fault of its column."""

from pathlib import Path

import pytest

from checks.registry import KINDS
from tests.fault_grid import GRID, claimed

OF_THIS_HOST = {"cpu", "disk", "load", "memory", "network", "process"}
"""Kinds that ask no server: the grid has no column for them."""

CELLS = claimed(Path(__file__).parent)
COLUMNS = {kind: {fault for fault, kinds in GRID.items() if kind in kinds.split()} for kind in KINDS}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - OF_THIS_HOST - {"tcp"}))
def test_a_kind_has_a_test_for_every_fault_of_its_column(kind):
    assert COLUMNS[kind], f"{kind} is new: give it a column in tests/fault_grid.py"
    assert not COLUMNS[kind] - CELLS[kind], f"faults without a test: {sorted(COLUMNS[kind] - CELLS[kind])}"


def test_no_test_claims_a_cell_that_does_not_exist():
    wrong = {(kind, fault) for kind, faults in CELLS.items() for fault in faults if fault not in GRID}
    assert not wrong
