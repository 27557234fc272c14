"""Text that wants to do something, in every field of a walk: it is shown, and does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runbooks import events, walk_events
from runbooks.action import Action
from runbooks.live import BrokenRunbook, DryStep, Live, Runbooks, WalkHead
from runbooks.model import Condition, InputPlan, Plan, Risk, StepPlan
from runbooks.operators import Operator
from runbooks.outcome import Applied, Outcome
from runbooks.outcome import Ending as Ended
from runbooks.question import Choice, Question
from runbooks.step_events import Evidence
from runbooks.walk import Walk
from tests.hostile import PAYLOADS, raw_in
from tests.tui.boards import START
from tests.tui.stage import Stage, key_of, stage
from tests.tui.walks import WalkMaker
from tui.environment import Manners
from tui.messages import DetailOpened
from tui.screens.walk import WalkScreen

ENCODED = [payload.encode(errors="backslashreplace").decode() for payload in PAYLOADS]
"""As they may come over the wire, which carries no halves of pairs."""
ALL = "\n".join(ENCODED)
GROUPS = ["".join(payload[:300] for payload in ENCODED[start::3]) for start in range(3)]


def hostile_plan(text: str) -> Plan:
    """Return a plan with the text wherever a text may be."""
    look = StepPlan(f"s.v{text}", text, text, options={text: text, "run": [text, text]})
    undo = StepPlan(f"s.u{text}", text, "", options={"run": [text]}, changes=True)
    step = StepPlan(
        f"s{text}",
        text,
        text,
        text,
        {"run": [text, text], text: {"text": text}, "n": {text: text}},
        changes=True,
        verify=(look,),
        undo=(undo,),
        guards=(text,),
        when=(Condition(text, (text,)),),
        refs=(text,),
    )
    lost = replace(step, id=f"l{text}", verify=(), undo=(), irreversible=True, point_of_no_return=True)
    return Plan(
        f"p{text}",
        text,
        text,
        Risk.HIGH,
        target=text,
        guards=(text, "api"),
        inputs=(InputPlan(text, text, choices=(text,)), InputPlan("s", text, secret=True, pattern="a+")),
        steps=(step, lost),
        last=(replace(step, id=f"f{text}", verify=(), undo=()),),
        refs=(text,),
        source=text,
    )


def hostile_action(text: str) -> Action:
    """Return an action with the text in every field."""
    lines = (text, f"-{text}")
    return Action(lines, text, text, True, lines, lines, text[:40], text)


def hostile_walk(text: str, stage_of: str) -> Walk:
    """Return a walk in that state, with the text in all that was said and done."""
    made = WalkMaker(hostile_plan(text))
    made.by = Operator(text, 0, text, text, text, text)
    first, action = f"s{text}", hostile_action(text)
    made.add(events.Noted(text, first), events.Denied(text, text), walk_events.Overridden(text, text))
    made.shown(first, action)
    if stage_of == "shown":
        return made.add(walk_events.WalkPaused(text, (text,)), walk_events.WalkWentOn(text)).walk
    made.begun(first, action)
    if stage_of == "running":
        return made.walk
    ending = Ended.UNKNOWN if stage_of == "unknown" else Ended.FAILED
    outcome = Outcome(ending, text, Applied.PARTIAL, text, {text: text}, {text: text}, ALL)
    made.ended(first, outcome, files=(Evidence(text, text, 5, truncated=True),))
    if stage_of == "over":
        made.add(
            walk_events.RollbackBegun(text, (f"s.u{text}",), (text,)),
            walk_events.RollbackEnded(False, text, (text,)),
        )
        made.add(walk_events.FinallyBegun(walk_events.WalkEnding.FAILED, text))
        made.add(walk_events.WalkEnded(walk_events.WalkEnding.FAILED, text))
    return made.walk


def hostile_live(text: str, stage_of: str) -> Live:
    """Return what is live in that state."""
    question = Question(text, (Choice(text, text), Choice("b", text)), default=text)
    return Live(
        step=f"s{text}",
        running=f"s{text}" if stage_of == "running" else "",
        since=START - 5,
        overdue=stage_of == "running",
        output=f"{ALL}\n{text}",
        output_bytes=99,
        question=question if text == GROUPS[0] else None,
        trouble=text,
        gate="",
        file_changed=True,
        usual={text: 1.0},
    )


async def looked_at(console: Stage) -> None:
    """Look at all of it that can be seen, and see that nothing raw is there."""
    for key in ("tab", "G", "g", "tab", "j"):
        await console.press(key)
        assert not raw_in(console.text)
    assert console.app.is_running
    assert not console.app._exit


@pytest.mark.parametrize(
    ("stage_of", "text"),
    [
        ("shown", GROUPS[0]),
        ("shown", GROUPS[1]),
        ("running", GROUPS[2]),
        ("failed", GROUPS[0]),
        ("failed", GROUPS[2]),
        ("unknown", GROUPS[1]),
        ("over", GROUPS[2]),
    ],
    ids=lambda value: f"{GROUPS.index(value)}" if value in GROUPS else value,
)
async def test_a_walk_does_nothing_to_the_terminal(stage_of: str, text: str) -> None:
    async with stage(size=(120, 40)) as console:
        walk = hostile_walk(text, stage_of)
        await console.enter_walk(walk, hostile_live(text, stage_of))
        await looked_at(console)
        for key in ("enter", "S", "b", "x", "s", "n", "T", "ctrl+c", "question_mark", "colon"):
            await console.press("escape") if not isinstance(console.app.screen, WalkScreen) else None
            await console.press(key)
            assert not raw_in(console.text), key
            await console.press("tab", "pagedown")
            assert not raw_in(console.text), key
            while not isinstance(console.app.screen, WalkScreen):
                await console.press("escape")
        console.app.post_message(DetailOpened("past_walk", (walk.id,)))
        await console.pilot.pause(0.1)
        await looked_at(console)


@pytest.mark.parametrize("text", GROUPS, ids=range(len(GROUPS)))
async def test_a_library_does_nothing_to_the_terminal(text: str) -> None:
    plan = hostile_plan(text)
    head = WalkHead(
        "w", plan.name, text, START - 60, Operator(text, 0, text), START, walk_events.WalkEnding.DONE
    )
    async with stage(size=(100, 30)) as console:
        console.link.library = Runbooks(
            (plan,), (BrokenRunbook(text, (text, text)),), {}, {plan.name: head}, trouble=text
        )
        console.link.heads = (head,)
        console.link.dry_steps = (DryStep(plan.steps[0].id, (text,), text, False),)
        await console.press(key_of("runbooks"))
        await console.until("cannot be used")
        await looked_at(console)
        await console.press("G", "enter")
        await looked_at(console)
        await console.press("escape", key_of("journal"))
        await console.pilot.pause(0.1)
        await looked_at(console)
        console.app.post_message(DetailOpened("plan", (plan.name,)))
        await console.pilot.pause(0.1)
        for key in ("enter", "escape", "d", "escape"):
            await console.press(key)
            assert not raw_in(console.text)
        await looked_at(console)


async def test_where_only_ascii_is_to_be_had_no_mark_is_missing() -> None:
    from tests.tui.walks import past

    async with stage(size=(120, 40), manners=Manners(ascii_only=True)) as console:
        await console.enter_walk(past())
        assert console.text.isascii()
        assert "+  1 Make a restore point" in console.text
        assert "x  3 Restart the API" in console.text
        assert "<3 back to the image" in console.text
        assert "?" not in console.app.screen.query_one("#steps").text
