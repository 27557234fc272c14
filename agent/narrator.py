"""Owns the telling of a walk as it goes: what happens, what a running program says, how long it has run."""

from __future__ import annotations

from agent.happenings import ended_since, happenings
from agent.output_lines import OutputLines
from agent.voice import Voice
from checks.clock import Clock
from checks.text import clean
from runbooks.live import Live, Settling
from runbooks.model import WindowNeed
from runbooks.walk import EMPTY, Walk
from runbooks.windows.found import found_by_recheck
from runbooks.windows.state import WindowsNow
from runbooks.wording import name_of, settling_words, span

TOLD_AT = (15.0, 30.0, 60.0)
"""Seconds after which it is said how long something has run; from the last one on, every so often."""


class Narrator:
    """Tells one walk to one operator; `brief` leaves out what programs say."""

    def __init__(self, voice: Voice, clock: Clock, *, brief: bool = False) -> None:
        """Begin with nothing told."""
        self._voice = voice
        self._clock = clock
        self._brief = brief
        self._walk: Walk = EMPTY
        self._live = Live()
        self._output = OutputLines()
        self._times_told = 0
        self._windows: WindowsNow | None = None

    def moved(self, before: Walk, after: Walk, live: Live) -> None:
        """Tell what is new; of a walk that was begun before we came, nothing that is past."""
        known, self._walk, self._live = self._live, after, live
        ended = [state for state in ended_since(before, after) if before.seq and not state.detached]
        if ended or (known.running and known.running != live.running):
            self._end_output("\n".join(state.outcome.detail for state in ended))
        if before.seq:
            for happened in happenings(before, after):
                self._voice.tell(happened)
        if live.running and live.running != known.running:
            self._begin(live.running)
        if live.running and live.output and not (ended or self._brief):
            self._voice.quote(self._output.take(live.output, live.output_bytes), "  ")
        self._settle(known.settling, live.settling)
        if live.trouble and live.trouble != known.trouble:
            self._voice.tell(f"Trouble: {live.trouble}")
        if live.late and not known.late and before.seq:
            self._voice.tell(f"MIND: {live.late}.")
        if live.file_changed and not known.file_changed:
            self._voice.tell("The runbook's file has changed; this walk goes by the plan that it began with.")

    def windows(self, windows: WindowsNow) -> None:
        """Tell that a window opens, closes, or soon will, where that matters to the walk."""
        known, self._windows = self._windows, windows
        if known is None or self._walk.plan.window is WindowNeed.ANY:
            return
        if windows.reminder and windows.reminder != known.reminder:
            self._voice.tell(f"MIND: {windows.reminder}.")
        if windows.state.recheck not in (None, known.state.recheck):
            self._voice.tell(f"{found_by_recheck(windows.state, windows.state.recheck.at)}.")
        if windows.gate and not known.gate:
            self._voice.tell(f"The window has closed: {windows.gate}.")
        elif known.gate and not windows.gate:
            self._voice.tell(f"The window {windows.state.name} is open.")

    def lost(self, reason: str) -> None:
        """Tell that no agent answers."""
        self._voice.tell(f"The agent is gone: {reason}. What runs goes on; trying to reach an agent again.")

    def found(self) -> None:
        """Tell that one answers again."""
        self._voice.tell("An agent answers again.")

    def tick(self, now: float) -> None:
        """Tell now and then how long it has run; `now` is UTC seconds."""
        live = self._live
        if not live.running or not live.since or self._brief:
            return
        elapsed = now - live.since
        if elapsed < _due(self._times_told):
            return
        while elapsed >= _due(self._times_told):
            self._times_told += 1
        usual = live.usual.get(live.running, 0.0)
        compared = f", usually {span(usual)}" if usual else ""
        self._voice.tell(f"{self._title(live.running)}: running for {span(elapsed)}{compared}.")

    def _settle(self, known: Settling | None, now: Settling | None) -> None:
        """Tell what the end of a way back waits for, whenever that is something else."""
        if now is not None and (known is None or now.worse != known.worse):
            self._voice.tell(f"The way back waits: {settling_words(now, self._clock.now())}.")

    def _begin(self, running: str) -> None:
        self._times_told = 0
        if self._walk.current is not None and running != self._walk.current.id:
            self._voice.tell(f"Looking: {self._title(running)}.")

    def _end_output(self, detail: str) -> None:
        """Tell the rest of what was said or seen, as far as it was not told already."""
        rest = self._output.rest()
        unseen = self._output.take(f"{clean(detail, lines=True)}\n", 0) if detail else ()
        if not self._brief:
            self._voice.quote(unseen if detail else rest, "  ")
        self._output = OutputLines()

    def _title(self, step: str) -> str:
        try:
            return name_of(self._walk.plan.step(step))
        except KeyError:
            return clean(step)


def _due(told: int) -> float:
    """Return after how many seconds it is told how long something has run, having been told so often."""
    return TOLD_AT[told] if told < len(TOLD_AT) else TOLD_AT[-1] * (told - len(TOLD_AT) + 2)
