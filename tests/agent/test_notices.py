"""Notices by real agents to a real receiver: shown, sent exactly so, remembered, never twice."""

from __future__ import annotations

import json
import os
import signal

import pytest
from msgspec.structs import replace

from agent.link import RefusedError
from agent.notice_messages import (
    AskContacts,
    AskDraft,
    AskNotices,
    ContactsAnswer,
    DraftAnswer,
    NoticesAnswer,
    NoticeSentAnswer,
    NoticesMoved,
    SendNotice,
)
from agent.notices import letters_of
from checks import paths
from checks.clock import SystemClock
from checks.storage.database import reading
from checks.storage.letters import newest_letters
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.notice_events import NoticeSent
from runbooks.notices.state import Told, sealed
from runbooks.operators import Operator
from tests.servers.agents import QUICK
from tests.servers.receiver import receiving

WEEKLY = "windows: {weekly: {every: sunday 03:00, lasts: 2h, timezone: UTC, announce: 7d}}\n"
TASKS = "tasks: {disk: {title: A new disk, window: weekly, expected: 30 m}}\n"
CONTACTS = "contacts: [{group: ops, role: on call, name: Alex, phone: '+49 30 1'}]\n"
WORD = "opensesame-token"


@pytest.fixture
def told(agents, tmp_path):
    """A system with a window that has to be announced by now, and a route to a receiver."""
    with receiving() as receiver:
        (tmp_path / "url").write_text(f"json://127.0.0.1:{receiver.port}/hook/")
        (tmp_path / "url").chmod(0o600)
        (tmp_path / "token").write_text(WORD)
        (tmp_path / "token").chmod(0o600)
        routes = f"secrets: {{hook: {{file: {tmp_path}/url}}, token: {{file: {tmp_path}/token}}}}\n"
        routes += "notify: {ops: {url: '{{ secret.hook }}'}}\n"
        knowing = QUICK.replace("kind: command", "kind: command\n    env: {TOKEN: '{{ secret.token }}'}")
        yield agents.system(knowing + WEEKLY + TASKS + CONTACTS + routes + "title: The shop\n"), receiver


async def draft(link, name="announcement", **more):
    return (await link.ask(DraftAnswer, lambda number: AskDraft(number, name, **more))).draft


async def send(link, shown, *routes, note="", again=""):
    answer = await link.ask(NoticeSentAnswer, lambda number: SendNotice(number, shown, routes, note, again))
    return answer.sent


def said_by(receiver):
    return [json.loads(body) for _, _, body in receiver.requests]


async def arrived(receiver, count=1):
    clock = SystemClock()
    for _ in range(600):
        if len(receiver.requests) >= count:
            return said_by(receiver)
        await clock.sleep(0.05)
    raise AssertionError(f"{len(receiver.requests)} of {count} messages came")


async def delivered(source):
    """Wait until the store says that a message was taken; who is killed before may send it once more."""
    clock = SystemClock()
    for _ in range(600):
        with reading(paths.store_file(source)) as connection:
            if any(letter.sent_at for letter in newest_letters(connection, 9)):
                return
        await clock.sleep(0.05)
    raise AssertionError("it was never taken")


def due(event):
    return isinstance(event, NoticesMoved) and [one.told for one in event.notices.announcements] == [
        Told.OVERDUE
    ]


def was_late(event):
    return isinstance(event, NoticesMoved) and Told.LATE in [one.told for one in event.notices.sent]


async def test_what_is_shown_is_what_is_carried_and_both_consoles_see_that_it_was_sent(agents, told):
    source, receiver = told
    async with agents.link(source) as first, agents.link(source) as second:
        before = await first.until(due)
        board = await first.snapshot(lambda snapshot: any(n.source == "notices" for n in snapshot.notices))
        (notice,) = [notice for notice in board.notices if notice.source == "notices"]
        assert notice.text.startswith("weekly, Sun ")
        assert "not announced; it had to be by" in notice.text
        shown = await draft(first.link, impact="The shop is closed. {{ x }}")
        assert shown.subject.startswith("The shop: maintenance on Sunday")
        assert "The shop is closed. {{ x }}" in shown.body
        assert "  - A new disk" in shown.body
        assert "Questions: Alex, +49 30 1" in shown.body
        sent = await send(first.link, shown, "ops", note="to all")
        (message,) = await arrived(receiver)
        assert message["title"] == sent.subject == shown.subject
        assert message["message"] == sent.body == shown.body
        event = await second.until(was_late)
        assert [one.note for one in event.notices.sent] == ["to all"]
        # What was announced is so for that time of the window; what is to be announced next is the one after.
        (was,), (coming,) = before.notices.announcements, event.notices.announcements
        assert (sent.window, sent.starts, sent.told) == ("weekly", was.starts, Told.LATE)
        assert coming.starts - was.starts == 7 * 86400
        assert coming.told in (Told.NOT_YET, Told.DUE)  # as the day of the week is
        later = await draft(first.link, window="weekly", starts=coming.starts)
        assert (later.starts, later.ends) == (coming.starts, coming.ends)
        await send(second.link, later, note="at once")
        await second.until(lambda event: isinstance(event, NoticesMoved) and len(event.notices.sent) == 2)
        await first.snapshot(lambda snapshot: not any(n.source == "notices" for n in snapshot.notices))


