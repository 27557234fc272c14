"""Compares http checks with the checkers that operators know: checks per second of CPU, and latency added.

    python -m benchmarks.checks

Ours go the whole way through the runner: deadline, phases, caps, sanitiser, judging. Everybody makes a new
connection for each check; CPU is that of the checker alone, not of the server or of who asks the exporter.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import math
import re
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import quote

from benchmarks import peers
from benchmarks.origin import Origin, free_port, origin, wait_for_port
from benchmarks.programs import cpu_seconds, serving
from benchmarks.rounds import Row, Target, interleaved, percentile, show
from checks.clock import SystemClock
from checks.definition import Definition
from checks.kinds.http import HttpCheck
from checks.model import Level, Result
from checks.runner import Runner, open_runner

CHECKS = 1000
FORKED = 200
"""Checks of a round of the forked plug-in."""
AT_ONCE = 50
ROUNDS = 5
PACE = 200
"""Checks per second when latency is measured."""
PACED_FOR = 4.0

MODULES = """\
modules:
  plain: {{prober: http, timeout: 5s, http: {{preferred_ip_protocol: ip4}}}}
  tls: {{prober: http, timeout: 5s, http: {{preferred_ip_protocol: ip4, tls_config: {{ca_file: {ca}}}}}}}
"""


class Exporter:
    """A running blackbox exporter."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self._port = port
        self._local = threading.local()

    def cpu(self, module: str, urls: list[str]) -> float:
        """Return checks per second of its CPU."""
        before = cpu_seconds([self.pid])
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(partial(self.ask, module), urls))
        return len(urls) / (cpu_seconds([self.pid]) - before)

    def ask(self, module: str, url: str) -> float:
        """Return the seconds that a probe took, over a connection that is kept: that is kind to it."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection("127.0.0.1", self._port)
        connection.request("GET", f"/probe?module={module}&target={quote(url, safe='')}")
        text = connection.getresponse().read().decode()
        if "probe_success 1" not in text:
            raise RuntimeError(f"the exporter could not probe {url}")
        return float(re.search(r"^probe_duration_seconds (\S+)", text, re.M)[1])  # type: ignore[index]


@contextlib.contextmanager
def exporter(here: Origin) -> Iterator[Exporter | None]:
    """Run the exporter while the context is open; None when it is not installed."""
    program = peers.find(peers.BLACKBOX)
    if not program:
        yield None
        return
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder) / "blackbox.yml"
        configuration.write_text(MODULES.format(ca=here.ca_file))
        command = [program, f"--config.file={configuration}", f"--web.listen-address=127.0.0.1:{port}"]
        with serving(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            wait_for_port(port)
            yield Exporter(child.pid, port)


def urls(here: Origin, tls: bool, count: int = CHECKS) -> list[str]:
    """Return distinct URLs."""
    start = f"https://127.0.0.1:{here.tls}" if tls else f"http://127.0.0.1:{here.plain}"
    return [f"{start}/{number}" for number in range(count)]


def definitions(here: Origin, tls: bool) -> list[Definition]:
    """Return our checks of those URLs."""
    ca_file = str(here.ca_file) if tls else ""
    return [
        Definition(f"check-{number}", "http", HttpCheck(url, ca_file=ca_file))
        for number, url in enumerate(urls(here, tls))
    ]


def ours(wanted: list[Definition]) -> float:
    """Return our checks per second of CPU."""
    before = time.process_time()
    asyncio.run(_probe(wanted))
    return len(wanted) / (time.process_time() - before)


async def _probe(wanted: list[Definition]) -> None:
    left = iter(wanted)

    async def work(runner: Runner) -> None:
        for definition in left:
            _demand_ok(await runner.run(definition))

    async with open_runner({}, SystemClock()) as runner, asyncio.TaskGroup() as tasks:
        for number in range(AT_ONCE):
            tasks.create_task(work(runner), name=f"worker {number}")


def _demand_ok(result: Result) -> None:
    if result.level is not Level.OK:
        raise RuntimeError(f"{result.check}: {result.summary}")


def forked(here: Origin, tls: bool) -> float:
    """Return checks per second of CPU of the plug-in, a process for each."""
    port = here.tls if tls else here.plain
    command = ["xargs", "-P", "2", "-I{}", peers.CHECK_HTTP, "-I", "127.0.0.1", "-p", str(port), "-u", "/{}"]
    before = _children()
    names = "\n".join(map(str, range(FORKED)))
    subprocess.run(
        [*command, *(["-S"] if tls else [])], input=names, text=True, check=True, capture_output=True
    )
    return FORKED / (_children() - before)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def throughput(here: Origin, tls: bool, blackbox: Exporter | None) -> list[Row]:
    """Return the rows of checks per second of CPU."""
    work: dict[str, Callable[[], float]] = {"ours": partial(ours, definitions(here, tls))}
    if blackbox is not None:
        work["blackbox"] = partial(blackbox.cpu, "tls" if tls else "plain", urls(here, tls))
    if peers.find(peers.CHECK_HTTP):
        work["check_http"] = partial(forked, here, tls)
    for warm_up in work.values():
        warm_up()
    seen = interleaved(work, ROUNDS)
    what = "https, new connection" if tls else "http, new connection"
    targets = {"blackbox": Target(">=", 0.9 if tls else 1.5), "check_http": Target(">=", 3.0)}
    return [
        Row(what, seen["ours"], "checks/CPU-s", peer, seen.get(peer, math.nan), target)
        for peer, target in targets.items()
    ]


def latency(here: Origin, blackbox: Exporter | None) -> Row:
    """Return the row of the slowest checks at a steady pace."""
    mine = asyncio.run(_paced(definitions(here, tls=False)))
    theirs: list[float] = []
    if blackbox is not None:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            waiting = []
            for url in urls(here, False, int(PACE * PACED_FOR)):
                waiting.append(threads.submit(blackbox.ask, "plain", url))
                time.sleep(1 / PACE)
            theirs = [each.result() for each in waiting]
    return Row(
        f"latency that a check sees at {PACE}/s, p99",
        percentile(mine, 0.99) * 1000,
        "ms",
        "blackbox",
        percentile(theirs, 0.99) * 1000,
        Target("<=", 20, "ours"),
    )


async def _paced(wanted: list[Definition]) -> list[float]:
    took: list[float] = []

    async def work(runner: Runner, definition: Definition) -> None:
        result = await runner.run(definition)
        _demand_ok(result)
        took.append(result.elapsed)

    async with open_runner({}, SystemClock()) as runner, asyncio.TaskGroup() as tasks:
        began = time.monotonic()
        for number, definition in enumerate(wanted[: int(PACE * PACED_FOR)]):
            await asyncio.sleep(began + number / PACE - time.monotonic())
            tasks.create_task(work(runner, definition), name=definition.name)
    return took


def main() -> None:
    """Run every comparison."""
    with origin() as here, exporter(here) as blackbox:
        rows = [
            *throughput(here, False, blackbox),
            *throughput(here, True, blackbox),
            latency(here, blackbox),
        ]
    show(
        f"Check throughput: {CHECKS} URLs of nginx on loopback, {AT_ONCE} at a time",
        rows,
        list(peers.missing()),
    )


if __name__ == "__main__":
    main()
