"""`walkdown checklist` as it is typed, with a real agent: a list worked through without a console."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from tests.agent.walking import shelf, wait_until

WINDOW = """
checklist: it
title: Before we begin
phases:
  before:
    - {id: well, title: All is well, check: fine, refs: [CL-6]}
    - {id: ours, title: The file is ours, evidence: {file: "FILE", check: fine}}
    - {id: asked, title: Somebody was asked}
    - {id: coffee, title: There is coffee, advisory: true}
  after:
    - {id: walked, title: It was walked, walk: good}
"""
ESC = "\x1b]0;pwned\x07"


@pytest.fixture
def walking(walkdown):
    with shelf(walkdown) as walking:
        folder = walking.source / "checklists"
        folder.mkdir()
        (walking.line.folder / "script.sh").write_text("echo hello\n")
        (folder / "it.yaml").write_text(WINDOW.replace("FILE", str(walking.line.folder / "script.sh")))
        yield walking


def ask(walking, *arguments, answers=""):
    return walking("checklist", *arguments, answers=answers)


def test_a_list_is_worked_through_on_the_command_line(walking):
    listed = ask(walking, "list")
    assert (listed.returncode, listed.stdout) == (0, "can be opened: it (Before we begin)\n")
    planned = ask(walking, "show", "it")
    assert planned.returncode == 3
    assert "[ ] ours: The file is ours, by a person who has seen the evidence" in planned.stdout

    opened = ask(walking, "open", "it", "--reason", "the disk is full")
    assert opened.returncode == 0, opened.stderr
    assert ": the disk is full" in opened.stdout
    wait_until(lambda: "[x] well: All is well  CL-6" in ask(walking, "show").stdout)
    shown = ask(walking, "show", "it").stdout
    assert "before (since " in shown
    assert "after (not begun)" in shown
    assert "fine is OK: " in shown

    blocked = ask(walking, "next")
    assert (blocked.returncode, blocked.stderr) == (14, "not done: before is not finished: ours, asked\n")
    wished = ask(walking, "tick", "well")
    assert wished.returncode == 14
    assert "by nobody's word" in wished.stderr

    unsure = ask(walking, "tick", "ours", answers="y\n")
    assert (unsure.returncode, unsure.stderr) == (14, "not ticked\n")
    assert "script.sh: 11 B, changed " in unsure.stdout
    ticked = ask(walking, "tick", "ours", "--note", f"read it {ESC}", answers="yes\n")
    assert ticked.returncode == 0, ticked.stderr
    assert "[x] ours" in ticked.stdout
    assert "\x1b" not in ticked.stdout + unsure.stdout
    assert sha256(b"echo hello\n").hexdigest() in ticked.stdout

    out = ask(walking, "na", "asked", "--reason", "nobody is here")
    assert "[-] asked" in out.stdout
    back = ask(walking, "untick", "asked", "--reason", "she came")
    assert "[ ] asked" in back.stdout
    assert ask(walking, "tick", "asked").returncode == 0
    ask(walking, "note", "asked", "she was friendly")
    moved = ask(walking, "next")
    assert (moved.returncode, moved.stdout) == (0, "Before we begin: after 3/5\n")

    gone = ask(walking, "close")
    assert gone.returncode == 14
    assert "not finished: walked; to give it up needs a reason" in gone.stderr
    walked = walking("run", "good", "--auto")
    assert walked.returncode == 0, walked.stderr
    wait_until(lambda: "[x] walked" in ask(walking, "show").stdout)
    said = json.loads(ask(walking, "show", "it", "-o", "json").stdout)
    by = {item["id"]: item for item in said["items"]}
    assert by["walked"]["why"].startswith("good was done by ")
    assert by["ours"]["evidence"][0].startswith("fine OK: ")
    assert by["asked"]["notes"][0].endswith(": she was friendly")
    assert said["unfinished"] == []

    closed = ask(walking, "close")
    assert (closed.returncode, closed.stdout) == (0, "Before we begin: done\n")
    everything = json.loads(ask(walking, "list", "-o", "json").stdout)
    assert everything["open"] == []
    assert [(one["name"], one["ending"]) for one in everything["past"]] == [("it", "done")]


def test_what_is_mistyped_is_said(walking):
    for arguments, code, words in [
        (("show", "itt"), 64, "did you mean 'it'?"),
        (("tick", "well"), 64, "no list is open"),
        (("open", "itt"), 14, "no checklist is called 'itt'; did you mean 'it'?"),
    ]:
        done = ask(walking, *arguments)
        assert (done.returncode, words in done.stderr) == (code, True), (arguments, done.stderr)
    ask(walking, "open", "it")
    done = ask(walking, "tick", "assked")
    assert (done.returncode, "did you mean 'asked'?" in done.stderr) == (64, True)