async def test_the_same_announcement_is_sent_once_more_for_a_reason_alone_and_only_as_it_was_shown(
    agents, told
):
    source, _ = told
    async with agents.link(source) as first, agents.link(source) as second:
        await first.until(due)
        await second.until(due)
        theirs, ours = await draft(first.link), await draft(second.link, impact="Another text.")
        with pytest.raises(RefusedError, match="is not what was shown"):
            await send(first.link, replace(theirs, body="Something else."))
        await send(second.link, ours)
        said = r"the announcement of weekly of Sun .* was sent .* by .*, by hand; to send it again, say why"
        with pytest.raises(RefusedError, match=said):
            await send(first.link, theirs)
        with pytest.raises(RefusedError, match=said):
            await send(first.link, theirs, again=" x ")
        answer = await first.link.ask(DraftAnswer, lambda number: AskDraft(number, "announcement", "weekly"))
        assert answer.already.endswith("by hand; to send it again, say why (--again)")
        sent = await send(first.link, theirs, again="the first had no impact")
        assert sent.again == "the first had no impact"
        progress = await draft(first.link, "progress")
        for _ in range(2):
            assert (await send(first.link, progress)).again == ""


async def test_after_a_kill_it_is_known_what_was_sent_and_nothing_is_sent_again(agents, told):
    source, receiver = told
    async with agents.link(source) as console:
        await console.attached()
        sent = await send(console.link, await draft(console.link), "ops")
        await send(console.link, await draft(console.link, "progress"), note="copied")
        await arrived(receiver)
        await delivered(source)
        os.kill(agents.pid(source), signal.SIGKILL)
        await console.detached()
        event = await console.until(was_late)
        assert [one.routes for one in event.notices.sent] == [(), ("ops",)]
        assert event.notices.sent[1] == sent
        await console.link.ask(NoticesAnswer, AskNotices)
        await SystemClock().sleep(1.5)
        assert len(receiver.requests) == 1


async def test_what_was_written_down_and_never_handed_over_goes_out_at_the_next_start(agents, told):
    source, receiver = told
    clock = SystemClock()
    paths.state_folder().mkdir(parents=True, exist_ok=True)
    event = NoticeSent("progress", "progress", subject="Half way", body="all is well", routes=("ops",))
    async with Journal(paths.journal_file(source), clock) as journal:
        (entry,) = await journal.append(Draft("", event, Operator("alice")))
    assert [letter.route for letter in letters_of(entry, event)] == ["ops"]
    async with agents.link(source) as console:
        await console.attached()
        (message,) = await arrived(receiver)
        assert (message["title"], message["message"]) == ("Half way", "all is well")


async def test_no_secret_leaves_by_a_notice_and_what_is_wrong_is_refused_in_words(agents, told):
    source, receiver = told
    folder = source / "notices"
    folder.mkdir()
    (folder / "mine.txt").write_text("---\nkind: progress\nsubject: {{ systm.title }}\n---\nHello\n")
    async with agents.link(source) as console:
        await console.attached()
        shown = await draft(console.link, "progress")
        await console.snapshot(lambda board: board.states and board.states[0].last.at)  # it is known by now
        for body in (f"the word is {WORD}", "\x1b[31m"):
            with pytest.raises(RefusedError, match="is not what was shown"):
                await send(console.link, sealed(replace(shown, body=body)), "ops")
        sent = await send(console.link, shown, "ops", note=WORD)
        (message,) = await arrived(receiver)
        assert WORD not in f"{message}{sent}"
        for wrong, words in (
            (lambda: draft(console.link, "anouncement"), "did you mean 'announcement'"),
            (lambda: draft(console.link, "mine"), r"mine.txt:3:1: subject: 'systm' is not known"),
            (lambda: draft(console.link, "completion"), "has not been open"),
            (lambda: draft(console.link, window="wekly"), "did you mean 'weekly'"),
            (lambda: draft(console.link, incident="x"), "there is no incident 'x'"),
            (lambda: send(console.link, shown, "op"), "no route is called 'op'; did you mean 'ops'"),
            (lambda: send(console.link, replace(shown, subject=" "), "ops"), "nothing to send"),
            (
                lambda: send(console.link, sealed(replace(shown, notice="announcement")), "ops"),
                "planned for another time",
            ),
        ):
            with pytest.raises(RefusedError, match=words):
                await wrong()
        (folder / "mine.txt").write_text("---\nkind: progress\nsubject: {{ system.title }}\n---\nHello\n")
        assert (await draft(console.link, "mine")).subject == "The shop"


async def test_a_completion_tells_of_the_walks_in_the_window_and_contacts_are_told(agents, told):
    source, _ = told
    async with agents.link(source) as console:
        await console.attached()
        await console.snapshot(lambda board: board.states and board.states[0].last.at)
        await console.link.open_window("urgent", 3600, "the disk is full")
        shown = await draft(console.link, "completion")
        assert shown.window == "urgent"
        assert "Result    The window is over." in shown.body
        assert "None that we know of." in shown.body
        (contact,) = (await console.link.ask(ContactsAnswer, AskContacts)).contacts
        assert contact.line == "on call, Alex, +49 30 1"
