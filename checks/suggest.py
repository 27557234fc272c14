"""Owns "did you mean": the known word that a mistyped one is nearest to."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 64
"""Characters of a word for which it is worth to look; what comes over a wire may be of any length."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'timeout'?` to end a message with, or nothing when no known word is near."""
    if len(word) > LONGEST:
        return ""
    near = sorted((_distance(word.lower(), other.lower()), other) for other in known)
    if not near or near[0][0] > max(1, len(word) // 3):
        return ""
    return f"; did you mean {near[0][1]!r}?"


def _distance(one: str, other: str) -> int:
    """Return how many letters must be changed, added, left out or swapped with a neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and against == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
