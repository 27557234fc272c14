"""Owns what can be told of an action afterwards, by how the service is now and how it was before it was told.

What was there before is left on disk before anything is done. Nothing is guessed: a reload leaves no sign, a
service whose runs look all alike cannot have been seen to be restarted, and what was begun a moment ago may
still come true.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from runbooks.boot import Moment
from runbooks.driver import Running, ServiceStatus
from runbooks.evidence import keep
from runbooks.outcome import Applied, Ending, Outcome, succeeded
from runbooks.services.doing import reached, runs

FILE = "before.json"
"""In the folder of the attempt."""
UNDER_WAY = 60.0
"""Seconds for which an engine or systemd may still be at what somebody began who is gone."""
NEEDS_BEFORE = ("restart", "recreate", "rollback-image")


class Before(msgspec.Struct, frozen=True):
    """How a service was right before it was told something."""

    running: Running
    identity: str
    image: str
    moment: Moment


def leave(folder: Path, before: ServiceStatus, moment: Moment) -> None:
    """Write down how the service is, so that it lasts.

    Raises:
        OSError: when it cannot be written.
    """
    record = Before(before.running, before.identity, before.image, moment)
    keep(folder / FILE, (msgspec.json.encode(record),))


def left(folder: Path) -> Before | None:
    """Return what was written down; None when nothing was, or it cannot be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Before)
    except (OSError, msgspec.MsgspecError):
        return None


def verdict(action: str, before: Before | None, status: ServiceStatus, wanted: str, now: Moment) -> Outcome:
    """Return what became of the action; `wanted` is the image that a way back was to bring."""
    shown = f"it is {status.running}" + (f": {status.detail}" if status.detail else "")
    if action == "reload":
        return Outcome(Ending.UNKNOWN, f"a reload leaves no sign; {shown}", error_class="no_sign")
    if action in NEEDS_BEFORE and not _comparable(before, status):
        return Outcome(Ending.UNKNOWN, f"nobody knows what ran before; {shown}", error_class="no_sign")
    facts = _facts(before, status)
    if reached(action, before.identity if before else "", status):
        if action == "rollback-image" and status.image != wanted:
            differs = (
                f"it runs {status.image or 'an image nobody knows'}, not {wanted or 'any that is known'}"
            )
            return Outcome(Ending.FAILED, differs, Applied.PARTIAL, "image_differs", facts=facts)
        return succeeded(f"as {action} makes it, whoever did it; {shown}", facts=facts)
    if before is not None and now.seconds_after(before.moment) < UNDER_WAY:
        return Outcome(
            Ending.UNKNOWN, f"may still be under way; {shown}", error_class="under_way", facts=facts
        )
    applied = Applied.NONE if before is None or _same(before, status) else Applied.PARTIAL
    error_class = "not_applied" if applied is Applied.NONE else "not_up" if action != "stop" else "not_down"
    return Outcome(Ending.FAILED, f"not as {action} makes it; {shown}", applied, error_class, facts=facts)


def _comparable(before: Before | None, status: ServiceStatus) -> bool:
    """Return whether the run before and the one now can be told apart."""
    if before is None or (before.running in (Running.RUNNING, Running.STARTING) and not before.identity):
        return False
    return bool(status.identity) or not runs(status)


def _same(before: Before, status: ServiceStatus) -> bool:
    return (before.running, before.identity, before.image) == (status.running, status.identity, status.image)


def _facts(before: Before | None, status: ServiceStatus) -> dict[str, str]:
    facts = {"identity_after": status.identity}
    if before is not None:
        facts["identity_before"] = before.identity
        facts |= {"image": before.image} if before.image else {}
    return facts
