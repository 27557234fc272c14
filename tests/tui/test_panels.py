"""What panels say about the readings of checks; the screen around them is in test_resources.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult

from checks.board import CheckInfo, CheckState, SystemInfo
from checks.model import Level, Observation, Reading, Result, Table, Verdict
from tests.tui.boards import START
from tests.tui.machine import GIB, MACHINE, board, gone_stale, history, reading, refused, result, shown
from tui.panel import Panel
from tui.panel_registry import PANELS
from tui.panels.containers import ContainersPanel
from tui.panels.cpu import CpuPanel, blocks
from tui.panels.disk import DiskPanel
from tui.panels.load import LoadPanel
from tui.panels.memory import MemoryPanel
from tui.panels.network import NetworkPanel
from tui.panels.postgres import PostgresPanel
from tui.panels.processes import ProcessesPanel
from tui.panels.redis import RedisPanel
from tui.series import NO_COURSES, seed
from tui.source import Scene

HOSTILE = (
    "[/nope]",
    "[@click=app.quit]x[/]",
    "[bold red]loud",
    "\\u202egnp.exe",
    "␛]0;owned␇",
    "日本語の名前" * 8,
    "x" * 400,
    "é" * 40,
)
"""Names as the runner hands them on: cleaned of control bytes, but still full of markup and width."""


class PanelApp(App[None]):
    """Shows one panel on the whole screen."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel

    def compose(self) -> ComposeResult:
        yield self._panel


async def text_of(panel: Panel, scene: Scene, width: int = 60, height: int = 14) -> str:
    """Return what the panel shows at that size."""
    app = PanelApp(panel)
    async with app.run_test(size=(width, height)) as pilot:
        panel.scene = scene
        await pilot.pause(0.05)
        return panel.text


def scene(*states: CheckState, now: float = START) -> Scene:
    courses = NO_COURSES
    for series in history().values():
        courses = seed(courses, series, 5.0)
    return Scene(MACHINE, board(1, START, *states), courses, now)


def one(kind: str, *results: Result) -> Scene:
    """Return a scene with checks of one kind only."""
    system = SystemInfo("box", checks=tuple(CheckInfo(each.check, kind) for each in results))
    return Scene(system, replace(board(), states=tuple(map(shown, results))), NO_COURSES, START)


def seen(check: str, *readings: Reading, rows: Table | None = None, summary: str = "fine") -> Result:
    return Result(check, Level.OK, START, 0.1, Observation(summary, readings=readings, rows=rows or Table()))


async def test_cpu_shows_the_total_its_parts_and_each_core() -> None:
    text = await text_of(CpuPanel(), scene())
    assert "total" in text
    assert "user        28.0 %" in text
    assert "97 %" in text
    assert "W─" in text, "the bound of the rule stands on the bar"


async def test_cores_that_find_no_room_become_one_block_each() -> None:
    many = one("cpu", seen("cpu", *(reading("core", 50.0, "%", core=str(i)) for i in range(64))))
    text = await text_of(CpuPanel(), many, 60, 5)
    assert "▅" * 32 in text, "two cores share a block, as there is no room for sixty-four"
    assert blocks([0.0, 50.0, 100.0], 10) == "▁▅█"
    assert len(blocks([10.0] * 300, 40)) <= 40
    assert blocks([0.0, 100.0], 10, ascii_only=True).isascii()


async def test_memory_shows_used_and_swap_with_their_wholes() -> None:
    text = await text_of(MemoryPanel(), scene())
    assert "9.6 GiB of 16 GiB" in text
    assert "512 MiB of 4 GiB" in text
    assert "available" in text


async def test_a_machine_without_swap_shows_none() -> None:
    without = one("memory", seen("memory", reading("used", 40, "%"), reading("swap_total", 0, "B")))
    assert "swap " not in await text_of(MemoryPanel(), without)


