"""The dialogs that answer what a walk asks: questions, failures, unknown ends, overdue programs."""

from __future__ import annotations

import pytest

from runbooks import step_events
from runbooks.action import Action
from runbooks.decisions import (
    Answer,
    Retry,
    RollBack,
    Skip,
    StopWalk,
    VerifyAgain,
)
from runbooks.live import Live
from runbooks.outcome import succeeded
from runbooks.question import Choice, Question
from runbooks.walk import Walk
from tests.tui.stage import Stage, stage
from tests.tui.walks import PURGE, at_restart, failed
from tui.dialogs.failure import FailureDialog
from tui.dialogs.rollback import RollBackDialog
from tui.screens.walk import WalkScreen
from tui.widgets.field import Field
from tui.widgets.page import Page

REASON = "the disk was full"


def decided(console: Stage) -> list[object]:
    """Return the decisions that were made under the fence that this console was given."""
    assert all(walk == "walk-1" and fence == 1 for walk, fence, _ in console.link.decisions)
    return [decision for _, _, decision in console.link.decisions]


async def ask(console: Stage, walk: Walk, live: Live = Live(), key: str = "enter") -> None:  # noqa: B008
    """Open the dialog that this key opens."""
    await console.enter_walk(walk, live)
    await console.press(key)
    await console.until(lambda: not isinstance(console.app.screen, WalkScreen))
    await console.pilot.pause(0.05)


def at_look(action: Action = Action(("declare: It is done.",))) -> Walk:  # noqa: B008
    """Return a walk that asks whether the smoke test went well."""
    return at_restart().done("restart", PURGE, 11.0).shown("look", action).walk


# Questions


async def test_one_of_several_is_chosen_by_number() -> None:
    question = Question("It is done.", (Choice("done"), Choice("not done", "then it has failed")))
    async with stage() as console:
        await ask(console, at_look(), Live(step="look", question=question))
        assert "Open the shop and put something into the basket." in console.text
        assert "choose" in console.hint
        await console.press("2")
        await console.until("answer: not done")
        await console.accept()
        await console.until(lambda: decided(console) == [Answer("look", 1, "not done")])


async def test_text_is_typed_and_a_refusal_leaves_it_there() -> None:
    async with stage() as console:
        await ask(console, at_look(), Live(step="look", question=Question("Type what you saw")))
        await console.type("a red banner")
        console.link.refusal = "that is no answer"
        await console.accept()
        await console.until("that is no answer")
        assert console.app.screen.query_one(Field).value == "a red banner"
        console.link.refusal = ""
        await console.accept()
        await console.until(lambda: decided(console) == [Answer("look", 1, "a red banner")])


async def test_a_phrase_is_typed_below_what_will_be_gone() -> None:
    action = Action(("type: delete old logs",), destroys=("every log older than 30 days",))
    question = Question("Type 'delete old logs' to confirm", phrase="delete old logs")
    async with stage() as console:
        await ask(console, at_look(action), Live(step="look", question=question))
        assert "every log older than 30 days" in console.text
        assert "DESTROYS" in console.text
        await console.type("delete old logs")
        await console.accept()
        await console.until(lambda: decided(console) == [Answer("look", 1, "delete old logs")])


@pytest.mark.parametrize("refusal", ["", "no such token"])
async def test_a_secret_is_hidden_and_forgotten(refusal: str) -> None:
    live = Live(
        step="restart", wanted_secret="token", question=Question("token: its value again", secret=True)
    )
    async with stage() as console:
        await ask(console, at_restart().walk, live)
        dialog, field = console.app.screen, console.app.screen.query_one(Field)
        await console.type("t0ken-s3cret")
        assert "s3cret" not in console.text
        console.link.refusal = refusal
        await console.accept()
        await console.until(lambda: bool(refusal and refusal in console.text) or bool(console.link.decisions))
        assert field.value == ""
        assert "s3cret" not in repr(dialog.__dict__)
        if not refusal:
            assert decided(console) == [Answer("token", 0, "t0ken-s3cret")]


# Failures


async def test_a_failure_shows_what_is_known_and_chooses_nothing() -> None:
    async with stage() as console:
        await ask(console, failed())
        for words in (
            "exit code 1: no space left on device",
            "exit_code",
            "part of it may have taken effect",
            "Error: no space left on device",
            "1 to undo",
        ):
            assert words in console.text
        assert "choose" in console.hint


async def test_it_is_tried_again() -> None:
    async with stage() as console:
        await ask(console, failed())
        await console.press("1")
        await console.accept()
        await console.until(lambda: decided(console) == [Retry("restart")])


async def test_it_is_verified_again() -> None:
    async with stage() as console:
        await ask(console, failed())
        await console.press("2")
        await console.accept()
        await console.until(lambda: decided(console) == [VerifyAgain("restart")])


@pytest.mark.parametrize(
    ("key", "words", "wanted"),
    [
        ("3", "is let pass", Skip("restart", REASON)),
        ("4", "will undo, in this order", RollBack(REASON)),
        ("5", "The walk ends where it is", StopWalk(REASON)),
    ],
)
async def test_what_needs_a_reason_asks_for_it(key: str, words: str, wanted: object) -> None:
    async with stage() as console:
        await ask(console, failed())
        await console.press(key)
        await console.accept()
        await console.until(words)
        assert decided(console) == []
        await console.type("no")
        assert "type a reason" in console.hint
        console.app.screen.query(Field).first().value = ""
        await console.type(REASON)
        await console.accept()
        await console.until(lambda: decided(console) == [wanted])


def not_verified() -> Walk:
    made = at_restart().begun("restart", PURGE).ended("restart", succeeded("restarted"))
    return made.add(step_events.StepVerified("restart", 1, False, "api is CRIT: connection refused")).walk


async def test_what_was_done_but_is_not_as_it_should_be_is_a_failure_of_its_own_kind() -> None:
    async with stage() as console:
        await ask(console, not_verified())
        assert isinstance(console.app.screen, FailureDialog)
        assert "not verified: api is CRIT: connection refused" in console.text


async def test_t_asks_the_same() -> None:
    async with stage() as console:
        await ask(console, failed(), key="t")
        assert isinstance(console.app.screen, FailureDialog)


# The way back


async def test_the_way_back_says_what_it_undoes_what_it_cannot_and_what_is_past_return() -> None:
    made = at_restart().done("restart", PURGE, 11.0).begun("look", PURGE).ended("look", succeeded("fine"))
    made.begun("purge", PURGE).ended("purge", succeeded("1204113 rows"))
    async with stage() as console:
        await ask(console, made.walk, key="b") if not made.walk.over else None
        assert isinstance(console.app.screen, RollBackDialog)
        page = console.app.screen.query_one(Page).text
        assert "CAREFUL  past the point of no return: Delete old orders was begun" in page
        assert "\u21ba3 back to the image before" in page
        assert page.index("cannot undo") < page.index("5 Delete old orders")
