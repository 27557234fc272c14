"""Owns the telling apart of what a program has newly said: only the end of its output is ever at hand.

The end may have been cut at its beginning, and may be made of two streams, each of which grows. What cannot
be told apart is said again rather than left out; what was missed is counted.
"""

from __future__ import annotations

from difflib import SequenceMatcher

COMPARED = 200
"""Lines that are compared; of faster output, what is before them is left out."""

MISSED = "[some output came too fast to be shown; all of it is kept as evidence]"


class OutputLines:
    """The output of one run, line by line."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._before: list[str] = []
        self._open = ""
        """The last line, which has not ended yet."""

    def take(self, text: str, size: int) -> tuple[str, ...]:
        """Return the lines that are new in the end of the output; `size` is that of all of it, in bytes."""
        *lines, self._open = text.split("\n")
        cut = len(text.encode(errors="replace")) < size
        if cut and lines and self._before:
            lines = lines[1:]  # where it was cut, the first line is no whole one
        lines = lines[-COMPARED:]
        matcher = SequenceMatcher(None, self._before, lines, autojunk=False)
        fresh = [
            line
            for what, _, _, start, end in matcher.get_opcodes()
            if what in ("insert", "replace")
            for line in lines[start:end]
        ]
        missed = bool(self._before) and cut and matcher.find_longest_match().size == 0
        self._before = lines
        return (MISSED, *fresh) if missed else tuple(fresh)

    def rest(self) -> tuple[str, ...]:
        """Return what was said without an end of the line, now that nothing more comes."""
        rest, self._open = self._open, ""
        return (rest,) if rest else ()
