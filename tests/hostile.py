"""Forty texts that harm whoever shows them unread: the one corpus of reliability S1 and S2.

Each begins with a mark of its own, `h00` to `h39`, so that a test can tell whether it was shown, and which.
What it must never do is in its body: move the cursor, write the clipboard, answer for the terminal, turn the
reading direction, be taken for markup.
"""

from __future__ import annotations

import re
import unicodedata

_BODIES = (
    "\x1b[31mred\x1b[0m",
    "\x1b[2J\x1b[1;1Hwiped",
    "\x1b[6n",  # asks where the cursor is; the answer is typed into the program
    "\x1b[c",
    "\x1b[?1049l\x1b[?1003h",
    "\x1b[21t",  # has the window's title typed in
    "\x1b[8;1;1t",
    "\x1b]0;owned\x07",
    "\x1b]2;owned\x1b\\",
    "\x1b]52;c;b3duZWQ=\x07",
    "\x1b]52;c;?\x07",
    "\x1b]8;;http://evil.example/\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]1337;File=inline=1:b3duZWQ=\x07",
    "\x1b]777;notify;owned;owned\x07",
    "\x1bPq#0;2;0;0;0#0~~\x1b\\",
    '\x1bP$q"p\x1b\\',
    "\x1b_Gi=1;owned\x1b\\",
    "\x1b^owned\x1b\\",
    "\x1bXowned\x1b\\",
    "\x1bc",
    "\x1b(0\x1b)0\x0e",
    "\x9b31mred\x9b0m",
    "\x9d0;owned\x9c",
    "\x90q~\x9c",
    "\x85\x84\x8d",
    "\x07\x08\x08\x08\x0b\x0c\x7f",
    "over\rwritten",
    "two\nlines\tand\x00nothing",
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u2068x\u2069\u200e\u200f\u061c",
    "a\u2028b\u2029c",
    "\ud800\udfff\udc9b",  # halves of pairs, the last one a C1 byte as surrogateescape has it
    "Z\u0351\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308" * 8,
    "\u200b\u200d\ufeff\u00ad\u3164\U000e0041\U000f0000\uffff",
    "[/nope]",
    "[@click=app.quit]x[/]",
    "[link=http://evil.example/]x[/link][bold red]y",
    "$accent[/]{{ secret.word }}%s{0}\\[x]",
    "N" * 4096,
    "[@click=app.quit]\x1b]52;c;b3duZWQ=\x07\u202e" * 40,
)

PAYLOADS: tuple[str, ...] = tuple(f"h{number:02}{body}" for number, body in enumerate(_BODIES))
"""As text; the one with halves of pairs cannot be encoded."""

MARKS: tuple[str, ...] = tuple(payload[:3] for payload in PAYLOADS)

BYTES: tuple[bytes, ...] = tuple(payload.encode("utf-8", "surrogatepass") for payload in PAYLOADS)
"""As bytes, halves of pairs included, which is no UTF-8."""


def raw_in(text: str) -> set[str]:
    """Return the characters in the text that no terminal may be given as they are; line feeds may stand."""
    return {
        char
        for char in text
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
    }


def stacked(text: str) -> bool:
    """Return whether so many marks stand on one character that they grow over the lines around it."""
    kinds = "".join("m" if unicodedata.category(char).startswith("M") else "." for char in text)
    return re.search("m{5}", kinds) is not None
