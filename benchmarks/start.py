"""Compares how soon commands answer with a bare interpreter, and the first picture with Textual alone.

    python -m benchmarks.start

A command is measured from exec to its end; a console from exec until a text is written to its terminal. For
the console that text is what a check saw: a picture without data would not count.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.console import stop_agent
from benchmarks.origin import Origin, origin
from benchmarks.peers import ours, python
from benchmarks.programs import Program, running, serving, terminal_environment
from benchmarks.rounds import Row, Target, interleaved, show

CHECKS = 20
"""HTTP checks of the system that `check` looks at."""
COMMAND_ROUNDS = 15
CONSOLE_ROUNDS = 7
PATIENCE = 30.0
SAW = "Quokka"
"""What a check of the console's system sees; a word, as only cells that change are written."""
PASS = "python -c pass"
STATIC = "Textual, one Static"
FLOOR = [sys.executable, "-c", "pass"]
ONE_STATIC = f"""
from textual.app import App
from textual.widgets import Static
class One(App[None]):
    def compose(self):
        yield Static("{SAW}")
One().run()
"""


def main() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory(prefix="walkdown-bench-") as name, origin() as here:
        folder = Path(name)
        env = dict.fromkeys(("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), name)
        show("Start: commands, exec to end", compare_commands(write_system(folder, here), env))
        show("Start: console at 120x40, exec to the first picture with data", compare_consoles(folder, env))


def write_system(folder: Path, here: Origin) -> Path:
    """Write a system of HTTP checks on pages that are fine."""
    system = folder / "pages"
    system.mkdir(mode=0o700)
    pages = "".join(
        f'  page-{number}: {{kind: http, url: "http://127.0.0.1:{here.plain}/{number}"}}\n'
        for number in range(CHECKS)
    )
    (system / "system.yaml").write_text(f"system: pages\nchecks:\n{pages}")
    return system


def compare_commands(system: Path, env: Mapping[str, str]) -> list[Row]:
    """Return how much longer each command takes than an interpreter that does nothing."""
    check = ours("check", "--system", str(system))
    run = partial(seconds_to_end, env=env)
    run([*check, "--here"])  # fills the cache, as the run before did
    with agent(system, env):
        seen = interleaved(
            {
                PASS: partial(run, FLOOR),
                "walkdown --help": partial(run, ours("--help")),
                "walkdown --version": partial(run, ours("--version")),
                "walkdown doctor": partial(run, ours("doctor", "--system", str(system)), fine=(0, 1)),
                f"check of {CHECKS} pages by an agent": partial(run, check),
                f"check of {CHECKS} pages, own process": partial(run, [*check, "--here"]),
            },
            COMMAND_ROUNDS,
        )
    floor = seen.pop(PASS) * 1000
    bounds = (6, 6, 20, 9, 25)
    return [
        Row(what, seconds * 1000, "ms", PASS, floor, Target("<=", bound))
        for (what, seconds), bound in zip(seen.items(), bounds, strict=True)
    ]


def compare_consoles(folder: Path, env: Mapping[str, str]) -> list[Row]:
    """Return how much longer the console takes than the smallest program of its framework."""
    system = folder / "said"
    system.mkdir(mode=0o700)
    (system / "system.yaml").write_text(
        f"system: said\nchecks:\n  said: {{kind: command, run: [printf, {SAW}]}}\n"
    )
    console = ours("--system", str(system))

    def without_agent(text: str) -> float:
        try:
            return seconds_to_text(console, text, env)
        finally:
            stop_agent(env["XDG_STATE_HOME"])
            for store in Path(env["XDG_STATE_HOME"]).rglob("*.db*"):
                store.unlink()

    def with_agent() -> float:
        with agent(system, env):
            return seconds_to_text(console, SAW, env)

    work: dict[str, Callable[[], float]] = {
        STATIC: lambda: seconds_to_text([sys.executable, "-c", ONE_STATIC], SAW, env),
        "a warm agent: first picture, with data": with_agent,
        "no agent: first picture": lambda: without_agent("Quit"),
        "no agent: first result": lambda: without_agent(SAW),
    }
    without_agent(SAW)  # fills the cache
    seen = interleaved(work, CONSOLE_ROUNDS)
    floor = seen.pop(STATIC) * 1000
    bounds = (1.5, 1.6, 3)
    return [
        Row(what, seconds * 1000, "ms", STATIC, floor, Target("<=", bound))
        for (what, seconds), bound in zip(seen.items(), bounds, strict=True)
    ]


def seconds_to_end(argv: Sequence[str], env: Mapping[str, str], fine: Sequence[int] = (0,)) -> float:
    """Run a command to its end, which has to be one of these exit codes.

    `doctor` finds fault with there being no terminal, so 1 is as good an answer of it as 0.
    """
    whole = terminal_environment(env)
    began = time.perf_counter()
    done = subprocess.run(argv, env=whole, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    took = time.perf_counter() - began
    if done.returncode not in fine:
        raise subprocess.CalledProcessError(done.returncode, list(argv))
    return took


def seconds_to_text(argv: Sequence[str], text: str, env: Mapping[str, str]) -> float:
    """Run a program in a terminal until it has written the text."""
    began = time.perf_counter()
    with running(argv, env) as terminal:
        return read_until(terminal, text) - began


def read_until(terminal: Program, text: str) -> float:
    """Return when the text was there; raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while text.encode() not in terminal.tail:
        ready, _, _ = select.select([terminal.master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready or not terminal.take():
            raise TimeoutError(f"{text!r} was not written; the last bytes: {bytes(terminal.tail[-300:])!r}")
    return terminal.last


@contextmanager
def agent(system: Path, env: Mapping[str, str]) -> Iterator[None]:
    """Run an agent that has probed everything, while the context is open."""
    whole = {**os.environ, **env}
    command = python("agent", "--system", str(system))
    asked = ours("check", "--system", str(system))
    with serving(command, env=whole, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        deadline = time.monotonic() + PATIENCE
        status = ours("agent", "status", "--system", str(system))
        while subprocess.run(status, env=whole, stdout=subprocess.DEVNULL, check=False).returncode:
            if time.monotonic() > deadline:
                raise TimeoutError("no agent answers")
        subprocess.run(asked, env=whole, stdout=subprocess.DEVNULL, check=True)
        yield


if __name__ == "__main__":
    main()
