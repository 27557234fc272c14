"""Incidents, notices and contacts on the screen, by keys alone."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from agent.incident_messages import (
    AskIncident,
    IncidentAnswer,
    IncidentsMoved,
    MoveIncident,
    NoteIncident,
    OpenIncident,
)
from agent.notice_messages import (
    AskDraft,
    ContactsAnswer,
    DraftAnswer,
    NoticeSentAnswer,
    NoticesMoved,
    SendNotice,
)
from runbooks.contacts import Contact
from runbooks.incident_events import Severity, Stage
from runbooks.incidents.state import Incident, IncidentNote, IncidentsNow, IncidentStory, StageMark, head_of
from runbooks.incidents.timeline import timeline
from runbooks.notice_events import NoticeKind
from runbooks.notices.state import Announcement, DraftNotice, NoticeHead, NoticesNow, SentNotice, Told
from tests.hostile import PAYLOADS, raw_in
from tests.tui.boards import START
from tests.tui.golden import check_golden
from tests.tui.stage import Stage as Console
from tests.tui.stage import stage
from tests.tui.walks import ALICE
from tui.screen_registry import SCREENS
from tui.screens.incident import IncidentScreen
from tui.screens.incidents import IncidentsScreen
from tui.screens.notice import NoticeScreen

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids="{0[0]}x{0[1]}".format)
DOWN = Incident(
    "2027-01-15-1",
    "The page is down",
    Severity.CRITICAL,
    ("web",),
    START - 900,
    ALICE,
    stages=(
        StageMark(Stage.DETECTED, START - 900, START - 900, ALICE),
        StageMark(Stage.ASSESSED, START - 600, START - 600, ALICE, "the disk is full"),
    ),
    notes=(IncidentNote(START - 700, ALICE, "looked at the logs"),),
    seq=4,
)
OVER = Incident(
    "2027-01-14-1",
    "Mail was slow",
    Severity.MINOR,
    (),
    START - 90000,
    ALICE,
    stages=tuple(StageMark(one, START - 90000 + 600 * n, 0.0, ALICE) for n, one in enumerate(Stage)),
    seq=1,
)
JOURNAL = str(list(SCREENS).index("journal") + 1)
AGAIN = "its checks are OK again"
NOTICES = NoticesNow(
    (
        NoticeHead("announcement", NoticeKind.ANNOUNCEMENT),
        NoticeHead("mine", problems=("notices/mine.txt:3:1: subject: 'x' is not known",)),
    ),
    (Announcement("weekly", START + 90000, START + 97200, START + 3600, Told.DUE),),
    (
        SentNotice(
            START - 100, ALICE, "progress", "progress", "weekly", START, 0, "Half way", "b", ("ops",), seq=9
        ),
    ),
    ("ops", "dba"),
)
DRAFT = DraftNotice(
    "announcement",
    NoticeKind.ANNOUNCEMENT,
    "Shop: maintenance on Saturday",
    "Hello,\n\nwe are going to work on Shop.\n",
    "weekly",
    START + 90000,
    START + 97200,
)


async def incidents(console: Console, *known: Incident) -> None:
    """Have the agent tell of incidents, and go to them."""
    heads = tuple(head_of(one, AGAIN if one is DOWN else "") for one in known)
    await console.link.stand(IncidentsMoved(IncidentsNow(heads)))
    story = IncidentStory(DOWN, timeline(DOWN, START), AGAIN, START - 30)
    console.link.answers[IncidentAnswer] = IncidentAnswer(1, story)
    await console.press(JOURNAL)
    await console.until("Incidents")
    await console.press("i")
    await console.until(lambda: isinstance(console.app.screen, IncidentsScreen))


async def notices(console: Console) -> None:
    """Have the agent tell of notices, and go to them."""
    await console.link.stand(NoticesMoved(NOTICES))
    console.link.answers[DraftAnswer] = DraftAnswer(1, DRAFT)
    await console.press(JOURNAL)
    await console.until("Notices")
    await console.press("n")
    await console.until("to be announced")


def body(console: Console) -> str:
    """Return what is on the screen without the line of keys, which tells of other screens too."""
    return console.text.rpartition("\n")[0].rstrip()


def asked(console: Console, kind: type) -> list:
    return [question for question in console.link.asked if isinstance(question, kind)]


@SIZES
async def test_the_list_and_one_incident_as_they_look(size) -> None:
    async with stage(size=size) as console:
        await incidents(console, DOWN, OVER)
        await console.until("Mail was slow")
        check_golden(f"incidents-{size[0]}x{size[1]}", body(console))
        await console.press("enter")
        await console.until("Timeline")
        check_golden(f"incident-{size[0]}x{size[1]}", body(console))


async def test_an_incident_is_noted_restored_and_closed_by_keys() -> None:
    async with stage() as console:
        await incidents(console, DOWN)
        await console.press("enter")
        await console.until("looked at the logs")
        assert "x Close" not in console.text
        await console.press("n")
        await console.type("called the provider")
        await console.accept()
        await console.until(lambda: bool(asked(console, NoteIncident)))
        assert asked(console, NoteIncident)[0].text == "called the provider"
        await console.until(lambda: isinstance(console.app.screen, IncidentScreen))
        await console.press("t")
        await console.until("2027-01-15 07:59:30")
        await console.accept()
        await console.until(lambda: bool(asked(console, MoveIncident)))
        (move,) = asked(console, MoveIncident)
        assert (move.stage, move.at) == ("restored", START - 30)


async def test_since_when_is_checked_while_it_is_typed() -> None:
    async with stage() as console:
        await incidents(console, DOWN)
        await console.press("enter")
        await console.until("Timeline")
        await console.press("t")
        await console.until("since when")
        await console.press("tab", "ctrl+u")
        await console.type("soon")
        await console.until("is no moment")
        await console.press("enter")
        assert not asked(console, MoveIncident)


async def test_an_incident_is_opened_from_the_list_and_from_its_check_and_shown() -> None:
    async with stage() as console:
        await incidents(console)
        assert "there has been no incident" in console.text
        await console.press("o")
        await console.until("Open an incident")
        await console.press("enter")  # nothing is said yet
        await console.type("mail is slow")
        await console.press("tab", "1")
        await console.accept()
        await console.until(lambda: isinstance(console.app.screen, IncidentScreen))
        (opened,) = asked(console, OpenIncident)
        assert (opened.title, opened.severity, opened.checks) == ("mail is slow", "minor", ())
        await console.press("1")
        await console.press("enter")
        await console.until("Incident")
        await console.press("i")
        await console.until("shown by orders")
        await console.accept()
        await console.until(lambda: len(asked(console, OpenIncident)) == 2)
        assert asked(console, OpenIncident)[1].checks == ("orders",)
        await console.until(lambda: isinstance(console.app.screen, IncidentScreen))


async def test_a_refusal_stays_in_the_dialog_and_what_was_written_elsewhere_is_asked_for_again() -> None:
    async with stage() as console:
        await incidents(console, DOWN)
        await console.press("enter")
        await console.until("Timeline")
        before = len(asked(console, AskIncident))
        later = IncidentsNow((head_of(DOWN),), "")
        moved = IncidentsMoved(IncidentsNow((head_of(OVER),)))
        await console.link.stand(moved)
        await console.link.stand(IncidentsMoved(later))
        await console.until(lambda: len(asked(console, AskIncident)) > before)
        await console.press("n")
        await console.type("what we know")
        console.link.refusal = "the journal cannot be written"
        await console.accept()
        await console.until("the journal cannot be written")


async def test_the_record_is_copied_as_markdown() -> None:
    async with stage() as console:
        await incidents(console, DOWN)
        await console.press("enter")
        await console.until("Timeline")
        await console.press("y")
        await console.until(
            lambda: console.app.clipboard.startswith("# Incident 2027-01-15-1: The page is down")
        )


@SIZES
async def test_the_notices_as_they_look(size) -> None:
    async with stage(size=size) as console:
        await notices(console)
        check_golden(f"notices-{size[0]}x{size[1]}", body(console))


async def test_what_another_console_sends_meanwhile_is_sent_again_for_a_reason_alone() -> None:
    async with stage() as console:
        await notices(console)
        await console.press("enter")
        await console.until("we are going to work on Shop.")
        await console.press("s")
        await console.until("choose a way")
        await console.press("enter", "2")
        told = SentNotice(
            START, ALICE, "announcement", "announcement", "weekly", START + 90000, START + 97200,
            DRAFT.subject, DRAFT.body, ("dba",), seq=10, told=Told.IN_TIME,
        )  # fmt: skip
        await console.link.stand(NoticesMoved(replace(NOTICES, sent=(told, *NOTICES.sent))))
        await console.until("say why it is sent again")
        told_so = " ".join(line.strip(" \u2502") for line in console.text.splitlines())
        assert re.search(r"was sent 08:00.* by alice as root, from 10.0.0.7, pts/3, by dba\.", told_so)
        await console.press("enter")
        assert asked(console, SendNotice) == []
        console.link.answers[NoticeSentAnswer] = NoticeSentAnswer(1, told)
        await console.press("tab", "tab")
        await console.type("the first was wrong")
        await console.accept()
        await console.until(lambda: bool(asked(console, SendNotice)))
        (sent,) = asked(console, SendNotice)
        assert (sent.draft, sent.routes, sent.again) == (DRAFT, ("dba",), "the first was wrong")


async def test_what_is_due_leads_to_its_announcement_which_is_read_and_sent_by_a_route() -> None:
    async with stage() as console:
        await notices(console)
        await console.press("enter")
        await console.until("we are going to work on Shop.")
        (ask,) = asked(console, AskDraft)
        assert (ask.notice, ask.window, ask.starts) == ("announcement", "weekly", START + 90000)
        await console.press("i")
        await console.until("impact")
        await console.type("closed")
        await console.accept()
        await console.until(lambda: len(asked(console, AskDraft)) == 2)
        assert asked(console, AskDraft)[1].impact == "closed"
        console.link.answers[NoticeSentAnswer] = NoticeSentAnswer(1, NOTICES.sent[0])
        await console.press("s")
        await console.until("choose a way")
        await console.press("enter", "2")
        await console.accept()
        await console.until("to be announced")
        (sent,) = asked(console, SendNotice)
        assert (sent.draft, sent.routes) == (DRAFT, ("dba",))
        told = SentNotice(
            START, ALICE, "announcement", "announcement", "weekly", START + 90000, START + 97200,
            DRAFT.subject, DRAFT.body, ("dba",), seq=10, told=Told.IN_TIME,
        )  # fmt: skip
        coming = Announcement("weekly", START + 694800, START + 702000, START + 608400, Told.NOT_YET)
        now = replace(NOTICES, announcements=(coming,), sent=(told, *NOTICES.sent))
        await console.link.stand(NoticesMoved(now))
        await console.until("in time, ")
        text = console.text
        due, out = text.index("to be announced"), text.index("Shop: maint")
        assert text.count("announcement ") >= 2
        assert "not yet, by " in text[due:out]
        assert "in time, " in text[out : out + 120]


async def test_one_that_was_sent_is_read_and_copied_and_a_broken_one_says_why() -> None:
    async with stage() as console:
        await notices(console)
        await console.press("G", "enter")
        await console.until(lambda: isinstance(console.app.screen, NoticeScreen))
        await console.until("ops, by alice as root")
        assert "s Send" not in console.text
        await console.press("y")
        await console.until(lambda: console.app.clipboard == "Half way\n\nb")
        await console.press("escape")
        await console.until("to be announced")
        await console.press("g", "j", "j", "enter")
        await console.until("'x' is not known")


async def test_contacts_are_listed_by_groups_filtered_and_copied() -> None:
    async with stage() as console:
        alex = Contact("Alex", "on call", "operations", phone="+49 30 1", mail="a@example.org")
        cloud = Contact("Cloud", "hosting", "outside", address="https://status.example.net")
        console.link.answers[ContactsAnswer] = ContactsAnswer(1, (alex, cloud))
        await console.press(JOURNAL, "c")
        await console.until("+49 30 1, a@example.org")
        assert "operations" in console.text
        await console.press("y")
        await console.until(lambda: console.app.clipboard == "+49 30 1")
        await console.press("j", "Y")
        await console.until(lambda: console.app.clipboard == "hosting, Cloud, https://status.example.net")
        await console.press("colon")
        await console.type("contacts")
        await console.until("Whom to call")


async def test_hostile_texts_do_nothing_to_the_terminal() -> None:
    nasty = "".join(PAYLOADS)
    async with stage() as console:
        bad = Incident(
            "2027-01-15-9",
            nasty,
            checks=(nasty,),
            stages=(StageMark(Stage.DETECTED, START - 9, START - 9, ALICE, nasty),),
            notes=(IncidentNote(START, ALICE, nasty),),
            seq=2,
        )
        await incidents(console, bad)
        story = IncidentStory(bad, timeline(bad, START), nasty)
        console.link.answers[IncidentAnswer] = IncidentAnswer(1, story)
        assert not raw_in(console.text)
        await console.press("enter")
        await console.until(lambda: isinstance(console.app.screen, IncidentScreen))
        for _ in range(9):
            assert not raw_in(console.text)
            await console.press("pagedown")
