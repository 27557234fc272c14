"""The formats of a report on a walk: what each says, and that no text from outside can hurt in any."""

from __future__ import annotations

import functools
import json
from dataclasses import fields
from datetime import UTC, timedelta, timezone, tzinfo
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import runbooks.reports
from runbooks import events, step_events, walk_events
from runbooks.action import Action
from runbooks.model import InputPlan, Plan, StepPlan
from runbooks.operators import Operator
from runbooks.outcome import Ending, Outcome
from runbooks.report_formats import REPORTS, find_report
from runbooks.report_layout import walk_document
from runbooks.report_parts import HeadPart, Report
from runbooks.reporting import report_of
from runbooks.reports.html import POLICY
from runbooks.step_events import Evidence
from runbooks.walk_events import WalkEnding
from tests.hostile import PAYLOADS, raw_in, stacked
from tests.runbooks.reports.telling import START, Telling, eventful

STORABLE = tuple(text for text in PAYLOADS if text.isascii() or text.encode(errors="ignore").decode() == text)
"""Those that a journal can hold; halves of pairs cannot be encoded."""
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=http://evil.example/x onerror=alert(1)>',
    "![x](http://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "<http://evil.example/>",
    "http://evil.example/ www.evil.example evil.example a@evil.example @everyone #1",
    "`` ` ``` </pre></style></title> &amp; &#60;b&#62;",
    "# head\n- item\n---\n| a | b |\n|---|---|\n",
    "[x]: http://evil.example 'x'",
    "*b* _i_ ~~s~~ $m$ <!-- c --> {{ x }} \\",
)


def told_by(name: str, report: Report, zone: tzinfo | None) -> str:
    """Return the report in that format."""
    return find_report(name)(walk_document(report, zone))


def short(text: str) -> str:
    """Return a name for a test."""
    return ascii(text[:12])


def hostile_walk(text: str) -> Telling:
    """A walk with the text in every place that takes one."""
    look = StepPlan("s.verify", "check", text, options={"check": text, "run": [{"text": text}]})
    undo = StepPlan("s.undo", "command", text, changes=True, options={"run": [text]})
    steps = (
        StepPlan("s", "command", text, text, changes=True, verify=(look,), undo=(undo,)),
        StepPlan("t", "command", options={text: text}, changes=True, irreversible=True),
    )
    plan = Plan(text, text, text, target=text, inputs=(InputPlan("i", text),), steps=steps)
    who = Operator(text, 0, text, text, text, text)
    more = {
        "inputs": {text: text},
        "secret_inputs": (text,),
        "baseline": {text: "OK"},
        "deviations": (text,),
    }
    walk = Telling(plan, who, text, **more)
    action = Action((text, text), text, text, True, (text,), (text,), text, text)
    outcome = Outcome(Ending.FAILED, text, error_class=text, detail=text, captured={"c": text})
    walk.start("s", 1, action)
    walk.end("s", outcome, 1, Evidence(text, text, 5))
    walk.tell(
        step_events.StepVerified("s", 1, False, text),
        step_events.RetryWanted("s", 2, text),
        step_events.StepSkipped("s", text),
        events.Noted(text, text),
        walk_events.Overridden(text, text),
        events.Denied(text, text),
        walk_events.HolderChanged(9, who, text, text),
        walk_events.WalkPaused(text, (text,)),
        walk_events.RollbackBegun(text, ("s.undo",), ("t",)),
        walk_events.RollbackEnded(False, text, (text,)),
    )
    walk.tell(walk_events.WalkEnded(WalkEnding.FAILED, text))
    return walk


@functools.cache
def hostile(text: str) -> Report:
    """The report on such a walk."""
    return report_of(
        hostile_walk(text).entries,
        START,
        {("s", 1, text): text * 3},
        {text: "CRIT"},
        HeadPart(9, "ab" * 32),
    )


