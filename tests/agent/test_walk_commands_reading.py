"""`walks`, `evidence`, `report` and `audit` as a user runs them, with an agent and without one."""

from __future__ import annotations

import json
import os
import pwd
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.walking import Walking, shelf
from tests.servers.commands import CommandLine

USAGE, IO = 64, 74
BROKEN, UNANCHORED = 2, 3


@pytest.fixture
def walking(walkdown: CommandLine) -> Iterator[Walking]:
    """A system with runbooks."""
    with shelf(walkdown) as mine:
        yield mine


@pytest.fixture
def walked(walking: Walking) -> Walking:
    """The same, of which one was walked."""
    assert walking("run", "bad", "--auto").returncode == 11
    return walking


def journal(walking: Walking) -> Path:
    (path,) = walking.line.folder.rglob("*.journal.db")
    return path


def test_walks_are_listed_newest_first_the_same_with_and_without_an_agent(walked: Walking):
    walked("run", "good", "--auto")
    listed = walked("walks").stdout
    assert re.fullmatch(
        r"\S+  \S+ \S+ \S+  done  good  by .*\n\S+  \S+ \S+ \S+  rolled back  bad  by .*\n", listed
    )
    assert len(walked("walks", "--limit", "1").stdout.splitlines()) == 1
    documents = json.loads(walked("walks", "-o", "json").stdout)
    assert [(one["runbook"], one["ending"]) for one in documents] == [
        ("good", "done"),
        ("bad", "rolled_back"),
    ]
    walked.end()
    assert walked("walks").stdout == listed
    assert not list(walked.line.folder.rglob("*.sock")), "no agent is started to read"


def test_before_the_first_walk_there_is_nothing_to_tell(walking: Walking):
    assert (walking("walks").returncode, walking("walks").stdout) == (0, "")
    done = walking("audit", "verify")
    assert done.returncode == 0
    assert done.stdout.startswith("there is no journal yet: ")
    assert walking("report", "--walk", "w").returncode == USAGE


def test_a_walk_is_told_in_full_as_text_and_as_json(walked: Walking):
    walk = walked.open()
    told = walked("walks", walk).stdout
    assert "Verdict      Rolled back: 1 of 2 steps succeeded; after the way back: " in told
    assert "rolled back by" in told
    document = json.loads(walked("walks", walk, "-o", "json").stdout)
    assert (document["walk"], document["ending"]) == (walk, "rolled_back")
    walked.end()
    offline = json.loads(walked("walks", walk, "-o", "json").stdout)
    assert offline["steps"] == document["steps"]


@pytest.mark.parametrize("output", ["md", "html", "json", "ticket", "text"])
def test_a_report_is_written_whole_for_its_owner_alone(walked: Walking, output: str):
    file = walked.line.folder / "report"
    file.write_text("old")
    file.chmod(0o644)
    done = walked("report", "--walk", walked.open(), "-o", output, "-O", file)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    assert text.endswith("\n")
    assert ("rolled_back" if output == "json" else "Rolled back") in text
    assert list(file.parent.glob(".new-*")) == []
    if output != "json":
        said = walked("report", "--walk", walked.open(), "-o", output).stdout
        assert _undated(said) == _undated(text)


def _undated(text: str) -> list[str]:
    """Leave out when the report was made."""
    return [line for line in text.splitlines() if "Report made" not in line]


def test_a_report_quotes_evidence_and_compares_the_checks_when_an_agent_looks(walked: Walking):
    text = walked("report", "--walk", walked.open()).stdout
    assert "End of errors:\n\n```\nall is lost\n```" in text
    assert "- as before: 2" in text
    walked.end()
    text = walked("report", "--walk", walked.open()).stdout
    assert "all is lost" in text
    assert "- not looked at again: 2" in text


