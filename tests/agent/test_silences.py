"""Silences, acknowledgements and alerts from outside with a real agent, through kills."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.link import RefusedError
from agent.quiet_messages import (
    Acknowledge,
    AlertsAnswer,
    AskAlerts,
    AskQuiet,
    BeginSilence,
    EndSilence,
    QuietAnswer,
    RaiseAlert,
)
from runbooks.quiet.state import QuietState
from tests.servers.agents import Agents, Events
from tests.servers.commands import CommandLine
from tests.servers.receiver import Receiver, receiving

REVIVE = """
runbook: revive
title: Start it again
risk: low
window: any
steps:
  - {{id: restart, kind: command, run: [sh, -c, "echo revived >> {folder}/revived; {more}"], undo: none}}
"""


async def until(holds: Callable[[], object], within: float = 30.0) -> None:
    async with asyncio.timeout(within):
        while not holds():
            await asyncio.sleep(0.05)


@dataclass
class Shop:
    """A system of two checks whose level the test writes, one route, and a console."""

    source: Path
    web: Receiver
    agents: Agents
    console: Events

    def be(self, **well: bool) -> None:
        for name, good in well.items():
            (self.source.parent / name).write_text("hello" if good else "broken")

    async def quiet(self) -> QuietState:
        return (await self.console.link.ask(QuietAnswer, AskQuiet)).quiet.state

    async def wish(self, kind: type, *words: object) -> QuietState:
        answer = await self.console.link.ask(QuietAnswer, lambda number: kind(number, *words))
        return answer.quiet.state

    async def said(self, *titles: str) -> None:
        """Wait until exactly these messages have come, and the agent knows it."""
        await until(lambda: len(self.web.requests) >= len(titles))
        assert said(self.web) == list(titles)
        async with asyncio.timeout(10):
            while not all(one.sent_at for one in await self._letters()):
                await asyncio.sleep(0.05)

    async def _letters(self):
        answer = await self.console.link.ask(AlertsAnswer, AskAlerts)
        return answer.letters

    async def kill(self) -> None:
        """Kill the agent, and wait for the next one."""
        os.kill(self.agents.pid(self.source), signal.SIGKILL)
        await self.console.detached()
        await self.console.attached()

    async def seen(self, **levels: str) -> None:
        """Wait until the agent sees this."""
        await self.console.snapshot(
            lambda board: all(board.state(name).level == level for name, level in levels.items())
        )


def said(web: Receiver) -> list[str]:
    return [json.loads(body)["title"].replace(" shop:", "") for _, _, body in web.requests]


def told(web: Receiver) -> str:
    return "\n".join(json.loads(body)["message"] for _, _, body in web.requests)


def written(agents: Agents, web: Receiver, revive: str = "true", **more) -> Path:
    """Write a system of two checks."""
    checks = {
        name: {
            "kind": "command",
            "run": ["cat", str(agents.folder / name)],
            "expect": {"text": "hello"},
            "every": "1 s",
            "timeout": "1 s",
            "attempts": 1,
        }
        for name in ("page", "db")
    }
    system = {"system": "shop", "checks": checks}
    system |= {"notify": {"ops": {"url": f"json://127.0.0.1:{web.port}/", "wait": "1 s"}}}
    source = agents.system(json.dumps(system | more), "shop")
    agents.runbook(source, REVIVE.format(folder=agents.folder, more=revive), "revive")
    for name in checks:
        (agents.folder / name).write_text("hello")
    return source


async def test_an_open_window_keeps_its_checks_quiet_through_a_kill_and_what_is_bad_then_is_told(
    agents: Agents,
) -> None:
    with receiving() as web:
        windows = {"weekly": {"every": "sunday 03:00", "lasts": "2 h", "covers": ["page"]}}
        source = written(agents, web, windows=windows)
        async with agents.link(source) as console:
            await console.attached()
            shop = Shop(source, web, agents, console)
            shop.be(page=False)
            await shop.said("[CRIT] page")
            await console.link.open_window("weekly", 3600, "new disks")
            await console.snapshot(lambda board: board.state("page").maintenance)
            (silence,) = (await shop.quiet()).silences
            assert (silence.checks, silence.cause, silence.of) == (("page",), "window", "weekly")
            assert (silence.by.name, silence.reason) == ("walkdown", "the window weekly is open: new disks")
            shop.be(db=False)
            await shop.said("[CRIT] page", "[CRIT] db")
            await shop.kill()
            assert (await shop.quiet()).silences == (silence,)
            shop.be(page=True)
            await shop.seen(page="OK")
            await asyncio.sleep(2.2)
            shop.be(page=False)
            await shop.seen(page="CRIT")
            assert len(web.requests) == 2, "covered: its end is not told while the window is open"
            await console.link.close_window("all done")
            await shop.said("[CRIT] page", "[CRIT] db", "[CRIT] still page")
            assert (await shop.quiet()).silences == ()
            results = await console.link.results("page", 200)
            assert {one.maintenance for one in results} == {True, False}, "and so it is remembered"
        anchor = re.search(r"\njournal (\d+):([0-9a-f]{16})$", told(web))
        assert anchor, told(web)


async def test_an_acknowledged_problem_and_a_silence_by_hand_outlive_a_kill_and_end(agents: Agents) -> None:
    with receiving() as web:
        source = written(agents, web)
        async with agents.link(source) as console:
            await console.attached()
            shop = Shop(source, web, agents, console)
            shop.be(page=False)
            await shop.said("[CRIT] page")
            state = await shop.wish(Acknowledge, "page", "disk ordered")
            assert state.acknowledged("page").by.uid == os.getuid(), "who it was, the kernel says"
            await shop.wish(BeginSilence, ("db",), 7200.0, "known noise")
            with pytest.raises(RefusedError, match="db is OK: there is nothing to acknowledge"):
                await shop.wish(Acknowledge, "db", "nothing is wrong")
            before = await shop.quiet()
            await shop.kill()
            shop.be(db=False)
            await console.snapshot(
                lambda board: (
                    board.state("db").silenced
                    and board.state("db").level == "CRIT"
                    and board.state("page").acknowledged
                )
            )
            assert await shop.quiet() == before
            await asyncio.sleep(2.5)
            assert len(web.requests) == 1
            await shop.wish(EndSilence, before.silences[0].id, "it matters after all")
            await shop.said("[CRIT] page", "[CRIT] db")
            shop.be(page=True)
            await shop.said("[CRIT] page", "[CRIT] db", "[OK] page")
            assert (await shop.quiet()) == QuietState(seq=(await shop.quiet()).seq)
            shop.be(page=False)
            await shop.said("[CRIT] page", "[CRIT] db", "[OK] page", "[CRIT] page")


async def test_an_alert_from_outside_is_told_and_answered_but_not_from_inside_of_a_window(
    agents: Agents,
) -> None:
    with receiving() as web:
        response = {"when": {"alert": "ServiceDown"}, "run": "revive", "backoff": "1 s"}
        source = written(agents, web, "echo boom >&2; exit 3", responses={"revive": response})
        async with agents.link(source) as console:
            await console.attached()
            shop = Shop(source, web, agents, console)
            await console.link.open_window("urgent", 3600, "new disks")
            await console.snapshot(lambda board: board.state("page").maintenance)
            await shop.wish(RaiseAlert, "ServiceDown", "CRIT", "prometheus says so")
            await asyncio.sleep(1.2)
            await console.link.close_window("all done")
            await console.snapshot(lambda board: not board.state("page").maintenance)
            await shop.wish(RaiseAlert, "Slow", "WARN", "p95 over 30 s", "page")
            await shop.said("[WARN] Slow (page)")
            revived = agents.folder / "revived"
            assert not revived.exists(), "nor is it answered later"
            await shop.wish(RaiseAlert, "ServiceDown", "CRIT", "prometheus says so")
            await until(lambda: "revive: Start it again: failed" in told(web))
            assert revived.read_text() == "revived\n"
        assert "\nServiceDown: CRIT, 20" in told(web)
        assert "its last lines:\n  boom" in told(web)


def test_what_is_typed_is_done_said_and_listed(walkdown: CommandLine) -> None:
    source = walkdown.system()
    (source / "windows.yaml").write_text(
        "windows: {daily: {every: 'daily 02:00', lasts: 1h, covers: [lod]}}\n"
        "responses: {x: {when: {times: 2}, run: revive}}\n"
    )
    wrong = walkdown("validate", "--system", source).stderr
    assert "windows.daily.covers[0]: unknown check or group 'lod'; did you mean 'load'?" in wrong
    assert "responses.x.when: say either check: or alert:" in wrong
    (source / "windows.yaml").unlink()
    for arguments, code, words in (
        (("silence", "load", "--for", "soon", "--reason", "x y z"), 64, "'soon' is not an amount"),
        (("uptime", "--since", "9000 d"), 64, "up to 730 days"),
        (("silence", "load", "fine", "--for", "2h", "--reason", "new disks"), 0, "new disks"),
        (("unack", "load"), 14, "not done: load is not acknowledged"),
        (("alerts", "raise", "ServiceDown"), 0, "written down: ServiceDown, CRIT"),
        (("silences",), 0, "checks: load, fine"),
        (("uptime", "f*"), 0, "UNKNOWN"),
    ):
        done = walkdown(*arguments, "--system", source)
        assert (done.returncode, words in done.stdout + done.stderr) == (code, True), (arguments, done)
