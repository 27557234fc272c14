"""Owns the sanitiser: text from outside becomes text that no terminal, mail or report can be hurt by.

Control characters become pictures or escapes, bidirectional and other invisible characters become visible
`\\uXXXX`, stacked combining marks are cut. The result is a fixed point: cleaning it again changes nothing.
Never decides what is secret: masking (`checks/secrets.py`) comes before.
"""

from __future__ import annotations

import re
import unicodedata

MARKS = 4
"""So many combining marks may stand on one base character; more would grow over the lines around."""

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421", 0x09: "    "}
_ESCAPED = ("Cf", "Cn", "Co", "Cs", "Zl", "Zp")
_BLANK = "\u115f\u1160\u3164\uffa0"
"""Letters by category that show as nothing: the Hangul fillers."""
_MARK = ("Mn", "Mc", "Me")
_REMEMBERED = 8192
"""Characters whose form is kept; a hostile text that uses them all must not fill the memory."""

_SUSPECT = re.compile(r"[^\x20-\x7e\xa0-\xac\xae-\u024f]")
_STACK = re.compile(rf"^[^\x00-\u02ff]+|[^\x00-\u02ff]{{{MARKS + 1},}}", re.MULTILINE)
"""Where marks may be too many, or have no base: at the start of a line, or in a long run beyond Latin."""
_NO_BASE = "\u25cc"
"""The dotted circle, which Unicode gives to a mark that stands alone."""


class _Forms(dict[int, str]):
    """The safe form of each character, worked out when first met."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        form = self[code] = _form(code)
        return form


def _form(code: int) -> str:
    if code in _PICTURES:
        return _PICTURES[code]
    if 0x80 <= code <= 0x9F:
        return f"\\x{code:02x}"
    char = chr(code)
    if char in _BLANK or unicodedata.category(char) in _ESCAPED:
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return char


_line_forms = _Forms()
_text_forms = _Forms()


def clean(text: str, *, lines: bool = False) -> str:
    """Return the text made safe to show; with `lines`, line feeds are kept."""
    if not _SUSPECT.search(text):
        return text
    if lines:
        _text_forms[0x0A] = "\n"
        shown = text.translate(_text_forms)
    else:
        shown = text.translate(_line_forms)
    return shown if shown.isascii() else _STACK.sub(_unstack, shown)


def _unstack(run: re.Match[str]) -> str:
    """Return a run of characters with at most `MARKS` marks on each base, and a base under the first."""
    kept: list[str] = []
    marks = 0
    for char in run[0]:
        if unicodedata.category(char) not in _MARK:
            marks = 0
        elif not kept and _starts_line(run):
            kept.append(_NO_BASE)
            marks = 1
        else:
            marks += 1
        if marks <= MARKS:
            kept.append(char)
    return "".join(kept)


def _starts_line(run: re.Match[str]) -> bool:
    return run.start() == 0 or run.string[run.start() - 1] == "\n"
