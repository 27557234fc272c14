"""Owns the evidence that was shown and not used yet: an item is ticked by exactly what was seen."""

from __future__ import annotations

from collections import OrderedDict

from runbooks.checklists.ruling import shown_sha256
from runbooks.errors import RefusedDecisionError

KEPT = 200
"""Pages that are kept; the oldest go first, and who saw one of those looks again."""


class ShownPages:
    """The newest pages of evidence, by list, item and hash."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._pages: OrderedDict[tuple[str, str, str], tuple[str, ...]] = OrderedDict()

    def keep(self, name: str, item: str, lines: tuple[str, ...]) -> str:
        """Keep what is shown, and return its hash."""
        sha256 = shown_sha256(lines)
        self._pages[name, item, sha256] = lines
        self._pages.move_to_end((name, item, sha256))
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        return sha256

    def of(self, name: str, item: str, sha256: str) -> tuple[str, ...]:
        """Return what was shown under the hash.

        Raises:
            RefusedDecisionError: when that is not known any more, or never was.
        """
        try:
            return self._pages[name, item, sha256]
        except KeyError:
            raise RefusedDecisionError(
                "what was shown is not known here any more; look at it again"
            ) from None
