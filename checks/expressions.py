"""Owns the rule language: `READING OP NUMBER [UNIT] [for DURATION | for N samples]`.

`parse` checks a rule against the readings that a kind declares and converts its bound to the base unit.
Judging lies in `checks/judge.py`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from checks.errors import RuleError
from checks.kind import ReadingSpec
from checks.model import Labels, Level
from checks.suggest import did_you_mean
from checks.text import clean
from checks.units import AMOUNT, to_base

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}
"""Boundaries are exactly as written: `> 80` does not fire at 80."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A threshold on one reading, read and checked."""

    text: str
    """As written, in one line; shown to operators, and the rule's identity across a restart."""
    level: Level
    reading: str
    op: str
    """One of `OPERATORS`."""
    bound: float
    """In the reading's base unit."""
    unit: str = ""
    """The reading's base unit."""
    labels: Labels = ()
    """Only members with all these labels are judged; empty: all, and the worst decides."""
    lasting: float = 0.0
    """Seconds that the condition must have held; 0: at once."""
    samples: int = 1
    """Results in a row in which it must have held."""


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_OPERATOR = re.compile(r"[<>=!~]+")
_LABEL = re.compile(r"""\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,\]"']*?))\s*(?=[,\]])""")
_LASTING = re.compile(r"for\b")
_SAMPLES = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(samples?)\s*$")


def parse(text: str, level: Level, specs: tuple[ReadingSpec, ...], kind: str) -> Rule:
    """Return the rule, checked against the readings that checks of this kind report.

    Raises:
        RuleError: when it cannot be read, or names a reading, a label or a unit that does not exist.
    """
    return _Reader(text).rule(level, {spec.name: spec for spec in specs}, kind)


class _Reader:
    """Reads one rule from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._skip_space()

    def rule(self, level: Level, specs: dict[str, ReadingSpec], kind: str) -> Rule:
        """Return the rule that the whole text is."""
        spec, labels = self._reading(specs, kind)
        op = self._operator()
        bound = self._bound(spec)
        lasting, samples = self._duration()
        written = clean(" ".join(self._text.split()))
        return Rule(written, level, spec.name, op, bound, spec.unit, labels, lasting, samples)

    def _reading(self, specs: dict[str, ReadingSpec], kind: str) -> tuple[ReadingSpec, Labels]:
        start = self._at
        name = self._take(_NAME) or self._fail("a rule begins with a reading, such as: latency > 1 s")
        labels: list[tuple[int, str, str]] = []
        if self._next() in "[.":
            if name != kind:
                hint = f"{kind}.{name}" if name in specs else kind
                self._fail(f"this check is of kind {kind!r}, not {name!r}; write {hint}[...]", start)
            labels = self._labels()
            if not self._literal("."):
                self._fail("after the labels comes a dot and the reading, such as: disk[mount=/var].used")
            start = self._at
            name = self._take(_NAME) or self._fail("a reading is missing after the dot")
        self._skip_space()
        if name not in specs:
            known = ", ".join(specs) or "none"
            near = did_you_mean(name, specs) or f"; kind {kind} reports: {known}"
            self._fail(f"unknown reading {name!r}{near}", start)
        spec = specs[name]
        for position, label, _ in labels:
            if label not in spec.labels:
                known = ", ".join(spec.labels) or "none"
                near = did_you_mean(label, spec.labels) or f"; labels of {name}: {known}"
                self._fail(f"unknown label {label!r}{near}", position)
        return spec, tuple((label, value) for _, label, value in labels)

    def _labels(self) -> list[tuple[int, str, str]]:
        """Return the labels between brackets, each with its position; none when there are no brackets."""
        found: list[tuple[int, str, str]] = []
        if not self._literal("["):
            return found
        while True:
            match = _LABEL.match(self._text, self._at)
            if match is None:
                self._fail("labels are written [name=value, ...]")
            value = next(group for group in match.groups()[1:] if group is not None)
            found.append((match.start(1), match[1], value))
            self._at = match.end()
            if self._literal("]"):
                return found
            self._literal(",")

    def _operator(self) -> str:
        start = self._at
        op = self._take(_OPERATOR)
        if op not in OPERATORS:
            said = f"unknown comparison {op!r}" if op else "a comparison is missing"
            self._fail(f"{said}; there are: {' '.join(OPERATORS)}", start)
        self._skip_space()
        return op

    def _bound(self, spec: ReadingSpec) -> float:
        unit = spec.unit or "no unit"
        match = AMOUNT.match(self._text, self._at)
        if match is None:
            self._fail(f"a number is missing; {spec.name} is compared with an amount in {unit}")
        # `> 100 for 5 m`: the number has no unit, the next word is not one.
        bare = match[2] == "for"
        bound = self._amount(match, "" if bare else match[2], spec.unit, spec.name)
        self._at = match.start(2) if bare else match.end()
        return bound

    def _duration(self) -> tuple[float, int]:
        """Return seconds and samples of `for ...`; 0 and 1 when the rule ends here."""
        if self._at == len(self._text):
            return 0.0, 1
        if self._take(_LASTING) is None:
            self._fail("expected the end of the rule, or: for DURATION, for N samples")
        self._skip_space()
        if match := _SAMPLES.match(self._text, self._at):
            if not match[1].isdigit() or int(match[1]) < 1:
                self._fail("the number of samples is a whole number from 1 on")
            return 0.0, int(match[1])
        match = AMOUNT.fullmatch(self._text, self._at)
        if match is None or not match[2]:
            self._fail("after `for` comes a duration or a number of samples: for 15 m, for 3 samples")
        lasting = self._amount(match, match[2], "s", "for")
        if lasting <= 0:
            self._fail("a duration is longer than zero")
        return lasting, 1

    def _amount(self, match: re.Match[str], unit: str, base: str, what: str) -> float:
        try:
            return to_base(float(match[1]), unit, base)
        except ValueError as error:
            self._fail(f"{what}: {error}", match.start(2))

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        return match[0]

    def _literal(self, char: str) -> bool:
        found = self._text.startswith(char, self._at)
        self._at += found
        return found

    def _next(self) -> str:
        return self._text[self._at : self._at + 1] or " "

    def _skip_space(self) -> None:
        while self._next().isspace() and self._at < len(self._text):
            self._at += 1

    def _fail(self, message: str, position: int = -1) -> NoReturn:
        raise RuleError(self._at if position < 0 else position, message)
