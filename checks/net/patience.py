"""Owns the courtesy of waiting when a server said Retry-After: at most one probe is left out for it."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from checks.errors import Degraded
from checks.kind import ProbeContext
from checks.units import show

_UNTIL = "retry_after"


def asked_to_wait(context: ProbeContext, retry_after: str) -> None:
    """Remember how long the server asked to be left alone: seconds or an HTTP date."""
    if retry_after.isascii() and retry_after.isdigit():
        seconds = float(retry_after[:9])
    else:
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - context.clock.now()
    context.memory[_UNTIL] = context.clock.monotonic() + seconds


def wait_is_over(context: ProbeContext) -> None:
    """Return when the target may be asked.

    Raises:
        Degraded: `http_429`, when it asked to be left alone longer; once, then it is asked again.
    """
    left = context.memory.pop(_UNTIL, 0.0) - context.clock.monotonic()
    if left > 0:
        raise Degraded("http_429", f"not asked: it wants to be left alone for another {show(left, 's')}")
