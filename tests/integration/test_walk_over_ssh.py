"""A walk over a real ssh connection that is cut while a command runs: the walk does not notice."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runbooks.walk import Status

SECONDS = os.environ.get("WALKDOWN_SSH_SECONDS", "6")
"""How long the command runs; the requirement says 60, which is too long for every day."""
TOO_QUICK = 1.0
"""Seconds in which an answer cannot have been meant, as the program says."""
RUNBOOK = f"""
runbook: test
window: any
steps:
  - id: long
    kind: command
    run: [sh, -c, 'for i in $(seq {SECONDS}); do echo "second $i"; sleep 1; done; echo through; exit 0']
    undo: none
"""


def read_until(terminal: int, words: str, within: float = 30.0) -> str:
    said = b""
    deadline = time.monotonic() + within
    os.set_blocking(terminal, False)
    while words.encode() not in said:
        assert time.monotonic() < deadline, said.decode(errors="replace")
        try:
            said += os.read(terminal, 65536)
        except BlockingIOError:
            time.sleep(0.05)
    return said.decode(errors="replace")


@pytest.mark.timeout(300)
async def test_a_cut_connection_leaves_the_walk_and_its_command_alone(agents, ssh_server):
    source = agents.system()
    agents.runbook(source, RUNBOOK)
    inside = [f"{name}={os.environ[name]}" for name in os.environ if name.startswith("XDG_")]
    walkdown = Path(sys.executable).with_name("walkdown")
    near, far = pty.openpty()
    line = ssh_server.command("env", *inside, str(walkdown), "run", "test", "--system", str(source))
    with subprocess.Popen(line, stdin=far, stdout=far, stderr=far) as ssh:
        read_until(near, "Type a number")
        time.sleep(TOO_QUICK)
        os.write(near, b"1\n")
        read_until(near, "second 2")
        ssh_server.cut()
        ssh.wait(20)
    os.close(near)
    os.close(far)
    async with agents.link(source) as console:
        await console.attached()
        over = await console.moved(lambda w, live: w.over, within=float(SECONDS) + 30)
        state = over.walk.state("long")
        assert (state.status, state.attempt) == (Status.SUCCEEDED, 1)
        assert not any(remark.what == "resume" for remark in over.walk.remarks), (
            "the agent was there all the time"
        )
        output = await console.link.evidence(over.walk.id, "long", 1, "out")
        assert output.splitlines()[-1] == "through"
        assert f"second {SECONDS}" in output
