"""What the tests of the step kind sql share: a database of their own, a step in it, and a proxy that cuts."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import replace

import pytest

from checks.clock import SystemClock
from runbooks.model import StepPlan
from runbooks.outcome import StepError
from runbooks.step import options_of
from runbooks.steps.sql import SqlStep
from runbooks.testing import step_context
from tests.servers.faults import hard_reset

COMMIT = b"COMMIT\0"


class Ground:
    """A database with a table `public.shelf` of five rows, and steps in it."""

    def __init__(self, server, name, folder):
        self.server, self.name, self.folder = server, name, folder
        self.where = {"host": server.host, "port": server.port, "database": name, "user": "postgres"}
        self.attempts = 0

    def step(self, run="", **options) -> SqlStep:
        return SqlStep(run=run, **(self.where | options))

    def context(self, step, *, changes=True, timeout=20.0, target="shop", **more):
        self.attempts += 1
        plan = StepPlan("step", "sql", options=options_of(step), changes=changes, timeout=timeout)
        folder = self.folder / str(self.attempts)
        folder.mkdir()
        key = more.pop("key", None) or secrets.token_hex(16)
        context = step_context(step, folder, plan=plan, clock=SystemClock(), key=key, **more)
        return replace(context, target=target)

    async def act(self, run="", options=None, **more):
        """Run a step and return its outcome, whichever way it comes."""
        step = self.step(run, **(options or {}))
        return await self.act_on(step, self.context(step, **more))

    async def act_on(self, step, context):
        try:
            return await step.act(context)
        except StepError as error:
            return error.outcome

    def run(self, sql):
        with self.server.connect(dbname=self.name) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def shelf(self):
        return [row[0] for row in self.run("SELECT label FROM public.shelf ORDER BY id")]

    def markers(self):
        if self.run("SELECT to_regclass('walkdown.marker')") == [(None,)]:
            return []
        return [row[0] for row in self.run("SELECT key FROM walkdown.marker")]

    def sessions(self, key):
        return self.run(f"SELECT pid, query FROM pg_stat_activity WHERE application_name = 'walkdown:{key}'")

    async def until(self, condition):
        """Come back once the call returns something true; return that."""
        async with asyncio.timeout(20):
            while not (found := await asyncio.to_thread(condition)):
                await asyncio.sleep(0.02)
            return found


def _laid(server, name, folder):
    """Return a ground in a new database of the server."""
    server.run(f"CREATE DATABASE {name}")
    place = Ground(server, name, folder)
    place.run("CREATE TABLE public.shelf (id int PRIMARY KEY, label text NOT NULL)")
    place.run("INSERT INTO public.shelf SELECT n, 'book ' || n FROM generate_series(1, 5) n")
    return place


@pytest.fixture
def own_ground(own_postgres, tmp_path):
    """A database on a server of this test alone; what is in it stays through a crash."""
    place = _laid(own_postgres, "shop", tmp_path)
    place.run("CHECKPOINT")
    return place


@pytest.fixture
def ground(postgres, tmp_path):
    """A database of this test alone."""
    name = f"shop_{secrets.token_hex(4)}"
    yield _laid(postgres, name, tmp_path)
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")


class Proxy:
    """Stands between a step and its server, and cuts connections when told."""

    def __init__(self, server):
        self.server = server
        self.port = 0
        self.refuses = False
        self.on_commit = None
        """Called with this proxy when COMMIT comes by; returns whether it is passed on."""
        self.deaf = False
        """Whether answers of the server are dropped."""
        self.pairs = []
        self._tasks = set()

    @contextlib.asynccontextmanager
    async def running(self):
        listener = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            listener.close()
            self.cut()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self, hard=False):
        for writer in self.pairs:
            hard_reset(writer) if hard else writer.transport.abort()
        self.pairs.clear()

    async def _meet(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        if self.refuses:
            writer.transport.abort()
            return
        path = f"{self.server.host}/.s.PGSQL.{self.server.port}"
        server_reader, server_writer = await asyncio.open_unix_connection(path)
        self.pairs += [writer, server_writer]
        with contextlib.suppress(ConnectionError, ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._forward(reader, server_writer, asked=True))
                group.create_task(self._forward(server_reader, writer, asked=False))
        writer.transport.abort()
        server_writer.transport.abort()

    async def _forward(self, reader, writer, asked):
        while data := await reader.read(65536):
            if asked and COMMIT in data and self.on_commit and not await self.on_commit(self):
                continue
            if not asked and self.deaf:
                continue
            writer.write(data)
            await writer.drain()
        writer.close()


@pytest.fixture
async def proxy(ground):
    """A proxy before the server of the ground; over the loopback, without TLS and password."""
    async with Proxy(ground.server).running() as between:
        yield between
