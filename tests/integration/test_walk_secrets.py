"""Secrets used everywhere in a walk, and looked for everywhere afterwards (reliability S18, S20).

What a program prints lies raw in its evidence, which is ours alone; that is said in docs/walks.md. Wherever
it is shown, it is masked, or not shown at all.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from agent.ask import dismiss
from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from agent.meeting import met
from checks import paths
from checks.clock import SystemClock
from runbooks import decisions
from runbooks.step_events import Resolution
from runbooks.walk import Status, Walk
from runbooks.walk_events import WalkEnding
from tests.integration.canarying import CANARIES, NAMES, Echo, argument_lists, leaks, spread, write_system
from tests.integration.upgrading import Operator
from tests.integration.watched import Watched
from tests.servers.commands import WALKDOWN
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.pty

WRONG = {
    "well": Status.FAILED,
    "prints-given": Status.FAILED,
    "captures": Status.FAILED,
    "insert-again": Status.FAILED,
    "wrong-password": Status.FAILED,
    "asks-in-vain": Status.FAILED,
    "asks-elsewhere": Status.FAILED,
    "asks-nobody": Status.FAILED,
    "asks-the-deaf": Status.UNKNOWN,
    "tells-in-vain": Status.FAILED,
    "writes-nowhere": Status.FAILED,
    "mode": Status.FAILED,
    "waits": Status.FAILED,
}
"""How the steps go wrong that do, so that errors come from everywhere."""
RAW = ("prints", "prints-given", "captures")
"""The programs that print what they are given."""
FORMS = ("text", "md", "html", "json", "ticket")


@dataclass
class Careless(Operator):
    """An operator who types a secret wherever he may type anything."""

    async def goes_on(self) -> Walk:
        while not (await self.goes(_wrong_or_over)).over:
            state = self.walk.current
            assert state is not None
            assert state.status in (WRONG[state.id], Status.NOT_APPLIED), state
            if state.status is Status.UNKNOWN:
                reason = f"nobody took {CANARIES['told']}"
                wish = decisions.Resolve(state.id, state.attempt, Resolution.NOT_APPLIED, state.id, reason)
                await self.decides(wish)
            else:
                await self.decides(decisions.Note(f"it said {CANARIES['given']}", state.id))
                await self.decides(decisions.Skip(state.id, f"as {CANARIES['environment']} says"))
        return self.walk


def _wrong_or_over(walk: Walk) -> bool:
    state = walk.current
    return walk.over or (state is not None and (state.failed or state.status is Status.UNKNOWN))


@dataclass
class Place:
    """The system, and the environment of those who look at it."""

    source: Path
    folder: Path
    environment: dict[str, str]

    @contextlib.asynccontextmanager
    async def link(self):
        clock = SystemClock()
        async with AttachedLink(AgentPlace(self.source, clock).connect, clock).opened() as link:
            await met(link)
            yield link

    def terminal(self, *words: str) -> Watched:
        return Watched([WALKDOWN, *words, "--system", str(self.source)], self.environment)

    def commands(self, walk: Walk) -> Iterator[tuple[str, ...]]:
        """Yield every command that tells of a walk; reports quote all evidence."""
        yield from (("walks",), ("walks", "-o", "json"), ("walks", walk.id), ("evidence", walk.id))
        yield from (("report", "--walk", walk.id, "-o", form) for form in FORMS)
        for step, name in (*((step, "out") for step in RAW), ("asks", "answer"), ("insert", "rows")):
            yield ("evidence", walk.id, step, name)

    def told(self, walk: Walk) -> dict[tuple[str, ...], bytes]:
        """Return what each of them says."""
        told = {}
        for words in self.commands(walk):
            command = [WALKDOWN, *words, "--system", str(self.source)]
            done = subprocess.run(command, env=self.environment, capture_output=True, timeout=60)
            told[words] = done.stdout + done.stderr
        return told


@pytest.fixture
def echo() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def place(agents, tmp_path: Path, monkeypatch, echo: int, own_postgres: Postgres) -> Place:
    """A system whose secrets come from everywhere."""
    own_postgres.run(f"ALTER ROLE plain PASSWORD '{CANARIES['database']}'")
    own_postgres.run("ALTER DATABASE postgres OWNER TO plain")
    own_postgres.run("GRANT ALL ON SCHEMA public TO plain")
    variables = write_system(tmp_path, echo, own_postgres.port)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    agents.places.append(tmp_path / "system")
    homes = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("STATE", "CACHE", "CONFIG")}
    plain = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    return Place(tmp_path / "system", tmp_path, {**plain, **homes, **variables})


async def walked(place: Place) -> tuple[Walk, dict[str, bytes]]:
    """Walk to the end while a console and a plain terminal watch; return the walk and what was shown."""
    with contextlib.ExitStack() as stack:
        async with place.link() as link:
            console = stack.enter_context(place.terminal())
            await console.shows("needs attention")
            operator = Careless(link, {"asked": CANARIES["on_the_way"], "last": "done"})
            await operator.begins("canary", {"given": CANARIES["given"]})
            plain = stack.enter_context(place.terminal("resume", operator.walk.id))
            console.types("4")
            await console.shows("open walks")
            console.types("\r")
            await console.shows("21 last")
            walk = await operator.goes_on()
            await console.shows("at-last")
            await plain.shows("is over")
            shown = {"link": msgspec.json.encode(await link.entries(walk.id))}
            for state in walk.states:
                for one in state.evidence:
                    text = await link.evidence(walk.id, state.id, state.attempt, one.name)
                    shown[f"link: {state.id} {one.name}"] = text.encode()
    shown |= {"console": console.everything, "plain": plain.everything}
    return walk, shown


def found(everything: dict) -> dict:
    """Return what leaks, by where."""
    return {where: what for where, data in everything.items() if (what := leaks(data))}


@pytest.mark.timeout(240)
async def test_no_secret_is_found_anywhere(place):
    lines = place.folder / "lines"
    with argument_lists(lines):
        walk, shown = await walked(place)
        assert walk.ending is WalkEnding.DONE
        assert found(shown) == {}
        assert b"*****" in shown["console"] and b"*****" in shown["plain"]
        assert found(await asyncio.to_thread(place.told, walk)) == {}

        await asyncio.to_thread(dismiss, paths.socket_file(place.source), reason="the walk is over")
        alone = await asyncio.to_thread(place.told, walk)
        assert found(alone) == {}
        assert b"not stored" in alone["evidence", walk.id, "prints-given", "out"]
        assert b"plain *****" in alone["evidence", walk.id, "prints", "out"]
        async with place.link():
            assert found(await asyncio.to_thread(place.told, walk)) == {}
    assert str(place.source).encode() in lines.read_bytes()
    assert found({"argument lists": lines.read_bytes()}) == {}

    state = [path for path in (place.folder / "state").rglob("*") if path.is_file()]
    raw = {path for path in state if path.name in ("out", "errors") and path.parent.name[4:-2] in RAW}
    assert found({path: path.read_bytes() for path in state if path not in raw}) == {}
    assert len(raw) == 2 * len(RAW)
    assert all(leaks(path.read_bytes()) for path in raw), "what they print lies there as it came"
    assert all(path.stat().st_mode & 0o077 == 0 for path in state)
    cache = [path for path in (place.folder / "cache").rglob("*") if path.is_file()]
    assert found({path: path.read_bytes() for path in cache}) == {}


@pytest.mark.parametrize("name", NAMES)
def test_who_looks_for_secrets_finds_them_in_every_form_and_cut_in_two(name):
    for form in spread(CANARIES[name]):
        for text in (form, form[: len(form) // 2 + 1], form[len(form) // 2 - 1 :]):
            assert any(leak.startswith(name) for leak in leaks(f"said '{text}'")), text
    letters = base64.b64encode(f"operator:{CANARIES[name]}".encode())
    assert any(leak.startswith(name) for leak in leaks(letters))
