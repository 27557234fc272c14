"""Checklists of an agent: what ticks and unticks items, what is written of it, and who may say what."""

from __future__ import annotations

import asyncio

import pytest

from agent.checklist_words import item_lines
from checks.model import Level
from checks.moments import moment
from runbooks.checklist_decisions import BeginPhase, CloseList, LeaveItemOut, NoteItem, TickItem, UntickItem
from runbooks.checklist_events import ItemTicked, ItemUnticked, ListEnding
from runbooks.checklists.ruling import shown_sha256
from runbooks.checklists.shown import HOLDS
from runbooks.checklists.state import Mark
from runbooks.errors import RefusedDecisionError
from runbooks.journal.rows import Draft
from runbooks.notice_events import NoticeSent
from runbooks.operators import WALKDOWN
from tests.agent.checklist_stage import ALICE, BOB, SECRET, ListStage

CHECKED = """
    items:
      - {id: front, title: The front is well, group: Front}
      - {id: disk, title: There is room, check: disk, level: WARN}
      - {id: told, title: Somebody was told}
    """
PHASED = """
    phases:
      before:
        - {id: ready, title: All is ready, checks: all}
        - {id: asked, title: Somebody was asked}
        - {id: coffee, title: There is coffee, advisory: true}
      after:
        - {id: still, title: Still all well, checks: all}
    """
IN_TURN = """
    manner: read-do
    items:
      - {id: first, title: First}
      - {id: second, title: Second, check: web}
      - {id: third, title: Third, advisory: true}
      - {id: fourth, title: Fourth}
    """
SHOWN = """
    items:
      - id: script
        title: The script is ours
        evidence: {check: web, file: "/nowhere/script.sh", text: "see the wiki", contacts: true}
    """
WINDOWED = """
    window: weekly
    ahead: 26 h
    items:
      - {id: told, title: Everybody knows, notice: announcement, ahead: 24 h}
      - {id: planned, title: It is planned, window: planned}
      - {id: open, title: It is open, window: open}
      - {id: before, title: We know how it was, baseline: taken}
    """
OPEN, DONE, OUT = Mark.OPEN, Mark.DONE, Mark.LEFT_OUT


async def test_items_follow_their_checks_at_the_next_look(tmp_path) -> None:
    stage = ListStage(tmp_path, it=CHECKED)
    stage.see(web=Level.OK, api=Level.OK, disk=Level.WARN)
    async with stage.opened() as lists:
        await lists.open("it", ALICE)
        assert stage.marks() == {"front": DONE, "disk": DONE, "told": OPEN}
        item = stage.state().item("front")
        assert (item.by, item.why) == (WALKDOWN, "web is OK: saw OK *****, api is OK: saw OK *****")
        stage.see(api=Level.CRIT)
        await stage.pass_by()
        assert stage.marks()["front"] is OPEN
        assert stage.state().item("front").why == "api is CRIT"
        assert lists.now.waits == {stage.state().id: {"front": "api is CRIT"}}


@pytest.mark.parametrize("level", [Level.UNKNOWN, Level.CRIT])
async def test_what_is_not_known_ticks_nothing_and_unticks(tmp_path, level) -> None:
    stage = ListStage(tmp_path, it=CHECKED)
    stage.see(web=Level.OK, api=Level.OK, disk=level)
    async with stage.opened() as lists:
        await lists.open("it", ALICE)
        assert stage.marks()["disk"] is OPEN
        stage.see(disk=Level.OK)
        await stage.pass_by()
        assert stage.marks()["disk"] is DONE
        stage.see(disk=level)
        await stage.pass_by()
        assert stage.marks()["disk"] is OPEN


async def test_a_check_that_comes_and_goes_cannot_flood_the_journal(tmp_path) -> None:
    stage = ListStage(tmp_path, it=CHECKED)
    stage.see(web=Level.OK, api=Level.OK, disk=Level.OK)
    async with stage.opened() as lists:
        name = (await lists.open("it", ALICE)).id
        for second in range(600):
            stage.see(disk=Level.CRIT if second % 2 else Level.OK)
            await stage.pass_by()
        moved = [row for row in await stage.rows(name) if getattr(row.event, "item", "") == "disk"]
        assert [type(row.event) for row in moved] == [ItemTicked, ItemUnticked]
        stage.see(disk=Level.OK)
        await stage.pass_by(9)
        assert stage.marks()["disk"] is OPEN
        assert "ticked once it has been so for 10 s" in lists.now.waits[name]["disk"]
        await stage.pass_by(3)
        assert stage.marks()["disk"] is DONE


