"""The upgrade in the console of a real terminal of 120x40, by keys alone: to its end, and back."""

import contextlib

import pytest

from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.integration.hands import DOWN, ENTER, TAB, Hands
from tests.integration.upgrading import ASKED, changed, effects_before
from tests.integration.watched import Watched
from tests.servers.commands import WALKDOWN
from tests.servers.shop_api import TOKEN

pytestmark = [pytest.mark.docker, pytest.mark.pty, pytest.mark.timeout(240)]

ANSWERS = {
    "Nobody else is at work.": "nobody but me",
    "How much is to be kept": "1",
    "Number of the change": "CHG-4711",
    "Version 2.0.0 runs": "1",
}


@contextlib.asynccontextmanager
async def begun(upgrade):
    """Open the console, and begin to walk: the runbook chosen, its inputs typed."""
    env = {"PATH": "/usr/bin:/bin", "HOME": str(upgrade.folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with Watched([WALKDOWN, "--system", str(upgrade.source)], env | upgrade.variables) as console:
        hands = Hands(console, ANSWERS)
        await console.shows("HEALTHY", "Screens")
        console.types("4")
        await console.shows("Old visits away", "Upgrade of the shop", "⏎ Open")
        console.types(DOWN)
        console.types(ENTER)
        await console.shows("Walk it", "Take up a new version of the API")
        console.types("w")
        await hands.until(lambda: "is needed" in hands.hint, "a dialog for the inputs")
        console.types("2.0.0")
        await console.shows("Token of the administrator is needed")
        line = console.cursor[1]
        console.types(TAB)
        await hands.settles(lambda: console.cursor[1] == line + 2, "the next field")
        console.types(TOKEN)
        await console.shows("•" * len(TOKEN))
        await hands.accept()
        yield hands
        console.types("q")
        await hands.until(lambda: not console.is_open, "the end of the console")


async def test_a_whole_walk_in_the_console_by_keys_alone(upgrade):
    start = upgrade.stack.world()
    async with begun(upgrade) as hands:
        await hands.walk()
        assert "done after" in hands.console.text
        assert hands.console.text.count("✓") == len(ASKED) + 7
        assert all(TOKEN not in picture for picture in hands.console.pictures)
    assert len(hands.asked) == len(ASKED), "\n".join(hands.asked)
    async with upgrade.operator() as other:
        (head,) = await other.link.walks(1)
        walk = await other.look(head.id)
    assert walk.ending is WalkEnding.DONE
    assert walk.values["seen"] == "nobody but me"
    assert changed(start, upgrade.stack.world()) == effects_before(ASKED[-1])


async def test_a_walk_is_rolled_back_in_the_console_by_keys_alone(upgrade):
    start = upgrade.stack.world()
    async with begun(upgrade) as hands:
        await hands.walk(until="Switch the cache over")
        assert changed(start, upgrade.stack.world()) == {*effects_before("warm"), "api maintenance"}
        await hands.wish("b")
        await hands.walk()
        assert "rolled back" in hands.console.text
    async with upgrade.operator() as other:
        (head,) = await other.link.walks(1)
        walk = await other.look(head.id)
    assert (walk.ending, walk.back, walk.lost) == (WalkEnding.ROLLED_BACK, True, ())
    assert [state.id for state in walk.undos if state.status is Status.SUCCEEDED] == [
        "migrate.undo",
        "settings.undo",
        "enter.undo",
        "dump.undo",
    ]
    assert changed(start, upgrade.stack.world()) == set()
