"""Owns what stands in for lines, blocks and letters on terminals that can show ASCII only."""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

FOREIGN = re.compile(r"[^\x00-\x7f]")
STAND_INS = str.maketrans(
    {
        **dict(zip("\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588", "_.-:=+*#", strict=True)),
        **dict.fromkeys("\u2500\u2501\u2504\u2508\u254c\u2574\u2576\u2578\u2594", "-"),
        **dict.fromkeys("\u2502\u2503\u2506\u258a\u258e\u258f\u2590", "|"),
        **dict.fromkeys("\u250c\u2510\u2514\u2518\u251c\u2524\u252c\u2534\u253c", "+"),
        **dict.fromkeys("\u256d\u256e\u256f\u2570", "+"),
        "\u2026": "~",
        "\U0001f50e": "/ ",
        "\u00b7": ".",
        "\u25b4": "^",
        "\u25be": "v",
        "\u25b8": ">",
        "\u203a": ">",
        "\u2713": "+",
        "\u2610": "o",
        "\u2013": "-",
        "\u2717": "x",
        "\u21ba": "<",
        "\u2191": "^",
        "\u2193": "v",
    }
)


class AsciiFilter(LineFilter):
    """Replaces every other character by one, or as many as it has cells, that every terminal has."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII; control sequences are left alone."""
        return [
            segment if segment.control or segment.text.isascii() else _plain(segment) for segment in segments
        ]


def _plain(segment: Segment) -> Segment:
    text = segment.text.translate(STAND_INS)
    return Segment(FOREIGN.sub(_question, text), segment.style, segment.control)


def _question(match: re.Match[str]) -> str:
    return "?" * cell_len(match[0])
