"""Owns the course of one action, the same for every driver: look, do it once, watch, say what came of it.

An action that is accepted is not yet carried out: what was started is watched until it has run for a while,
as the same run, and what was stopped until it is gone. Whether it is well is for checks to say.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from runbooks.driver import Deed, Driver, DriverContext, Running, ServiceStatus
from runbooks.outcome import Applied, FailedError, UnknownError
from runbooks.services.tool import Within

POLL = 0.2
"""Seconds between two looks."""
PATIENCE = 5.0
"""Seconds in which what was accepted must begin to show, such as a pid file that its program writes."""
LAST_LINES = 50
"""Lines of the log that a failure carries (reliability 2.2)."""
WORDS, LOG = 2000, 5500
"""Characters of a failure's detail that are the tool's, and the log's."""
BETWEEN = "; "
"""What stands between the runs of a service that has several at once."""

Do = Callable[[DriverContext, ServiceStatus, dict[str, str]], Awaitable[str]]
"""Does it once, given what ran before; adds facts for the way back, and returns what the tool said."""


async def carried_out(
    driver: Driver, action: str, context: DriverContext, do: Do, settle: float, *, ends: bool = False
) -> Deed:
    """Carry out the action, and return once it has been; what was started has then run for `settle` seconds.

    With `ends` it is a task that ends by itself, and what started it has waited for that.

    Raises:
        FailedError: `not_offered`, `absent`, `not_running`, `not_up`, `not_down`, `not_restarted`; as `do`.
        UnknownError: as `do`; `unseen`, when it was done and nobody can see what came of it.
    """
    if action not in driver.available():
        offered = ", ".join(driver.available())
        raise FailedError("not_offered", f"this service cannot be told to {action}; it has {offered}")
    within = Within.of(context)
    before = await driver.status(within.now)
    _refuse(action, before)
    facts = {"identity_before": before.identity} | ({"image": before.image} if before.image else {})
    said = _already(action, before)

    def goal(now: ServiceStatus) -> bool:
        over = ends and not said and action != "reload" and now.running is Running.STOPPED
        return over or reached(action, before.identity, now)

    try:
        if not said:
            said = await do(within.now, before, facts)
        after = await _watched(driver, goal, within, settle)
    except UnknownError as error:
        error.facts = facts | error.facts
        raise
    except FailedError as error:
        raise await _weighed(driver, within, before, error, facts) from error
    facts["identity_after"] = after.identity
    if goal(after):
        return Deed(before, after, facts, said)
    applied = Applied.NONE if _same(before, after) else Applied.PARTIAL
    log = await _log(driver, within)
    raise FailedError(*_verdict(action, after), applied, facts=facts, detail=_detail(said, log))


def runs(status: ServiceStatus) -> bool:
    """Return whether anything of it runs."""
    up = status.running in (Running.RUNNING, Running.STARTING)
    return up or (status.running is Running.FAILED and bool(status.identity))


def renewed(before: str, now: str) -> bool:
    """Return whether nothing of what ran before runs now; of a driver that tells no runs apart, True."""
    return not set(before.split(BETWEEN)) & set(now.split(BETWEEN)) or not before or not now


def replaced(before: str, now: str) -> bool:
    """Return whether every container is another one than before."""
    old, new = ({run.partition("@")[0] for run in text.split(BETWEEN)} for text in (before, now))
    return not old & new or not before or not now


def reached(action: str, before: str, status: ServiceStatus) -> bool:
    """Return whether the service is as the action makes it, given the identity of what ran before."""
    if action == "stop":
        return not runs(status)
    if status.running is not Running.RUNNING:
        return False
    if action == "start":
        return True
    if action == "reload":
        return status.identity == before
    return (renewed if action == "restart" else replaced)(before, status.identity)


def _refuse(action: str, before: ServiceStatus) -> None:
    if before.running is Running.ABSENT:
        raise FailedError("absent", f"there is no such service: {before.detail}")
    if action == "reload" and before.running is not Running.RUNNING:
        raise FailedError("not_running", f"it is {before.running}, so there is nothing to reload")


def _already(action: str, before: ServiceStatus) -> str:
    """Return why nothing need be done; empty when something must."""
    if action == "start" and before.running in (Running.RUNNING, Running.STARTING):
        return "it ran already; nothing was done"
    if action == "stop" and before.running is Running.STOPPED:
        return "it did not run; nothing was done"
    return ""


async def _watched(
    driver: Driver, goal: Callable[[ServiceStatus], bool], within: Within, settle: float
) -> ServiceStatus:
    """Return how it is once it has been as it should for a while, or will not become so."""
    clock = within.context.clock
    began, held, since = clock.monotonic(), None, 0.0
    while True:
        try:
            now = await driver.status(within.now)
        except FailedError as error:
            raise UnknownError("unseen", f"it was done, and cannot be looked at: {error}") from error
        at = clock.monotonic()
        if goal(now):
            if held is None:
                held, since = now.identity, at
            elif held != now.identity:
                return replace(
                    now, running=Running.FAILED, detail=f"was started anew by itself; {now.detail}"
                )
            if not runs(now) or at - since >= settle:
                return now
        elif held is not None or at - began >= _patience(now, settle):
            return now
        if within.over:
            return now
        await clock.sleep(min(POLL, within.left))


def _patience(status: ServiceStatus, settle: float) -> float:
    """Return for how many seconds something may be so before it counts as its end."""
    if status.running is Running.STARTING:
        return float("inf")
    return settle if status.running is Running.FAILED else max(settle, PATIENCE)


async def _weighed(
    driver: Driver, within: Within, before: ServiceStatus, error: FailedError, facts: dict[str, str]
) -> FailedError | UnknownError:
    """Return the failure with how much was applied, as far as a look can tell."""
    try:
        after = await driver.status(within.now)
    except FailedError as blind:
        summary = f"{error.summary}; and it cannot be looked at: {blind.summary}"
        return UnknownError(error.error_class, summary, facts=facts, detail=error.detail)
    applied = error.applied
    if applied is Applied.NONE and not _same(before, after):
        applied = Applied.PARTIAL
    facts["identity_after"] = after.identity
    detail = _detail(error.detail, await _log(driver, within))
    return FailedError(error.error_class, error.summary, applied, facts=facts, detail=detail)


def _same(before: ServiceStatus, after: ServiceStatus) -> bool:
    """Return whether nothing has changed, as far as can be seen."""
    return (before.running, before.identity, before.image) == (after.running, after.identity, after.image)


def _verdict(action: str, after: ServiceStatus) -> tuple[str, str]:
    """Return class and summary of an action that was accepted and did not come to what it should."""
    shown = f"it is {after.running}" + (f": {after.detail}" if after.detail else "")
    if action == "stop":
        return "not_down", f"stop was accepted, but {shown}"
    if after.running is Running.RUNNING and action != "reload":
        return "not_restarted", f"{action} was accepted, but what ran before still runs"
    return "not_up", f"{action} was accepted, but {shown}"


async def _log(driver: Driver, within: Within) -> str:
    try:
        return await driver.logs(LAST_LINES, within.now)
    except FailedError as error:
        return f"its log cannot be had: {error}"


def _detail(said: str, log: str) -> str:
    """Return what the tool said and what the service did, the newest of both."""
    parts = [said[-WORDS:]] if said else []
    if log:
        parts.append(f"the last {LAST_LINES} lines of its log:\n{log[-LOG:]}")
    return "\n".join(parts)
