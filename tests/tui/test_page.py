"""Pages: wrapping without loss, scrolling, and whether the end was seen."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.pilot import Pilot

from tui.cell import Piece, text_of
from tui.lines import width_of, wrap
from tui.paragraph import BEGINS, Paragraph, exact, fact, laid_out, prose
from tui.widgets.page import Page

WORDS = st.text(st.sampled_from("ab \u65e5\u672c-/'\"$\u00e9"), max_size=200)


@given(WORDS, st.integers(10, 60))
def test_nothing_of_what_is_exact_is_lost_or_added(text: str, width: int) -> None:
    rows = exact(text).rows(width)
    assert "".join(text_of(row)[len(BEGINS) :] for row in rows) == text
    assert all(width_of(row) <= width for row in rows)
    assert all(text_of(row).startswith("  ") for row in rows[1:])


@given(WORDS, st.integers(10, 60))
def test_prose_keeps_every_word(text: str, width: int) -> None:
    rows = wrap((Piece(text),), width)
    together = "".join(text_of(row) for row in rows)
    assert together.replace(" ", "") == text.replace(" ", "")
    assert all(width_of(row) <= width for row in rows)


def test_prose_is_broken_between_words_and_facts_stand_beneath_one_another() -> None:
    rows = fact("on", "this host, as root, in the early morning").rows(24)
    assert [text_of(row).rstrip() for row in rows] == [
        "on     this host, as",
        "       root, in the",
        "       early morning",
    ]


def test_a_line_of_a_command_is_told_from_one_that_goes_on() -> None:
    rows = laid_out((exact("rm -rf /srv/cache/one"), exact("/srv")), 14)
    assert [text_of(row) for row in rows] == ["\u203a rm -rf /srv/", "  cache/one", "\u203a /srv"]


class Reader(App[None]):
    """A page in a box."""

    CSS = "Vertical { height: 6; } Page { height: 100%; }"

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Page()


@contextlib.asynccontextmanager
async def reading(
    paragraphs: tuple[Paragraph, ...], height: int = 6
) -> AsyncIterator[tuple[Page, Pilot[None]]]:
    app = Reader()
    async with app.run_test(size=(40, 20)) as pilot:
        page = app.query_one(Page)
        page.parent.styles.height = height
        page.focus()
        await pilot.pause()
        page.show(paragraphs)
        await pilot.pause(0.05)
        yield page, pilot


LONG = tuple(prose(f"line {number}") for number in range(30))


async def test_the_end_of_a_short_text_is_seen_at_once() -> None:
    async with reading(LONG[:4]) as (page, _):
        assert page.end_seen


@pytest.mark.parametrize("keys", [["G"], ["end"], ["pagedown"] * 5, ["down"] * 24, ["space"] * 5])
async def test_the_end_of_a_long_text_is_seen_by_going_there(keys: list[str]) -> None:
    async with reading(LONG) as (page, pilot):
        assert not page.end_seen
        await pilot.press(*keys[:-1])
        assert not page.end_seen
        await pilot.press(keys[-1])
        await pilot.pause()
        assert page.end_seen


async def test_a_page_of_which_the_end_lies_outside_of_its_box_was_not_read() -> None:
    async with reading(LONG[:10]) as (page, pilot):
        page.styles.height = 20
        await pilot.pause(0.05)
        page.show(LONG[:12])
        await pilot.pause(0.05)
        assert page.size.height == 20
        assert not page.end_seen


async def test_new_text_has_to_be_read_anew() -> None:
    async with reading(LONG[:4]) as (page, pilot):
        page.show(LONG)
        await pilot.pause(0.05)
        assert not page.end_seen


async def test_where_one_reads_stays_when_the_text_changes_and_only_what_differs_is_painted() -> None:
    async with reading(LONG) as (page, pilot):
        await pilot.press("pagedown")
        top = page.scroll_offset.y
        painted: list[object] = []
        refresh = page.refresh
        page.refresh = lambda *regions, **more: (painted.extend(regions), refresh(*regions, **more))
        page.show((*LONG[:7], prose("other"), *LONG[8:]))
        await pilot.pause(0.05)
        assert page.scroll_offset.y == top
        assert [region.y for region in painted] == [7 - top]
        page.show((*LONG[:7], prose("other"), *LONG[8:]))
        assert len(painted) == 1


async def test_it_is_wrapped_anew_to_another_width() -> None:
    async with reading((prose("word " * 20),)) as (page, pilot):
        rows = page.text.count("\n")
        await pilot.resize_terminal(20, 20)
        await pilot.pause(0.05)
        assert page.text.count("\n") > rows
