"""The library and the plan: what can be walked, what it would do, and how a walk is begun."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runbooks.live import DryStep, Live, Runbooks
from runbooks.walk_events import Manner
from runbooks.windows.state import WindowsNow
from tests.tui.boards import SHOP
from tests.tui.stage import Stage, key_of, stage
from tests.tui.walks import DROP, LIBRARY, PLAIN, RESTART, UPDATE, waiting
from tui.dialogs.begin import BeginDialog
from tui.messages import DetailOpened
from tui.screens.plan import PlanScreen
from tui.screens.walk import WalkScreen
from tui.widgets.field import Field
from tui.widgets.page import Page


async def library(console: Stage, runbooks: Runbooks = LIBRARY) -> None:
    """Go to the library."""
    console.link.library = runbooks
    await console.press(key_of("runbooks"))
    await console.until("LAST WALK")


async def plan(console: Stage, name: str = "minor-update", runbooks: Runbooks = LIBRARY) -> None:
    """Go to the plan of a runbook."""
    await library(console, runbooks)
    await console.until(lambda: console.app.screen.query_one("#library").row_count > 0)
    console.app.screen.query_one("#library").choose(f"plan {name}")
    await console.press("enter")
    await console.until(
        lambda: isinstance(console.app.screen, PlanScreen) and console.app.screen.plan is not None
    )
    await console.pilot.pause(0.05)


async def test_the_library_says_what_can_be_walked_and_when_it_was() -> None:
    async with stage(size=(120, 40)) as console:
        await library(console)
        await console.until("Minor update")
        line = console.line("Minor update").split()
        assert line[2:4] == ["medium", "6"]
        assert "08 Jan 08:00  done" in console.line("Minor update")
        assert "18 m 42 s" in console.line("Minor update")
        assert "RB-S03, MT-C12" in console.line("Minor update")
        assert "never" in console.line("Rotate the logs")
        assert "high" in console.line("Drop the old tables")


async def test_what_is_broken_stands_at_the_end_and_tells_all_of_its_problems() -> None:
    async with stage() as console:
        await library(console)
        await console.until("restore.yaml:7:3: steps.1.undo")
        assert "2 problems" in console.line("restore.yaml:7:3")
        await console.press("G", "enter")
        await console.until("no kind is called 'comand'")
        await console.press("escape")
        await console.until(lambda: "comand" not in console.text)


async def test_open_walks_stand_on_top_and_lead_to_where_they_are() -> None:
    async with stage() as console:
        await library(console)
        await console.until("Minor update")
        await console.move(waiting())
        await console.until("open walks")
        assert "CONFIRM" in console.text
        assert "3/5" in console.text
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))


async def test_the_library_is_asked_for_again_when_a_walk_has_begun() -> None:
    async with stage() as console:
        await library(console, Runbooks((PLAIN,)))
        await console.until("Rotate the logs")
        console.link.library = LIBRARY
        await console.move(waiting())
        await console.until("Drop the old tables")


async def test_why_nothing_can_be_walked_is_said() -> None:
    async with stage() as console:
        await library(console, replace_trouble("the journal cannot be written: no space left on device"))
        await console.until("NOTHING CAN BE WALKED  the journal cannot be written")


def replace_trouble(trouble: str) -> Runbooks:
    return Runbooks(LIBRARY.plans, trouble=trouble)


async def test_a_filter_finds_runbooks_by_what_they_cover() -> None:
    async with stage() as console:
        await library(console)
        await console.until("Minor update")
        await console.press("slash")
        await console.pilot.press(*"mt-c12")
        await console.until(lambda: "Rotate" not in console.text)
        assert "Minor update" in console.text


async def test_a_plan_says_all_that_a_walk_would_do() -> None:
    async with stage(size=(120, 60)) as console:
        await plan(console)
        text = console.app.screen.query_one(Page).text
        for words in (
            "inside a window only",
            "Token of the registry \u00b7 secret: never stored",
            "run    /opt/shop/scripts/backup.sh --prefix pre-update",
            "then   api is OK within 60 s",
            "undo   back to the image before",
            "undo   cannot be undone",
            "point of no return",
            "finally, whatever happened before",
        ):
            assert words in text


async def test_a_dry_run_without_inputs_is_shown_step_by_step() -> None:
    async with stage(size=(120, 60)) as console:
        console.link.dry_steps = (
            DryStep("pull", ("docker compose pull api",), "no service is called api", False),
        )
        await plan(console, "rotate")
        await console.press("d")
        await console.until("dry run: 1 not fine")
        assert "not fine  no service is called api" in console.text
        assert "\u203a docker compose pull api" in console.text


async def test_a_dry_run_asks_for_the_inputs_first() -> None:
    async with stage() as console:
        console.link.dry_steps = (DryStep("restart", RESTART.lines, "would be run"),)
        await plan(console)
        await console.press("d")
        await console.until("Dry run: Minor update")
        await fill(console)
        await console.accept()
        await console.until("dry run: all fine")
        await console.link.move_windows(WindowsNow(gate="no window is open; weekly opens Sun 17 Jan 08:00"))
        await console.until("dry run: steps fine, no window")
        assert "A window must be open before anything is changed" in console.text
        assert "weekly opens" in " ".join(console.text.split())


async def fill(console: Stage, token: str = "t0ken-s3cret") -> None:
    """Give the inputs of the update."""
    fields = console.app.screen.query(Field)
    for field, value in zip(fields, ("1.4.2", "rolling", token), strict=True):
        field.value = value
    await console.pilot.pause()


async def test_inputs_are_judged_as_they_are_typed() -> None:
    async with stage() as console:
        await plan(console)
        await console.press("enter")
        await console.until("Target version is needed")
        await console.type("1.4")
        await console.until("must match")
        assert not console.hint.startswith("\u23ce")
        await console.type(".2")
        await console.until("Token of the registry is needed")
        await console.press("tab", "x")
        await console.until("must be one of rolling, all at once")
        await console.press("backspace", "tab")
        await console.type("t0ken")
        await console.until(lambda: "begin" in console.hint)
        assert "t0ken" not in console.text


async def test_a_walk_is_begun_with_its_inputs_and_shown() -> None:
    async with stage() as console:
        await plan(console)
        await console.press("w")
        await console.until("Walk: Minor update")
        await fill(console)
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))
        given = {"version": "1.4.2", "mode": "rolling", "token": "t0ken-s3cret"}
        assert console.link.opened == [("minor-update", given, Manner.CONSOLE)]
        await console.move(waiting())
        await console.until("CONFIRM")
        assert console.app.walks["walk-1"].held
        await console.press("escape")
        await console.until(lambda: console.app.screen.NAME == "runbooks")


async def test_a_refusal_is_shown_and_nothing_typed_is_lost_but_secrets() -> None:
    async with stage() as console:
        await plan(console)
        console.link.refusal = "shop is being changed by walk 7 of bob"
        await console.press("w")
        await console.until("Walk: Minor update")
        await fill(console)
        dialog = console.app.screen
        await console.accept()
        await console.until("shop is being changed by walk 7 of bob")
        assert isinstance(dialog, BeginDialog)
        assert [field.value for field in dialog.query(Field)] == ["1.4.2", "rolling", ""]
        console.link.refusal = ""
        dialog.query(Field).last().value = "t0ken"
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))


async def test_a_secret_stays_in_no_field_once_it_is_sent_or_the_dialog_left() -> None:
    async with stage() as console:
        await plan(console)
        for key in ("enter", "escape"):
            await console.press("w")
            await console.until("Walk: Minor update")
            await fill(console)
            dialog = console.app.screen
            field = dialog.query(Field).last()
            if key == "enter":
                console.link.refusal = "no"
                await console.accept()
                await console.until("no")
                assert field.value == ""
            await console.press("escape")
            assert field.value == ""
            assert "s3cret" not in repr(dialog.__dict__)


@pytest.mark.parametrize("name", ["rotate", "drop"])
async def test_a_runbook_without_inputs_is_begun_by_one_enter_more(name: str) -> None:
    async with stage() as console:
        await plan(console, name)
        await console.press("enter")
        await console.until("nothing is changed before you confirm it")
        await console.accept()
        await console.until(lambda: [opened[0] for opened in console.link.opened] == [name])


async def test_without_an_agent_nothing_can_be_begun() -> None:
    async with stage() as console:
        await plan(console)
        await console.link.detach("gone")
        await console.until("NO AGENT")
        await console.press("w", "d")
        assert isinstance(console.app.screen, PlanScreen)


async def test_a_plan_that_is_gone_is_said_and_comes_back() -> None:
    async with stage() as console:
        await plan(console)
        console.link.library = Runbooks((DROP,))
        await console.press("r")
        await console.until("there is no such runbook any more")
        console.link.library = Runbooks((replace(UPDATE, title="Major update"),))
        await console.press("r")
        await console.until("Major update")


async def test_the_palette_leads_to_open_walks_and_offers_what_the_screen_can_do() -> None:
    async with stage(SHOP) as console:
        await console.move(waiting(), Live())
        await console.press("colon")
        await console.pilot.press(*"go to the walk")
        await console.until("See where it is, and decide")
        await console.pilot.press("enter")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))
        await console.press("colon")
        await console.pilot.press(*"walk: note")
        await console.until("Write something into the journal")
        await console.pilot.press("enter")
        await console.until("type what others should know")


async def test_the_keys_of_a_plan_are_shown_as_soon_as_it_comes() -> None:
    async with stage() as console:
        console.app.post_message(DetailOpened("plan", ("minor-update",)))
        await console.until("waiting")
        assert "Walk it" not in console.text
        console.link.library = LIBRARY
        await console.press("r")
        await console.until("Pull, rebuild")
        await console.until("Walk it")
        console.link.library = Runbooks(())
        await console.press("r")
        await console.until(lambda: "Walk it" not in console.text)
