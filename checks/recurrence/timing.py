"""Owns when a window is planned to be open: again and again, or once; spans as moments.

Lengths are elapsed time: two hours are two hours, also in the night in which clocks are set.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from checks.recurrence.cron import read_cron
from checks.recurrence.days import Recurrence
from checks.recurrence.words import read_words
from checks.recurrence.zones import is_absent, is_twice, moment, zone_named
from checks.units import read as read_amount

T = TypeVar("T")

LONGEST = 31 * 86400.0
"""Seconds that a window is open at most; more is a mistake in writing."""

_LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2}(?::\d{2})?) ?(Z|[+-]\d{2}:?\d{2})?")


class TimingError(ValueError):
    """What is written does not say when."""

    def __init__(self, key: str, message: str) -> None:
        """Remember which key is wrong; empty for all of them together."""
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment until another, UTC seconds; the end does not belong to it."""

    start: float
    end: float

    def __contains__(self, at: float) -> bool:
        """Return whether the moment lies within."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Recurring:
    """Spans of one length, again and again."""

    recurrence: Recurrence
    zone: tzinfo
    lasts: float
    """Seconds."""

    def after(self, at: float) -> Iterator[Span]:
        """Yield the spans that begin after this moment, in order."""
        return (Span(start, start + self.lasts) for start in self.recurrence.after(at, self.zone))

    def next_after(self, at: float) -> Span | None:
        """Return the first span that begins after this moment; None when none ever does."""
        return next(self.after(at), None)

    def containing(self, at: float) -> Span | None:
        """Return the span in which the moment lies, the latest of several; None when it lies in none."""
        # What begins at the moment itself counts, and starts are whole seconds.
        begun = itertools.takewhile(lambda span: span.start <= at, self.after(at - self.lasts - 1))
        return max((span for span in begun if at in span), key=lambda span: span.start, default=None)


@dataclass(frozen=True, slots=True)
class Once:
    """One span."""

    span: Span

    def after(self, at: float) -> Iterator[Span]:
        """Yield the span when it begins after this moment."""
        return iter((self.span,) if self.span.start > at else ())

    def next_after(self, at: float) -> Span | None:
        """Return the span when it begins after this moment."""
        return next(self.after(at), None)

    def containing(self, at: float) -> Span | None:
        """Return the span when the moment lies in it."""
        return self.span if at in self.span else None


Timing = Recurring | Once


def read_timing(options: Mapping[str, Any], timezone: str = "") -> Timing:
    """Return when, by the options every, cron, from, until, lasts and timezone.

    Args:
        options: As written in the configuration.
        timezone: Of the system, when the options name none; empty for the host's.

    Raises:
        TimingError: when they do not say it; names the key.
    """
    ways = [key for key in ("every", "cron", "from") if options.get(key) is not None]
    if len(ways) != 1:
        said = f"not {' and '.join(ways)}" if ways else "none is there"
        raise TimingError("", f"says when by exactly one of every, cron, from; {said}")
    zone = _tried("timezone", zone_named, str(options.get("timezone") or timezone))
    if ways == ["from"]:
        return Once(_span(options, zone))
    if options.get("until") is not None:
        raise TimingError("until", f"goes with from:; {ways[0]}: goes with lasts:")
    if options.get("lasts") is None:
        raise TimingError("lasts", "is required")
    read = read_words if ways == ["every"] else read_cron
    return Recurring(_tried(ways[0], read, str(options[ways[0]])), zone, _lasts(options))


def _span(options: Mapping[str, Any], zone: tzinfo) -> Span:
    if (options.get("until") is None) == (options.get("lasts") is None):
        raise TimingError("from", "goes with exactly one of until, lasts")
    start = _tried("from", lambda text: _moment(text, zone), str(options["from"]))
    if options.get("lasts") is not None:
        return Span(start, start + _lasts(options))
    end = _tried("until", lambda text: _moment(text, zone), str(options["until"]))
    if not start < end <= start + LONGEST:
        raise TimingError("until", "must be after from:, by 31 days at most")
    return Span(start, end)


def _lasts(options: Mapping[str, Any]) -> float:
    given = options["lasts"]
    lasts = _tried("lasts", lambda text: read_amount(text, "s"), str(given))
    if not 60 <= lasts <= LONGEST:
        raise TimingError("lasts", "must be from 1 m to 31 d")
    return lasts


def _moment(text: str, zone: tzinfo) -> float:
    """Return a date and time as UTC seconds; one without offset must come exactly once in the zone."""
    match = _LOCAL.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no moment; write it as `2026-11-29 03:00`")
    day, clock, offset = match.groups()
    padded = clock if clock.index(":") == 2 else f"0{clock}"
    written = datetime.fromisoformat(f"{day}T{padded}{'+00:00' if offset == 'Z' else offset or ''}")
    if written.tzinfo is not None:
        return written.timestamp()
    if is_absent(written, zone):
        raise ValueError(f"{text} does not come in {zone}, for clocks are set on; write it with an offset")
    if is_twice(written, zone):
        first = f"{text}{_offset(written, zone, 0)}"
        raise ValueError(
            f"{text} comes twice in {zone}, for clocks are set back; write it with an offset, as {first} or "
            f"{text}{_offset(written, zone, 1)}"
        )
    return moment(written, zone)


def _offset(local: datetime, zone: tzinfo, fold: int) -> str:
    return local.replace(tzinfo=zone, fold=fold).isoformat()[-6:]


def _tried(key: str, read: Callable[[str], T], text: str) -> T:
    """Return what is read of a text; an error names the key."""
    try:
        return read(text)
    except ValueError as error:
        raise TimingError(key, str(error)) from None
