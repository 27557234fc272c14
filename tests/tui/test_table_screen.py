"""What screens of one table do alike, seen on the one of contacts: they ask, and say why there is no row."""

from __future__ import annotations

from agent.notice_messages import ContactsAnswer
from runbooks.contacts import Contact
from tests.tui.boards import SHOP, SHOP_BOARD, SHOP_STATES, snapshot
from tests.tui.stage import Stage, key_of, stage

ALEX = Contact("Alex", "on call", "operations", phone="+49 30 1")
NOBODY = "no contacts are written down"


async def contacts(console: Stage, *listed: Contact) -> None:
    """Go to the contacts, of which there are these."""
    console.link.answers[ContactsAnswer] = ContactsAnswer(1, listed)
    await console.press(key_of("journal"), "c")


async def test_the_agent_is_asked_once_and_anew_when_one_wants_it() -> None:
    async with stage() as console:
        await contacts(console)
        await console.until(NOBODY)
        await console.update(snapshot(SHOP_STATES, 2))
        assert len(console.link.asked) == 1
        console.link.answers[ContactsAnswer] = ContactsAnswer(1, (ALEX,))
        await console.press("r")
        await console.until("+49 30 1")
        assert len(console.link.asked) == 2


async def test_the_agent_is_asked_anew_when_it_comes_back() -> None:
    async with stage() as console:
        await contacts(console)
        await console.until(NOBODY)
        await console.link.detach("gone")
        await console.until("NO AGENT")
        console.link.answers[ContactsAnswer] = ContactsAnswer(1, (ALEX,))
        await console.link.attach(SHOP, SHOP_BOARD)
        await console.until("+49 30 1")


async def test_why_there_is_no_row_is_said_until_the_agent_answers() -> None:
    async with stage() as console:
        console.link.refusal = "the agent is older than this"
        await contacts(console, ALEX)
        await console.until("the agent is older than this")
        console.link.refusal = ""
        await console.press("r")
        await console.until("+49 30 1")


async def test_a_filter_is_to_blame_only_when_there_are_rows() -> None:
    async with stage() as console:
        await contacts(console)
        await console.until(NOBODY)
        await console.press("slash", "z", "enter")
        await console.until(NOBODY)
        console.link.answers[ContactsAnswer] = ContactsAnswer(1, (ALEX,))
        await console.press("r")
        await console.until("nobody fits the filter")
        await console.press("escape")
        await console.until("+49 30 1")