def test_evidence_is_listed_by_walk_and_step(walked: Walking):
    walk = walked.open()
    everything = walked("evidence", walk).stdout.splitlines()
    assert [line.split()[:3] for line in everything] == [
        ["make", "1", "errors"],
        ["make", "1", "out"],
        ["break", "1", "errors"],
        ["break", "1", "out"],
        ["make.undo", "1", "errors"],
        ["make.undo", "1", "out"],
    ]
    of_step = walked("evidence", walk, "break").stdout.splitlines()
    assert of_step == everything[2:4]
    me = pwd.getpwuid(os.getuid()).pw_name
    for line in everything:
        assert re.search(
            r"  \d+ B  sha256 [0-9a-f]{64}  taken 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d [A-Z]+ by ", line
        )
        assert me in line.rpartition(" by ")[2]
    shown = walked("evidence", walk, "break", "errors")
    assert shown.stdout == "all is lost\n"  # and nothing else, so that it can be piped
    assert shown.stderr.strip() == next(line for line in of_step if " errors " in line)
    assert walked("evidence", walk, "break", "errors", "--attempt", "1").stdout == "all is lost\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "there is no walk 'nothing'"),
        (("WALK", "braek", "out"), "step 'braek' has left nothing; did you mean 'break'?"),
        (("WALK", "break", "error"), "step break has left no 'error'; did you mean 'errors'?"),
        (("WALK", "break", "out", "--attempt", "7"), "step break has left no 'out'"),
        (("WALK", "break", "out", "--raw"), "--raw needs STEP, NAME and -O FILE"),
        (("WALK", "-O", "x"), "-O needs --raw"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_evidence_that_is_not_there_is_64(walked: Walking, arguments: tuple[str, ...], said: str):
    walk = walked.open()
    done = walked("evidence", *(walk if word == "WALK" else word for word in arguments))
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert said in done.stderr


def test_evidence_is_shown_so_that_it_cannot_hurt_and_copied_as_it_came(walking: Walking):
    evil = rb"\033]52;c;b3duZWQ=\007red\n"
    (walking.source / "runbooks" / "evil.yaml").write_text(
        "runbook: evil\nwindow: any\nsteps:\n"
        f"  - {{id: s, kind: command, run: [printf, '{evil.decode()}'], undo: none}}\n"
    )
    assert walking("run", "evil", "--auto").returncode == 0
    walk = walking.open()
    file = walking.line.folder / "raw"
    for agent in (True, False):
        if not agent:
            walking.end()
        assert walking("evidence", walk, "s", "out").stdout == "\u241b]52;c;b3duZWQ=\u2407red\n"
        copied = walking("evidence", walk, "s", "out", "--raw", "-O", file)
        assert copied.returncode == 0
        assert "as it was hashed" in copied.stdout
        assert file.read_bytes() == b"\x1b]52;c;b3duZWQ=\x07red\n"
        assert file.stat().st_mode & 0o777 == 0o600


def test_evidence_that_was_changed_is_2_and_said(walked: Walking):
    (out,) = walked.line.folder.rglob("*-break-1/errors")
    out.write_text("all is well\n")
    done = walked("evidence", walked.open(), "break", "errors", "--raw", "-O", walked.line.folder / "raw")
    assert done.returncode == BROKEN
    assert "IT IS NOT WHAT WAS HASHED" in done.stderr


def test_a_sound_journal_is_0_and_the_head_of_a_report_is_an_anchor(walked: Walking):
    text = walked("report", "--walk", walked.open(), "-o", "text").stdout
    (anchor,) = re.findall(r"--anchor (\d+:[0-9a-f]{64})", text)
    done = walked("audit", "verify", "--anchor", anchor)
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"\d+ rows in an unbroken chain, head \d+:[0-9a-f]{64}\n", done.stdout)
    later = f"{int(anchor.partition(':')[0]) + 100}:{'ab' * 32}"
    cut = walked("audit", "verify", "--anchor", later)
    assert cut.returncode == BROKEN
    assert "the end was cut off" in cut.stdout
    wrong = walked("audit", "verify", "--anchor", "nonsense")
    assert wrong.returncode == USAGE
    assert "--anchor: 'nonsense' is no SEQ:HASH" in wrong.stderr


def test_a_journal_whose_anchors_are_gone_is_3(walked: Walking):
    walked.end()
    (anchors,) = walked.line.folder.rglob("*.anchors")
    anchors.unlink()
    done = walked("audit", "verify")
    assert done.returncode == UNANCHORED
    assert "no anchor vouches" in done.stdout


def test_a_forged_journal_is_2_and_begun_anew_by_an_operator_with_a_reason(walked: Walking):
    busy = walked("audit", "renew", "--reason", "to see")
    assert busy.returncode == USAGE
    assert busy.stderr == "an agent runs; end it first: walkdown agent stop\n"
    walked.end()
    sound = walked("audit", "renew", "--reason", "to see")
    assert sound.returncode == IO
    assert "is sound; it is not begun anew" in sound.stderr
    path = journal(walked)
    path.write_bytes(path.read_bytes().replace(b"all is lost", b"all is well"))
    done = walked("audit", "verify")
    assert done.returncode == BROKEN
    assert re.match(r"BROKEN: row \d+ .*; sound up to \d+:[0-9a-f]{64}\n", done.stdout)
    assert walked("audit", "renew").returncode == USAGE, "a reason is needed"
    renewed = walked("audit", "renew", "--reason", "forged by the test")
    assert renewed.returncode == 0, renewed.stderr
    assert "the broken one is kept: " in renewed.stdout
    assert list(path.parent.glob("*.corrupt-*"))
    assert walked("audit", "verify").returncode in (0, UNANCHORED)
    assert walked("run", "good", "--auto").returncode == 0
