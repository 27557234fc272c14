"""Owns the sanitiser: text from outside becomes text that no terminal, mail or report can be hurt by.

Control characters become pictures or escapes, bidirectional and other invisible characters become visible
`\\uXXXX`, stacked combining marks are cut. The result is a fixed point: cleaning it again changes nothing.
"""

from __future__ import annotations

import re
import unicodedata

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421", 0x09: "    "}
_SUSPECT = re.compile(r"[^\x20-\x7e\xa0-\u024f]")


def clean(text: str, *, lines: bool = False) -> str:
    """Return the text made safe to show; with `lines`, line feeds are kept."""
    if not _SUSPECT.search(text):
        return text
    return "".join(_visible(char, lines) for char in text)


def _visible(char: str, lines: bool) -> str:
    code = ord(char)
    if char == "\n" and lines:
        return char
    if code in _PICTURES:
        return _PICTURES[code]
    if 0x80 <= code <= 0x9F:
        return f"\\x{code:02x}"
    if unicodedata.category(char) in ("Cf", "Cn", "Co", "Cs", "Zl", "Zp"):
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return char
