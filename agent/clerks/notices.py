"""Owns the answering of what is asked and wanted about notices and contacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.live import LiveSystem
from agent.notice_messages import (
    Answers,
    AskContacts,
    AskDraft,
    AskNotices,
    ContactsAnswer,
    DraftAnswer,
    NoticesAnswer,
    NoticeSentAnswer,
    Questions,
    SendNotice,
)
from agent.notices import Notices
from runbooks.contacts import contacts_of
from runbooks.operators import Operator


@dataclass(frozen=True, slots=True)
class NoticeClerk:
    """Answers what is asked and wanted about notices and contacts."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    live: LiveSystem
    notices: Notices

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return the answer."""
        match ask:
            case AskNotices():
                await self.notices.look()
                return NoticesAnswer(ask.id, self.notices.now)
            case AskDraft():
                draft = await self.notices.drafts.draft(ask, operator)
                return DraftAnswer(ask.id, draft, self.notices.already(draft))
            case SendNotice():
                sent = await self.notices.send(ask.draft, ask.routes, ask.note, operator, again=ask.again)
                return NoticeSentAnswer(ask.id, sent)
            case AskContacts():
                return ContactsAnswer(ask.id, contacts_of(self.live.system.sections))
