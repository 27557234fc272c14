"""Owns what is asked of every answer that an operator types: one line in which everything can be seen."""

from __future__ import annotations

from checks.text import clean
from runbooks.outcome import FailedError

LONGEST = 4096
"""Characters of an answer."""


def refuse(why: str) -> FailedError:
    """Return the error for an answer that may not be given; the question is asked again."""
    return FailedError("refused", why)


def plain_line(answer: str) -> str:
    """Return the answer when it is one line without anything that does not show.

    Raises:
        FailedError: `refused`, when it is too long or holds line ends, control or invisible characters, as
            what was pasted may.
    """
    if len(answer) > LONGEST:
        raise refuse(f"{len(answer)} characters are too many; {LONGEST} are the most")
    if clean(answer) != answer:
        raise refuse("it holds a line end or a character that does not show; type it by hand")
    return answer