async def test_disks_stand_fullest_first_with_what_is_free_and_the_level_of_the_rule() -> None:
    lines = (await text_of(DiskPanel(), scene())).splitlines()
    assert lines[1].startswith("/var")
    assert lines[1].endswith("12 GiB free  88 % W")
    assert lines[2].startswith("/ ")
    assert not lines[2].endswith("W")
    assert lines[3].startswith("sda")


async def test_inodes_are_shown_where_they_are_scarcer_than_room() -> None:
    labels = {"mount": "/srv"}
    full = seen("disk", reading("used", 10, "%", **labels), reading("inodes_used", 97, "%", **labels))
    assert "inodes 97 %" in await text_of(DiskPanel(), one("disk", full))


async def test_disks_of_several_checks_stand_in_one_list() -> None:
    checks = [seen(f"disk-{m}", reading("used", 50, "%", mount=f"/{m}")) for m in ("a", "b", "c")]
    text = await text_of(DiskPanel(), one("disk", *checks))
    assert all(f"/{m} " in text for m in "abc")


async def test_load_stands_beside_the_processors() -> None:
    text = await text_of(LoadPanel(), scene())
    assert "per core" in text
    assert "0.50" in text
    assert "10 d 0 h" in text


async def test_network_puts_the_loopback_last_and_plots_the_busiest_other() -> None:
    lines = (await text_of(NetworkPanel(), scene())).splitlines()
    assert lines[1].startswith("eth0")
    assert lines[2].startswith("lo")
    assert "established" in "\n".join(lines)
    assert any(line.startswith("eth0  received") for line in lines[3:])


async def test_processes_show_the_table_of_the_check() -> None:
    text = await text_of(ProcessesPanel(), scene(), 80)
    assert "pid  user" in text
    assert "postgres: orders writer" in text
    narrow = await text_of(ProcessesPanel(), scene(), 36)
    assert "user" not in narrow
    assert "postgres: or" in narrow
    assert "init" in text
    assert "/sbin" not in text, "folders are what tells least of a command"


async def test_containers_show_counts_and_the_busiest_first() -> None:
    text = await text_of(ContainersPanel(), scene())
    assert "1 W" in text, "unhealthy is said by a letter, too"
    assert text.index("shop-api-1") < text.index("shop-web-1")
    assert "409.6 MiB" in text or "410 MiB" in text


async def test_postgres_shows_connections_as_a_share_and_trouble_before_sizes() -> None:
    text = await text_of(PostgresPanel(), scene(), 40, 12)
    assert "58.0 %" in text
    assert "waiting" in text
    assert "cache hits" in text


async def test_redis_shows_memory_hits_and_commands() -> None:
    text = await text_of(RedisPanel(), scene())
    assert "61.0 %" in text
    assert "97.4 %" in text
    assert "1800 /s" in text


async def test_redis_without_a_limit_shows_memory_as_a_number() -> None:
    text = await text_of(RedisPanel(), one("redis", seen("cache", reading("memory", GIB, "B"))))
    assert "1 GiB" in text


async def test_several_servers_stand_one_below_the_other_worst_first() -> None:
    bad = refused("db-two")
    servers = one(
        "postgres", seen("db-one", reading("connections", 5), reading("connections_used", 5, "%")), bad
    )
    text = await text_of(PostgresPanel(), servers, 60, 12)
    assert text.index("db-two") < text.index("db-one")
    assert "CRIT connection refused" in text


async def test_many_servers_get_one_line_each_with_what_they_saw() -> None:
    servers = [seen(f"db-{i}", reading("connections", i), summary=f"{i} connections") for i in range(8)]
    text = await text_of(PostgresPanel(), one("postgres", *servers), 60, 9)
    assert all(f"db-{i}  {i} connections" in text for i in range(8))


