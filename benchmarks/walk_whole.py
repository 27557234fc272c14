"""Compares whole walks of trivial steps with a shell script and with ansible-playbook, exec to end.

20 steps that run `true`, without an operator. Every step of ours is journalled, has a supervisor and leaves
evidence; a playbook's `command` tasks run one after another on localhost without a connection; the script is
what all of that is on top of.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks.peers import ansible_playbook, ours
from benchmarks.rounds import Row, Target, interleaved
from benchmarks.start import FLOOR, PASS, agent, seconds_to_end
from benchmarks.walk_stand import own_state, write_system

STEPS = 20
ROUNDS = 7
SCRIPT = "a shell script"
ANSIBLE = "ansible-playbook"
OURS = "walkdown run --auto"
HELP = "walkdown run --help"


def rows() -> list[Row]:
    """Return walks beside both peers, and the start of the command by itself."""
    with own_state() as folder:
        env = {name: os.environ[name] for name in os.environ if name.startswith("XDG_")}
        source = write_system(folder, STEPS, "[/bin/true]")
        with agent(source, env):
            return [*_walked(folder, source, env), _helped(env)]


def _walked(folder: Path, source: Path, env: Mapping[str, str]) -> list[Row]:
    script = folder / "script.sh"
    script.write_text("/bin/true\n" * STEPS)
    work = {
        SCRIPT: ["/bin/sh", "-e", str(script)],
        OURS: ours("run", "walk", "--auto", "--system", str(source)),
    }
    if playbook := ansible_playbook():
        tasks = "".join(f"    - {{name: s{number}, command: /bin/true}}\n" for number in range(STEPS))
        head = "- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n"
        (folder / "walk.yml").write_text(head + tasks)
        interpreter = f"ansible_python_interpreter={sys.executable}"
        work[ANSIBLE] = [playbook, "-i", "localhost,", "-e", interpreter, str(folder / "walk.yml")]
    home = {**env, "HOME": str(folder)}
    seen = interleaved(
        {name: partial(seconds_to_end, command, home) for name, command in work.items()}, ROUNDS
    )
    what, mine = f"{STEPS} steps that do nothing, exec to end", seen[OURS] * 1000
    theirs = seen.get(ANSIBLE, float("nan")) * 1000
    return [
        Row(what, mine, "ms", ANSIBLE, theirs, Target("<=", 1)),
        Row(what, mine, "ms", SCRIPT, seen[SCRIPT] * 1000),
    ]


def _helped(env: Mapping[str, str]) -> Row:
    run = partial(seconds_to_end, env=env)
    work = {PASS: partial(run, FLOOR), HELP: partial(run, ours("run", "--help"))}
    seen = interleaved(work, 15)
    return Row(HELP, seen[HELP] * 1000, "ms", PASS, seen[PASS] * 1000, Target("<=", 300, "ours"))
