"""Owns what follows when an operator has chosen a way: the phrase, the reason, the decision that is sent.

Nothing that changes a system, and nothing that cannot be taken back, is sent without having been typed.
"""

from __future__ import annotations

import msgspec

from agent.access_messages import ApproveStep, Judged, RefuseStep
from agent.asking import Asking, BackError
from agent.cards import Cards
from agent.claim import Claim
from agent.following import Following
from agent.link import Link
from agent.situation import Situation, Way
from agent.voice import Voice
from runbooks import decisions
from runbooks.decisions import Decision
from runbooks.handing import state_of_things
from runbooks.question import Question
from runbooks.reasons import FULL_REASON, REASON
from runbooks.step_events import Resolution
from runbooks.walk import Stage, StepState
from runbooks.walking.deciding import LAST_SAFE, WINDOW, barred
from runbooks.wording import who

EVIDENCE_LINES = 50
"""Lines of evidence that are shown; its end."""


class Answering:
    """Turns what an operator chooses about one walk into decisions."""

    def __init__(
        self, link: Link, following: Following, voice: Voice, asking: Asking, cards: Cards, claim: Claim
    ) -> None:
        """Answer about the walk that is followed."""
        self._link = link
        self._following = following
        self._voice = voice
        self._asking = asking
        self._cards = cards
        self._claim = claim

    async def take(self, way: Way, situation: Situation) -> bool:
        """Do as was chosen; return whether a decision was sent that should show in the walk.

        Raises:
            BackError: when the operator wants back.
            RefusedError: when the agent will not.
            MootError, BrokenInError, LeftError: from what is asked.
        """
        step = situation.step
        state = self._following.walk.state(step) if step else StepState("")
        match way:
            case Way.RUN:
                return await self._run(state)
            case Way.ANSWER:
                return await self._answer(state)
            case Way.SUCCEEDED | Way.NOT_APPLIED | Way.FAILED:
                return await self._resolve(way, state)
            case Way.ROLL_BACK:
                self._cards.way_back(self._following.walk)
                await self._decide(decisions.RollBack(await self._why("Why is it rolled back?")))
            case Way.TAKE_OVER:
                walk = self._following.walk
                offered = walk.offer is not None and walk.offer.is_for(self._following.standpoint.me)
                why = f"Why do you take it over from {who(walk.holder)}?"
                await self._claim.take(walk, "" if offered else await self._why(why))
            case Way.APPROVE | Way.REFUSE:
                return await self._judge(way, state)
            case Way.HAND_OVER:
                await self._hand_over()
            case Way.KEEP:
                await self._decide(decisions.TakeBack())
            case Way.NOTE:
                await self._decide(decisions.Note(await self._why("Your note"), step))
                return False
            case Way.EVIDENCE:
                await self._evidence(state)
                return False
            case _:
                decision = await self._with_reason(way, state)
                if decision is None:
                    return False
                await self._decide(decision)
        return True

    async def _with_reason(self, way: Way, state: StepState) -> Decision | None:
        """Return the decision for a way that takes a reason and nothing else."""
        match way:
            case Way.SKIP:
                return decisions.Skip(state.id, await self._why("Why is it skipped?"))
            case Way.RETRY:
                return decisions.Retry(state.id, await self._why("Why is it tried again?"))
            case Way.STOP:
                return decisions.StopWalk(await self._why("Why is the walk stopped?"))
            case Way.GO_ON:
                return decisions.GoOn(await self._why("Why does it go on?"))
            case Way.END_PROGRAM:
                reason = await self._why("Why is its program ended?")
                return decisions.EndProgram(state.id, state.attempt, reason)
            case Way.DETACH:
                self._voice.say("Its program runs on, and what becomes of it has to be found out by hand.")
                return decisions.Detach(state.id, state.attempt, await self._why("Why is it not waited for?"))
            case Way.OVERRIDE:
                live = self._following.live
                rule, _ = barred(self._following.walk, state, live.gate, live.late)
                why = "so late" if rule == LAST_SAFE else "outside a window"
                reason = await self._why(f"Why may it be done {why}?", FULL_REASON)
                return decisions.Override(rule or WINDOW, reason)
            case _:
                return None

    async def _run(self, state: StepState) -> bool:
        action, typed = state.action, ""
        if (
            action.shell
            and (await self._asking.line("A shell reads this line. Type yes to run it:")) != "yes"
        ):
            self._voice.say("Not run.")
            return False
        if action.phrase:
            typed = await self._asking.line(f"Type {action.phrase!r} to run it:")
            if typed != action.phrase:
                self._voice.say("That is not the phrase. Not run.")
                return False
        await self._decide(decisions.Confirm(state.id, state.attempt, state.action_sha256, typed))
        return True

    async def _judge(self, way: Way, state: StepState) -> bool:
        """Approve the step that another is about to run, or say why not."""
        walk, what = self._following.walk.id, (state.id, state.attempt, state.action_sha256)
        if way is Way.REFUSE:
            reason = await self._why("Why do you not approve it?")
            await self._link.ask(Judged, lambda number: RefuseStep(number, walk, *what, reason))
            return True
        typed = await self._asking.line(f"Type the step's id, {state.id}, to approve it:")
        if typed.strip() != state.id:
            self._voice.say("That is not its id. Not approved.")
            return False
        await self._link.ask(Judged, lambda number: ApproveStep(number, walk, *what, state.id))
        return True

    async def _hand_over(self) -> None:
        """Pass the walk on, with the state of things; an empty line takes what is known already."""
        to = await self._asking.line("To which user (empty: whoever takes it)?")
        known = state_of_things(self._following.walk)
        said = {}
        for name, label in (
            ("done", "What was done"),
            ("deviated", "What deviated"),
            ("left", "What is left"),
            ("watch", "What is to be watched"),
        ):
            self._voice.say(getattr(known, name), label=f"  {label}, as far as is known: ")
            said[name] = (await self._asking.line(f"{label} (empty: as it stands):")).strip()
        texts = {name: text or getattr(known, name) for name, text in said.items()}
        await self._decide(msgspec.structs.replace(decisions.HandOver(to.strip()), **texts))

    async def _resolve(self, way: Way, state: StepState) -> bool:
        resolution = {
            Way.SUCCEEDED: Resolution.SUCCEEDED,
            Way.NOT_APPLIED: Resolution.NOT_APPLIED,
            Way.FAILED: Resolution.FAILED,
        }[way]
        forward = self._following.walk.stage is Stage.FORWARD
        if way is Way.FAILED and forward:
            self._cards.way_back(self._following.walk)
        typed = await self._asking.line(f"Type the step's id, {state.id}, letter by letter (empty: back):")
        if not typed.strip():
            raise BackError
        reason = await self._why("How do you know?", FULL_REASON)
        decision = decisions.Resolve(state.id, state.attempt, resolution, typed.strip(), reason)
        await self._decide(decision)
        if way is Way.NOT_APPLIED and self._following.walk.plan.step(state.id).changes:
            await self._decide(decisions.Retry(state.id, reason))
        elif way is Way.FAILED and forward:
            await self._decide(decisions.RollBack(reason))
        return True

    async def _answer(self, state: StepState) -> bool:
        """Have the answer typed to what a step asks, or the value of a secret input."""
        live = self._following.live
        question = live.question or Question(f"{live.wanted_secret}: its value", secret=True)
        default = f" (empty: {question.default})" if question.default else " (empty: back)"
        hidden = "Type it; it is not shown" if question.secret else "Type it"
        text = await self._asking.line(f"{hidden}{default}:", secret=question.secret) or question.default
        if not text:
            raise BackError
        await self.answer(state, text)
        return True

    async def answer(self, state: StepState, text: str) -> None:
        """Send an answer.

        Raises:
            RefusedError: when it is none that may be given.
        """
        await self._decide(decisions.Answer(state.id, state.attempt, text))

    async def _evidence(self, state: StepState) -> None:
        walk = self._following.walk.id
        for evidence in state.evidence:
            text = await self._link.evidence(walk, state.id, state.attempt, evidence.name)
            lines = text.rstrip("\n").split("\n")
            before = f", its last {EVIDENCE_LINES} lines" if len(lines) > EVIDENCE_LINES else ""
            self._voice.say(f"{evidence.name}, {evidence.size} bytes{before}:")
            self._voice.quote(lines[-EVIDENCE_LINES:])

    async def _why(self, question: str, least: int = REASON) -> str:
        return await self._asking.reason(question, least)

    async def _decide(self, decision: Decision) -> None:
        walk = self._following.walk
        await self._link.decide(walk.id, walk.fence, decision)
