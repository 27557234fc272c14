"""Responses by a real agent: a service that really dies is started again, more slowly, then left alone."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers.commands import CommandLine
from tests.servers.receiver import Receiver, receiving

REVIVE = """
runbook: revive
title: Start the worker again
risk: low
target: worker
steps:
  - id: restart
    kind: service
    title: Start it again
    service: worker
    action: restart
    verify: {check: worker, within: 10 s}
    undo: none
"""


def until(holds: Callable[[], object], within: float = 30.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "nothing of the kind came"
        time.sleep(0.05)


@dataclass
class Works:
    """A system with one service that can be killed, and an agent that starts it again."""

    walkdown: CommandLine
    source: Path
    pid_file: Path

    def run(self, *arguments: str):
        return self.walkdown(*arguments, "--system", self.source)

    @property
    def pid(self) -> int:
        """Return the process of the service; 0 when it is dead."""
        with contextlib.suppress(FileNotFoundError, IndexError, ProcessLookupError):
            pid = int(self.pid_file.read_text().split()[0])
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            return 0 if state == "Z" else pid
        return 0

    def kill(self) -> float:
        """Kill the service; return when."""
        os.kill(self.pid, signal.SIGKILL)
        until(lambda: not self.pid)
        return time.monotonic()

    def revived(self, since: float) -> float:
        """Wait until the service lives; return after how long."""
        until(lambda: self.pid)
        return time.monotonic() - since

    def walks(self) -> list[dict]:
        return json.loads(self.run("walks", "-o", "json").stdout)


@pytest.fixture
def works(walkdown: CommandLine) -> Iterator[Callable[..., Works]]:
    made: list[Works] = []

    def make(receiver: Receiver, **options) -> Works:
        pid_file = walkdown.folder / "worker.pid"
        look = f'read pid rest < {pid_file} && kill -0 "$pid" && echo alive'
        check = {"kind": "command", "run": ["sh", "-c", look], "expect": {"text": "alive"}}
        check |= {"every": "1 s", "timeout": "1 s", "attempts": 1}
        worker = {"driver": "process", "run": ["sleep", "1000"], "pid_file": str(pid_file), "settle": 0.2}
        response = {"when": {"check": "worker", "times": 3}, "run": "revive", "escalate": "ops"} | options
        system = {"system": "works", "checks": {"worker": check}, "services": {"worker": worker}}
        system |= {"notify": {"ops": {"url": f"json://127.0.0.1:{receiver.port}/", "wait": "20 s"}}}
        system |= {"responses": {"revive": response}}
        made.append(Works(walkdown, walkdown.system(json.dumps(system), "works"), pid_file))
        (made[-1].source / "runbooks").mkdir(mode=0o700, exist_ok=True)
        (made[-1].source / "runbooks" / "revive.yaml").write_text(REVIVE)
        return made[-1]

    yield make
    for one in made:
        if one.pid:
            os.kill(one.pid, signal.SIGKILL)


def said(receiver: Receiver) -> list[tuple[str, str]]:
    messages = [json.loads(body) for _, _, body in receiver.requests]
    return [(one["title"], one["message"]) for one in messages if "has not helped" in one["title"]]


def test_a_service_that_dies_is_started_again_ever_more_slowly_and_then_left_to_people(works) -> None:
    with receiving() as web:
        place = works(web, backoff="7 s", most="2 per 1 h")
        with place.walkdown.watching(place.source):
            place.revived(0)
            until(lambda: [one["ending"] for one in place.walks()] == ["done"])
            killed = place.kill()
            assert place.revived(killed) > 2, "not before the third bad result, and the pause is over"
            until(lambda: [one["ending"] for one in place.walks()] == ["done", "done"])
            (newest, first) = place.walks()
            assert newest["walk"] != first["walk"]
            story = place.run("walks", newest["walk"], "-o", "json").stdout
            assert "auto" in story, "journalled like any walk"
            assert said(web) == []
            place.kill()
            until(lambda: said(web))
            status = place.run("agent", "status").stdout
        ((title, message),) = said(web)
        assert title == "[CRIT] works: response revive has not helped"
        assert "worker: 2 runs were begun, and it is CRIT still" in message
        assert "WARN responses: revive: 2 runs were begun" in status
        assert not place.pid
        with place.walkdown.watching(place.source):
            time.sleep(6)
            assert not place.pid, "an agent that begins anew knows what was done"
            assert len(said(web)) == 1


def test_inside_of_a_window_nothing_is_done_by_itself(works) -> None:
    with receiving() as web:
        place = works(web, backoff="1 s")
        with place.walkdown.watching(place.source):
            place.revived(0)
            until(lambda: [one["ending"] for one in place.walks()] == ["done"])
            opened = place.run("window", "open", "work", "--for", "1h", "--reason", "we replace the worker")
            assert opened.returncode == 0, opened.stderr
            place.kill()
            time.sleep(6)
            assert not place.pid
            closed = place.run("window", "close", "--reason", "the worker was replaced")
            assert closed.returncode == 0, closed.stderr
            until(lambda: place.pid)


def test_a_runbook_that_cannot_be_walked_is_left_to_people_at_once(works) -> None:
    with receiving() as web:
        place = works(web, run="ghost")
        with place.walkdown.watching(place.source):
            until(lambda: said(web))
        ((_, message),) = said(web)
        assert "worker: ghost ended as an error (64)" in message


def test_a_response_whose_runbook_is_not_there_or_needs_a_person_is_warned_of(works) -> None:
    with receiving() as web:
        place = works(web, run="revise")
        assert "responses.revive.run: warning: no runbook is called 'revise'; did you mean 'revive'?" in (
            place.run("validate").stderr
        )
        place = works(web)
        assert place.run("validate").stderr == ""
        path = place.source / "runbooks" / "revive.yaml"
        path.write_text(REVIVE.replace("risk: low", "risk: high"))
        assert "revive needs an operator" in place.run("validate").stderr
        waits = REVIVE.replace("risk: low", "risk: high\napproval: required")
        path.write_text(waits)
        assert "revive has steps that another user has to approve" in place.run("validate").stderr
