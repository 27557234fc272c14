"""What an attacker tried on the product as a whole: each of these once did harm."""

import re
import time
from pathlib import Path

import pytest

from checks.board import Snapshot, SystemInfo
from checks.model import Level
from checks.output import tap
from tests.checks.configurations import complaints
from tests.tui.boards import snapshot, state, system


def board(summary: str) -> tuple[SystemInfo, Snapshot]:
    """Return a system with one check that is CRIT and says this."""
    return system(("web", "edge")), snapshot([state("web", Level.CRIT, summary)])


def test_variables_that_multiply_are_refused_in_no_time(folder: Path) -> None:
    ten = ("{{ a" + str(n) + " }}" for n in range(11))
    names = "\n".join(f"  a{n}: '{before * 10}'" for n, before in enumerate(ten, 1))
    text = f"system: bomb\nvars:\n  a0: xxxxxxxxxx\n{names}\nchecks:\n  c: {{kind: ask}}\n"
    (folder / "system.yaml").write_text(text)
    began = time.monotonic()
    assert "vars.a4: variables make too much text of this" in complaints(folder)[0]
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("summary", ["# SKIP all well", r"\# SKIP all well", r"\\# TODO", "#SKIP"])
def test_no_answer_makes_a_failure_a_tap_directive(summary: str) -> None:
    line = tap.render(*board(summary)).splitlines()[-1]
    # The pattern of TAP::Parser: a directive begins at the first # that no backslash escapes.
    assert not re.match(r"^[^\\#]*(?:\\.[^\\#]*)*#\s*(SKIP|TODO)\b", line, re.IGNORECASE)
