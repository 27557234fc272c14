"""Owns the hiding of secrets: known values are replaced in every form in which they leak."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

MASK = "*****"
SHORTEST_MASKED = 6
"""Characters; a shorter secret is not masked by value, for the mask would eat ordinary text (S21)."""


class Masker:
    """Replaces known secret values by the mask, in the forms in which they leak."""

    def __init__(self) -> None:
        """Start knowing none."""
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._longest = 0
        self._learning = threading.Lock()

    def learn(self, value: str) -> None:
        """Mask this value from now on, in every form in which it leaks; short values are left alone."""
        forms = {form for form in _forms(value) if len(form) >= SHORTEST_MASKED}
        # Secrets are read in threads; without the lock one that learns slowly undoes what others learnt.
        with self._learning:
            if forms <= self._values:
                return
            values = self._values | forms
            longest_first = sorted(values, key=len, reverse=True)
            self._longest = len(longest_first[0])
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
            self._values = values

    def mask(self, text: str) -> str:
        """Return the text with every known value replaced."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def beginning(self, text: str, most: int) -> str:
        """Return the text's first characters, masked; a value that the cut would go through as a whole."""
        cut = self._value_across(text[: most + self._longest], most)
        return self.mask(text[:most]) if cut is None else self.mask(text[: cut[0]]) + MASK

    def ending(self, text: str, most: int) -> str:
        """Return the text's last characters, masked; a value that the cut would go through as a whole."""
        if len(text) <= most:
            return self.mask(text)
        window = text[-most - self._longest :]
        cut = self._value_across(window, len(window) - most)
        return self.mask(text[-most:]) if cut is None else MASK + self.mask(window[cut[1] :])

    def growing(self, text: str, most: int) -> str:
        """Return the last characters of a text that grows, masked; a value that has only begun as a whole."""
        shown = self.ending(text, most)
        begun = max((_begun(form, shown) for form in self._values), default=0)
        return shown[: len(shown) - begun] + MASK if begun else shown

    def _value_across(self, text: str, place: int) -> tuple[int, int] | None:
        """Return where the value begins and ends that lies on both sides of the place."""
        found = () if self._pattern is None else self._pattern.finditer(text)
        return next((match.span() for match in found if match.start() < place < match.end()), None)


def _begun(form: str, text: str) -> int:
    """Return how many characters of this form a text ends in, when not in all; 0 when too few to tell."""
    end = text[-len(form) + 1 :]
    place = end.find(form[:SHORTEST_MASKED])
    while place >= 0 and not form.startswith(end[place:]):
        place = end.find(form[:SHORTEST_MASKED], place + 1)
    return len(end) - place if place >= 0 else 0


def _forms(value: str) -> Iterator[str]:
    """Yield a secret as written, line by line, URL-encoded, escaped as in JSON and HTML, and in base64."""
    if len(value) < SHORTEST_MASKED:
        return
    yield value
    yield from (line for line in value.splitlines() if not line.startswith("-----"))
    raw = value.encode(errors="surrogateescape")
    for encoded in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield encoded
        yield re.sub("%[0-9A-F]{2}", lambda escape: escape[0].lower(), encoded)
    yield raw.decode("latin-1")  # as heads of HTTP are read
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield from _html_forms(value)
    yield from _base64_forms(raw)


def _html_forms(value: str) -> Iterator[str]:
    """Yield what escapes for HTML and XML make of it; what quotes become is a matter of taste."""
    bare = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    yield bare
    for double in ("&quot;", "&#34;"):
        yield bare.replace('"', double)
        yield from (
            bare.replace('"', double).replace("'", single) for single in ("&#39;", "&#x27;", "&apos;")
        )


def _base64_forms(raw: bytes) -> Iterator[str]:
    """Yield what base64 makes of the bytes wherever they stand in a longer text, such as `user:password`.

    Three bytes make four letters, so there are three ways; letters that neighbours share are left out.
    """
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        letters = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        whole = letters[shared : len(letters) - ((before + len(raw)) % 3 != 0)]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")
