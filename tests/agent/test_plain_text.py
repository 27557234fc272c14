"""The text of plain walks: lines that lose nothing, output told once, what has happened in between."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from agent.cards import Cards
from agent.columns import cells, exact, wrapped
from agent.happenings import happenings
from agent.narrator import Narrator
from agent.output_lines import MISSED, OutputLines
from agent.voice import Voice
from checks.testing import FakeClock
from checks.text import clean
from runbooks import events, step_events, walk_events
from runbooks.live import Live, Settling
from runbooks.outcome import succeeded
from runbooks.walk import Walk
from runbooks.walk_events import WalkEnding
from tests.hostile import PAYLOADS
from tests.runbooks.reports.telling import OPER2, UNKNOWN, Telling, failed

SHOWN = st.text(st.characters(exclude_categories=("C", "Z", "M"))).map(clean)


@given(SHOWN, st.integers(30, 120))
def test_an_exact_line_loses_nothing_and_cannot_pass_for_two(text: str, width: int):
    lines = exact(text, width, "  > ", "    ")
    assert "".join(line[4:] for line in lines) == text
    assert all(cells(line) <= width for line in lines)
    assert [line.startswith("  > ") for line in lines] == [True] + [False] * (len(lines) - 1)


def test_blanks_at_the_end_of_an_exact_line_stay():
    assert exact("rm -r / tmp  ", 80, "> ", "  ") == ("> rm -r / tmp  ",)


@given(st.lists(SHOWN), st.integers(30, 120))
def test_prose_keeps_every_word_in_its_order(words: list[str], width: int):
    lines = wrapped(" ".join(words), width, "a ", "b ")
    assert "".join("".join(line[2:] for line in lines).split()) == "".join("".join(words).split())
    assert all(cells(line) <= width for line in lines)


@pytest.mark.parametrize("text", [*map(clean, PAYLOADS), "\u4e2d\u6587", "\U0001f680 go", "e\u0301"])
def test_cells_are_counted_as_terminals_count_them(text: str):
    assert cells(text) == wcswidth(text)


def told(*pictures: tuple[str, int]) -> list[str]:
    output = OutputLines()
    lines = [line for text, size in pictures for line in output.take(text, size)]
    return [*lines, *output.rest()]


def test_output_is_told_once_while_it_grows():
    assert told(("a\n", 2), ("a\nb\n", 4), ("a\nb\n", 4), ("a\nb\nc", 5), ("a\nb\ncd\n", 7)) == [
        "a",
        "b",
        "cd",
    ]


def test_output_whose_beginning_is_cut_off_is_told_on():
    whole = [f"line {number}" for number in range(100)]
    text = "\n".join(whole) + "\n"
    pictures = []
    for end in range(10, 101, 7):
        said = "\n".join(whole[:end]) + "\n"
        pictures.append((said[-60:], len(said)))
    pictures.append((text[-60:], len(text)))
    lines = told(*pictures)
    assert lines[-5:] == whole[-5:]
    assert len([line for line in lines if line in whole]) == len({line for line in lines if line in whole})


def test_two_streams_that_grow_in_one_text_are_both_told():
    assert told(("out 1\n\nerr 1\n", 12), ("out 1\nout 2\n\nerr 1\nerr 2\n", 24)) == [
        "out 1",
        "",
        "err 1",
        "out 2",
        "err 2",
    ]


def test_output_that_comes_too_fast_is_said_to_be_left_out():
    assert MISSED in told(("a\n" * 5, 10), ("z\n" * 5, 100_000))


def test_output_of_many_equal_lines_costs_little():
    lines = told(("\n" * 8000, 8000), ("\n" * 8192, 100_000), ("\n" * 8192, 200_000))
    assert set(lines) <= {"", MISSED}


def between(tell) -> tuple[str, ...]:
    walk = Telling()
    walk.do("backup")
    before = walk.walk
    tell(walk)
    return happenings(before, walk.walk)


@pytest.mark.parametrize(
    ("tell", "words"),
    [
        (lambda w: w.start("restart"), ["Step 2 of 4, The step restart: started."]),
        (lambda w: w.do("restart"), ["done after 5.2 s: exit code 0", "verified: api-health OK"]),
        (lambda w: w.fail("restart"), ["FAILED after 5.2 s (exit_code): exit code 3; applied: partial"]),
        (lambda w: (w.start("restart"), w.end("restart", UNKNOWN)), ["UNKNOWN after 5.2 s: the supervisor"]),
        (
            lambda w: (w.start("restart"), w.tell(step_events.StepDetached("restart", 1, "hangs"))),
            ["detach restart", "its end is UNKNOWN"],
        ),
        (
            lambda w: w.tell(step_events.StepSkipped("restart", "its condition does not hold", True)),
            ["left out, its condition does not hold"],
        ),
        (lambda w: w.tell(events.Noted("so be it"), by=OPER2), ["note, oper2, pts/4: so be it"]),
        (
            lambda w: w.tell(walk_events.RollbackBegun("no", ("restart.undo",), ("drop-old",))),
            ["The way back begins. Will be undone: restart.undo. Cannot be undone: drop-old."],
        ),
        (
            lambda w: w.tell(
                walk_events.RollbackBegun("no", ()),
                walk_events.RollbackEnded(False, "worse: queue", ("queue",)),
            ),
            ["NOT everything is as before: worse: queue"],
        ),
        (lambda w: w.tell(walk_events.FinallyBegun(WalkEnding.STOPPED, "no time")), ["The last steps begin"]),
    ],
)
def test_what_has_happened_is_told(tell, words: list[str]):
    said = "\n".join(between(tell))
    for each in words:
        assert each in said


def test_nothing_new_is_nothing_told():
    walk = Telling()
    walk.do("backup")
    assert happenings(walk.walk, walk.walk) == ()


class Heard:
    """A narrator, and what it says."""

    def __init__(self, **more):
        self.out = io.StringIO()
        self.clock = FakeClock()
        self.narrator = Narrator(Voice(self.out), self.clock, **more)
        self.walk = Telling()
        self.before = Walk()
        self.move()

    def move(self, **live) -> str:
        """Tell how it stands; return what is said of it."""
        at = self.out.tell()
        self.narrator.moved(self.before, self.walk.walk, Live(**live))
        self.before = self.walk.walk
        return self.out.getvalue()[at:]


def test_what_a_way_back_waits_for_is_told_once_for_each_check_that_is_missing():
    heard = Heard()
    until = heard.clock.now() + 60
    first = heard.move(settling=Settling(until))
    assert "The way back waits: every check is looked at" in " ".join(first.split())
    assert "1 m 0 s at most" in " ".join(first.split())
    heard.clock.jump(20)
    said = heard.move(settling=Settling(until, ("api", "web")))
    assert "for api, web, until they are as they were before the walk; 40 s at most" in " ".join(said.split())
    assert heard.move(settling=Settling(until, ("api", "web"))) == ""
    assert heard.move() == ""


def test_who_joins_a_walk_is_shown_what_its_way_back_waits_for():
    out, clock, walk = io.StringIO(), FakeClock(), Telling()
    cards = Cards(Voice(out), clock, UTC)
    cards.walk(walk.walk, Live())
    assert "waits" not in out.getvalue()
    cards.walk(walk.walk, Live(settling=Settling(clock.now() + 30, ("api",))))
    said = " ".join(out.getvalue().split())
    assert "waits for api, until it is as it was before the walk; 30 s at most" in said


def test_how_long_something_runs_is_told_now_and_then_beside_the_usual():
    heard = Heard()
    heard.walk.start("backup")
    began = heard.walk.at
    heard.move(step="backup", running="backup", since=began, usual={"backup": 12.0})
    at = heard.out.tell()
    for second in range(190):
        heard.narrator.tick(began + second)
    said = heard.out.getvalue()[at:].splitlines()
    assert [line.split("running for ")[1] for line in said] == [
        "15 s, usually 12 s.",
        "30 s, usually 12 s.",
        "1 m 0 s, usually 12 s.",
        "2 m 0 s, usually 12 s.",
        "3 m 0 s, usually 12 s.",
    ]


def test_what_was_said_last_is_told_with_the_end_and_nothing_twice():
    heard = Heard()
    heard.walk.start("backup")
    live = {"step": "backup", "running": "backup", "since": heard.walk.at}
    said = heard.move(**live, output="a\nb\n", output_bytes=4)
    heard.walk.end("backup", replace(succeeded("c"), detail="a\nb\nc"))
    said += heard.move(**live, output="a\nb\n", output_bytes=4)
    said += heard.move()
    assert [line.strip() for line in said.splitlines()][1:] == [
        "> a",
        "> b",
        "> c",
        "Step 1 of 4, The step backup: done after 5.2 s: c",
    ]


def test_without_an_operator_programs_are_not_quoted_but_failures_are():
    heard = Heard(brief=True)
    heard.walk.start("backup")
    said = heard.move(step="backup", running="backup", since=1.0, output="chatter\n", output_bytes=8)
    heard.walk.end("backup", failed())
    said += heard.move()
    assert "chatter" not in said
    assert "FAILED" in said


def test_trouble_is_told_once_and_a_changed_file_is():
    heard = Heard()
    said = heard.move(trouble="the disk is full") + heard.move(trouble="the disk is full", file_changed=True)
    assert said.count("Trouble: the disk is full") == 1
    assert said.count("goes by the plan that it began with") == 1


def test_of_a_walk_that_is_joined_nothing_past_is_told():
    heard = Heard()
    heard.before = Walk()
    heard.walk.fail("backup")
    assert "FAILED" not in heard.move()
