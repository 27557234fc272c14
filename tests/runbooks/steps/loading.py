"""Loads steps from YAML with the real loader, as an operator's file would be."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import msgspec

from checks.load import load
from runbooks.library import load_library
from runbooks.model import Plan, StepPlan
from runbooks.registry import find_step

SYSTEM = """\
system: shop
secrets: {ops_mail: {env: OPS_MAIL}, key: {env: SHOP_KEY}}
checks:
  api-health: {kind: tcp, host: 127.0.0.1, port: 1}
  queue-depth: {kind: tcp, host: 127.0.0.1, port: 1}
  disk-root: {kind: tcp, host: 127.0.0.1, port: 1}
"""
NESTED = "runbook: log-clean-up\nsteps:\n  - {id: look, kind: manual}\n"


def load_runbook(folder: Path, steps: str) -> tuple[Plan | None, str]:
    """Return the plan of a runbook with these steps, or what is wrong with it."""
    (folder / "runbooks").mkdir()
    (folder / "system.yaml").write_text(SYSTEM)
    (folder / "runbooks" / "log-clean-up.yaml").write_text(NESTED)
    (folder / "runbooks" / "ours.yaml").write_text(f"runbook: ours\nsteps:\n{textwrap.indent(steps, '  ')}")
    library = load_library(load(folder), folder)
    problems = "\n".join(str(problem) for broken in library.broken for problem in broken.problems)
    return next((plan for plan in library.plans if plan.name == "ours"), None), problems


def as_item(step: str) -> str:
    """Return a mapping as an item of a list."""
    return "- " + textwrap.indent(step, "  ").lstrip()


def built(plan: StepPlan) -> Any:
    """Return the step that a plan holds."""
    return msgspec.convert(plan.options, find_step(plan.kind))
