"""Owns what checks need of one another: that it exists, and that it does not go round in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from checks.config.nodes import Node
from checks.config.problems import Problems
from checks.suggest import did_you_mean


def check_needs(checks: Node, problems: Problems) -> None:
    """Record needs that name no check, and those that close a circle."""
    names = [str(name) for name, _ in checks.children()]
    needs: dict[str, dict[str, Node]] = {name: {} for name in names}
    for name, node in checks.children():
        listed = node.get("needs")
        for i, item in listed.children() if listed is not None else ():
            if item.value in needs:
                needs[str(name)][str(item.value)] = item
            elif isinstance(item.value, str):
                near = did_you_mean(item.value, names)
                path = ("checks", name, "needs", i)
                problems.missing(item.key, path, f"unknown check {item.value!r}{near}")
    for circle, closing in circles(needs):
        way = " -> ".join(circle)
        problems.error(closing.key, ("checks", circle[0], "needs"), f"checks need one another: {way}")


def circles(needs: dict[str, dict[str, Node]]) -> Iterator[tuple[list[str], Node]]:
    """Yield each circle once, with the need that begins it; it is cut there to find the next.

    Args:
        needs: Name -> what it needs, and where it says so; free of circles afterwards.
    """
    while True:
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            circle = [str(name) for name in reversed(error.args[1])]
            yield circle, needs[circle[0]].pop(circle[1])
        else:
            return
