"""Owns the doing of a step's work in one session, and what it came to when the session was lost.

Whole: one transaction, so that all of it is applied or nothing. Each: one statement after another, for what
cannot be run in a transaction. Nothing is ever done twice; after a loss it only looks.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from checks.clock import Clock
from checks.errors import ProbeError
from runbooks.outcome import Applied, FailedError, Outcome, UnknownError, succeeded
from runbooks.postgres.failures import LostError, failed
from runbooks.postgres.finding import PATIENCE, Fate, Finding, find_out
from runbooks.postgres.preflight import Arrival, ExpectedServer, arrive
from runbooks.postgres.rows import Answers
from runbooks.postgres.session import StepLogin, StepSession, open_session
from runbooks.postgres.work import Work

LOGIN_WITHIN = 10.0
"""Seconds."""
GRACE = 1.0
"""Seconds for an answer, or a look, once the step was told to end: it is killed after five."""
NOTHING = "nothing was applied"


@dataclass(slots=True)
class Applying:
    """One attempt: where, what, and how far it has come."""

    login: StepLogin
    looking: StepLogin
    """The login with which it is looked afterwards."""
    expected: ExpectedServer
    work: Work
    changes: bool
    clock: Clock
    deadline: float
    """On the monotonic clock."""
    answers: Answers = field(default_factory=Answers)
    sent: bool = False
    """Whether COMMIT was sent, or a statement that needs none."""

    async def run(self) -> Outcome:
        """Do it once.

        Raises:
            FailedError: it failed, and what stays of it is known.
            UnknownError: nobody can say whether it was applied.
        """
        try:
            session = await open_session(self.login, self._seconds(LOGIN_WITHIN), self.clock)
        except ProbeError as error:
            raise FailedError(error.error_class, error.summary, detail=error.detail) from error
        except asyncio.CancelledError:
            raise self._ended("no session was had yet") from None
        try:
            here = await self._arrive(session)
            if not self.work.begin:
                return await self._each(session, here)
            return await self._whole(session, here)
        finally:
            await session.close()

    async def _arrive(self, session: StepSession) -> Arrival:
        try:
            with failed("nothing was done yet"):
                here = await arrive(session, self.expected, self.changes)
                if self.work.marker is not None:
                    await self.work.marker.claim(session)
                return here
        except LostError as error:
            raise FailedError(error.error_class, f"{error.summary}; nothing was done yet") from error
        except asyncio.CancelledError:
            raise self._ended("nothing was done yet") from None

    # All or nothing

    async def _whole(self, session: StepSession, here: Arrival) -> Outcome:
        try:
            captured = await self._until_commit(session)
        except FailedError as error:
            await session.roll_back()
            raise left(error, Applied.NONE, NOTHING) from error
        except LostError as error:
            return await self._lost(error, PATIENCE)
        except asyncio.CancelledError:
            await session.roll_back()
            if session.is_open:
                raise self._ended(NOTHING) from None
            return await self._lost(LostError(self._why, "it was told to end"), GRACE)
        if self.changes:
            try:
                await self._commit(session)
            except LostError as error:
                patience = GRACE if error.error_class == "terminated" else PATIENCE
                return await self._lost(error, patience, captured)
        else:
            await session.roll_back()
        return self._good(session, here, captured)

    async def _until_commit(self, session: StepSession) -> dict[str, str]:
        """Do everything within a transaction, and return what was captured."""
        with failed("the transaction"):
            await session.run(self.work.begin)
        if self.work.marker is not None:
            with failed(f"marker in {self.work.marker.at.name}"):
                await self.work.marker.write(session)
        for number in range(1, len(self.work.statements) + 1):
            await self.work.run(session, number, self.answers)
        return self.work.captured(self.answers)

    async def _commit(self, session: StepSession) -> None:
        self.sent = True
        try:
            with failed("COMMIT"):
                answer = await session.insist("COMMIT", GRACE)
        except FailedError as error:
            raise left(error, Applied.NONE, NOTHING) from error
        if answer.tag != "COMMIT":
            raise FailedError("not_applied", f"COMMIT was answered by {answer.tag}; {NOTHING}")

    # One after another

    async def _each(self, session: StepSession, here: Arrival) -> Outcome:
        number, captured = 0, {}
        try:
            for number in range(1, len(self.work.statements) + 1):
                self.sent = True
                await self.work.run(session, number, self.answers)
            captured = self.work.captured(self.answers)
        except FailedError as error:
            applied = self._left_by(number, error)
            words = NOTHING if applied is Applied.NONE else "what was done stays"
            raise left(error, applied, words) from error
        except LostError as error:
            return await self._lost(error, GRACE, at=number)
        except asyncio.CancelledError:
            return await self._lost(LostError(self._why, "it was told to end"), GRACE, at=number)
        return self._good(session, here, captured, await self._mark(session))

    def _left_by(self, number: int, error: FailedError) -> Applied:
        """Return how much of the work stays when it failed at this statement."""
        last = number == len(self.work.statements)
        if not self.changes:
            return Applied.NONE
        if error.error_class in ("assertion", "capture"):
            return Applied.FULL if last else Applied.PARTIAL
        # A CREATE INDEX CONCURRENTLY that fails leaves an invalid index.
        untouched = number == 1 and not self.work.statements[0].alone
        return Applied.NONE if untouched else Applied.PARTIAL

    async def _mark(self, session: StepSession) -> str:
        """Leave the marker behind what was done; that it cannot be left changes nothing about that."""
        if self.work.marker is None:
            return ""
        try:
            with failed("marker"):
                await self.work.marker.write(session)
        except (FailedError, LostError) as error:
            return f"done, but without a marker: {error.summary}"
        return ""

    # When the session is lost

    async def _lost(
        self, error: LostError, patience: float, captured: dict[str, str] | None = None, *, at: int = 0
    ) -> Outcome:
        """Return or raise what became of the attempt, as far as it can be found out."""
        if not self.changes:
            raise FailedError(error.error_class, error.summary)
        finding = await self._find_out(patience)
        if finding.fate is Fate.APPLIED:
            return succeeded(f"{error.summary}; {finding.words}: it was applied", captured=captured or {})
        words = f"{error.summary}{f' at {self.work.label(at)}' if at else ''}; {finding.words}"
        is_told = finding.fate is Fate.NOT_APPLIED and self.work.begin
        if finding.fate is Fate.RUNNING or (self.sent and not is_told):
            raise UnknownError(error.error_class, words)
        raise FailedError(error.error_class, f"{words}; {NOTHING}")

    async def _find_out(self, patience: float) -> Finding:
        marker = self.work.marker
        key, table = (marker.key, marker.at) if marker else ("", None)
        try:
            return await find_out(self.looking, self.login.application, key, table, patience, self.clock)
        except asyncio.CancelledError:
            return Finding(Fate.UNTOLD, "there was no time to look what became of it")

    # Words

    def _good(self, session: StepSession, here: Arrival, captured: dict[str, str], more: str = "") -> Outcome:
        lines = [str(here), *self.answers.lines(), *session.remarks.lines()]
        summary = f"{self.answers.summary}; {more}" if more else self.answers.summary
        applied = Applied.FULL if self.changes else Applied.NONE
        return succeeded(summary, applied, captured=captured, detail="\n".join(lines))

    def _ended(self, words: str) -> FailedError:
        late = self._why == "timeout"
        return FailedError(self._why, f"{'it took too long' if late else 'it was told to end'}; {words}")

    @property
    def _why(self) -> str:
        """Return why the task was cancelled."""
        return "timeout" if self.clock.monotonic() >= self.deadline else "terminated"

    def _seconds(self, most: float) -> float:
        return max(0.1, min(most, self.deadline - self.clock.monotonic()))


def left(error: FailedError, applied: Applied, words: str) -> FailedError:
    """Return the error with how much of the work stays, and that in words."""
    return FailedError(error.error_class, f"{error.summary}; {words}", applied, detail=error.detail)
