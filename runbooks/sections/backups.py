"""Owns the section on backups: newest file, size, age and soundness, as the checks of backups saw them.

Which checks: those of a kind `backup`, in a group `Backups`, or with `backup` in their name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

from checks.model import Level
from runbooks.figures.findings import Finding, finding_blocks, findings
from runbooks.material import Material
from runbooks.report_blocks import Block
from runbooks.section import Section


class BackupsSection(Section, frozen=True):
    """How backups were seen last."""

    TITLE: ClassVar[str] = "Backups"

    verified: bool | None
    """Whether every check of a backup was OK and lately looked at; None without one."""
    backups: tuple[Finding, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return how they were seen."""
        chosen = material.chosen(("backup",), ("backup", "backups"), ("backup", "backups"))
        found = findings(material, chosen)
        return cls(all(one.level == Level.OK for one in found) if found else None, found)

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the backups."""
        yield from finding_blocks(self.backups, "no check of this system looks at a backup")

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return what is not well."""
        return tuple(
            f"{one.level} {one.check}: {one.summary}" for one in self.backups if one.level != Level.OK
        )
