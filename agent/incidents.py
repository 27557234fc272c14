"""Owns the incidents of an agent: opened by hand or by themselves, followed, told as they move."""

from __future__ import annotations

import logging
from collections.abc import Callable

from agent.incident_messages import IncidentsMoved
from agent.kept import Kept
from agent.live import LiveSystem
from checks.alerts.alert import Letter
from checks.board import EMPTY, Notice, Snapshot
from checks.clock import Clock
from checks.masking import Masker
from checks.model import Result
from checks.recurrence.zones import zone_named
from checks.storage.letters import KEPT, newest_letters
from runbooks.errors import RefusedDecisionError
from runbooks.incident_events import IncidentMoved, IncidentNoted, IncidentOpened, Severity
from runbooks.incidents import ruling
from runbooks.incidents.fold import KINDS, Incidents, fold_all
from runbooks.incidents.state import Incident, IncidentHead, IncidentsNow, IncidentStory, head_of
from runbooks.incidents.timeline import timeline
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.notice_events import NoticeSent
from runbooks.operators import WALKDOWN, Operator

READ = 10_000
"""Rows of each kind that are read when the agent begins."""
LISTED = 200
"""Incidents that consoles are told of."""
RESULTS = 2000
"""Results of a check that are looked at for a timeline."""
WALKS = 500
SOURCE = "incidents"

IncidentEvent = IncidentOpened | IncidentNoted | IncidentMoved

log = logging.getLogger(__name__)


class IncidentBook(Kept[IncidentsNow]):
    """The incidents of one system, which follow the board while `run` runs."""

    called = "incidents"
    look_every = 2.0

    def __init__(self, live: LiveSystem, journal: Journal, masker: Masker, clock: Clock) -> None:
        """Know nothing yet."""
        super().__init__(IncidentsNow(), live, journal, masker, clock)
        self._incidents: Incidents = {}
        self._bad: set[str] = set()
        """Ids of open incidents of which a check was seen as bad."""

    @property
    def incidents(self) -> Incidents:
        """Return all incidents, by id."""
        return self._incidents

    def told(self) -> IncidentsMoved:
        """Return how all incidents stand, for consoles."""
        return IncidentsMoved(self._now)

    async def open(
        self, title: str, severity: str, checks: tuple[str, ...], detected: float, operator: Operator
    ) -> IncidentStory:
        """Open an incident by hand; `detected` 0 is now.

        Raises:
            RefusedDecisionError: when it may not be; says why.
        """
        said = self._safe(title)
        known = {info.name for info in self._live.system.info.checks}
        zone = zone_named(self._live.system.info.timezone)
        wanted = severity or Severity.MAJOR.value

        def rule(incidents: Incidents, at: float) -> IncidentOpened:
            return ruling.opened(incidents, said, wanted, checks, detected, known, at, zone)

        return await self._decide(rule, operator)

    async def note(self, incident: str, text: str, operator: Operator) -> IncidentStory:
        """Write into the timeline of an incident.

        Raises:
            RefusedDecisionError: when that cannot be; says why.
        """
        said = self._safe(text, lines=True)
        return await self._decide(lambda incidents, at: ruling.noted(incidents, incident, said), operator)

    async def move(
        self, incident: str, stage: str, when: float, text: str, lessons: str, operator: Operator
    ) -> IncidentStory:
        """Say that an incident has come to a stage; `when` 0 is now.

        Raises:
            RefusedDecisionError: when it may not be; says why.
        """
        said, learned = self._safe(text, lines=True), self._safe(lessons, lines=True)
        zone = zone_named(self._live.system.info.timezone)

        def rule(incidents: Incidents, at: float) -> IncidentMoved:
            return ruling.moved(incidents, incident, stage, when, said, learned, at, zone)

        return await self._decide(rule, operator)

    async def story(self, incident: str) -> IncidentStory:
        """Return an incident with all that happened; the only one that is open when none is named.

        Raises:
            RefusedDecisionError: when there is no such incident; says why.
        """
        await self.look()
        self._demand_known()
        return await self._told(ruling.named(self._incidents, incident))

    async def _told(self, found: Incident) -> IncidentStory:
        results = await self._results(found)
        nothing: tuple[Letter, ...] = ()
        letters = await self._live.store.ask(lambda connection: newest_letters(connection, KEPT), nothing)
        try:
            notices = await self._journal.newest(NoticeSent)
            walks = await self._journal.walks(WALKS)
        except JournalError as error:
            raise RefusedDecisionError(str(error)) from error
        carried = {(event.subject) for entry in notices if isinstance(event := entry.event, NoticeSent)}
        alerts = [letter for letter in letters if letter.subject not in carried]
        happened = timeline(found, self._clock.now(), results, alerts, notices, walks)
        suggestion = ruling.suggestion(found, self._snapshot, found.id in self._bad)
        since = ruling.ok_since(found, results) if suggestion else 0.0
        return IncidentStory(found, happened, suggestion, since)

    async def _results(self, incident: Incident) -> tuple[tuple[Result, ...], ...]:
        """Return the results of each of its checks, newest first."""
        store = self._live.store
        return tuple([await store.results(check, RESULTS) for check in incident.checks])

    async def _decide(
        self, rule: Callable[[Incidents, float], IncidentEvent], operator: Operator
    ) -> IncidentStory:
        async with self._decision():
            event = rule(self._incidents, self._clock.now())
            await self._write(event, operator)
        return await self._told(self._incidents[event.incident])

    async def _learn(self) -> None:
        self._incidents = fold_all(await self._journal.newest(*KINDS, limit=READ))
        for incident in self._incidents.values():
            if incident.is_open and ruling.was_bad(incident, await self._results(incident)):
                self._bad.add(incident.id)

    async def _do_due(self) -> None:
        """Open what opens by itself, where the configuration says so."""
        options = self._live.system.sections.get("incidents") or {}
        engine = self._live.engine
        if options.get("open") != "mandatory-crit" or engine is None or engine.ended:
            return
        zone = zone_named(engine.system.timezone)
        while event := ruling.due(self._incidents, engine.system, engine.snapshot, self._clock.now(), zone):
            await self._write(event, WALKDOWN)

    async def _write(self, event: IncidentEvent, operator: Operator) -> None:
        self._incidents = fold_all(await self._journal.append(Draft("", event, operator)), self._incidents)
        log.info("%s: %s", type(event).__name__, event.incident)

    @property
    def _snapshot(self) -> Snapshot:
        engine = self._live.engine
        return engine.snapshot if engine is not None else EMPTY

    async def _stand(self) -> IncidentsNow:
        snapshot = self._snapshot
        self._bad |= {
            one.id for one in self._incidents.values() if one.is_open and ruling.is_bad(one, snapshot)
        }
        newest = sorted(self._incidents.values(), key=lambda one: (not one.is_open, -one.detected))
        heads = tuple(
            head_of(one, ruling.suggestion(one, snapshot, one.id in self._bad)) for one in newest[:LISTED]
        )
        self._live.announce(SOURCE, tuple(Notice(SOURCE, _line(head)) for head in heads if head.suggestion))
        return IncidentsNow(heads, self._trouble)


def _line(head: IncidentHead) -> str:
    return f"{head.id}, {head.title}: {head.suggestion}; say since when it is restored"
