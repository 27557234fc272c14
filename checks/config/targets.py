"""Owns what is said about targets that nothing can keep: a share of more than the whole."""

from __future__ import annotations

from checks.config.nodes import Node
from checks.config.problems import Problems
from checks.units import read

NOTICE = "counts for nothing; say `announce: 24 h` at each window that has to be announced"


def check_targets(targets: Node, problems: Problems) -> None:
    """Record of each target that it is a share below nothing or above the whole, or counts for nothing."""
    if (notice := targets.get("notice")) is not None:
        problems.warn(notice.key, ("targets", "notice"), NOTICE)
    for name, node in targets.children():
        text = node.value if isinstance(node.value, str) else ""
        amount = text.partition(" per ")[0].strip().lstrip("<>= ")
        if not amount.endswith("%"):
            continue
        try:
            share = read(amount, "%")
        except ValueError:
            continue
        if not 0 <= share <= 100:
            problems.error(node.key, ("targets", name), f"must be from 0 % to 100 %, not {amount}")