async def test_a_list_goes_on_where_it_was_after_a_restart(tmp_path) -> None:
    stage = ListStage(tmp_path, it=PHASED)
    stage.see(web=Level.OK, api=Level.OK, disk=Level.OK)
    async with stage.opened() as lists:
        await lists.open("it", ALICE, "the disk is full")
        await stage.decide(TickItem("asked", note=f"she said {SECRET}"))
        await stage.decide(BeginPhase("after"))
        before = stage.state()
    async with stage.opened() as lists:
        assert stage.state() == before
        assert before.item("asked").note == "she said *****"
        assert [one.phase for one in before.begun] == ["before", "after"]
        await lists.list(before.id)
        closed = await stage.decide(CloseList())
        assert closed.ending is ListEnding.DONE
    async with stage.opened() as lists:
        assert lists.now.open == ()
        (past,) = (await lists.lists(10)).past
        assert (past.id, past.ending, past.unfinished) == (before.id, ListEnding.DONE, 0)
        again, _ = await lists.list(before.id)
        assert again == closed


async def test_what_nobody_had_the_time_to_look_at_is_not_lost(tmp_path) -> None:
    stage = ListStage(tmp_path, it=CHECKED)
    stage.see(web=Level.OK, api=Level.OK, disk=Level.OK)
    async with stage.opened() as lists:
        await lists.open("it", ALICE)
    stage.engine = type(stage.engine)(stage.system.info, (), None, None, stage.clock)
    async with stage.opened():
        await stage.pass_by(10)
        assert stage.marks()["disk"] is DONE
        await stage.pass_by(15)
        assert stage.marks()["disk"] is OPEN
        assert stage.state().item("disk").why == "disk was not looked at yet"


async def test_an_unfinished_item_blocks_the_next_phase_and_is_named(tmp_path) -> None:
    stage = ListStage(tmp_path, it=PHASED)
    stage.see(web=Level.OK, api=Level.OK, disk=Level.CRIT)
    async with stage.opened() as lists:
        await lists.open("it", ALICE)
        with pytest.raises(RefusedDecisionError, match="before is not finished: ready, asked"):
            await stage.decide(BeginPhase("after"))
        with pytest.raises(RefusedDecisionError, match="after has not begun"):
            await stage.decide(TickItem("still"))
        with pytest.raises(RefusedDecisionError, match="ticked by what is seen, by nobody's word"):
            await stage.decide(TickItem("ready"))
        with pytest.raises(RefusedDecisionError, match="needs a reason of at least 3"):
            await stage.decide(LeaveItemOut("ready", "  "))
        await stage.decide(LeaveItemOut("ready", "the disk is why we came"))
        await stage.decide(TickItem("asked"))
        state = await stage.decide(BeginPhase("after"))
        assert state.phase.name == "after"
        stage.see(disk=Level.OK)
        await stage.pass_by()
        assert stage.marks() == {"ready": OUT, "asked": DONE, "coffee": OPEN, "still": DONE}
        with pytest.raises(RefusedDecisionError, match="before is over and stays as it is; write a note"):
            await stage.decide(UntickItem("asked", "she did not"))
        await stage.decide(NoteItem("asked", "she did not, it turned out"))
        assert [one.text for one in stage.state().item("asked").notes] == ["she did not, it turned out"]


async def test_a_phase_that_is_over_stays_as_it_was(tmp_path) -> None:
    stage = ListStage(tmp_path, it=PHASED)
    stage.see(web=Level.OK, api=Level.OK, disk=Level.OK)
    async with stage.opened() as lists:
        await lists.open("it", ALICE)
        await stage.decide(TickItem("asked"))
        await stage.decide(BeginPhase("after"))
        stage.see(web=Level.CRIT)
        await stage.pass_by()
        assert stage.marks() == {"ready": DONE, "asked": DONE, "coffee": OPEN, "still": OPEN}


