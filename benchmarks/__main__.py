"""Runs every benchmark in turn: `python -m benchmarks [NAME ...]`; docs/benchmarks.md has results."""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module
from importlib.util import find_spec

MODULES = ("start", "checks", "schedule", "host", "history", "walks", "idle", "terminal")
"""In the order of the sections of the targets; `terminal` looks again at what `idle` saw."""


def main() -> None:
    """Run the named ones, all when none is named."""
    names = sys.argv[1:] or MODULES
    unknown = [name for name in names if find_spec(f"benchmarks.{name}") is None]
    del sys.argv[1:]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {time.strftime('%F %H:%M %Z')}")
    for name in names:
        if name in unknown:
            print(f"\n(no benchmark is called {name})")
            continue
        began = time.monotonic()
        import_module(f"benchmarks.{name}").main()
        print(f"({name} took {time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
