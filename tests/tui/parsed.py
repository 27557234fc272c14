"""Owns the styles that consoles of one test process share: the same text is parsed once, not by each console.

Textual keeps what it parsed for one App only. A seventh of the time of a test with a console went there.
"""

from __future__ import annotations

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_parse = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def _parse_once(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    text = (css, read_from, is_default_rules, tie_breaker, scope)
    key = (text, tuple(sorted(sheet._variables.items())))
    if key not in _parsed:
        _parsed[key] = _parse(sheet, *text)
    return _parsed[key]


def share() -> None:
    """Let all consoles of this process share what is parsed."""
    Stylesheet._parse_rules = _parse_once
