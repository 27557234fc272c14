"""Owns how the agent answers what screens ask, and by which fence this console decides about walks.

The App hands questions in and hands answers to whoever asked; here alone they become calls on the link.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from textual.message import Message

from agent.access_messages import ApproveStep, Judged, RefuseStep
from agent.link import Link, Moved
from checks.errors import LinkError
from runbooks.decisions import TakeOver
from runbooks.live import Live
from runbooks.rights import HERE
from runbooks.walk import Walk
from tui import (
    calendar_questions,
    checklist_questions,
    incident_questions,
    notice_questions,
    quiet_questions,
    report_questions,
    window_questions,
)
from tui import walk_messages as wish
from tui.access_messages import ApprovalGiven
from tui.calendar_messages import AgendaRequested, TaskFinished, TaskSkipped
from tui.checklist_messages import ListQuestion
from tui.incident_messages import IncidentQuestion
from tui.messages import HistoryArrived, HistoryRequested, Question, ResultsArrived, ResultsRequested
from tui.notice_messages import NoticeQuestion
from tui.quiet_messages import QuietQuestion
from tui.report_messages import ReportQuestion
from tui.walks.open_walk import Holds, OpenWalk, OpenWalks
from tui.window_messages import WindowQuestion


class Questions:
    """Answers questions as long as an agent does."""

    def __init__(self, agent: Callable[[], Link]) -> None:
        """Ask the link that `agent` returns; it raises LinkError while there is none."""
        self._agent = agent
        self._holds = Holds()
        self.standpoint = HERE
        """Who sits here, and what he may do."""
        self.where: tzinfo | None = None
        """The zone in which times are told; None is the host's own."""
        self._fences: dict[str, int] = {}
        """The newest fence of each open walk, by its id."""

    def moved(self, walks: OpenWalks, event: Moved) -> OpenWalks:
        """Return the open walks after one has moved."""
        walk = event.walk
        self._holds.saw(walk)
        self._fences[walk.id] = walk.fence
        return {**walks, walk.id: self._open(walk, event.live)}

    def judged(self, walks: OpenWalks) -> OpenWalks:
        """Return the open walks with who decides as it is now; the same object when nothing differs."""
        wrong = {
            name: now
            for name, opened in walks.items()
            if (now := self._open(opened.walk, opened.live)) != opened
        }
        return {**walks, **wrong} if wrong else walks

    def _open(self, walk: Walk, live: Live) -> OpenWalk:
        return OpenWalk(walk, live, self._holds.holds(walk), self.standpoint, self.where)

    async def answer(self, question: Question) -> Message:
        """Return the answer, which says why when there is none."""
        try:
            return await self._asked(self._agent(), question)
        except LinkError as error:
            return question.failed(str(error))

    async def _asked(self, link: Link, question: Question) -> Message:
        match question:
            case HistoryRequested(query=query):
                return HistoryArrived(query, await link.history(query))
            case ResultsRequested(check=check, limit=limit):
                return ResultsArrived(check, await link.results(check, limit))
            case wish.RunbooksRequested():
                return wish.RunbooksArrived(await link.runbooks())
            case wish.WalksRequested(limit=limit):
                return wish.WalksArrived(await link.walks(limit))
            case wish.WalkRequested(walk=walk):
                return wish.WalkArrived(await link.walk(walk))
            case wish.EvidenceRequested(walk=walk, step=step, attempt=attempt, name=name):
                return wish.EvidenceArrived(name, await link.evidence(walk, step, attempt, name))
            case wish.DryRunRequested(runbook=runbook, inputs=inputs):
                return wish.DryRunArrived(await link.dry_run(runbook, inputs))
            case AgendaRequested() | TaskFinished() | TaskSkipped():
                return await calendar_questions.answered(link, question)
            case wish.BeginRequested():
                return await self._begin(link, question)
            case wish.DecisionMade():
                return await self._decide(link, question)
            case WindowQuestion():
                return await window_questions.answer(link, question)
            case NoticeQuestion():
                return await notice_questions.answer(link, question)
            case IncidentQuestion():
                return await incident_questions.answer(link, question)
            case QuietQuestion():
                return await quiet_questions.answer(link, question)
            case ReportQuestion():
                return await report_questions.answer(link, question)
            case ApprovalGiven():
                await link.ask(Judged, lambda number: _judgement(number, question))
                return wish.DecisionTaken()
            case ListQuestion():
                return await checklist_questions.answer(link, question)
        raise TypeError(f"nobody answers {type(question).__name__}")

    async def _begin(self, link: Link, question: wish.BeginRequested) -> Message:
        walk = await link.open_walk(question.runbook, question.plan_sha256, question.inputs)
        self._holds.began(walk)
        return wish.WalkBegun(walk)

    async def _decide(self, link: Link, question: wish.DecisionMade) -> Message:
        before = self._fences.get(question.walk, 0)
        await link.decide(question.walk, self._holds.fence(question.walk), question.decision)
        if isinstance(question.decision, TakeOver):
            self._holds.took_over(question.walk, before)
        return wish.DecisionTaken()


def _judgement(number: int, said: ApprovalGiven) -> ApproveStep | RefuseStep:
    """Return what the agent is told: that the step is approved, or why it is not."""
    what = (number, said.walk, said.step, said.attempt, said.action_sha256)
    return RefuseStep(*what, said.reason) if said.reason else ApproveStep(*what, said.typed)