async def test_a_list_that_is_not_finished_is_given_up_for_a_reason(tmp_path) -> None:
    stage = ListStage(tmp_path, it=PHASED)
    async with stage.opened() as lists:
        await lists.open("it", ALICE)
        with pytest.raises(
            RefusedDecisionError, match="not finished: ready, asked, still; to give it up needs"
        ):
            await stage.decide(CloseList())
        for shown in ((), ("ready", "asked")):
            with pytest.raises(RefusedDecisionError, match="not finished by now: ready, asked, still; look"):
                await stage.decide(CloseList("all is done", shown))
        closed = await stage.decide(CloseList("the customer called it off"), by=BOB)
        assert (closed.ending, closed.closed_by) == (ListEnding.GIVEN_UP, BOB)
        assert closed.unfinished == ("ready", "asked", "still")
        with pytest.raises(RefusedDecisionError, match="no list it is open"):
            await stage.decide(CloseList("again"))


async def test_item_by_item_the_next_is_offered_after_the_present(tmp_path) -> None:
    stage = ListStage(tmp_path, it=IN_TURN)
    stage.see(web=Level.OK, api=Level.OK, disk=Level.OK)
    async with stage.opened() as lists:
        await lists.open("it", ALICE)
        assert stage.marks()["second"] is OPEN
        with pytest.raises(RefusedDecisionError, match="item by item; first comes first"):
            await stage.decide(TickItem("fourth"))
        await stage.decide(TickItem("first"))
        assert stage.marks() == {"first": DONE, "second": DONE, "third": OPEN, "fourth": OPEN}
        stage.see(web=Level.CRIT)
        with pytest.raises(RefusedDecisionError, match="item by item; second comes first"):
            await stage.decide(TickItem("fourth"))
        stage.see(web=Level.OK)
        await stage.pass_by(12)
        await stage.decide(TickItem("fourth"))
        await stage.decide(CloseList())


async def test_evidence_is_ticked_as_it_was_seen_and_written_down(tmp_path) -> None:
    stage = ListStage(tmp_path, it=SHOWN)
    stage.see(web=Level.WARN, api=Level.OK, disk=Level.OK)
    async with stage.opened() as lists:
        await lists.open("it", ALICE)
        with pytest.raises(RefusedDecisionError, match="its evidence was not looked at"):
            await stage.decide(TickItem("script"))
        with pytest.raises(RefusedDecisionError, match="not known here any more; look at it again"):
            await stage.decide(TickItem("script", "0" * 64))
        seen_at = stage.clock.now()
        page = await lists.shown("it", "script", ALICE)
        lines = page.lines
        assert (page.at, page.by) == (seen_at, ALICE)
        assert lines[0].startswith("web WARN: saw WARN ***** (seen ")
        assert lines[1:] == (
            "/nowhere/script.sh: cannot be read: No such file or directory",
            "see the wiki",
            "On call: phone +49 30 1234567",
        )
        sha256 = shown_sha256(lines)
        with pytest.raises(RefusedDecisionError, match="shown to alice, not to you; look at it yourself"):
            await stage.decide(TickItem("script", sha256), by=BOB)
        await stage.decide(TickItem("script", sha256, "as it should be"))
        item = stage.state().item("script")
        assert (item.shown, item.shown_sha256, item.by) == (lines, sha256, ALICE)
        assert item.shown_at == seen_at
        words = "\n".join(item_lines(stage.state(), stage.state().plan.item("script"), "", None))
        size = len("\n".join(lines).encode())
        assert f"taken {moment(seen_at, None)}, 4 lines, {size} B, sha256 {sha256}" in words
        await stage.decide(UntickItem("script", "wrong host"))
        item = stage.state().item("script")
        assert (item.mark, item.why, item.shown) == (OPEN, "wrong host", ())


async def test_what_was_shown_is_old_after_a_while_and_each_person_looks_for_himself(tmp_path) -> None:
    stage = ListStage(tmp_path, it=SHOWN)
    async with stage.opened() as lists:
        await lists.open("it", ALICE)
        page = await lists.shown("it", "script", ALICE)
        await stage.clock.advance(HOLDS - 1)
        assert (await lists.shown("it", "script", BOB)).sha256 == page.sha256
        await stage.clock.advance(2)
        with pytest.raises(RefusedDecisionError, match=r"shown is of 15 m 1 s ago by now; look at it"):
            await stage.decide(TickItem("script", page.sha256))
        await stage.decide(TickItem("script", page.sha256), by=BOB)
        assert stage.state().item("script").by == BOB


