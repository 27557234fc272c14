"""Documents made of sections: hostile text in every field harms nobody, whatever the format."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC

import msgspec
import pytest

from checks.board import CheckInfo
from checks.model import Level, Reading, Verdict
from runbooks.alert_events import SilenceBegun
from runbooks.approval_events import ApprovalRefused, HandOverOffered
from runbooks.checklist_events import ChecklistOpened, ItemLeftOut, ItemNoted
from runbooks.checklist_plan import ItemPlan, ListPlan, PhasePlan
from runbooks.comparison import Changed, Comparison, MovedReading
from runbooks.composing import compose, document
from runbooks.incident_events import IncidentMoved, IncidentOpened
from runbooks.notice_events import NoticeSent
from runbooks.operators import Operator
from runbooks.report_blocks import Document, Heading
from runbooks.report_formats import REPORTS, find_report
from runbooks.report_parts import HeadPart
from runbooks.reports.csv import COLUMNS, harmless
from runbooks.reports.html import POLICY
from runbooks.section_registry import DEFAULTS, SECTIONS
from runbooks.task_events import TaskEnding, TaskFailed, TaskOutcome
from runbooks.window_events import AT_CLOSE, WINDOW, BaselineTaken, Rechecked, WindowClosed, WindowOpened
from tests.hostile import raw_in, stacked
from tests.runbooks.reports.making import HOUR, Kept, Rows, material, system, window_material
from tests.runbooks.reports.telling import START
from tests.runbooks.reports.test_formats import MARKUP, STORABLE, Seen, hostile_walk, short

HEAD = HeadPart(9, "ab" * 32)
SOME = [text for text in STORABLE[::3] if len(text) < 1000]
"""Of each sort one; all of them are tried on reports on walks, whose texts pass the same sieve."""
FORMULAS = ("=1+1", "-1+1", "@SUM(A1)", "  =1", "\uff1d1+1", "=cmd|'/c calc'!A0")
OUR_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4"),
    *("table", "tr", "th", "td", "ul", "li", "figure", "figcaption", "pre"),
}


def hostile(text: str, name: str = "window") -> Document:
    """A document with the text in every place that takes one."""
    who, rows, kept = Operator(text, 0, text, text, text, text), Rows(), Kept()
    at = START - 3 * HOUR
    rows.add(at - HOUR, NoticeSent(text, text, text, at, at + HOUR, text, text, (text,), text), who)
    rows.add(at, WindowOpened(text, at + HOUR, reason=text), who)
    rows.add(at + 1, BaselineTaken(text, WINDOW, {text: "CRIT"}), who)
    plan = ListPlan(text, text, phases=(PhasePlan(text, (ItemPlan("i", text, text, (text,)),)),))
    rows.add(at + 2, ChecklistOpened(plan, text, text, at, text), who, "list")
    rows.add(at + 3, ItemNoted("i", text), who, "list")
    rows.add(at + 3, ItemLeftOut("i", text), who, "list")
    rows.add(at + 4, SilenceBegun((text,), text, text, text), who)
    walk = hostile_walk(text)
    told = [msgspec.structs.replace(one, at=at + 5, walk="w1") for one in walk.entries]
    rows.take(told)
    rows.add(at + 6, ApprovalRefused("s", 1, text, text), who, "w1")
    rows.add(at + 6, HandOverOffered(text, 1, text, text, text, text), who, "w1")
    rows.add(at + 7, IncidentOpened(text, text, text, (text,)), who)
    rows.add(at + 8, IncidentMoved(text, "closed", 0.0, text, text), who)
    rows.add(at + 9, TaskFailed(text, TaskOutcome(TaskEnding.FAILED, at + 9, by=who, note=text)), who)
    rows.add(at + HOUR, WindowClosed(text, True, text), who)
    moved = MovedReading(text, text, "s", 1.0, 2.0, "slower", ((text, text),))
    changed = Changed(text, text, text, text)
    difference = Comparison(text, at, at, (changed,), (changed,), (changed,), (moved,), (text,), (text,))
    rows.add(at + HOUR + 1, Rechecked(text, AT_CLOSE, difference, text), who)
    check = CheckInfo(text, "tls", text, "Security", mandatory=True)
    more = [
        CheckInfo(f"{kind}-log-backup", kind, text, text) for kind in ("http", "postgres", "cpu", "memory")
    ]
    for info in (check, *more):
        rule = Verdict(text, Level.CRIT, True, 1.0, 2.0, "s", ((text, text),), text, "latency")
        numbers = (Reading("expires_in", 1.0, "s"), Reading("latency", 1.0, "s", ((text, text),)))
        kept.see(info.name, Level.CRIT, text, numbers, ((text, text),), (rule,))
        for reading in ("latency", "usage", "used", "used_bytes"):
            kept.measure(info.name, reading, [1.0] * 9, "%", ((text, text),))
    the_system = system(check, *more, targets={text: text})
    given = window_material(the_system, rows, kept) if name == "window" else material(the_system, rows, kept)
    return document(compose(name, given, tuple(SECTIONS), HEAD), UTC)


@pytest.mark.parametrize("text", SOME, ids=short)
def test_no_format_lets_anything_through_that_hurts_a_terminal(text: str) -> None:
    told = hostile(text)
    for form in REPORTS:
        shown = find_report(form)(told)
        assert not raw_in(shown)
        assert not stacked(shown)
        shown.encode()
        assert text[:3] in shown


@pytest.mark.parametrize("text", MARKUP[::2], ids=short)
def test_markup_in_data_stays_data(text: str) -> None:
    told = hostile(text)
    seen = Seen(find_report("html")(told))
    assert seen.tags <= OUR_TAGS
    assert not {value for _, value in seen.attributes if value and text[:20] in value}
    assert ("content", POLICY) in seen.attributes
    _only_ours_in(find_report("md")(told))


def _only_ours_in(told: str) -> None:
    from markdown_it import MarkdownIt

    from tests.runbooks.reports.test_formats import OUR_TOKENS

    for preset in ("commonmark", "gfm-like"):
        parser = MarkdownIt(preset, {"html": True, "linkify": preset != "commonmark"})
        flat = [token for block in parser.parse(told) for token in (block, *(block.children or ()))]
        kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in flat}
        assert kinds <= OUR_TOKENS


@pytest.mark.parametrize("text", FORMULAS, ids=short)
def test_no_cell_of_a_spreadsheet_is_a_formula(text: str) -> None:
    for name in ("window", "daily"):
        rows = list(csv.reader(io.StringIO(find_report("csv")(hostile(text, name)))))
        assert tuple(rows[0]) == COLUMNS
        cells = [cell for row in rows for cell in row]
        assert all(len(row) == len(COLUMNS) for row in rows)
        assert any(text.strip() in cell for cell in cells)
        assert not [cell for cell in cells if harmless(cell) != cell]


def test_numbers_of_a_spreadsheet_stay_numbers() -> None:
    assert [harmless(cell) for cell in ("-1", "-1.5", "1e+06", "12")] == ["-1", "-1.5", "1e+06", "12"]
    rows = list(csv.DictReader(io.StringIO(find_report("csv")(hostile("x", "daily")))))
    assert {"value": "1", "unit": "s"}.items() <= next(row for row in rows if row["column"] == "Age").items()


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_document_has_its_sections_in_order_and_the_head_of_the_journal(name: str) -> None:
    rows = Rows()
    rows.add(START - HOUR, WindowOpened("weekly", START, START))
    given = window_material(system(), rows) if name == "window" else material(system(), rows)
    told = document(compose(name, given, DEFAULTS[name], HEAD), UTC)
    headings = [block.label for block in told.blocks if isinstance(block, Heading) and block.level == 2]
    assert len(headings) == len(DEFAULTS[name]) + 1
    assert headings[-1] == "Audit"
    plain = json.loads(find_report("json")(told))
    assert list(plain["sections"]) == list(DEFAULTS[name])
    assert (plain["schema"], plain["head"]["seq"]) == (1, 9)
    assert plain["made_at"].endswith("Z")
    assert f"walkdown audit verify --anchor 9:{'ab' * 32}" in find_report("text")(told)


@pytest.mark.parametrize("text", ["x" * 5000, "\u2603" * 50, MARKUP[0]], ids=short)
def test_a_ticket_is_short_whatever_is_in_it(text: str) -> None:
    assert len(find_report("ticket")(hostile(text)).encode()) < 2048
