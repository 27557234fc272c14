"""Compares 100 MB of output of one step with `cat` of the same bytes, and weighs the agent meanwhile.

The step is done in a real agent. The kernel knows how much memory the agent ever had since the step was
confirmed; nobody has to look in time.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from pathlib import Path
from statistics import median

from benchmarks.rounds import Row, Target
from benchmarks.walk_stand import There, has_ended, is_shown, linked, own_state, write_system
from checks import paths

MEGABYTES = 100
ROUNDS = 5
PEER = "cat into a file"
LEAST = 50.0
"""Megabytes per second."""
MOST_MEMORY = 16.0
"""MiB that the agent may grow by."""


def rows() -> list[Row]:
    """Return speed and memory."""
    with own_state() as folder:
        seen = asyncio.run(_measured(folder))
    bare = median(seen["bare"])
    least = Target(">=", LEAST, "ours")
    growth = Target("<=", MOST_MEMORY, "ours")
    ended = f"{MEGABYTES} MB of output, to the end of its program"
    whole = "the same, hashed, cut and written down"
    return [
        Row(ended, median(seen["program"]), "MB/s", PEER, bare, least),
        Row(whole, median(seen["whole"]), "MB/s", PEER, bare, least),
        Row("memory of the agent above that before, at its peak", max(seen["growth"]), "MiB", target=growth),
    ]


async def _measured(folder: Path) -> dict[str, list[float]]:
    """Return megabytes per second and MiB of each round."""
    source_file = folder / "bytes"
    source_file.write_bytes((b"%063d\n" % 0) * (MEGABYTES * 1_000_000 // 64))
    source = write_system(folder, ROUNDS, f"[/bin/cat, {source_file}]")
    seen: dict[str, list[float]] = {"bare": [], "program": [], "whole": [], "growth": []}
    async with linked(source) as link:
        place = There(link, paths.evidence_folder(source))
        await place.begin("walk")
        for number in range(ROUNDS):
            step = f"s{number}"
            walk = await place.until(is_shown(step))
            seen["bare"].append(MEGABYTES / _copied(source_file, folder / "copy"))
            _forget_peak(place.agent)
            before = _memory(place.agent, "VmRSS")
            await place.confirm(walk.state(step))
            state = (await place.until(has_ended(step))).state(step)
            seen["growth"].append(_memory(place.agent, "VmHWM") - before)
            record = json.loads((place.left(state) / "exit.json").read_bytes())
            seen["program"].append(MEGABYTES / record["elapsed"])
            seen["whole"].append(MEGABYTES / (state.ended_at - state.started_at))
            if [(each.size, each.truncated) for each in state.evidence if each.name == "out"] != [
                (source_file.stat().st_size, True)
            ]:
                raise RuntimeError(f"the evidence is not what was said: {state.evidence}")
    return seen


def _copied(source: Path, target: Path) -> float:
    """Return the seconds that a shell's `cat` takes; what it wrote is taken away."""
    began = time.perf_counter()
    subprocess.run(("/bin/sh", "-c", 'exec /bin/cat "$1" > "$2"', "sh", source, target), check=True)
    elapsed = time.perf_counter() - began
    target.unlink()
    return elapsed


def _forget_peak(pid: int) -> None:
    """Have the kernel count the peak of the process's memory from here on (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _memory(pid: int, what: str) -> float:
    """Return MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024
