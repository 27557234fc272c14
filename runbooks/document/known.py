"""Owns what runbooks know of their system: the names of its checks and secrets, and its variables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from checks.config.nodes import Node
from checks.system import System


@dataclass(frozen=True, slots=True)
class Known:
    """What runbooks know of their system."""

    system: str = ""
    """Its name, which is what a runbook changes when nobody says."""
    checks: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    approvers: bool = False
    """Whether it names anybody who may approve what others are about to run."""
    complete: bool = True
    """False when a file of the system is broken, so that what seems to be missing may be in it."""

    @classmethod
    def of(cls, system: System) -> Self:
        """Return what is known of a system that was loaded."""
        names = tuple(definition.name for definition in system.definitions)
        roles = system.sections.get("access", {}).get("roles") or {}
        approvers = bool(roles.get("approve"))
        return cls(system.info.name, names, tuple(system.secrets), dict(system.variables), approvers)

    @classmethod
    def guessed(cls, root: Node, variables: dict[str, str], *, complete: bool) -> Self:
        """Return what can be told of a system that cannot be loaded, from the tree of its files."""
        name = root.get("system")
        called = name.value if name is not None and isinstance(name.value, str) else ""
        access = root.get("access")
        roles = access.get("roles") if access is not None else None
        approvers = roles.get("approve") if roles is not None else None
        return cls(
            called,
            _names(root.get("checks")),
            _names(root.get("secrets")),
            variables,
            approvers is not None and bool(approvers.value),
            complete,
        )


def _names(section: Node | None) -> tuple[str, ...]:
    return () if section is None else tuple(str(name) for name, _ in section.children())
