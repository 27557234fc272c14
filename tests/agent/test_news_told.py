"""What came to nothing without anybody: told by a real agent to a real receiver, once."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from checks import paths
from checks.clock import SystemClock
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.task_events import TaskPlanned
from tests.agent.test_alerts_told import until
from tests.servers.commands import CommandLine
from tests.servers.receiver import Receiver, receiving

BY_HAND = "runbook: by-hand\nwindow: any\nsteps:\n  - {id: look, kind: manual, done: I have looked.}\n"
REFUSED = 14


class ThreeDaysAgo(SystemClock):
    """The clock of somebody who wrote three days ago."""

    def now(self) -> float:
        return super().now() - 3 * 86400


def said(receiver: Receiver) -> list[str]:
    return [json.loads(body)["message"] for _, _, body in receiver.requests]


def count(receiver: Receiver, text: str) -> int:
    return sum(text in message for message in said(receiver))


def test_refused_runs_and_missed_tasks_reach_people_once(
    walkdown: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = datetime.now(UTC) + timedelta(hours=2)
    only = f"{soon:%H:00}-{soon + timedelta(hours=1):%H:00}"
    with receiving() as web:
        tasks = {"dump": {"every": "by hand", "command": ["true"], "only": only}}
        system = {
            "system": "shop",
            "timezone": "Etc/UTC",
            "notify": {"ops": {"url": f"json://127.0.0.1:{web.port}/", "wait": "1 s"}},
        }
        system |= {"checks": {"fine": {"kind": "command", "run": ["true"]}}, "tasks": tasks}
        place = walkdown.system(json.dumps(system), "shop")
        (place / "runbooks").mkdir(mode=0o700, exist_ok=True)
        (place / "runbooks" / "by-hand.yaml").write_text(BY_HAND)

        def refused(*arguments: str) -> bool:
            return walkdown(*arguments, "--system", place).returncode == REFUSED

        with walkdown.watching(place):
            # What happens before the first look of the first agent is news to nobody.
            until(lambda: refused("run", "by-hand", "--auto") and count(web, "by-hand"), within=60)
            assert refused("run", "by-hand", "--auto")
            assert refused("task", "run", "dump")
            until(lambda: count(web, "dump may be done"))
        tasks["drill"] = {"every": "daily 03:00", "due_within": "1 h"}
        walkdown.system(json.dumps(system), "shop")
        monkeypatch.setenv("XDG_STATE_HOME", walkdown.environ["XDG_STATE_HOME"])
        asyncio.run(plan_in_the_past(paths.journal_file(place)))
        with walkdown.watching(place):
            until(lambda: count(web, "task drill was missed"))
        assert [count(web, one) for one in ("run by-hand was not begun", "task dump was not begun")] == [1, 1]
        assert count(web, "steps that need an operator: look") == 1


async def plan_in_the_past(path) -> None:
    async with Journal(path, ThreeDaysAgo()) as journal:
        await journal.append(Draft("", TaskPlanned("drill", "daily 03:00 (Etc/UTC)")))
