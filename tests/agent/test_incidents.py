"""Incidents in real agents: by hand and by themselves, over restarts, on two consoles, and as commands."""

from __future__ import annotations

import json
import os
import re
import signal

import pytest

from agent.incident_messages import (
    AskIncident,
    IncidentAnswer,
    IncidentsMoved,
    MoveIncident,
    NoteIncident,
    OpenIncident,
)
from agent.incidents import IncidentBook
from agent.link import RefusedError
from checks import paths
from checks.clock import SystemClock
from runbooks.incident_events import IncidentOpened
from runbooks.journal.journal import Journal
from runbooks.window_events import WindowClosed
from tests.agent.walking import shelf

PAGE = """
system: quick
incidents: {{open: {open}}}
checks:
  page: {{kind: command, run: [cat, {page}], attempts: 2, expect: {{text: hello}}, mandatory: true}}
  other: {{kind: command, run: [printf, hello], expect: {{text: hello}}}}
defaults: {{every: 1s, timeout: 1s}}
"""


def stage_is(stage, suggested=None):
    def accepts(event):
        return (
            isinstance(event, IncidentsMoved)
            and bool(event.incidents.heads)
            and event.incidents.heads[0].stage == stage
            and (suggested is None or bool(event.incidents.heads[0].suggestion) is suggested)
        )

    return accepts


async def ask(link, make):
    return (await link.ask(IncidentAnswer, make)).story


async def test_a_mandatory_check_opens_one_which_outlives_the_agent_and_is_closed_with_its_lessons(
    agents, tmp_path
):
    page = tmp_path / "page"
    page.write_text("broken")
    source = agents.system(PAGE.format(open="mandatory-crit", page=page))
    async with agents.link(source) as first, agents.link(source) as second:
        event = await first.until(stage_is("detected"))
        (head,) = event.incidents.heads
        assert (head.title, head.severity, head.checks) == ("page is CRIT", "critical", ("page",))
        story = await ask(first.link, lambda n: NoteIncident(n, head.id, "looked at \x1b[2Jthe logs"))
        assert "\x1b" not in story.incident.notes[0].text
        os.kill(agents.pid(source), signal.SIGKILL)
        await second.detached()
        event = await second.until(stage_is("detected"))
        assert [one.id for one in event.incidents.heads] == [head.id]
        story = await ask(second.link, lambda n: AskIncident(n))
        assert [line.what for line in story.timeline if line.what in ("stage", "note")] == ["stage", "note"]
        assert any(line.level == "CRIT" for line in story.timeline)
        page.write_text("hello")
        await second.until(stage_is("detected", suggested=True))
        await second.snapshot(lambda board: any(n.source == "incidents" for n in board.notices))
        with pytest.raises(RefusedError, match="not restored yet"):
            await ask(second.link, lambda n: MoveIncident(n, head.id, "closed", text="a cause"))
        story = await ask(second.link, lambda n: MoveIncident(n, "", "restored", text="freed the disk"))
        assert story.incident.to_restore > 0
        await ask(
            second.link, lambda n: MoveIncident(n, "", "closed", text="the disk was full", lessons="watch it")
        )
        await first.until(stage_is("closed"))
        page.write_text("broken")
        await first.until(
            lambda event: stage_is("detected")(event) and len(event.incidents.heads) == 2, within=30
        )


async def test_none_opens_by_itself_while_an_open_window_covers_the_check(agents, tmp_path):
    page = tmp_path / "page"
    page.write_text("broken")
    windows = "windows: {once: {from: 2020-01-01 03:00, lasts: 1h, timezone: UTC}}\n"
    source = agents.system(PAGE.format(open="mandatory-crit", page=page).lstrip() + windows)
    page.write_text("hello")
    async with agents.link(source) as console:
        await console.attached()
        await console.link.open_window("once", 600, "we replace the page")
        await console.snapshot(lambda board: board.states and board.state("page").maintenance)
        page.write_text("broken")
        bad = await console.snapshot(
            lambda board: board.state("page").is_hard and board.state("page").level == "CRIT"
        )
        # Long enough for two looks at the board.
        await console.snapshot(lambda board: board.at > bad.at + 2 * IncidentBook.look_every)
        await console.link.close_window("the page is replaced")
        await console.until(stage_is("detected"))
    async with Journal(paths.journal_file(source), SystemClock()) as journal:
        rows = await journal.newest(IncidentOpened, WindowClosed)
    assert [type(row.event) for row in rows] == [WindowClosed, IncidentOpened]


async def test_by_hand_only_where_nobody_wants_it_otherwise(agents, tmp_path):
    page = tmp_path / "page"
    page.write_text("broken")
    source = agents.system(PAGE.format(open="by-hand", page=page))
    async with agents.link(source) as console:
        await console.snapshot(lambda board: board.states and board.state("page").is_hard)
        story = await ask(console.link, lambda n: OpenIncident(n, "it is slow", "minor", ("other",)))
        event = await console.until(stage_is("detected", suggested=False))
        assert [head.title for head in event.incidents.heads] == ["it is slow"]
        assert story.incident.opened_by.name
        for make, said in (
            (lambda n: OpenIncident(n, "x", "minor"), "a title"),
            (lambda n: OpenIncident(n, "slow", "minor", ("othr",)), "did you mean 'other'"),
            (lambda n: MoveIncident(n, "nope", "restored"), "there is no incident 'nope'"),
        ):
            with pytest.raises(RefusedError, match=said):
                await ask(console.link, make)


