"""The plain walk: what is shown before a step, what may be chosen, and what is decided by it."""

from __future__ import annotations

import pytest

from agent.walk_exits import WalkExit
from runbooks import decisions, walk_events
from runbooks.action import Action
from runbooks.decisions import Answer, Confirm, Note, Override, RollBack, Skip, StopWalk
from runbooks.model import Plan, Risk, StepPlan, WindowNeed
from runbooks.question import Choice, Question
from tests.agent.plain_stage import plain
from tests.runbooks.reports.telling import HASH, PLAN, RAN, Telling, step

LONG = Action(
    tuple(f"run --name part-{number} " + "--flag=value " * 12 for number in range(3)),
    "db1:5432/shop",
    "postgres",
    destroys=("table orders, 1200 rows",),
    difference=("-old", "+new"),
)
ENTERED = {
    "": "Enter alone",
    "yes": "'yes' is none",
    "99": "'99' is none",
    "0": "'0' is none",
    "\u0661": "is none",
}


async def test_a_step_is_shown_whole_and_run_by_its_number_and_hash():
    walk = Telling()
    walk.do("backup")
    async with plain(walk) as stage:
        await stage.show("restart", usual={"restart": 12.0})
        await stage.says(
            "Step 2 of 4: The step restart",
            "> docker compose restart api",
            "where      this host",
            "as         root",
            "changes    something",
            "usually    12 s",
            "afterwards check: api-health, level OK",
            "to undo    The step restart.undo",
        )
        await stage.choose("run it, exactly as shown")
        assert await stage.decides() == [Confirm("restart", 1, HASH, "")]
        assert stage.link.decisions[0][:2] == ("w1", 7)


async def test_nothing_of_a_long_action_is_hidden_and_no_line_passes_for_another():
    async with plain() as stage:
        await stage.show("backup", action=LONG)
        said = await stage.says("Type a number")
        quoted = [line for line in said.splitlines() if line.startswith(("    > ", "      "))]
        rejoined = "".join(f"\n{line[6:]}" if line.startswith("    > ") else line[6:] for line in quoted)
        assert all(f"\n{line}" in rejoined for line in (*LONG.lines, *LONG.destroys, *LONG.difference))
        assert max(map(len, said.splitlines())) <= 80
        assert "WILL DESTROY" in said


async def test_enter_alone_and_words_choose_nothing():
    async with plain() as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        for answer, words in ENTERED.items():
            stage.type(answer)
            await stage.says(words, "Type a number")
        assert stage.decided == []


async def test_a_phrase_is_typed_in_full():
    action = Action(("drop",), phrase="shop")
    async with plain() as stage:
        await stage.show("backup", action=action)
        await stage.choose("run it")
        await stage.says("Type 'shop' to run it")
        stage.type("Shop")
        await stage.says("That is not the phrase. Not run.")
        await stage.choose("run it")
        await stage.says("Type 'shop' to run it")
        stage.type("shop")
        assert await stage.decides() == [Confirm("backup", 1, action.sha256, "shop")]


async def test_what_a_shell_reads_is_asked_for_twice():
    action = Action(("a | b",), shell=True)
    async with plain() as stage:
        await stage.show("backup", action=action)
        await stage.says("SHELL      a shell reads this line")
        await stage.choose("run it")
        await stage.says("Type yes to run it:")
        stage.type("y")
        await stage.says("Not run.")
        await stage.choose("run it")
        await stage.says("Type yes to run it:")
        stage.type("yes")
        assert await stage.decides() == [Confirm("backup", 1, action.sha256, "")]


@pytest.mark.parametrize(
    ("words", "decision"),
    [
        ("skip it", Skip("restart", "known good")),
        ("stop the walk here", StopWalk("known good")),
        ("roll back", RollBack("known good")),
        ("write a note", Note("known good", "restart")),
    ],
)
async def test_a_way_needs_a_reason_and_an_empty_line_goes_back(words: str, decision: decisions.Decision):
    walk = Telling()
    walk.do("backup")
    async with plain(walk) as stage:
        await stage.show("restart")
        await stage.choose(words)
        await stage.says("an empty line goes back")
        stage.type("")
        await stage.choose(words)
        await stage.says("an empty line goes back")
        stage.type("no")
        await stage.says("at least 3 characters")
        stage.type("known good")
        assert await stage.decides() == [decision]


async def test_a_way_back_lists_what_it_undoes_and_cannot_before_it_is_decided():
    walk = Telling()
    for name in ("backup", "restart", "smoke"):
        walk.do(name)
    walk.fail("drop-old")
    async with plain(walk) as stage:
        await stage.choose("roll back")
        await stage.says("will undo The step restart.undo", "CANNOT UNDO The step drop-old", "Why is it")


async def test_a_refusal_is_told_and_asked_again():
    async with plain() as stage:
        stage.link.refusal = "it was shown more than ten minutes ago"
        await stage.show("backup")
        await stage.choose("run it")
        await stage.says("Not done: it was shown more than ten minutes ago")
        stage.link.refusal = ""
        await stage.choose("run it")
        assert len(await stage.decides()) == 1


