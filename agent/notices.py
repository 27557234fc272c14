"""Owns the notices of an agent: what was sent, what is due, and the sending.

What is sent is first written into the journal and then given to the outbox of alerts, under a key made of its
row: after a restart, what is in the journal and not in the outbox is given to it again, and nothing twice.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from agent.kept import Kept
from agent.live import LiveSystem
from agent.notice_drafts import NoticeDrafts
from agent.notice_messages import NoticesMoved
from checks.alerts.alert import Letter
from checks.alerts.routes import routes_of
from checks.alerts.trying import GIVEN_UP_AFTER
from checks.board import Notice
from checks.clock import Clock
from checks.masking import Masker
from checks.moments import spoken
from checks.recurrence.timing import Span
from checks.recurrence.zones import zone_named
from checks.storage.letters import KEPT, newest_letters
from checks.suggest import did_you_mean
from checks.text import clean
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.notice_events import NoticeKind, NoticeSent
from runbooks.notices.about import still_comes
from runbooks.notices.announcing import to_announce, told_by, words
from runbooks.notices.repeating import repeats
from runbooks.notices.repeating import words as repeated_words
from runbooks.notices.state import DraftNotice, NoticesNow, SentNotice
from runbooks.operators import Operator
from runbooks.reasons import is_told
from runbooks.windows.plan import Occurrence, WindowPlan, windows_of

SOURCE = "notices"
READ = 500
"""The newest notices that were sent, of which is known what they announced."""
LISTED = 50
LONGEST_NOTE = 500

Post = Callable[[tuple[Letter, ...]], Awaitable[None]]
"""Takes messages into the outbox of alerts."""

log = logging.getLogger(__name__)


class Notices(Kept[NoticesNow]):
    """The notices of one system; what is due is said on the board while `run` runs."""

    called = "notices"
    look_every = 5.0

    def __init__(
        self,
        live: LiveSystem,
        journal: Journal,
        drafts: NoticeDrafts,
        post: Post,
        masker: Masker,
        clock: Clock,
    ) -> None:
        """Know nothing yet."""
        super().__init__(NoticesNow(), live, journal, masker, clock)
        self.drafts = drafts
        self._post = post
        self._sent: tuple[Entry, ...] = ()

    @property
    def sent(self) -> tuple[Entry, ...]:
        """Return the rows about notices that were sent, oldest first."""
        return self._sent

    def told(self) -> NoticesMoved:
        """Return how it stands with notices, for consoles."""
        return NoticesMoved(self._now)

    def routes(self) -> tuple[str, ...]:
        """Return the routes by which a notice can be sent."""
        system = self._live.system
        return tuple(route.name for route in routes_of(system.sections, system.info.timezone))

    def already(self, draft: DraftNotice) -> str:
        """Return that people were told the same already, and what to do then; empty when they were not."""
        zone = zone_named(self._live.system.info.timezone)
        when = partial(spoken, zone=zone)
        for entry in reversed(self._sent):
            if isinstance(event := entry.event, NoticeSent) and repeats(draft, event):
                told = repeated_words(draft, entry.at, entry.operator, event.routes, when)
                return f"{told}; to send it again, say why (--again)"
        return ""

    async def send(
        self,
        draft: DraftNotice,
        routes: tuple[str, ...],
        note: str,
        operator: Operator,
        *,
        again: str = "",
    ) -> SentNotice:
        """Write down that it is sent, and have it carried by these routes; by none it was sent by hand.

        What people were told already is told `again` for a reason alone.

        Raises:
            RefusedDecisionError: when it may not be sent so; says why.
        """
        async with self._decision():
            event = await self._judged(draft, routes, note, again)
            (entry,) = await self._journal.append(Draft("", event, operator))
            log.info("notice %s sent by %s", event.notice, ", ".join(event.routes) or "hand")
            self._sent = (*self._sent, entry)[-READ:]
            await self._post(tuple(letters_of(entry, event)))
            return _told(entry, self._sent, windows_of(self._live.system))

    async def _judged(self, draft: DraftNotice, routes: tuple[str, ...], note: str, again: str) -> NoticeSent:
        text = await self.drafts.text(draft.notice)
        known = self.routes()
        for route in routes:
            if route not in known:
                near = did_you_mean(route, known) or f"; routes: {', '.join(known) or 'none'}"
                raise RefusedDecisionError(f"no route is called {route!r}{near}")
        safe = self.drafts.safe_draft(draft)
        if not safe.subject or not safe.body.strip():
            raise RefusedDecisionError("there is nothing to send: it has no subject or no text")
        if safe.sha256 != draft.sha256:
            raise RefusedDecisionError("what would be sent is not what was shown; read it again")
        if text.kind is NoticeKind.ANNOUNCEMENT:
            occurrence = Occurrence(draft.window, Span(draft.starts, draft.ends))
            if not still_comes(occurrence, windows_of(self._live.system)):
                raise RefusedDecisionError(f"{draft.window} is planned for another time by now; look again")
        already = self.already(draft)
        if already and not is_told(again):
            raise RefusedDecisionError(already)
        return NoticeSent(
            text.name,
            text.kind.value,
            draft.window,
            draft.starts,
            draft.ends,
            safe.subject,
            safe.body,
            tuple(dict.fromkeys(routes)),
            self._safe(note.strip(), lines=True)[:LONGEST_NOTE],
            clean(draft.incident)[:64],
            self._safe(again.strip())[:LONGEST_NOTE] if already else "",
        )

    async def _learn(self) -> None:
        read = await self._journal.newest(NoticeSent, limit=READ)
        await self._post_again(read)
        self._sent = read

    async def _do_due(self) -> None:
        """Do nothing: what is due is for people to send."""

    async def _stand(self) -> NoticesNow:
        now, plans = self._clock.now(), windows_of(self._live.system)
        early = self.drafts.early
        wanted = (
            to_announce(self._sent, plan, now, early.get(plan.name, now)) for plan in plans if plan.announce
        )
        found = tuple(one for one in wanted if one is not None)
        zone = zone_named(self._live.system.info.timezone)
        due = tuple(Notice(SOURCE, words(one, zone)) for one in found if one.wanting and not self._trouble)
        self._live.announce(SOURCE, due)
        return NoticesNow(
            await self.drafts.heads(),
            found,
            tuple(_told(entry, self._sent, plans) for entry in reversed(self._sent[-LISTED:])),
            self.routes(),
            self._trouble,
        )

    async def _post_again(self, read: Iterable[Entry]) -> None:
        """Give to the outbox what an agent before this one has written down and not given to it."""
        after = self._clock.now() - GIVEN_UP_AFTER
        letters = [
            letter
            for entry in read
            if isinstance(entry.event, NoticeSent) and entry.at > after
            for letter in letters_of(entry, entry.event)
        ]
        if not letters:
            return
        stored = await self._live.store.ask(lambda connection: newest_letters(connection, KEPT), None)
        if stored is None:  # nobody can say, and twice is worse than late
            return
        known = {letter.key for letter in stored}
        await self._post(tuple(letter for letter in letters if letter.key not in known))


def letters_of(entry: Entry, event: NoticeSent) -> Iterable[Letter]:
    """Yield the messages that carry a notice, one for each route; their keys are made of its row."""
    for route in event.routes:
        key = hashlib.sha256(f"notice\n{entry.boot}\n{entry.seq}\n{entry.at}\n{route}".encode()).hexdigest()
        yield Letter(key[:16], route, event.subject, event.body, entry.at, entry.at)


def _told(entry: Entry, sent: Iterable[Entry], plans: Iterable[WindowPlan]) -> SentNotice:
    event = entry.event
    assert isinstance(event, NoticeSent)
    return SentNotice(
        entry.at,
        entry.operator,
        event.notice,
        event.kind,
        event.window,
        event.starts,
        event.ends,
        event.subject,
        event.body,
        event.routes,
        event.note,
        event.incident,
        entry.seq,
        event.again,
        told_by(entry, sent, plans),
    )
