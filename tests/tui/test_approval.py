"""Approval and hand-over on screen: who waits for whom, what is read before, what an observer sees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.access_messages import ApproveStep, Judged, RefuseStep
from runbooks import approval_events, decisions
from runbooks.live import Live
from runbooks.model import Risk
from runbooks.operators import Operator
from runbooks.rights import Right, Standpoint
from runbooks.walk import Walk
from tests.tui.boards import START
from tests.tui.golden import check_golden
from tests.tui.stage import stage
from tests.tui.walks import ALICE, RESTART, UPDATE, WalkMaker, at_restart
from tui.dialogs.approve import ApproveDialog
from tui.dialogs.confirm import ConfirmDialog
from tui.dialogs.hand_over import HandOverDialog, KeepDialog, TakeDialog
from tui.widgets.page import Page

STEPS = tuple(replace(step, approval=step.id == "restart") for step in UPDATE.steps)
PLAN = replace(UPDATE, risk=Risk.HIGH, steps=STEPS)
BOB = Standpoint(Operator("bob", 1001), frozenset({Right.VIEW, Right.APPROVE}))
DAVE = Standpoint(Operator("dave", 1002), frozenset({Right.VIEW, Right.RUN}))
VERA = Standpoint(Operator("vera", 1003), frozenset({Right.VIEW}))
OWNER = Standpoint(ALICE)
ASKED = approval_events.ApprovalAsked("restart", 1, RESTART.sha256)


def asking() -> WalkMaker:
    """Return a walk in which the restart waits for the approval of another user."""
    return at_restart(plan=PLAN).shown("restart", RESTART).add(ASKED)


def approved() -> Walk:
    """Return the same after bob has approved it."""
    said = approval_events.Approved("restart", 1, RESTART.sha256)
    return asking().add(said, by=BOB.me, at=START - 60).walk


def handed_over(to: Standpoint) -> Walk:
    """Return a walk that alice hands over."""
    offer = approval_events.HandOverOffered(
        to.me.name, to.me.uid, "both backups", "", "the restart", "the queue"
    )
    return at_restart().shown("restart", RESTART).add(offer).walk


def keys(console) -> set[str]:
    """Return the keys that the screen offers."""
    return {active.binding.key for active in console.app.screen.active_bindings.values() if active.enabled}


async def test_the_holder_sees_that_he_waits_and_cannot_confirm() -> None:
    async with stage(standpoint=OWNER) as console:
        await console.enter_walk(asking().walk)
        await console.until("APPROVAL  waits for another user to approve it")
        assert not {"enter", "a"} & keys(console)
        await console.move(approved(), held=None)
        await console.until("APPROVED  by bob, good for 9:00")
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, ConfirmDialog))
        assert "approved" in console.app.screen.query_one(Page).text


async def test_who_may_approve_is_called_reads_the_same_action_and_types_its_id() -> None:
    async with stage(standpoint=BOB) as console:
        console.link.answers[Judged] = Judged(1)
        walk = asking().walk
        await console.move(walk, held=False)
        await console.until("alice asks for approval of restart")
        assert "APPROVER" in console.text
        await console.enter_walk(walk, held=False)
        await console.press("a")
        await console.until(lambda: isinstance(console.app.screen, ApproveDialog))
        await console.pilot.pause(0.05)
        text = console.app.screen.query_one(Page).text
        assert "\u203a docker compose -f /opt/shop/docker-compose.prod.yml" in text
        assert RESTART.sha256[:12] in text
        await console.press("end")
        await console.type("restart")
        await console.accept()
        await console.until(lambda: bool(console.link.asked))
        assert console.link.asked[-1] == ApproveStep(1, "walk-1", "restart", 1, RESTART.sha256, "restart")


async def test_who_does_not_approve_says_why() -> None:
    async with stage(standpoint=BOB, size=(120, 40)) as console:
        console.link.answers[Judged] = Judged(1)
        await console.enter_walk(asking().walk, held=False)
        await console.press("a")
        await console.until(lambda: isinstance(console.app.screen, ApproveDialog))
        await console.press("tab")
        await console.until(lambda: getattr(console.app.focused, "id", "") in ("reason", "typed"))
        while console.app.focused.id != "reason":
            await console.press("tab")
        await console.type("not on a Friday")
        await console.until("do NOT approve it")
        await console.accept()
        await console.until(lambda: bool(console.link.asked))
        assert console.link.asked[-1] == RefuseStep(
            1, "walk-1", "restart", 1, RESTART.sha256, "not on a Friday"
        )


async def test_an_approval_of_what_is_shown_no_longer_cannot_be_given() -> None:
    async with stage(standpoint=BOB, size=(120, 40)) as console:
        await console.enter_walk(asking().walk, held=False)
        await console.press("a")
        await console.until(lambda: isinstance(console.app.screen, ApproveDialog))
        other = replace(RESTART, lines=("docker compose restart db",))
        await console.move(asking().shown("restart", other).walk, held=False)
        await console.until("it is not what waits any more")


@pytest.mark.parametrize(("who", "word"), [(VERA, "OBSERVER"), (BOB, "APPROVER")])
async def test_an_observer_is_told_so_and_offered_no_key_that_changes_anything(who, word) -> None:
    async with stage(standpoint=who, size=(120, 40)) as console:
        await console.enter_walk(handed_over(DAVE), held=False)
        await console.until(" OBSERVER  alice decides")
        assert word in console.text.splitlines()[0]
        assert not {"T", "n", "enter", "s", "b", "S", "H", "a"} & keys(console)


async def test_a_walk_is_handed_over_with_what_the_journal_knows() -> None:
    async with stage(standpoint=OWNER) as console:
        await console.enter_walk(at_restart().shown("restart", RESTART).walk)
        await console.press("H")
        await console.until(lambda: isinstance(console.app.screen, HandOverDialog))
        await console.until("Make a restore point, Pull images")
        await console.type("dave")
        await console.accept()
        await console.until(lambda: bool(console.link.decisions))
        _, _, wish = console.link.decisions[-1]
        assert isinstance(wish, decisions.HandOver)
        assert (wish.to, wish.done) == ("dave", "Make a restore point, Pull images")
        assert "Restart the API" in wish.left
        await console.move(handed_over(DAVE), held=None)
        await console.until("HANDED OVER  to dave")
        await console.press("H")
        await console.until(lambda: isinstance(console.app.screen, KeepDialog))
        await console.accept()
        await console.until(lambda: isinstance(console.link.decisions[-1][2], decisions.TakeBack))


async def test_who_it_is_handed_to_is_called_reads_it_and_needs_no_reason() -> None:
    async with stage(standpoint=DAVE) as console:
        walk = handed_over(DAVE)
        await console.move(walk, held=False)
        await console.until("alice hands minor-update over to")
        await console.enter_walk(walk, held=False)
        await console.press("T")
        await console.until(lambda: isinstance(console.app.screen, TakeDialog))
        await console.until("both backups")
        await console.accept()
        await console.until(lambda: bool(console.link.decisions))
        assert console.link.decisions[-1][2] == decisions.TakeOver(holder=walk.holder)


DIALOGS = {"approve": (BOB, asking().walk, "a", False), "hand-over": (OWNER, asking().walk, "H", True)}


@pytest.mark.parametrize("size", [(60, 15), (80, 24)], ids=str)
@pytest.mark.parametrize("name", DIALOGS)
async def test_the_dialogs_fit(name: str, size: tuple[int, int]) -> None:
    who, walk, key, held = DIALOGS[name]
    async with stage(size=size, standpoint=who) as console:
        await console.enter_walk(walk, Live(), held=held)
        await console.press(key)
        await console.until(
            lambda: bool(console.app.screen.query("#hint")) and "one moment" not in console.hint
        )
        await console.pilot.pause(0.1)
        check_golden(f"dialog-{name}-{size[0]}x{size[1]}", console.text)
