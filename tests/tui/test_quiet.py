"""What a console shows and asks of silences, acknowledgements and messages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.quiet_messages import (
    Acknowledge,
    AlertsAnswer,
    AskAlerts,
    BeginSilence,
    EndSilence,
    QuietAnswer,
    QuietMoved,
    Withdraw,
)
from checks.alerts.alert import Letter
from runbooks.operators import Operator
from runbooks.quiet.state import Acknowledgement, QuietNow, QuietState, Silence
from tests.hostile import PAYLOADS, raw_in
from tests.tui.boards import SHOP_STATES, START, snapshot
from tests.tui.golden import check_golden
from tests.tui.stage import Stage, stage
from tui.dialogs.quiet import AcknowledgeDialog, LiftDialog, SilenceDialog, WithdrawDialog
from tui.screen_registry import SCREENS
from tui.screens.alerts import AlertsScreen
from tui.screens.check import CheckScreen
from tui.widgets.header import HeaderBar

ALICE = Operator("root", 0, "alice")
ACK = Acknowledgement("orders", "disk ordered, comes at noon", "CRIT", START - 60, START + 7200, ALICE)
NOISE = Silence("s7", ("worker",), "known noise", since=START - 60, until=START + 7200, by=ALICE)
WINDOW = Silence(
    "s4",
    ("web", "api"),
    "the window weekly is open",
    "window",
    "weekly",
    START - 600,
    by=Operator("walkdown"),
)
QUIET = QuietNow(QuietState((WINDOW, NOISE), (ACK,), 9))
BOARD = snapshot(
    [
        replace(
            each,
            acknowledged=each.name == "orders",
            silenced=each.name == "worker",
            maintenance=each.name in ("web", "api"),
        )
        for each in SHOP_STATES
    ],
    2,
)
LETTERS = (
    Letter("k3", "ops", "[CRIT] Shop: orders", "orders: OK -> CRIT", START - 30, START, 2, "it said 503"),
    Letter(
        "k2", "ops", "[WARN] Shop: certificate", "certificate", START - 300, START - 300, 1, "", START - 290
    ),
    Letter("k1", "dba", "[OK] Shop: db", "db", START - 90000, START, 99, "it is gone", 0.0, START - 3600),
)


async def quietly(console: Stage, quiet: QuietNow = QUIET) -> None:
    """Have the agent tell what people are not told of."""
    console.link.answers[QuietAnswer] = QuietAnswer(1, quiet)
    console.link.answers[AlertsAnswer] = AlertsAnswer(1, LETTERS)
    await console.link.stand(QuietMoved(quiet))
    await console.update(BOARD)
    await console.until(lambda: console.app.quiet == quiet)


def wishes(console: Stage) -> list:
    return [one for one in console.link.asked if not isinstance(one, AskAlerts)]


def said(console: Stage) -> str:
    return " ".join(note.message for note in console.app._notifications)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_what_is_quiet_is_seen_in_every_place(size) -> None:
    async with stage(size=size) as console:
        await quietly(console)
        await console.until("acknowledged: ")
        check_golden(f"quiet-health-{size[0]}x{size[1]}", console.text)
        await console.press("A")
        await console.until("disk ordered")
        await console.until("waits: it said")
        check_golden(f"quiet-alerts-{size[0]}x{size[1]}", console.text)


async def test_the_header_counts_what_somebody_sees_to_apart() -> None:
    async with stage(size=(120, 40)) as console:
        await quietly(console)
        header = str(console.app.screen.query_one(HeaderBar).render())
        assert "1 ack  1 silenced  2 maintenance" in header
        assert "C 1" in header, "and hides none"


async def test_a_check_says_who_sees_to_it_and_why_it_is_silent() -> None:
    async with stage() as console:
        await quietly(console)
        await console.press("enter")
        await console.until("acknowledged by alice")
        assert isinstance(console.app.screen, CheckScreen)
        line = console.line("acknowledged by alice")
        assert "ends until 10:00:00 UTC: disk ordered, comes at noon" in line


async def test_a_trouble_is_acknowledged_by_keys() -> None:
    async with stage() as console:
        await quietly(console, QuietNow())
        await console.press("a")
        await console.until(lambda: isinstance(console.app.screen, AcknowledgeDialog))
        await console.until(lambda: "type a comment" in console.hint)
        await console.type("disk ordered")
        await console.press("tab")
        await console.type("2h")
        await console.accept()
        (wish,) = wishes(console)
        assert wish == Acknowledge(wish.id, "orders", "disk ordered", 7200.0)


async def test_a_check_is_silenced_and_what_the_agent_refuses_is_said() -> None:
    async with stage() as console:
        await quietly(console, QuietNow())
        await console.press("enter", "m")
        await console.until(lambda: isinstance(console.app.screen, SilenceDialog))
        await console.type("noise")
        await console.press("tab", "backspace", "backspace")
        await console.until(lambda: "type a length" in console.hint)
        await console.type("5s")
        console.link.refusal = "a length is from 1 m to 30 d"
        await console.accept()
        await console.until("a length is from 1 m to 30 d")
        console.link.refusal = ""
        await console.press("backspace", "backspace")
        await console.type("90m")
        await console.accept()
        assert [(one.checks, one.lasts, one.reason) for one in wishes(console)] == [
            (("orders",), 5400.0, "noise")
        ]
        assert isinstance(wishes(console)[0], BeginSilence)


async def test_both_are_taken_back_by_the_same_keys() -> None:
    async with stage() as console:
        await quietly(console)
        await console.press("a")
        await console.until(lambda: isinstance(console.app.screen, WithdrawDialog))
        await console.type("not my task")
        await console.accept()
        await console.press("A")
        await console.until(lambda: isinstance(console.app.screen, AlertsScreen))
        await console.until("known noise")
        await console.press("x")
        await console.until(
            lambda: any("ends with the window weekly" in n.message for n in console.app._notifications)
        )
        await console.press("j", "x")
        await console.until(lambda: isinstance(console.app.screen, LiftDialog))
        await console.type("well again")
        await console.accept()
        first, second = wishes(console)
        assert first == Withdraw(first.id, "orders", "not my task")
        assert second == EndSilence(second.id, "s7", "well again")


async def test_what_is_well_has_nothing_to_acknowledge() -> None:
    async with stage() as console:
        await quietly(console, QuietNow())
        await console.press("G", "a")
        await console.until(
            lambda: any("there is nothing to" in n.message for n in console.app._notifications)
        )


async def test_a_message_is_read_in_full_from_the_journal() -> None:
    async with stage() as console:
        await quietly(console)
        await console.press(str(1 + list(SCREENS).index("journal")), "A")
        await console.until("waits: it said")
        await console.press("tab", "enter")
        await console.until("orders: OK -> CRIT")


async def test_hostile_words_stay_words() -> None:
    evil = " ".join(PAYLOADS)
    silence = Silence("s1", (evil,), evil, by=Operator(evil, 0, evil), left_on=evil)
    ack = Acknowledgement("orders", evil, "CRIT", START, by=Operator(evil, 0, evil))
    letter = Letter("k1", evil, evil, evil, START, START, 1, evil)
    async with stage(size=(120, 40)) as console:
        await quietly(console, QuietNow(QuietState((silence,), (ack,), 3), evil))
        console.link.answers[AlertsAnswer] = AlertsAnswer(1, (letter,))
        await console.press("A")
        await console.until("LEFT ON")
        await console.press("tab", "enter")
        await console.pilot.pause(0.1)
        assert not raw_in(console.text)
        await console.press("escape", "escape", "enter")
        await console.until(lambda: isinstance(console.app.screen, CheckScreen))
        await console.pilot.pause(0.1)
        assert not raw_in(console.text)