async def test_outside_a_required_window_the_window_has_to_be_set_aside_with_a_full_reason():
    plan = Plan("p", window=WindowNeed.REQUIRED, steps=(step("backup"),))
    async with plain(Telling(plan)) as stage:
        await stage.show("backup", gate="no window is open")
        said = await stage.says("CLOSED     no window is open", "set the rule aside")
        assert "run it" not in said
        stage.type("1")
        await stage.says("at least 10 characters")
        stage.type("short")
        await stage.says("at least 10 characters")
        stage.type("the owner has agreed")
        assert await stage.decides() == [Override("window", "the owner has agreed")]
        stage.telling.tell(walk_events.Overridden("window", "the owner has agreed"))
        await stage.move(step="backup", gate="no window is open")
        await stage.choose("run it")
        assert len(await stage.decides(2)) == 2


async def test_a_question_offers_its_answers_as_numbers():
    plan = Plan("p", steps=(StepPlan("how", "choice", "How?"),))
    question = Question("How is it deployed?", (Choice("docker", "by compose"), Choice("systemd")))
    async with plain(Telling(plan)) as stage:
        await stage.show("how", question=question)
        await stage.says("It asks: How is it deployed?", "1  docker - by compose", "2  systemd", "3  skip it")
        stage.type("2")
        assert await stage.decides() == [Answer("how", 1, "systemd")]


async def test_a_question_takes_text_or_its_default():
    plan = Plan("p", steps=(StepPlan("what", "input"),))
    async with plain(Telling(plan)) as stage:
        await stage.show("what", question=Question("Which version?", default="1.2"))
        await stage.choose("answer")
        await stage.says("Type it (empty: 1.2):")
        stage.type("")
        assert await stage.decides() == [Answer("what", 1, "1.2")]


async def test_an_answer_that_may_not_be_given_is_asked_for_again():
    plan = Plan("p", steps=(StepPlan("what", "input"),))
    async with plain(Telling(plan)) as stage:
        await stage.show("what", question=Question("Which version?"))
        stage.link.refusal = "'x' is no version"
        await stage.choose("answer")
        stage.type("x")
        await stage.says("Not done: 'x' is no version", "1  answer")


async def test_a_secret_is_taken_and_never_said():
    async with plain() as stage:
        stage.telling.do("backup")
        await stage.move(
            step="restart", wanted_secret="token", question=Question("token: its value again", secret=True)
        )
        await stage.choose("give its value")
        await stage.says("it is not shown")
        stage.type("hunter2-hunter2")
        assert await stage.decides() == [Answer("restart", 0, "hunter2-hunter2")]
        assert "hunter2" not in stage.text
        assert "hunter2" not in stage.announced.getvalue()


async def test_a_walk_to_its_end_tells_what_happens_and_ends_with_its_code():
    async with plain() as stage:
        for name in ("backup", "restart", "smoke", "drop-old"):
            stage.telling.do(name, f"did {name}")
            await stage.move()
            await stage.says(f"did {name}")
        stage.telling.close(walk_events.WalkEnding.DONE)
        await stage.move()
        assert await stage.exit() == WalkExit.DONE
        await stage.says("Done: 4 of 4 steps succeeded", "walkdown report --walk w1")


async def test_no_more_to_type_leaves_the_walk_open_and_says_how_to_come_back():
    async with plain() as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        stage.hang_up()
        assert await stage.exit() == WalkExit.LEFT_OPEN
        await stage.says("The walk stays open in the agent", "To go on with it: walkdown resume w1")
        assert stage.decided == []


async def test_leaving_is_a_way_and_decides_nothing():
    async with plain() as stage:
        await stage.show("backup")
        await stage.choose("leave the walk open")
        assert await stage.exit() == WalkExit.LEFT_OPEN
        assert stage.decided == []


async def test_changes_and_questions_are_announced_in_single_lines():
    async with plain() as stage:
        await stage.show("backup")
        await stage.says("Type a number")
        lines = stage.announced.getvalue().splitlines()
        assert all(line.startswith("ANN: ") for line in lines)
        assert "ANN: Step 1 of 4: The step backup" in lines
        assert lines[-1] == "ANN: shown backup: type a number"


async def test_text_from_outside_cannot_hurt_the_terminal():
    evil = "\x1b]52;c;b3duZWQ=\x07\u202e\r\x9b2J"
    plan = Plan("p", steps=(StepPlan("s", "command", evil, evil, changes=True),), risk=Risk.LOW)
    action = Action((evil,), evil, evil, destroys=(evil,), phrase="")
    async with plain(Telling(plan)) as stage:
        await stage.show("s", action=action, gate=evil, trouble=evil, output=evil, output_bytes=9)
        await stage.says("Type a number")
        told = stage.text + stage.announced.getvalue()
        assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(told)
        assert "\u241b]52;c" in told


async def test_no_escape_code_and_no_carriage_return_is_ever_written():
    async with plain() as stage:
        await stage.show("backup")
        await stage.choose("show it again")
        await stage.says("Step 1 of 4: The step backup")
        assert all(char == "\n" or char.isprintable() for char in stage.text)
        assert RAN.lines[0] in stage.text
        assert PLAN.name not in stage.announced.getvalue()