async def test_two_at_once_do_not_tick_the_same_item_twice(tmp_path) -> None:
    stage = ListStage(tmp_path, it=CHECKED)
    async with stage.opened() as lists:
        opened = await asyncio.gather(
            *(lists.open("it", who) for who in (ALICE, BOB)), return_exceptions=True
        )
        assert sum(isinstance(one, RefusedDecisionError) for one in opened) == 1
        done = await asyncio.gather(
            *(stage.decide(TickItem("told"), by=who) for who in (ALICE, BOB)), return_exceptions=True
        )
        (refused,) = [one for one in done if isinstance(one, RefusedDecisionError)]
        assert "told was ticked by " in str(refused)


async def test_a_list_opens_ahead_of_its_window_and_ticks_what_is_written_down(tmp_path) -> None:
    stage = ListStage(tmp_path, it=WINDOWED)
    stage.see(web=Level.OK, api=Level.OK, disk=Level.OK)
    async with stage.opened() as lists:
        (coming,) = lists.now.coming
        start = coming.at + 26 * 3600
        stage.clock.jump(coming.at - stage.clock.now() - 10)
        await stage.pass_by(5)
        assert lists.now.open == ()
        await stage.pass_by(10)
        state = stage.state()
        assert (state.occasion, state.window, state.window_start) == ("window", "weekly", start)
        assert stage.marks() == {"told": OPEN, "planned": DONE, "open": OPEN, "before": OPEN}
        assert lists.now.waits[state.id]["told"] == "no announcement was sent about weekly"
        notice = NoticeSent("users", "announcement", "weekly", start, start + 7200)
        await stage.journal.append(Draft("", notice, ALICE))
        await stage.pass_by(2)
        assert stage.marks()["told"] is DONE
        stage.clock.jump(start - stage.clock.now())
        await stage.pass_by(3)
        assert stage.marks() == dict.fromkeys(("told", "planned", "open", "before"), DONE)
        stage.clock.jump(7300)
        await stage.pass_by(2)
        assert stage.marks()["open"] is DONE, "the window was open while the list was"
        assert stage.state().item("open").lost == 0
        first = stage.state().id
        stage.clock.jump(start + 7 * 86400 - 26 * 3600 - stage.clock.now())
        await stage.pass_by(2)
        second = stage.state().id
        assert second != first
        assert stage.marks()["open"] is OPEN, "that was another time of it"
        before, _ = await lists.list(first)
        assert (before.ending, before.close_reason) == (ListEnding.DONE, "weekly comes again")
        # Nothing looks while the second one is open.
        stage.clock.jump(start + 14 * 86400 - 26 * 3600 - stage.clock.now())
        await stage.pass_by(2)
        before, _ = await lists.list(second)
        assert (before.ending, before.close_reason) == (ListEnding.GIVEN_UP, "weekly comes again")
        assert "open" in before.unfinished


async def test_a_notice_that_came_too_late_ticks_nothing(tmp_path) -> None:
    stage = ListStage(tmp_path, it=WINDOWED)
    async with stage.opened() as lists:
        start = lists.now.coming[0].at + 26 * 3600
        stage.clock.jump(start - 20 * 3600 - stage.clock.now())
        await stage.pass_by()
        notice = NoticeSent("users", "announcement", "weekly", start, start + 7200)
        await stage.journal.append(Draft("", notice, ALICE))
        await stage.pass_by(2)
        said = lists.now.waits[stage.state().id]["told"]
        assert said.startswith("it was sent 19 h 59 m")
        assert said.endswith("before the window instead of 1 d 0 h")


async def test_a_list_that_does_not_load_leaves_the_others_usable(tmp_path) -> None:
    stage = ListStage(tmp_path, it=CHECKED, bad="items: [{id: a}]")
    async with stage.opened() as lists:
        found = await lists.lists(10)
        assert [plan.name for plan in found.plans] == ["it"]
        assert "items[0].title: is required" in found.broken[0].problems[0]
        with pytest.raises(RefusedDecisionError, match="is required"):
            await lists.open("bad", ALICE)
        with pytest.raises(RefusedDecisionError, match="no checklist is called 'itt'; did you mean 'it'"):
            await lists.open("itt", ALICE)
        stage.write(bad="items: [{id: a, title: A}]")
        await stage.pass_by(3)
        await lists.open("bad", ALICE)
        stage.write(bad="items: [{id: b, title: B}]")
        await stage.pass_by(3)
        assert list(stage.marks("bad")) == ["a"], "a list that is open goes by its own plan"
