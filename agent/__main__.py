"""Owns the entry of an agent that a console starts: `python -P -m agent [--system PATH]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from agent.run import run
from checks.command_line import leave

if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="walkdown-agent", allow_abbrev=False)
    arguments.add_argument("--system", type=Path, default=None)
    leave(run(arguments.parse_args().system, stay=False))