def test_the_commands_of_an_incident(walkdown):
    with shelf(walkdown) as walking:
        assert walking("incident", "list").stdout == "there has been no incident\n"
        opened = walking(
            "incident", "open", "the page is slow", "--check", "fine", "--severity", "minor", "--at", "30m"
        )
        assert opened.returncode == 0, opened.stderr
        name = opened.stdout.split()[0]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d-1", name)
        assert walking("incident", "note", "looked at the logs").returncode == 0
        assert walking("incident", "assess", "--text", "a slow query", "--at", "25m").returncode == 0
        early = walking("incident", "close", "--cause", "a slow query")
        assert (early.returncode, early.stderr) == (
            14,
            f"not done: {name} is not restored yet; say first since when it is\n",
        )
        both = walking("incident", "show", name, "--incident", "another")
        assert (both.returncode, "either" in both.stderr) == (64, True)
        other = walking("incident", "open", "another one").stdout.split()[0]
        unclear = walking("incident", "note", "which one")
        assert (
            unclear.stderr
            == f"not done: several incidents are open; name one, by --incident: {name}, {other}\n"
        )
        for arguments in (("restore",), ("close", "--cause", "nothing")):
            assert walking("incident", *arguments, "--incident", other).returncode == 0
        assert walking("incident", "restore", name, "--at", "20m").returncode == 0
        done = walking("incident", "close", "--cause", "a slow query", "--lessons", "an index")
        assert done.stdout == f"{name} closed: the page is slow\n"
        said = json.loads(walking("incident", "show", name, "-o", "json").stdout)
        assert 600 <= said["seconds_to_restore"] < 780  # and what the commands took
        assert (said["cause"], said["lessons"], said["severity"]) == ("a slow query", "an index", "minor")
        file = walkdown.folder / "record.md"
        assert walking("incident", "show", name, "-o", "md", "-O", file).returncode == 0
        assert file.read_text().startswith(f"# Incident {name}: the page is slow\n")
        assert file.stat().st_mode & 0o777 == 0o600
        head = next(
            one for one in json.loads(walking("incident", "list", "-o", "json").stdout) if one["id"] == name
        )
        assert (head["id"], head["stage"]) == (name, "closed")
        wrong = walking("incident", "open", "the page is slow", "--at", "soon")
        assert (wrong.returncode, "is no moment; write it as 20m ago" in wrong.stderr) == (64, True)


def test_the_commands_of_notices_and_contacts(walkdown):
    with shelf(walkdown) as walking:
        (walking.source / "more.yaml").write_text(
            "windows: {weekly: {every: sunday 03:00, lasts: 2h, timezone: UTC, announce: 24h}}\n"
            "contacts: [{group: ops, name: Alex, mail: alex@example.org}]\n"
        )
        (walking.source / "notices").mkdir()
        (walking.source / "notices" / "short.txt").write_text(
            "---\nkind: announcement\nsubject: {{ system.title }}\ntasks: good, a new disk\n---\n"
            "{% for task in tasks %}{{ task }};{% endfor %}\n"
        )
        assert walking("contacts").stdout == "ops:\n  Alex, alex@example.org\n"
        shown = walking("notice", "show", "short")
        assert shown.returncode == 0, shown.stderr
        assert "good;a new disk;" in shown.stdout
        silent = walking("notice", "send", "short", "--by-hand")
        assert (silent.returncode, "nobody can be asked here" in silent.stderr) == (64, True)
        sent = walking("notice", "send", "short", "--by-hand", "--yes", "--note", "to all")
        assert sent.returncode == 0, sent.stderr
        assert "sent by hand" in sent.stdout
        listed = json.loads(walking("notice", "list", "-o", "json").stdout)
        assert [one["note"] for one in listed["sent"]] == ["to all"]
        (was,), (coming,) = listed["sent"], listed["announcements"]
        assert (was["window"], was["told"] in ("in time", "late")) == ("weekly", True)
        assert coming["starts"] > was["starts"]
        told = walking("notice", "list").stdout
        assert told.count("to be announced: weekly ") == 1
        assert re.search(r"^sent: .* short of weekly .*, (in time|late): by hand, ", told, re.M), told
        later = walking("notice", "show", "short", "--starts", coming["starts"], "-o", "json")
        assert json.loads(later.stdout)["starts"] == coming["starts"]
        for wrong, code, words in (
            ("2026-02-30 03:00", 64, "is no date"),
            ("soon", 64, "write it as"),
            ("2099-01-01 03:10", 14, "is not planned to open then"),
        ):
            refused = walking("notice", "show", "short", "--starts", wrong)
            assert (refused.returncode, words in refused.stderr) == (code, True), refused.stderr
        assert walking("notice", "send", "short", "--route", "ops", "--yes").returncode == 14
        (walking.source / "notices" / "short.txt").write_text("---\nkind: x\n---\ny\n")
        wrong = walking("validate")
        assert wrong.returncode == 78
        assert "notices/short.txt:2:1: kind: 'x' is no kind of notice" in wrong.stderr
