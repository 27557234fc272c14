"""README and docs tell the truth: every link leads somewhere, every example loads, every command runs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from agent.testing import MemoryLink
from checks import board
from checks.board import CheckInfo, SystemInfo
from checks.definition import Definition
from checks.kind import Check
from checks.model import Level, Observation, Reading, Result
from checks.registry import KINDS
from checks.system import load_system
from checks.testing import probe
from runbooks.checklist_library import load_lists
from runbooks.library import load_library
from tests.servers.commands import WALKDOWN, CommandLine
from tests.tui.golden import screen_text
from tui import app as console
from tui.bound import bound
from tui.cli import walkdown as root
from tui.source import Scene

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("systems/**/*.md")])
EXTENDING = ROOT / "docs/extending.md"
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: Path
    number: int
    info: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}#{self.number}"

    @property
    def commands(self) -> list[str]:
        return [line.removeprefix("$ ") for line in self.text.splitlines() if line.startswith("$ ")]


BLOCKS = [
    Block(page, number, *found)
    for page in PAGES
    for number, found in enumerate(_FENCE.findall(page.read_text()), 1)
]


def blocks(*infos: str) -> list[Block]:
    return [block for block in BLOCKS if block.info in infos]


def named(block: Block) -> str:
    return block.name


def code(opening: str) -> str:
    """Return the Python on the page about extending that begins so."""
    return next(
        b.text for b in blocks("python") if b.page == EXTENDING and b.text.startswith(f'"""{opening}')
    )


# What is written


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 100