async def test_what_could_not_be_measured_says_why_and_since_when() -> None:
    text = await text_of(RedisPanel(), scene(shown(refused("cache", START)), now=START + 60))
    assert "CRIT" in text.splitlines()[0]
    assert "CRIT connection refused" in text
    assert "last measured 1 m ago" in text
    assert "61.0 %" not in text


async def test_stale_readings_are_shown_as_such_and_without_colour() -> None:
    panel = CpuPanel()
    text = await text_of(panel, scene(gone_stale(result("cpu", START - 300))), 60, 7)
    assert "STALE" in text.splitlines()[0]
    assert "5 m" in text.splitlines()[0]
    tones = {piece.tone for line in panel._lines[1:3] for piece in line if piece.text.strip()}
    assert tones <= {"muted", "rule"}


async def test_without_an_agent_nothing_looks_live() -> None:
    panel = CpuPanel()
    await text_of(panel, replace(scene(now=START + 120), live=False), 60, 7)
    assert {piece.tone for line in panel._lines for piece in line if piece.text.strip()} <= {"muted", "rule"}
    assert "2 m" in panel.text.splitlines()[0]


async def test_the_heading_names_the_level_of_the_worst_and_the_age_of_the_oldest() -> None:
    slow, fast = (
        seen("disk-a", reading("used", 1, "%", mount="/a")),
        replace(refused("disk-b"), at=START - 30),
    )
    heading = (await text_of(DiskPanel(), one("disk", slow, fast))).splitlines()[0]
    assert "CRIT" in heading
    assert heading.endswith("30 s")


async def test_a_rule_for_one_member_does_not_mark_the_others() -> None:
    labels = (("mount", "/var"),)
    rule = Verdict("disk[mount=/var].used > 50 %", Level.WARN, True, 60.0, 50.0, "%", labels, reading="used")
    both = seen("disk", reading("used", 60, "%", mount="/var"), reading("used", 55, "%", mount="/"))
    lines = (await text_of(DiskPanel(), one("disk", replace(both, verdicts=(rule,))))).splitlines()
    assert "W" in lines[1]
    assert "W" not in lines[2]


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_are_only_text(name: str) -> None:
    container = seen(
        "containers",
        reading("running", 1),
        reading("cpu", 5, "%", container=name),
        reading("memory", GIB, "B", container=name),
    )
    text = await text_of(ContainersPanel(), one("container", container), 60, 12)
    assert name[:6] in text
    rows = Table(
        ("pid", "user", "cpu %", "memory", "age", "command"), (("1", name, "1.0", "1 B", "1 s", name),)
    )
    assert name[:6] in await text_of(
        ProcessesPanel(), one("process", seen("top", reading("count", 1), rows=rows))
    )
    await text_of(DiskPanel(), one("disk", seen("disk", reading("used", 5, "%", mount=name))))
    await text_of(NetworkPanel(), one("network", seen("net", reading("received", 5, "B/s", interface=name))))
    await text_of(
        PostgresPanel(), one("postgres", seen(name, reading("connections", 1)), seen("b", summary=name))
    )


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("size", [(1, 1), (12, 3), (20, 4), (38, 4), (38, 12), (160, 48)])
async def test_no_size_breaks_a_panel(panel: type[Panel], size: tuple[int, int]) -> None:
    shown_panel = panel()
    text = await text_of(shown_panel, scene(), *size)
    assert len(text.splitlines()) <= size[1]


@pytest.mark.parametrize("panel", PANELS)
async def test_without_block_characters_a_panel_is_ascii(panel: type[Panel]) -> None:
    text = await text_of(panel(), replace(scene(), ascii_only=True), 100, 30)
    assert text.isascii(), text


@pytest.mark.parametrize("panel", PANELS)
async def test_a_panel_explains_itself_and_stands_an_empty_result(panel: type[Panel]) -> None:
    assert panel.HELP.endswith(".")
    assert panel.NAME
    text = await text_of(panel(), one(panel.KINDS[0], seen("odd")), 60, 10)
    assert panel.NAME in text.splitlines()[0]