class Seen(HTMLParser):
    """What a browser would make of a document."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= set(attrs)

    def handle_data(self, data):
        self.words.append(data)


OUR_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4"),
    *("table", "tr", "th", "td", "ul", "li", "figure", "figcaption", "pre"),
}
OUR_ATTRIBUTES = {
    ("lang", "en"),
    ("charset", "utf-8"),
    ("http-equiv", "Content-Security-Policy"),
    ("content", POLICY),
    ("name", "viewport"),
    ("content", "width=device-width"),
    ("name", "referrer"),
    ("content", "no-referrer"),
    ("scope", "row"),
}
OUR_TOKENS = {
    *("heading", "paragraph", "bullet_list", "list_item", "inline", "text"),
    *("code_inline", "fence", "strong", "softbreak"),
}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("text", STORABLE, ids=short)
def test_no_format_lets_anything_through_that_hurts_a_terminal(name: str, text: str) -> None:
    told = told_by(name, hostile(text), UTC)
    assert not raw_in(told)
    assert not stacked(told)
    told.encode()
    assert text[:3] in told


@pytest.mark.parametrize("text", [*MARKUP, *STORABLE], ids=short)
def test_html_has_only_our_elements_and_attributes(text: str) -> None:
    seen = Seen(told_by("html", hostile(text), UTC))
    assert seen.tags <= OUR_TAGS
    assert seen.attributes <= OUR_ATTRIBUTES


def test_html_asks_for_nothing_and_runs_nothing() -> None:
    told = told_by("html", report_of(eventful().entries, START), UTC)
    assert "default-src 'none'" in told
    assert not {"script", "link", "img", "iframe", "a"} & Seen(told).tags
    assert "url(" not in told
    assert "@import" not in told
    assert "sha256-" in POLICY


def test_html_shows_data_as_it_was() -> None:
    words = "".join(Seen(told_by("html", hostile(MARKUP[0]), UTC)).words)
    assert MARKUP[0] in words


@pytest.mark.parametrize("text", [*MARKUP, *STORABLE], ids=short)
def test_markdown_has_no_link_image_html_or_emphasis_from_data(text: str) -> None:
    told = told_by("md", hostile(text), UTC)
    for preset in ("commonmark", "gfm-like", "js-default"):
        parser = MarkdownIt(preset, {"html": True, "linkify": preset != "commonmark"})
        _only_ours(parser.parse(told), text)


def _only_ours(tokens, text: str) -> None:
    flat = [token for block in tokens for token in (block, *(block.children or ()))]
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in flat}
    assert kinds <= OUR_TOKENS
    ours = {"System", "Verdict", "Walk", "Plan", "Outcome", "Step", "Status"}
    strong = {flat[i + 1].content for i, token in enumerate(flat) if token.type == "strong_open"}
    assert ours <= strong
    assert not any(text in word for word in strong)


@pytest.mark.parametrize("text", MARKUP, ids=short)
def test_markdown_shows_data_as_it_was(text: str) -> None:
    tokens = MarkdownIt("gfm-like").parse(told_by("md", hostile(text), UTC))
    flat = [token for block in tokens for token in (block, *(block.children or ()))]
    shown = {token.content for token in flat}
    assert any(text.replace("\n", "\u240a") in content for content in shown)


def test_every_file_of_formats_is_in_the_table() -> None:
    folder = Path(runbooks.reports.__file__).parent
    files = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    assert {target.rpartition(".")[2] for target in REPORTS.values()} == files


def test_json_has_the_fields_as_keys_and_times_with_their_zone() -> None:
    told = json.loads(told_by("json", report_of(eventful().entries, START), None))
    assert set(told) == {"schema", *(field.name for field in fields(Report))}
    assert (told["schema"], told["opened_at"]) == (1, "2027-01-15T08:00:00.000Z")
    assert told["inputs"] == {"version": "1.2.3"}
    steps = {step["id"]: step for step in told["steps"]}
    assert steps["restart"]["attempts"][0]["action"]["lines"] == ["docker compose restart api"]
    assert steps["drop-old"]["attempts"] == []
    assert told["rollback"]["back"] is True
    still_open = json.loads(told_by("json", report_of(Telling().entries, START), None))
    assert (still_open["ended_at"], still_open["ending"], still_open["rollback"]) == (None, "", None)


@pytest.mark.parametrize("text", ["x", "\u2603" * 500, *MARKUP, PAYLOADS[38]], ids=short)
def test_a_ticket_is_less_than_two_kibibytes_whatever_is_in_it(text: str) -> None:
    assert len(told_by("ticket", hostile(text), UTC).encode()) < 2048


def test_a_ticket_says_what_was_done_what_deviated_what_is_left_and_what_to_watch() -> None:
    report = report_of(eventful().entries, START, levels={"api-health": "CRIT", "disk": "OK", "queue": "OK"})
    lines = told_by("ticket", report, UTC).splitlines()
    assert lines[0] == "minor-update: Minor update on shop"
    assert lines[1].startswith("Rolled back: ")
    assert "- The step backup: made 2 GiB" in lines
    assert "- The step restart: the container is there" in lines
    assert "- 08:00:16 skipped restart by oper1 as root: known to be slow" in lines
    assert "- drop-old (The step drop-old) was not run" in lines
    assert "- check api-health: OK before, CRIT now" in lines


def test_a_ticket_of_a_long_walk_counts_what_it_leaves_out() -> None:
    walk = Telling(Plan("long", steps=tuple(StepPlan(f"s{n}", "command", changes=True) for n in range(200))))
    for number in range(200):
        walk.do(f"s{number}", "done with it")
    walk.close(WalkEnding.DONE)
    told = told_by("ticket", report_of(walk.entries, START), UTC)
    assert 1500 < len(told.encode()) < 2048
    kept = told.count("done with it")
    assert f"- and {200 - kept} more; see the whole report" in told


@pytest.mark.parametrize("name", ["text", "md", "html", "ticket"])
def test_times_are_those_of_the_zone_with_its_name(name: str) -> None:
    zone = timezone(timedelta(hours=5, minutes=45), "NPT")
    assert "2027-01-15 13:45:00 NPT" in told_by(name, report_of(eventful().entries, START), zone)
