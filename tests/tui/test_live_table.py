"""The live table: what is painted again, where the cursor goes, what a filter leaves, who finds room."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import App, ComposeResult
from textual.events import MouseScrollDown
from textual.geometry import Region

from tests.tui.golden import screen_text
from tui.cell import Cell, Tone, cell
from tui.widgets.live_table import LiveTable
from tui.widgets.table_columns import Column, place
from tui.widgets.table_rows import Heading, Row, arrange, matcher


@dataclass(frozen=True)
class Item:
    name: str
    number: int
    group: str = ""


def item_rows(count: int, **numbers: int) -> list[Row[Item]]:
    names = [f"item{place:05}" for place in range(count)]
    return [Row(name, Item(name, numbers.get(name, place))) for place, name in enumerate(names)]


class TableApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.made = 0

    def compose(self) -> ComposeResult:
        yield LiveTable[Item](
            Column("name", "NAME", self.name_cell, sort=lambda item: item.name),
            Column(
                "number",
                "NUMBER",
                lambda item: cell(str(item.number)),
                width=8,
                right=True,
                sort=lambda i: i.number,
            ),
            Column("note", "NOTE", lambda item: cell("note"), flex=1, drop=1),
        )

    def name_cell(self, item: Item) -> Cell:
        self.made += 1
        return cell(item.name)

    def on_live_table_opened(self, event: LiveTable.Opened) -> None:
        self.opened.append(event.key)

    @property
    def table(self) -> LiveTable[Item]:
        return self.query_one(LiveTable)


async def test_only_the_cell_that_changed_is_painted_again(monkeypatch) -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(item_rows(10))
        await pilot.pause()
        painted: list[Region] = []
        monkeypatch.setattr(LiveTable, "refresh", lambda self, *regions, **_: painted.extend(regions))
        app.table.show(item_rows(10))
        assert painted == []
        app.table.show(item_rows(10, item00003=77))
        assert [(region.y, region.width, region.height) for region in painted] == [(4, 8, 1)]


async def test_cells_are_made_for_visible_rows_only() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        rows = item_rows(10_000)
        app.table.show(rows)
        await pilot.pause()
        app.made = 0
        app.table.show(rows)
        await pilot.pause()
        assert app.made < 100
        assert "item00021" in screen_text(app)


async def test_the_cursor_stays_on_its_row_when_the_order_changes() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(item_rows(10))
        await pilot.press("j", "j")
        assert app.table.cursor == "item00002"
        app.table.show(list(reversed(item_rows(10))))
        await pilot.pause()
        assert app.table.cursor == "item00002"
        assert app.table.selected is not None
        assert app.table.selected.value.name == "item00002"


async def test_the_cursor_takes_the_place_of_a_row_that_is_gone() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(item_rows(4))
        await pilot.press("j")
        app.table.show([row for row in item_rows(4) if row.key != "item00001"])
        assert app.table.cursor == "item00002"
        app.table.show([])
        assert app.table.cursor == ""
        assert app.table.selected is None


async def test_an_untouched_cursor_stays_on_the_worst_row() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(item_rows(4))
        await pilot.pause()
        app.table.show([Row("new", Item("new", 0)), *item_rows(4)])
        assert app.table.cursor == "new"


async def test_keys_move_as_hands_expect() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(item_rows(100))
        await pilot.pause()
        steps = (("j", 1), ("k", 0), ("down", 1), ("ctrl+d", 13), ("pagedown", 36), ("ctrl+u", 24), ("G", 99))
        for key, place in (*steps, ("j", 99), ("pageup", 76), ("g", 0), ("k", 0)):
            await pilot.press(key)
            assert app.table.cursor == f"item{place:05}", key
        await pilot.press("G")
        await pilot.pause()
        assert "item00099" in screen_text(app)


async def test_enter_and_double_click_open_the_row() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(item_rows(5))
        await pilot.press("j", "enter")
        assert app.opened == ["item00001"]
        await pilot.click(LiveTable, offset=(3, 4))
        assert app.table.cursor == "item00003"
        assert app.opened == ["item00001"]
        await pilot.click(LiveTable, offset=(3, 4), times=2)
        assert app.opened == ["item00001", "item00003"]


async def test_s_and_a_click_on_a_title_sort() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(item_rows(5, item00002=99))
        await pilot.press("s", "s")
        await pilot.pause()
        assert screen_text(app).splitlines()[0].split()[1] == "NUMBER▾"
        assert "item00002" in screen_text(app).splitlines()[1]
        await pilot.press("s")
        await pilot.pause()
        assert "item00000" in screen_text(app).splitlines()[1]
        await pilot.click(LiveTable, offset=(15, 0))
        assert app.table.sort == "number"


async def test_the_wheel_scrolls() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(item_rows(100))
        await pilot.pause()
        await pilot._post_mouse_events([MouseScrollDown], LiveTable, button=0)
        await pilot.pause()
        assert app.table.scroll_offset.y > 0


async def test_a_filter_keeps_the_rows_that_hold_its_words() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(item_rows(20))
        app.table.query_text = "ITEM0001 !item00011"
        await pilot.pause()
        assert app.table.row_count == 9
        assert "item00011" not in screen_text(app)
        app.table.query_text = "nowhere"
        await pilot.pause()
        assert "nothing to show" in screen_text(app)


async def test_hostile_text_is_shown_and_nothing_more() -> None:
    hostile = "[/nope][@click=app.quit]x[/] [red]"
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show([Row("a", Item(hostile, 1))])
        await pilot.pause()
        assert hostile in screen_text(app)
        await pilot.click(LiveTable, offset=(20, 1))
        assert app.is_running


async def test_a_muted_table_has_no_colour_of_a_level() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.table
        table.muted = True
        await pilot.pause()
        tones = {table._looks.tone(tone, cursor=False, muted=True) for tone in Tone}
        assert tones == {table._looks.tone(Tone.MUTED, cursor=False, muted=False)}


def test_columns_make_room_in_their_order() -> None:
    columns: tuple[Column[Item], ...] = (
        Column("level", "", lambda item: (), width=6),
        Column("name", "", lambda item: ()),
        Column("saw", "", lambda item: (), flex=1, least=20),
        Column("took", "", lambda item: (), width=8, drop=2),
        Column("trend", "", lambda item: (), width=12, drop=1),
    )
    natural = {"name": 10}

    def shown(width: int) -> list[str]:
        return [placed.column.key for placed in place(columns, natural, width, 1)]

    assert shown(80) == ["level", "name", "saw", "took", "trend"]
    assert shown(60) == ["level", "name", "saw", "trend"]
    assert shown(40) == ["level", "name", "saw"]
    for width in (10, 25, 40, 60, 80, 200):
        placed = place(columns, natural, width, 1)
        assert all(each.x + each.width <= width for each in placed)
    wide = place(columns, natural, 200, 2)
    assert wide[-1].x + wide[-1].width == 199


def test_headings_stand_between_sections_only_in_the_given_order() -> None:
    rows = [Row("a", 3, "one"), Row("b", 1, "one"), Row("c", 2, "two")]
    given = arrange(rows, None, None, False)
    assert [line.text if isinstance(line, Heading) else line.key for line in given.lines] == [
        "one",
        "a",
        "b",
        "two",
        "c",
    ]
    by_value = arrange(rows, None, lambda value: value, False)
    assert by_value.keys == ("b", "c", "a")
    assert len(by_value.lines) == 3


def test_a_filter_of_nothing_is_no_filter() -> None:
    assert matcher("  ! ", lambda row: "") is None
