"""A deed of each kind of step: it says that it has begun, waits at a gate, and leaves a mark when it is done.

The same deed is walked on a stage and by real agents: it is YAML. What was done is counted where it was done:
in a file, in a database, by a server.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from checks.load import load
from runbooks.decisions import Answer, Confirm, Decision
from runbooks.library import load_library
from runbooks.model import Plan
from runbooks.walk import StepState
from tests.servers import faults as fault

CHANGING = ("command", "sql", "http", "service")
EVERY = (*CHANGING, "manual")
WITHIN = 30.0

WAITS = 'echo "$1" >> "$2/begun"; while [ ! -e "$2/gate" ]; do sleep 0.02; done; echo "$1" >> "$2/done"'
SERVICE = f'case $1 in restart) set -- it "$2"; {WAITS} ;; status) exit 0 ;; esac\n'
SQL = """\
DO $$ BEGIN
  WHILE NOT EXISTS (SELECT 1 FROM public.gate) LOOP PERFORM pg_sleep(0.02); END LOOP;
  INSERT INTO public.deeds VALUES ('it');
END $$
"""


@dataclass
class Deed:
    """One kind of step."""

    kind: str
    step: dict[str, Any]
    """Its options as in YAML."""
    begun: Callable[[], int]
    """How often it was begun."""
    done: Callable[[], int]
    """How often it was done."""
    let: Callable[[], None]
    """Opens the gate, for this one and all that follow."""
    services: dict[str, Any] = field(default_factory=dict)

    def system(self) -> str:
        """Return a system of a check that is fine, as YAML."""
        checks = {"here": {"kind": "load", "every": "60s", "warn": "load1 > 100000"}}
        return json.dumps({"system": "target", "services": self.services, "checks": checks})

    def runbook(self, steps: int = 1) -> str:
        """Return a runbook of so many such steps, `s1` and on, as YAML."""
        undo = {} if self.kind == "manual" else {"undo": "none"}
        each = [{"id": f"s{n}", "kind": self.kind, **self.step, **undo} for n in range(1, steps + 1)]
        return json.dumps({"runbook": "test", "window": "any", "target": "target", "steps": each})

    def plan(self, folder: Path, steps: int = 1) -> Plan:
        """Return the plan as the loader makes it."""
        source = folder / "target"
        (source / "runbooks").mkdir(parents=True)
        (source / "system.yaml").write_text(self.system())
        (source / "runbooks" / "test.yaml").write_text(self.runbook(steps))
        library = load_library(load(source), source)
        assert not library.broken, library.broken
        return library.plan("test")

    def yes(self, state: StepState) -> Decision:
        """Return what the operator says to what is shown."""
        if self.kind == "manual":
            return Answer(state.id, state.attempt, "done")
        return Confirm(state.id, state.attempt, state.action_sha256)

    async def until_begun(self, times: int = 1) -> None:
        await until(lambda: self.begun() >= times)

    async def until_done(self, times: int = 1) -> None:
        await until(lambda: self.done() >= times)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.02)


def lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def by_program(folder: Path, kind: str, step: dict[str, Any], **more) -> Deed:
    """A deed that a shell script does, in a folder of its own."""
    return Deed(
        kind,
        step,
        lambda: lines(folder / "begun"),
        lambda: lines(folder / "done"),
        (folder / "gate").touch,
        **more,
    )


def command(request, folder: Path) -> Deed:
    return by_program(folder, "command", {"run": ["sh", "-c", WAITS, "sh", "it", str(folder)]})


def service(request, folder: Path) -> Deed:
    program = folder / "service.sh"
    program.write_text(f"#!/bin/sh\n{SERVICE}")
    program.chmod(0o755)
    scripts = {name: [str(program), name, str(folder)] for name in ("status", "restart")}
    api = {"driver": "script", "scripts": scripts, "settle": "100ms"}
    return by_program(folder, "service", {"service": "api", "action": "restart"}, services={"api": api})


def sql(request, folder: Path) -> Deed:
    ground = request.getfixturevalue("ground")
    ground.run("CREATE TABLE public.gate (open int); CREATE TABLE public.deeds (name text)")
    at_work = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'walkdown:%' AND query LIKE 'DO%'"
    return Deed(
        "sql",
        {**ground.where, "run": SQL},
        lambda: len(ground.run(f"{at_work} AND datname = current_database()")),
        lambda: len(ground.run("SELECT name FROM public.deeds")),
        lambda: ground.run("INSERT INTO public.gate VALUES (1)"),
    )


@pytest.fixture
async def http_deed(faults):
    """A server that answers once its gate is open."""
    gate, begun, done = asyncio.Event(), [], []

    async def behaviour(reader, writer):
        begun.append(await fault.request(reader))
        await gate.wait()
        done.append(begun[-1])
        writer.write(fault.http())
        await writer.drain()
        await fault.closed(writer)

    port = await faults.serve(behaviour)
    step = {"method": "POST", "url": f"http://127.0.0.1:{port}/"}
    return Deed("http", step, lambda: len(begun), lambda: len(done), gate.set)


def http(request, folder: Path) -> Deed:
    return request.getfixturevalue("http_deed")


def manual(request, folder: Path) -> Deed:
    """Something that a person does: nothing of it is ours, and so it is never begun nor done."""
    return Deed("manual", {"done": "I have looked."}, lambda: 0, lambda: 0, lambda: None)


MAKERS = {"command": command, "sql": sql, "http": http, "service": service, "manual": manual}


@pytest.fixture
def deed(request, tmp_path) -> Deed:
    """The deed of the kind that is the parameter."""
    folder = tmp_path / "deed"
    folder.mkdir()
    made = MAKERS[request.param](request, folder)
    yield made
    made.let()


def each(*kinds: str):
    """Return a parametrisation over the deeds of these kinds."""
    marks = {"sql": [pytest.mark.postgres]}
    found = [pytest.param(kind, marks=marks.get(kind, []), id=kind) for kind in kinds]
    return pytest.mark.parametrize("deed", found, indirect=True)
