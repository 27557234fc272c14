"""The import contracts hold, and each of them notices a breach: one of each is planted in a copy."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = Path(sys.executable).with_name("lint-imports")

BREACHES = {
    "tui -> agent -> runbooks -> checks, never back": ("runbooks/__init__.py", "import agent.protocol"),
    "the floors of checks": ("checks/units.py", "import checks.judge"),
    "the floors of runbooks": ("runbooks/model.py", "import runbooks.walk"),
    "texts are filled in by a process of their own": ("checks/rates.py", "import jinja2"),
    "step kinds never see one another": ("runbooks/steps/wait.py", "import runbooks.steps.soak"),
    "drivers never see one another": ("runbooks/drivers/script.py", "import runbooks.drivers.process"),
    "formats of reports never see one another": ("runbooks/reports/json.py", "import runbooks.reports.html"),
    "sections of reports never see one another": (
        "runbooks/sections/walks.py",
        "import runbooks.sections.window",
    ),
    "the walker knows no kind of step and no driver": ("runbooks/fold.py", "import runbooks.steps.check"),
    "the floors of agent": ("agent/protocol.py", "import agent.changes"),
    "clerks never see one another": ("agent/clerks/windows.py", "import agent.clerks.walks"),
    "the floors of tui": ("tui/cell.py", "import tui.lines, tui.panel_registry"),
    "kinds never see one another": ("checks/kinds/tcp.py", "import checks.kinds.tls"),
    "output formats never see one another": ("checks/output/tap.py", "import checks.output.junit"),
    "finders never see one another": ("checks/discovery/redis.py", "import checks.discovery.postgres"),
    "panels never see one another": ("tui/panels/cpu.py", "import tui.panels.memory"),
    "screens never see one another": ("tui/screens/health.py", "import tui.screens.resources"),
    "drivers come in through kinds alone": ("checks/engine.py", "import psutil"),
    "only tui draws": ("agent/peers.py", "import rich.text"),
    "pydantic and ruamel stay with the configuration": ("checks/system.py", "import pydantic"),
    "screens, panels and widgets know no link and no agent": ("tui/screens/health.py", "import agent.link"),
    "the console sees values, messages and the link only": ("tui/app.py", "import checks.runner"),
}
"""Contract -> a file and the line that breaks it."""


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [LINT, "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def broken(tmp_path_factory) -> str:
    """What is reported of a copy of the house with every breach in it."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("checks", "runbooks", "agent", "tui"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file, line in BREACHES.values():
        place = folder / file
        place.write_text(f"{place.read_text()}\n{line}\n")
    code, report = lint(folder)
    assert code != 0
    return report


def test_the_house_keeps_every_contract():
    code, report = lint(ROOT)
    assert code == 0, report
    assert f"{len(BREACHES)} kept, 0 broken" in report, "a contract without a breach in this test"


@pytest.mark.parametrize("contract", BREACHES)
def test_a_contract_notices_its_breach(broken, contract):
    assert f"{contract} BROKEN" in broken
    file, line = BREACHES[contract]
    breaker = file.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    imported = re.split(r"[ ,]+", line)[-1]
    said = broken.split(f"\n{contract}\n", 1)[1]
    assert re.search(rf"{re.escape(breaker)}\s*->\s*{re.escape(imported.partition('.')[0])}", said)
