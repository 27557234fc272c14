"""Owns the contract of a section: one part of a report, whose fields are the keys of the JSON format.

A section is made of material alone, once, in a thread; then it is a plain value. Its texts need not be clean:
whoever makes a document of it sees to that. What was not measured is None, never a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from runbooks.material import Material
from runbooks.report_blocks import Block


class Section(msgspec.Struct, frozen=True):
    """One part of a report."""

    TITLE: ClassVar[str] = ""
    """Its heading."""

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return what it says of this material."""
        raise NotImplementedError

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield what people read of it below its heading."""
        raise NotImplementedError

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return the lines that a change ticket has of it; none when it has none."""
        return ()