def test_the_readme_names_every_package_that_the_whole_loop_installs() -> None:
    installed = re.findall(r'^(?:tools|servers)="([^"]*)"', (ROOT / ".ci/run").read_text(), re.MULTILINE)
    named = re.findall(r"`apt-get install ([^`]*)`", (ROOT / "README.md").read_text())
    assert len(installed) == 2
    assert set(" ".join(installed).split()) <= set(" ".join(named).split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    for link in _LINK.findall(page.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            headings = (heading.lower() for heading in _HEADING.findall(target.read_text()))
            assert anchor in {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}, (
                link
            )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    folders = "checks|runbooks|agent|tui|systems|tests|benchmarks|docs|packaging"
    for name in re.findall(rf"`((?:{folders})/[\w./@-]*)`", page.read_text()):
        made_up = page == EXTENDING and re.search("freshness|csv|counts", name)
        if not made_up and "NAME" not in name:
            assert (ROOT / name).exists(), f"{name} is not there"


@pytest.mark.parametrize("picture", sorted(ROOT.glob("docs/*.svg")), ids=lambda path: path.name)
def test_a_picture_asks_nobody_for_anything(picture: Path) -> None:
    text = picture.read_text()
    links = set(re.findall(r"[a-z]+://[^\s\"')<]+", text)) - {"http://www.w3.org/2000/svg"}
    assert not {link for link in links if link.startswith(("http", "ftp"))}
    assert "DejaVu Sans Mono" in text
    assert "@font-face" not in text


# What is configured


@pytest.mark.parametrize("block", [b for b in blocks("yaml") if "kind: freshness" not in b.text], ids=named)
def test_every_example_of_a_system_loads_without_a_warning(block: Block, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    text = block.text if re.search(r"^system:", block.text, re.MULTILINE) else f"system: shown\n{block.text}"
    (tmp_path / "system.yaml").write_text(text)
    system = load_system(tmp_path / "system.yaml")
    assert system.definitions
    assert system.warnings == ()


@pytest.mark.parametrize("block", blocks("yaml runbook"), ids=named)
def test_every_runbook_that_is_shown_can_be_walked(block: Block, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (around,) = [other for other in blocks("yaml") if other.page == block.page]
    (tmp_path / "system.yaml").write_text(around.text)
    (tmp_path / "runbooks").mkdir(0o700)
    (tmp_path / "runbooks" / "shown.yaml").write_text(block.text)
    library = load_library(load_system(tmp_path), tmp_path)
    assert (library.broken, library.warnings) == ((), ())
    assert library.steps


@pytest.mark.parametrize("block", blocks("yaml checklist"), ids=named)
def test_every_checklist_that_is_shown_can_be_opened(block: Block, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (around,) = [other for other in blocks("yaml") if other.page == block.page]
    (tmp_path / "system.yaml").write_text(around.text)
    (tmp_path / "checklists").mkdir(0o700)
    (tmp_path / "checklists" / "shown.yaml").write_text(block.text)
    library = load_lists(load_system(tmp_path), tmp_path)
    assert (library.broken, library.warnings) == ((), ())
    assert library.items


def test_the_guide_names_every_key_of_a_configuration_and_no_other() -> None:
    from checks.config.document import CheckOptions, Document
    from checks.config.sections import Notify, Response

    guide = (ROOT / "docs/guide.md").read_text()
    top = guide.partition("| key at the top | holds |")[2].partition("\n\n")[0]
    each = guide.partition("| key of every check | holds |")[2].partition("\n\n")[0]
    route = guide.partition("| key of every route | holds |")[2].partition("\n\n")[0]
    response = guide.partition("| key of every response | holds |")[2].partition("\n\n")[0]
    kinds = (Document, CheckOptions, Notify, Response)
    for table, kind in zip((top, each, route, response), kinds, strict=True):
        rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
        assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(
            kind.__dataclass_fields__
        )


def test_the_guide_names_every_binding_and_no_other() -> None:
    from tui.dialog import Dialog
    from tui.dialog_box import DialogBox
    from tui.screen_registry import DETAILS, SCREENS, find_detail, find_screen
    from tui.widgets.filter_bar import FilterBar
    from tui.widgets.table_keys import KEYS

    guide = (ROOT / "docs/guide.md").read_text()
    table = guide.partition("| key | does | id |")[2].partition("\n\n")[0]
    said = {name for row in table.splitlines() for name in re.findall(r"`([a-z]+\.[a-z-]+)`", row)}
    details = map(find_detail, DETAILS)
    holders = (console.ConsoleApp, Dialog, DialogBox, FilterBar, *details, *map(find_screen, SCREENS))
    bindings = [*KEYS, *(binding for holder in holders for binding in holder.BINDINGS)]
    assert said == {binding.id for binding in bindings}


# What is typed


@pytest.mark.parametrize(
    ("block", "command"),
    [(block, line) for block in blocks("console", "console tested") for line in block.commands],
    ids=lambda value: value.name if isinstance(value, Block) else value,
)
def test_every_command_shown_exists_with_its_options(block: Block, command: str) -> None:
    words = shlex.split(command.partition(">")[0].partition("|")[0])
    assert words[0] == "walkdown", "the pages show no other program in console blocks"
    done = CliRunner().invoke(root, [*words[1:], "--help"])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("block", blocks("console tested"), ids=named)
def test_every_command_marked_as_tested_runs(block: Block, walkdown: CommandLine) -> None:
    walkdown.environ["PATH"] = f"{Path(WALKDOWN).parent}:{walkdown.environ['PATH']}"
    for command in block.commands:
        done = subprocess.run(
            command, shell=True, env=walkdown.environ, capture_output=True, text=True, timeout=60
        )
        judged = command.startswith(("walkdown check", "walkdown doctor"))
        assert done.returncode in ((0, 1, 2, 3) if judged else (0,)), f"{command}\n{done.stderr}"
        assert "Traceback" not in done.stderr


# What is programmed


@pytest.fixture
def freshness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Check]]:
    """The kind that the page adds, in the table of kinds."""
    module = tmp_path / "checks_kinds_freshness.py"
    module.write_text(code("Owns the kind `freshness`"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(KINDS, "freshness", "checks_kinds_freshness:FreshnessCheck")
    found = import_module(module.stem)
    monkeypatch.setitem(sys.modules, "checks.kinds.freshness", found)
    kind: type[Check] = found.FreshnessCheck
    yield kind
    del sys.modules[module.stem]


def space_of(source: str) -> dict[str, object]:
    space: dict[str, object] = {"__name__": "documented"}
    exec(compile(source, str(EXTENDING), "exec"), space)
    return space


@pytest.mark.usefixtures("freshness")
async def test_the_tests_of_the_added_kind_pass(tmp_path: Path) -> None:
    tests = space_of(code("The kind freshness against real files"))
    cases = [case for name, case in tests.items() if name.startswith("test_")]
    assert len(cases) == 2
    for number, case in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        await case(folder)


def test_the_added_kind_loads_from_its_example_and_refuses_nonsense(
    freshness: type[Check], tmp_path: Path
) -> None:
    lines = "".join(f"    {line}\n" for line in freshness.EXAMPLE.splitlines())
    (shown,) = [block for block in blocks("yaml") if "kind: freshness" in block.text]
    for text in (f"system: a\nchecks:\n  a:\n{lines}", shown.text):
        (tmp_path / "system.yaml").write_text(text)
        (tmp_path / "system.yaml").chmod(0o600)
        (definition,) = load_system(tmp_path / "system.yaml").definitions
        assert len(definition.rules) == 2
    with pytest.raises(ValueError, match="begins with /"):
        freshness("shop.dump")


def test_a_kind_of_another_package_is_found_by_its_entry_point(walkdown: CommandLine, tmp_path: Path) -> None:
    site = tmp_path / "site"
    information = site / "walkdown_freshness-1.0.dist-info"
    information.mkdir(parents=True)
    (site / "walkdown_freshness.py").write_text(code("Owns the kind `freshness`"))
    (toml,) = [block.text for block in blocks("toml")]
    ((group, points),) = tomllib.loads(toml)["project"]["entry-points"].items()
    lines = [f"[{group}]", *(f"{name} = {place}" for name, place in points.items()), ""]
    (information / "entry_points.txt").write_text("\n".join(lines))
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: walkdown-freshness\nVersion: 1.0\n")
    walkdown.environ["PYTHONPATH"] = str(site)
    explained = walkdown("kinds", "freshness")
    assert "Time since it was last written." in explained.stdout, explained.stderr
    dump = tmp_path / "shop.dump"
    dump.write_bytes(b"x")
    source = walkdown.system(
        f"system: a\nchecks:\n  a: {{kind: freshness, path: {dump}, warn: size < 1 MiB}}\n"
    )
    assert "old, 1 B (size < 1 MiB)" in walkdown("check", "--here", "--system", source).stdout


def test_the_added_format_renders() -> None:
    about = SystemInfo("shop", checks=(CheckInfo("api"),))
    result = Result("api", Level.WARN, 1.0, 0.1, Observation("slow, but there"))
    snapshot = board.fold(board.begin(about, 0.0), about, result, 1.0)
    render = space_of(code("Owns `-o csv`"))["render"]
    assert render(about, snapshot) == 'check,level,summary\napi,WARN,"slow, but there"'


def seen_backup() -> tuple[SystemInfo, Result]:
    readings = (Reading("age", 7200.0, "s"), Reading("size", 2048.0, "B"))
    about = SystemInfo("shop", checks=(CheckInfo("backup", "freshness"),))
    return about, Result("backup", Level.OK, 1_800_000_000.0, 0.1, Observation("fine", readings=readings))


async def test_the_added_panel_shows_what_was_measured() -> None:
    about, result = seen_backup()
    snapshot = board.fold(board.begin(about, 0.0), about, result, result.at)
    panel = space_of(code("Owns the panel of files"))["FreshnessPanel"]()

    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            yield panel

    async with Shown().run_test(size=(60, 12)) as pilot:
        panel.scene = Scene(about, snapshot, now=result.at)
        await pilot.pause()
        assert "Files" in panel.text
        assert re.search(r"age +2 h 0 m +size +2 KiB", panel.text)


async def until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    for _ in range(400):
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError(screen_text(pilot.app))


async def test_the_added_screen_counts_and_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = space_of(code("Owns the screen that counts"))["CountsScreen"]
    modes = {**console.ConsoleApp.MODES, screen.NAME: partial(bound, screen)}
    monkeypatch.setattr(console.ConsoleApp, "MODES", modes)
    about, result = seen_backup()
    link = MemoryLink()
    app = console.ConsoleApp(lambda: link)
    async with app.run_test(size=(80, 24)) as pilot:
        await link.attach(about, board.fold(board.begin(about, 0.0), about, result, result.at))
        await app.action_show_mode(screen.NAME)
        await until(pilot, lambda: re.search(r"OK +1\n", screen_text(app)))
        await pilot.press("R")
        await until(pilot, lambda: link.probed == [()])


async def test_the_added_kind_says_what_it_could_not_do(freshness: type[Check], tmp_path: Path) -> None:
    result = await probe(freshness(str(tmp_path)))
    assert (result.level, result.error_class) == (Level.CRIT, "not_a_file")
    assert isinstance(Definition("a", "freshness", freshness("/x")).check, freshness)
