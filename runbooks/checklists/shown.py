"""Owns the evidence that was shown and not used yet: who saw it ticks an item by exactly that, and soon."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from checks.text import clean
from checks.units import show
from runbooks.checklists.ruling import shown_sha256
from runbooks.errors import RefusedDecisionError
from runbooks.operators import Operator

KEPT = 200
"""Pages that are kept; the oldest go first, and who saw one of those looks again."""
HOLDS = 900.0
"""Seconds for which an item can be ticked by what was shown; after that things may be otherwise."""


@dataclass(frozen=True, slots=True)
class ShownPage:
    """Evidence as it was shown to somebody."""

    lines: tuple[str, ...] = ()
    at: float = 0.0
    """When it was taken, UTC seconds."""
    by: Operator = field(default_factory=Operator)
    """To whom it was shown."""

    @property
    def sha256(self) -> str:
        """Return the hash of its lines."""
        return shown_sha256(self.lines)


class ShownPages:
    """The newest pages of evidence, by list, item, hash, and who saw them."""

    def __init__(self) -> None:
        """Keep none yet."""
        self._pages: OrderedDict[tuple[str, str, str], dict[tuple[int, str], ShownPage]] = OrderedDict()

    def keep(self, name: str, item: str, page: ShownPage) -> None:
        """Keep what is shown for an item of a list."""
        key = (name, item, page.sha256)
        self._pages.setdefault(key, {})[_person(page.by)] = page
        self._pages.move_to_end(key)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)

    def of(self, name: str, item: str, sha256: str, operator: Operator, at: float) -> ShownPage:
        """Return what was shown to this person under the hash.

        Raises:
            RefusedDecisionError: when that is not known any more, is old, or was shown to somebody else.
        """
        seen_by = self._pages.get((name, item, sha256))
        if seen_by is None:
            raise RefusedDecisionError("what was shown is not known here any more; look at it again")
        page = seen_by.get(_person(operator))
        if page is None:
            others = ", ".join(clean(one.by.login or one.by.name) for one in seen_by.values())
            raise RefusedDecisionError(f"it was shown to {others}, not to you; look at it yourself")
        if not 0 <= at - page.at <= HOLDS:
            old = show(abs(at - page.at), "s")
            raise RefusedDecisionError(f"what was shown is of {old} ago by now; look at it again")
        return page


def size_of(lines: tuple[str, ...]) -> int:
    """Return the bytes of evidence that was shown line by line, of which its hash is."""
    return len("\n".join(lines).encode("utf-8", "surrogatepass"))


def _person(operator: Operator) -> tuple[int, str]:
    """Return who somebody is by the kernel's word, on whatever terminal."""
    return (operator.uid, operator.login or operator.name)
