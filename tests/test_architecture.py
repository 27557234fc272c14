"""What no reader should have to check by eye: registries complete, start light, layers kept."""

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from checks.registry import KINDS, find_kind, kind_names
from tui.panel_registry import PANELS
from tui.screen_registry import DETAILS, SCREENS, find_detail, find_screen

ROOT = Path(__file__).parent.parent
DRIVERS = {"httpx", "psutil", "docker", "psycopg", "redis", "cryptography", "h11", "requests"}
CONFIGURATION = {"pydantic", "ruamel", "jinja2"}


def modules_after(statement: str, whole_names: bool = False) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    return {name if whole_names else name.partition(".")[0] for name in done.stdout.split()}


def files_of(folder: str) -> set[str]:
    return {file.stem for file in (ROOT / folder).glob("*.py")} - {"__init__"}


def test_every_file_of_kinds_is_registered_and_every_kind_has_a_file():
    assert {target.partition(":")[0].rpartition(".")[2] for target in KINDS.values()} == files_of(
        "checks/kinds"
    )
    assert set(kind_names()) >= set(KINDS)


def test_every_file_of_screens_and_panels_is_registered():
    targets = [*(target for _, target in SCREENS.values()), *DETAILS.values()]
    assert {target.partition(":")[0].rpartition(".")[2] for target in targets} == files_of("tui/screens")
    assert {panel.__module__.rpartition(".")[2] for panel in PANELS} == files_of("tui/panels")


def ways() -> set[tuple[str, int | None]]:
    """Return every detail view that is opened, with how many values; None where these are not written out."""
    found = set()
    for file in (ROOT / "tui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "DetailOpened":
                name, *what = node.args
                if isinstance(name, ast.Constant):
                    written = what[0] if what else ast.Tuple([])
                    found.add((name.value, len(written.elts) if isinstance(written, ast.Tuple) else None))
    return found


def test_every_way_to_a_detail_view_leads_to_one_and_brings_what_it_is_made_with():
    assert {name for name, _ in ways()} <= set(DETAILS)
    for name, count in ways():
        if count is not None:
            inspect.signature(find_detail(name)).bind(*range(count))


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_called_as_its_table_says(name):
    title, _ = SCREENS[name]
    screen = find_screen(name)
    assert name == screen.NAME
    assert title == screen.TITLE


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_declares_its_readings_and_says_what_its_options_mean(name):
    kind = find_kind(name)
    assert kind.READINGS
    assert all(spec.meaning.endswith(".") for spec in kind.READINGS)
    assert f"kind: {name}" in kind.EXAMPLE
    assert import_module(kind.__module__).__doc__


def test_the_console_starts_without_drivers_and_without_pydantic():
    loaded = modules_after("import tui.app")
    assert "textual" in loaded
    assert not loaded & (DRIVERS | CONFIGURATION)


def test_the_console_starts_without_the_screens_it_may_never_show():
    loaded = modules_after("import tui.app", whole_names=True)
    assert not {name for name in loaded if name.startswith(("tui.screens.", "tui.panels."))}


def test_help_starts_without_textual_asyncio_drivers_or_configuration():
    loaded = modules_after("import tui.cli")
    assert not loaded & (DRIVERS | CONFIGURATION | {"textual", "rich", "asyncio", "sqlite3"})


def test_asking_a_running_agent_needs_no_event_loop():
    loaded = modules_after("import agent.cli, agent.ask")
    assert not loaded & (DRIVERS | CONFIGURATION | {"textual", "rich", "asyncio", "sqlite3"})


@pytest.mark.parametrize("package", ["checks", "runbooks", "agent"])
def test_the_headless_packages_know_no_terminal(package):
    for file in (ROOT / package).rglob("*.py"):
        assert not {"import textual", "from textual", "import rich", "from rich"} & {
            line.strip().partition(" import ")[0] for line in file.read_text().splitlines()
        }
