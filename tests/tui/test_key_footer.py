"""The line of keys: only keys that act, none cut in half, the most needed first, none beneath a dialog."""

from __future__ import annotations

import re

import pytest

from tests.tui.stage import Stage, stage
from tui.dialogs.help import HelpDialog
from tui.screens.check import CheckScreen

ALL = (" ⏎ Open ", " r Run ", " a Ack ", " / Filter ", " s Sort ", " ? Help ", " : Menu ", " q Quit ")
WAYS = ("2 Resources", "3 Checklists", "4 Runbooks", "5 Calendar", "6 Journal")


def footer(console: Stage) -> str:
    return f"{console.app.screen_stack[0].query_one('KeyFooter').render().plain}".rstrip()


@pytest.mark.parametrize("width", [60, 71, 80, 97, 120, 131, 160])
async def test_keys_stand_whole_or_not_at_all_and_the_way_out_always(width: int) -> None:
    async with stage(size=(width, 24)) as console:
        line = f"{footer(console)} "
        known = "|".join(re.escape(key.strip()) for key in (*ALL, *WAYS, "1-6 Screens"))
        assert re.sub(known, "", line).strip() == "", "something is cut"
        assert all(key in line for key in ALL[-3:])
        assert " ⏎ Open " in line, "what is needed most goes last"
        assert len(footer(console)) <= width


async def test_the_ways_to_other_screens_become_one_before_any_of_them_is_left_out() -> None:
    async with stage(size=(160, 24)) as console:
        assert all(way in footer(console) for way in WAYS)
    async with stage(size=(120, 24)) as console:
        assert "1-6 Screens" in footer(console)
        assert not any(way in footer(console) for way in WAYS)


async def test_beneath_a_dialog_there_are_no_keys_and_afterwards_there_are() -> None:
    async with stage() as console:
        before = footer(console)
        await console.press("question_mark")
        await console.until(lambda: isinstance(console.app.screen, HelpDialog))
        await console.until(lambda: footer(console) == "")
        await console.press("escape")
        await console.until(lambda: footer(console) == before)


async def test_while_a_filter_is_typed_its_own_key_is_not_offered() -> None:
    async with stage() as console:
        await console.press("slash")
        await console.until(lambda: "Clear filter" in footer(console))
        assert "/ Filter" not in footer(console)


async def test_a_table_whose_rows_cannot_be_opened_or_sorted_offers_neither() -> None:
    async with stage() as console:
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, CheckScreen))
        await console.pilot.pause()
        line = console.text.splitlines()[-1]
        assert "Open" not in line
        assert "Sort" not in line
        assert "esc Back" in line
