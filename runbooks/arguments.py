"""Owns argument lists: filled in word by word, so that no value can become an option or a second word."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from runbooks.outcome import FailedError
from runbooks.templates import Template

Arguments = tuple[Template, ...]
"""A program and its arguments; each is one word, whatever is filled in."""


def filled(arguments: Arguments, values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words.

    Raises:
        FailedError: `argument`, when a value would make an option of a word that is written as none, or holds
            the character that ends every word.
        MissingValueError: when a word names a value that is not there.
    """
    words = tuple(argument.shown(values) for argument in arguments)
    for argument, word in zip(arguments, words, strict=True):
        if "\0" in word:
            raise FailedError("argument", f"{argument} holds a character that no argument may hold")
        if word.startswith("-") and not argument.text.startswith("-"):
            raise FailedError("argument", f"{argument} would become the option {word!r}")
    return words


def as_line(words: tuple[str, ...]) -> str:
    """Return the words as a shell would need them."""
    return shlex.join(words)
