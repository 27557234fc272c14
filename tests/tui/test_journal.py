"""The journal, walks as they were, and what was left of them."""

from __future__ import annotations

import pytest

from runbooks.live import Live, WalkHead
from runbooks.operators import Operator
from runbooks.step_events import Evidence
from runbooks.taken import Taken
from runbooks.walk_events import WalkEnding
from tests.hostile import BYTES, PAYLOADS, raw_in
from tests.tui.boards import START
from tests.tui.stage import Stage, key_of, stage
from tests.tui.walks import ALICE, BOB, at_restart, past, waiting
from tui.messages import DetailOpened
from tui.screens.evidence import EvidenceScreen
from tui.screens.past_walk import PastWalkScreen
from tui.screens.walk import WalkScreen
from tui.widgets.page import Page

HEADS = (
    WalkHead("walk-2", "rotate", "Rotate the logs", START - 60, BOB),
    WalkHead(
        "walk-1", "minor-update", "Minor update", START - 900, ALICE, START - 600, WalkEnding.ROLLED_BACK
    ),
    WalkHead("walk-0", "minor-update", "Minor update", START - 86400, ALICE, START - 86000, WalkEnding.DONE),
)


async def journal(console: Stage) -> None:
    """Go to the journal."""
    console.link.heads = HEADS
    console.link.known_walks["walk-1"] = past()
    await console.press(key_of("journal"))
    await console.until("Rotate the logs")


async def story(console: Stage) -> None:
    """Go to a walk as it was."""
    await journal(console)
    await console.press("j", "enter")
    await console.until(lambda: isinstance(console.app.screen, PastWalkScreen))
    await console.until("Make a restore point")


async def test_walks_stand_newest_first_with_who_when_how_and_how_long() -> None:
    async with stage() as console:
        await journal(console)
        rows = [line.split() for line in console.text.splitlines()[2:5]]
        assert rows[0] == ["07:59:00", "Rotate", "the", "logs", "bob", "open", "1:00"]
        assert rows[1] == ["07:45:00", "Minor", "update", "alice", "rolled", "back", "5:00"]
        assert rows[2] == ["14", "Jan", "08:00", "Minor", "update", "alice", "done", "6:40"]
        assert "walkdown audit verify" in console.text


async def test_a_walk_that_ends_is_seen_in_the_list() -> None:
    async with stage() as console:
        await journal(console)
        console.link.heads = HEADS[1:]
        await console.move(waiting())
        await console.until(lambda: "Rotate" not in console.text)


async def test_an_empty_journal_says_so() -> None:
    async with stage() as console:
        await console.press(key_of("journal"))
        await console.until("nothing was walked yet")


async def test_a_walk_is_shown_as_it_was() -> None:
    async with stage(size=(120, 40)) as console:
        await story(console)
        assert "rolled back  every check is as good as before" in console.text
        assert "alice as root" in console.text
        assert "failed" in console.line("Restart the API")
        assert "not run" in console.line("Smoke test")
        assert "done" in console.line("back to the image")
        assert "note  the disk is full" in console.text
        assert "roll back  no time left" in console.text


async def test_all_of_what_is_under_the_cursor_is_told() -> None:
    async with stage(size=(120, 40)) as console:
        await story(console)
        told = console.app.screen.query_one(Page)
        await console.press("j", "j")
        await console.until(lambda: "exit code 1" in told.text)
        assert "by     alice as root" in told.text
        assert "Error: no space left on device" in told.text
        await console.press("j", "j", "j", "j", "j")
        await console.until(lambda: "the disk is full; bob frees some" in told.text)
        assert "note on restart, by alice as root" in told.text
        await console.press("G")
        await console.until(lambda: "sha256" in told.text)
        assert "9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015" in told.text.replace(
            "\n       ", ""
        )


async def test_evidence_is_read_from_the_line_of_its_step_or_its_own() -> None:
    async with stage() as console:
        console.link.texts[("walk-1", "backup", 1, "out")] = "1204 files, 3.1 GiB"
        console.link.texts[("walk-1", "leave", 1, "out")] = "204 No Content"
        await story(console)
        await console.press("enter")
        await console.until("1204 files, 3.1 GiB")
        assert "sha256 9f86d081884c" in console.text
        await console.press("escape")
        await console.until(lambda: isinstance(console.app.screen, PastWalkScreen))
        await console.press("G", "enter")
        await console.until("204 No Content")


