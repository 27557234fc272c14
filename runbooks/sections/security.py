"""Owns the section on security: what its checks found, certificates with their days, patches.

Which checks: those of kind `tls`, in a group `Security`, or with a word such as `certificate`, `patches` or
`audit` in their name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.model import Level
from runbooks.figures.findings import WORDS_OF_PATCHES, Finding, finding_blocks, findings
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Heading, Table
from runbooks.section import Section

KINDS, GROUPS = ("tls",), ("security",)
WORDS = (
    *("security", "certificate", "certificates", "audit", "auth", "login", "logins", "permissions"),
    *("fail2ban", "firewall", "vulnerabilities"),
    *WORDS_OF_PATCHES,
)


class Certificate(msgspec.Struct, frozen=True):
    """A certificate."""

    check: str
    days_left: float
    """Negative once it has expired."""


class SecuritySection(Section, frozen=True):
    """What checks of security found."""

    TITLE: ClassVar[str] = "Security"

    findings: tuple[Finding, ...]
    certificates: tuple[Certificate, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return what was found last."""
        found = findings(material, material.chosen(KINDS, GROUPS, WORDS))
        certificates = [
            Certificate(one.check, number.value / 86400)
            for one in found
            for number in one.numbers
            if number.name == "expires_in"
        ]
        return cls(found, tuple(sorted(certificates, key=lambda one: one.days_left)))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the findings and the certificates."""
        yield from finding_blocks(self.findings, "no check of this system is about security")
        if self.certificates:
            yield Heading(3, "Certificates")
            yield Table(
                ("Certificate", "Days left"),
                tuple((one.check, Amount(round(one.days_left, 1))) for one in self.certificates),
            )

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return what is not well."""
        return tuple(
            f"{one.level} {one.check}: {one.summary}" for one in self.findings if one.level != Level.OK
        )
