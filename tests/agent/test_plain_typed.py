"""What is typed: by hand on a real pseudo terminal, pasted, held, too quick, hidden; from pipes and files."""

from __future__ import annotations

import asyncio
import contextlib
import os
import termios
from collections.abc import AsyncIterator

import pytest

from agent.typed import DEAD, PASTED, SETTLE, TOO_QUICK, Closed, Line, Typed, Typing
from checks.clock import SystemClock

PATIENCE = 10.0


class Keys:
    """The other end of what is read, and what came of it."""

    def __init__(self, file: int, write: int) -> None:
        self.came: list[Typing] = []
        self.write = write
        self.typed = Typed(file, SystemClock(), self.came.append)

    def type(self, text: str | bytes) -> None:
        os.write(self.write, text.encode() if isinstance(text, str) else text)

    async def next(self) -> Typing:
        """Return what came first and was not asked for yet."""
        async with asyncio.timeout(PATIENCE):
            while not self.came:
                await asyncio.sleep(0.01)
        return self.came.pop(0)

    async def asked(self) -> None:
        """Ask, and let the time pass in which no answer counts."""
        self.typed.listen()
        await asyncio.sleep(DEAD + 0.05)


@contextlib.asynccontextmanager
async def keys(file: int, write: int) -> AsyncIterator[Keys]:
    mine = Keys(file, write)
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(mine.typed.read())
        try:
            yield mine
        finally:
            reading.cancel()


@pytest.fixture
async def terminal():
    master, slave = os.openpty()
    try:
        async with keys(slave, master) as mine:
            yield mine
    finally:
        os.close(slave)
        with contextlib.suppress(OSError):
            os.close(master)


@pytest.fixture
async def pipe():
    reading, writing = os.pipe()
    try:
        async with keys(reading, writing) as mine:
            yield mine
    finally:
        os.close(reading)
        with contextlib.suppress(OSError):
            os.close(writing)


async def test_a_line_that_is_typed_by_hand_is_an_answer(terminal: Keys):
    await terminal.asked()
    terminal.type("1\n")
    assert await terminal.next() == Line("1")


async def test_what_was_typed_before_the_question_is_thrown_away(terminal: Keys):
    terminal.type("1")
    await terminal.asked()
    terminal.type("\n")
    assert await terminal.next() == Line(""), "the 1 was typed before"


async def test_an_answer_within_half_a_second_counts_for_nothing(terminal: Keys):
    terminal.typed.listen()
    terminal.type("1\n")
    assert await terminal.next() == TOO_QUICK


async def test_a_paste_of_a_hundred_confirmations_confirms_nothing(terminal: Keys):
    await terminal.asked()
    terminal.type("y\n" * 100)
    assert await terminal.next() == PASTED
    await asyncio.sleep(3 * SETTLE)
    assert terminal.came == []


@pytest.mark.parametrize("gap", [0.0, 0.01, 0.1])
async def test_a_paste_that_drips_in_and_a_key_that_is_held_count_for_nothing(terminal: Keys, gap: float):
    await terminal.asked()
    for _ in range(12):
        terminal.type("1\n")
        await asyncio.sleep(gap)
    assert await terminal.next() == PASTED
    await asyncio.sleep(3 * SETTLE)
    assert not [came for came in terminal.came if isinstance(came, Line)]


async def test_a_bracketed_paste_is_no_number(terminal: Keys):
    await terminal.asked()
    terminal.type("\x1b[200~1\x1b[201~\n")
    answer = await terminal.next()
    assert isinstance(answer, Line)
    assert answer.text != "1"


async def test_after_a_paste_an_answer_by_hand_counts(terminal: Keys):
    await terminal.asked()
    terminal.type("1\n1\n")
    assert await terminal.next() == PASTED
    await terminal.asked()
    terminal.type("2\n")
    assert await terminal.next() == Line("2")


async def test_ctrl_d_closes_and_a_terminal_can_be_asked_again(terminal: Keys):
    await terminal.asked()
    terminal.type(b"\x04")
    assert await terminal.next() == Closed()
    await terminal.asked()
    terminal.type("1\n")
    while (came := await terminal.next()) == Closed():
        pass
    assert came == Line("1")


async def test_a_terminal_that_hangs_up_closes(terminal: Keys):
    await terminal.asked()
    os.close(terminal.write)
    assert await terminal.next() == Closed()


async def test_a_secret_is_not_echoed_and_the_terminal_is_as_before_afterwards(terminal: Keys):
    file = terminal.typed._file
    before = termios.tcgetattr(file)
    with terminal.typed.silent():
        assert not termios.tcgetattr(file)[3] & termios.ECHO
        await terminal.asked()
        terminal.type("hunter2\n")
        assert await terminal.next() == Line("hunter2")
    assert termios.tcgetattr(file) == before
    assert os.read(terminal.write, 100) == b"\r\n"


async def test_a_terminal_shows_again_what_is_typed_when_a_question_is_broken_off(terminal: Keys):
    before = termios.tcgetattr(terminal.typed._file)
    with pytest.raises(RuntimeError), terminal.typed.silent():
        raise RuntimeError
    assert termios.tcgetattr(terminal.typed._file) == before


async def test_a_pipe_gives_one_line_for_each_question(pipe: Keys):
    pipe.type("1\n2\nlast")
    await asyncio.sleep(0.05)
    assert pipe.came == [], "nobody has asked yet"
    for answer in ("1", "2"):
        pipe.typed.listen()
        assert await pipe.next() == Line(answer)
    pipe.typed.listen()
    os.close(pipe.write)
    assert await pipe.next() == Line("last")
    pipe.typed.listen()
    assert await pipe.next() == Closed()


async def test_bytes_that_are_no_text_are_taken_as_such(pipe: Keys):
    pipe.type(b"\xff\xfe\r\n")
    pipe.typed.listen()
    assert await pipe.next() == Line("\ufffd\ufffd")


@pytest.mark.parametrize("text", ["", "1\n2\n"])
async def test_a_file_is_read_as_a_pipe_is(tmp_path, text: str):
    path = tmp_path / "answers"
    path.write_text(text)
    with path.open("rb") as file:
        async with keys(file.fileno(), -1) as mine:
            for line in text.splitlines():
                mine.typed.listen()
                assert await mine.next() == Line(line)
            mine.typed.listen()
            assert await mine.next() == Closed()


async def test_nothing_at_all_is_closed():
    with open(os.devnull, "rb") as file:
        async with keys(file.fileno(), -1) as mine:
            mine.typed.listen()
            assert await mine.next() == Closed()