async def test_an_open_walk_can_be_read_too_and_leads_to_where_it_is() -> None:
    async with stage() as console:
        console.link.heads = (WalkHead("walk-1", "minor-update", "Minor update", START - 900, ALICE),)
        await console.move(waiting(), Live())
        await console.press(key_of("journal"))
        await console.until("open")
        await console.press("enter")
        await console.until("open, step 3/5")
        await console.press("w")
        await console.until(lambda: isinstance(console.app.screen, WalkScreen))


async def test_a_walk_that_cannot_be_had_is_said() -> None:
    async with stage() as console:
        await journal(console)
        await console.link.detach("gone")
        await console.until("NO AGENT")
        await console.press("j", "enter")
        await console.until("waiting for the agent")


async def test_evidence_that_is_empty_or_cut_is_said() -> None:
    files = (Evidence("out", "a" * 64, 0), Evidence("errors", "b" * 64, 10**9, truncated=True))
    async with stage() as console:
        console.app.post_message(DetailOpened("evidence", ("walk-1", "backup", 1, files)))
        await console.until("it is empty")
        await console.press("right_square_bracket")
        await console.until("middle left out")
        assert "954 MiB" in console.text
        assert "not recorded yet; it may still be written" in console.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_evidence_says_when_it_was_taken_by_whom_how_much_it_is_and_its_hash(size) -> None:
    digest = "0123456789abcdef" * 4
    files = (Evidence("out", digest, 2048),)
    async with stage(size=size) as console:
        console.link.texts[("walk-1", "backup", 1, "out")] = "saved 12 tables"
        taken = Taken(START - 240, Operator("root", 0, "alice"))
        console.app.post_message(DetailOpened("evidence", ("walk-1", "backup", 1, files, taken)))
        await console.until("saved 12 tables")
        text = console.text
        assert "4 m old, by alice as root" in text
        assert "2 KiB" in text
        assert digest in text
        await console.press("y")
        await console.until(lambda: console.app.clipboard == "saved 12 tables")


async def test_long_evidence_is_scrolled_and_copied() -> None:
    text = "\n".join(f"line {number}" for number in range(3000))
    async with stage() as console:
        console.link.texts[("walk-1", "backup", 1, "out")] = text
        console.app.post_message(DetailOpened("evidence", ("walk-1", "backup", 1, ())))
        await console.until("line 10")
        await console.press("G")
        await console.until("line 2999")
        await console.press("y")
        await console.until(lambda: "line 0\nline 1\n" in console.app.clipboard)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)])
async def test_evidence_does_nothing_to_the_terminal(size: tuple[int, int]) -> None:
    async with stage(size=size) as console:
        raw = "\n".join(body.decode("utf-8", "surrogateescape") for body in BYTES)
        console.link.texts[("walk-1", "backup", 1, "out")] = raw + "\n" + "\n".join(PAYLOADS)
        console.app.post_message(DetailOpened("evidence", ("walk-1", "backup", 1, ())))
        await console.until(lambda: isinstance(console.app.screen, EvidenceScreen))
        await console.until("h00")
        for _ in range(40):
            assert not raw_in(console.text)
            await console.press("pagedown")
        assert console.app.is_running


async def test_attempts_before_the_last_one_are_told() -> None:
    from runbooks.action import Action
    from runbooks.outcome import FailedError, succeeded
    from runbooks.step_events import RetryWanted

    made = at_restart().begun("restart", Action(("one",)))
    made.ended("restart", FailedError("exit_code", "exit code 9").outcome)
    made.add(RetryWanted("restart", 2, "the disk was freed"))
    made.begun("restart", Action(("two",)), 2).ended("restart", succeeded("restarted"), attempt=2)
    async with stage(size=(120, 40)) as console:
        console.link.heads = HEADS
        console.link.known_walks["walk-1"] = made.walk
        await console.press(key_of("journal"))
        await console.until("Rotate the logs")
        await console.press("j", "enter")
        await console.until("Make a restore point")
        await console.press("j", "j")
        told = console.app.screen.query_one(Page)
        await console.until(lambda: "earlier attempts" in told.text)
        assert "failed \u00b7 exit code 9" in told.text
        assert "retry  the disk was freed" in console.text
