"""Owns how the agent answers what screens ask and wish about notices and contacts."""

from __future__ import annotations

from textual.message import Message

from agent.link import Link
from agent.notice_messages import (
    AskContacts,
    AskDraft,
    ContactsAnswer,
    DraftAnswer,
    NoticeSentAnswer,
    SendNotice,
)
from tui.notice_messages import (
    ContactsArrived,
    ContactsRequested,
    DraftArrived,
    DraftRequested,
    NoticeQuestion,
    NoticeWentOut,
    SendRequested,
)


async def answer(link: Link, question: NoticeQuestion) -> Message:
    """Return the answer.

    Raises:
        LinkError: when there is none; says why.
    """
    match question:
        case ContactsRequested():
            return ContactsArrived((await link.ask(ContactsAnswer, AskContacts)).contacts)
        case DraftRequested(notice=name, window=window, impact=impact, starts=starts):
            found = await link.ask(
                DraftAnswer, lambda number: AskDraft(number, name, window, impact, starts=starts)
            )
            return DraftArrived(found.draft)
        case SendRequested(draft=draft, routes=routes, note=note, again=again):
            await link.ask(NoticeSentAnswer, lambda number: SendNotice(number, draft, routes, note, again))
            return NoticeWentOut()
        case _:
            raise TypeError(f"nobody answers {type(question).__name__}")
