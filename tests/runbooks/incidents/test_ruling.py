"""What may be said of incidents, when one opens by itself, and what its journal comes to."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from checks.board import CheckInfo, CheckState, Snapshot, SystemInfo
from checks.model import Level, Observation, Result
from checks.recurrence.zones import zone_named
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.incident_events import IncidentMoved, IncidentNoted, IncidentOpened, Severity, Stage
from runbooks.incidents import ruling
from runbooks.incidents.document import markdown
from runbooks.incidents.figures import figures
from runbooks.incidents.fold import fold_all
from runbooks.incidents.state import IncidentStory
from runbooks.incidents.timeline import timeline
from runbooks.incidents.when import moment_of, planned, typed
from runbooks.live import WalkHead
from runbooks.operators import WALKDOWN, Operator
from runbooks.walk_events import WalkEnding

ID = "2026-11-27-1"
T = 1_795_744_800.0
"""27 November 2026, 02:00 UTC."""
ALICE = Operator("root", 0, "alice")


def entry(seq, event, at=T, operator=ALICE):
    return Entry(seq, "", at, 0.0, "boot", "host", operator, event)


def story_of(*events):
    return fold_all(entry(seq, event, T + seq) for seq, event in enumerate(events, 1))


OPENED = IncidentOpened("2026-11-27-1", "The page is down", "major", ("page",), T)


def closed(name="2026-11-27-1", checks=("page",), at=T, restored=600.0):
    return (
        IncidentOpened(name, "x", "major", checks, at),
        IncidentMoved(name, "assessed", at + 60, "a full disk"),
        IncidentMoved(name, "restored", at + restored),
        IncidentMoved(name, "closed", at + 900, "the disk was full", "watch it"),
    )


def board(**levels):
    states = []
    for name, level in levels.items():
        more = {}
        if isinstance(level, tuple):
            level, more = level
        states.append(
            CheckState(name, level=level, hard=level, is_hard=True, since=T + 100, **more)
            if "is_hard" not in more
            else CheckState(name, level=level, since=T + 100, **more)
        )
    return Snapshot(1, T + 200, tuple(states))


SYSTEM = SystemInfo(
    "shop",
    checks=tuple(
        CheckInfo(name, title=name.title(), mandatory=name != "extra")
        for name in ("db", "page", "api", "extra")
    ),
)


def due(snapshot, incidents=None):
    return ruling.due(incidents or {}, SYSTEM, snapshot, T + 300, UTC)


def test_a_mandatory_check_that_is_crit_for_certain_opens_one():
    found = due(board(page=Level.CRIT, extra=Level.CRIT))
    assert found == IncidentOpened(
        "2026-11-27-1", "Page is CRIT", "critical", ("page",), T + 300, automatic=True
    )


@pytest.mark.parametrize(
    "snapshot",
    [
        board(page=Level.OK),
        board(page=Level.WARN),
        board(page=Level.UNKNOWN),
        board(extra=Level.CRIT),
        board(page=(Level.CRIT, {"is_hard": False})),
        board(page=(Level.CRIT, {"maintenance": True})),
        board(page=(Level.CRIT, {"flapping": True})),
        board(db=(Level.CRIT, {"maintenance": True}), page=(Level.CRIT, {"blocked_by": "db"})),
    ],
)
def test_what_is_soft_flaps_or_is_worked_on_opens_none(snapshot):
    assert due(snapshot) is None


def test_one_outage_is_one_incident_named_after_its_cause():
    snapshot = board(
        db=Level.CRIT,
        page=(Level.CRIT, {"blocked_by": "db"}),
        api=(Level.CRIT, {"blocked_by": "page"}),
    )
    found = due(snapshot)
    assert (found.title, found.checks) == ("Db is CRIT", ("db", "page", "api"))
    assert due(snapshot, fold_all([entry(1, found)])) is None
    apart = board(db=Level.CRIT, page=Level.CRIT)
    first = due(apart)
    incidents = fold_all([entry(1, first)])
    second = due(apart, incidents)
    assert {first.checks, second.checks} == {("db",), ("page",)}
    assert second.incident == "2026-11-27-2"


def test_one_that_was_closed_is_not_opened_again_for_the_same_trouble():
    over = story_of(*closed(at=T - 700))  # closed at T + 200, while it is CRIT since T + 100
    assert due(board(page=Level.CRIT), over) is None
    again = replace(board(page=Level.CRIT).states[0], since=T + 250)
    assert due(Snapshot(1, T + 300, (again,)), over) is not None


def test_an_incident_is_folded_with_all_that_was_said():
    incidents = story_of(OPENED, IncidentNoted("2026-11-27-1", "looked"), *closed()[1:])
    one = incidents["2026-11-27-1"]
    assert [mark.stage for mark in one.stages] == list(Stage)
    assert (one.cause, one.lessons, one.to_restore) == ("the disk was full", "watch it", 600.0)
    assert [note.text for note in one.notes] == ["looked"]
    assert not one.is_open
    assert fold_all([entry(1, OPENED), entry(1, OPENED)])["2026-11-27-1"].seq == 1
    late = IncidentMoved("2026-11-27-1", "of a later version", T)
    assert story_of(OPENED, late)["2026-11-27-1"].stage is Stage.DETECTED
    assert story_of(IncidentNoted("nowhere", "x")) == {}


@pytest.mark.parametrize(
    ("before", "stage", "when", "text", "said"),
    [
        ((OPENED,), "closed", 0, "cause", "not restored yet"),
        ((OPENED,), "detected", 0, "", "is no stage that an incident comes to"),
        ((OPENED,), "mended", 0, "", "is no stage"),
        ((OPENED,), "restored", T + 5000, "", "still to come"),
        ((OPENED,), "restored", T - 5000, "", "before what has happened"),
        ((OPENED, IncidentMoved(ID, "restored", T + 9)), "assessed", 0, "", "restored already"),
        ((OPENED, IncidentMoved(ID, "restored", T + 9)), "closed", 0, " x", "the cause of at least"),
        (closed(), "restored", 0, "", "is closed"),
    ],
)  # fmt: skip
def test_what_may_not_be_said_is_refused_in_words(before, stage, when, text, said):
    with pytest.raises(RefusedDecisionError, match=said):
        ruling.moved(story_of(*before), "2026-11-27-1", stage, when, text, "", T + 1000)


def test_which_one_is_meant():
    with pytest.raises(RefusedDecisionError, match="no incident is open"):
        ruling.named({}, "")
    two = story_of(OPENED, IncidentOpened("2026-11-27-2", "y"))
    with pytest.raises(RefusedDecisionError, match="name one, by --incident: 2026-11-27-1, 2026-11-27-2"):
        ruling.named(two, "")
    with pytest.raises(RefusedDecisionError, match="did you mean '2026-11-27-1'"):
        ruling.named(story_of(OPENED), "2026-11-27-11")
    assert ruling.named(story_of(OPENED), "").id == "2026-11-27-1"


def test_by_hand_it_needs_a_title_a_severity_and_checks_that_there_are():
    def opened(title="it is slow", severity="minor", checks=(), detected=0.0):
        return ruling.opened(story_of(OPENED), title, severity, checks, detected, ("page",), T, UTC)

    assert opened().incident == "2026-11-27-2"
    assert opened(detected=T - 86400).incident == "2026-11-26-1"
    for wrong, said in (
        ({"title": " x"}, "a title of at least 3"),
        ({"severity": "mijor"}, "did you mean 'major'"),
        ({"checks": ("pag",)}, "did you mean 'page'"),
        ({"detected": T + 500}, "still to come"),
    ):
        with pytest.raises(RefusedDecisionError, match=said):
            opened(**wrong)


def result(check, level, at):
    return Result(check, level, at, 0.1, Observation(f"saw {level}"))


def test_restored_is_suggested_once_its_checks_are_ok_again():
    one = story_of(OPENED)["2026-11-27-1"]
    well = board(page=Level.OK, api=Level.CRIT)
    assert ruling.suggestion(one, well, was_bad=True) == "its checks are OK again"
    assert ruling.suggestion(one, well, was_bad=False) == ""
    assert ruling.suggestion(one, board(page=Level.UNKNOWN), was_bad=True) == ""
    assert ruling.suggestion(one, board(api=Level.OK), was_bad=True) == ""
    results = (
        (result("page", Level.OK, T + 50), result("page", Level.OK, T + 40), result("page", Level.CRIT, T)),
    )
    assert ruling.was_bad(one, results)
    assert not ruling.was_bad(one, ((result("page", Level.OK, T),),))
    assert ruling.ok_since(one, results) == T + 40


OK, WARN, CRIT, UNKNOWN = Level.OK, Level.WARN, Level.CRIT, Level.UNKNOWN


@pytest.mark.parametrize(
    ("checks", "since"),
    [
        ({"page": ((CRIT, 0), (OK, 40), (OK, 50))}, 40),
        # The last one that got well decides, whichever it is, and not the last trouble of any kind.
        ({"page": ((CRIT, 0), (OK, 40)), "api": ((WARN, 10), (OK, 70), (OK, 80))}, 70),
        ({"api": ((WARN, 10), (OK, 70), (OK, 80)), "page": ((CRIT, 0), (OK, 40))}, 70),
        # One that could not be measured once, or was never bad, says nothing of when it was restored.
        ({"page": ((CRIT, 0), (OK, 40), (UNKNOWN, 60), (OK, 80))}, 40),
        ({"page": ((CRIT, 0), (UNKNOWN, 20), (OK, 40))}, 40),
        ({"page": ((CRIT, 0), (OK, 40)), "api": ((OK, 90), (OK, 95))}, 40),
        ({"page": ((CRIT, 0), (OK, 40)), "api": ((UNKNOWN, 90), (OK, 95))}, 40),
        ({"page": ((CRIT, 0), (OK, 40)), "api": ((CRIT, -5000), (OK, -4000))}, 40),
        # It came again: only the last time counts.
        ({"page": ((CRIT, 0), (OK, 40), (WARN, 60), (OK, 80))}, 80),
        # While one is bad, is not known, or has nothing to show, nothing is suggested.
        ({"page": ((CRIT, 0), (OK, 40)), "api": ((OK, 50), (CRIT, 90))}, 0),
        ({"page": ((CRIT, 0), (OK, 40)), "api": ((CRIT, 0), (OK, 50), (UNKNOWN, 90))}, 0),
        ({"page": ((CRIT, 0), (OK, 40)), "api": ()}, 0),
        ({"page": ((OK, 40), (OK, 50))}, 0),
        ({}, 0),
    ],
)
def test_restored_is_suggested_from_when_the_last_of_its_checks_got_well(checks, since):
    opened = IncidentOpened("2026-11-27-1", "It is down", "major", tuple(checks), T)
    one = story_of(opened)["2026-11-27-1"]
    results = tuple(
        tuple(result(name, level, T + at) for level, at in reversed(seen)) for name, seen in checks.items()
    )
    assert ruling.ok_since(one, results) == (T + since if since else 0.0)


def test_one_may_be_restored_before_somebody_knew_what_it_was_but_not_before_it_was_noticed():
    assessed = story_of(OPENED, IncidentMoved(ID, "assessed", T + 300))
    found = ruling.moved(assessed, ID, "restored", T + 100, "it went away", "", T + 1000)
    assert found.at == T + 100
    restored = story_of(OPENED, IncidentMoved(ID, "assessed", T + 300), found)
    assert (restored[ID].restored, restored[ID].to_restore, restored[ID].stage) == (
        T + 100,
        100.0,
        "restored",
    )
    with pytest.raises(RefusedDecisionError, match="before what has happened"):
        ruling.moved(assessed, ID, "restored", T - 100, "", "", T + 1000)
    with pytest.raises(RefusedDecisionError, match="is no moment"):
        ruling.moved(assessed, ID, "restored", float("nan"), "", "", T + 1000)


def test_the_timeline_joins_what_people_checks_and_walks_did_and_leaves_out_what_was_long_before():
    one = story_of(OPENED, IncidentNoted("2026-11-27-1", "looked\nat it"))["2026-11-27-1"]
    results = (
        result("page", Level.CRIT, T - 5),
        result("page", Level.CRIT, T - 9),
        result("page", Level.OK, T - 99999),
    )
    walks = (WalkHead("w1", "fix", "Free the disk", T + 30, ALICE, T + 60, WalkEnding.DONE),)
    lines = timeline(one, T + 100, (results,), walks=walks)
    assert [(line.at - T, line.what) for line in lines] == [
        (-9.0, "check"),
        (0.0, "stage"),
        (2.0, "note"),
        (30.0, "walk"),
        (60.0, "walk"),
    ]
    assert lines[0].level == "CRIT"


def test_the_record_is_a_document_that_nothing_in_it_can_format():
    nasty = IncidentOpened("2026-11-27-1", "*down* | `x` <b>", "major", ("page",), T)
    one = story_of(nasty, *closed()[1:])["2026-11-27-1"]
    text = markdown(IncidentStory(one, timeline(one, T + 1000)), "The shop", UTC)
    assert text.startswith(r"# Incident 2026-11-27-1: \*down\* \| \`x\` \<b\>")
    assert "| Detected | 2026-11-27 02:00:00 UTC |" in text
    assert "| Time to restore, as it counts in MTTR | 10 m 0 s |" in text
    assert "## Cause\n\nthe disk was full\n" in text
    assert "## Lessons\n\nwatch it\n" in text


def test_figures_are_means_and_overlapping_outages_count_once():
    incidents = story_of(
        *closed("a", at=T, restored=600.0), *closed("b", at=T + 300, restored=900.0)
    ).values()
    found = figures(incidents, T, T + 10_000)
    assert (found.count, found.restored, found.mttr, found.mtta, found.down) == (2, 2, 750.0, 60.0, 1200.0)
    assert found.mtbf == (10_000 - 1200) / 2
    none = figures((), T, T + 100)
    assert (none.count, none.mttr, none.mtbf, none.down) == (0, None, None, 0.0)
    still = figures(story_of(OPENED).values(), T - 50, T + 100)
    assert (still.mttr, still.down, still.mtbf) == (None, 100.0, 50.0)
    before = figures(story_of(*closed(at=T - 300)).values(), T, T + 1000)
    assert (before.count, before.down) == (0, 300.0)


CET = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", 0.0),
        ("now", 0.0),
        ("20m", T - 1200),
        ("20 m ago", T - 1200),
        ("02:30", T - 1800),
        ("3:00", T),
        ("03:01", T - 86400 + 60),
        ("2026-11-27 02:30", T - 1800),
        ("2026-11-27T01:30:00+00:00", T - 1800),
        ("02:30:15", T - 1785),
        ("3:00:00", T),
        ("03:00:01", T - 86400 + 1),
        ("2026-11-27 02:30:15", T - 1785),
        ("2026-11-27T02:30:15", T - 1785),
        ("2026-11-27 02:30:15 +01:00", T - 1785),
        ("2026-11-27 01:30 Z", T - 1800),
        ("2026-11-26", T - 97200),
        ("26 Nov 03:00", T - 86400),
        ("26 nov 03:00:05", T - 86400 + 5),
        ("28 Nov 03:00", T - 364 * 86400),
    ],
)
def test_a_moment_is_said_as_people_say_it(text, found):
    assert datetime.fromtimestamp(T, CET).hour == 3
    assert moment_of(text, T, CET) == found


@pytest.mark.parametrize("at", [1_792_889_999.0, 1_792_890_000.0, 1_792_893_599.0, 1_792_893_600.7])
def test_what_is_suggested_is_read_as_the_moment_that_it_is_also_where_clocks_are_set_back(at):
    berlin = zone_named("Europe/Berlin")
    for moment in (at, at + 3600, at + 7200):
        assert moment_of(typed(moment, berlin), at + 90_000, berlin) == int(moment)


WRITE = "write it as 20m ago, 03:12, 03:12:30, or 2026-11-26 03:12:30"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("soon", f"'soon' is no moment; {WRITE}"),
        ("03.12", f"'03.12' is no moment; {WRITE}"),
        ("1200", f"'1200' is no moment; {WRITE}"),
        ("2026-11-26 03:12 +25:00", "'2026-11-26 03:12 +25:00' has no offset that there is"),
        ("2026-11", f"'2026-11' is no moment; {WRITE}"),
        ("25:00", "'25:00' is no time of day"),
        ("12:61", "'12:61' is no time of day"),
        ("12:01:60", "'12:01:60' is no time of day"),
        ("2026-02-30 03:12", "'2026-02-30 03:12' is no date"),
        ("30 Feb 03:12", "'30 Feb 03:12' is no date"),
        ("26 Nev 03:12", "'26 Nev 03:12' is no date"),
        ("2026-11-28 02:30", "'2026-11-28 02:30' is still to come"),
        ("-20m", "'-20m' is still to come"),
        ("1969-01-01 00:00", "'1969-01-01 00:00' is too long ago"),
        ("0001-01-01", "'0001-01-01' is too long ago"),
        ("99999999d", "'99999999d' is too long ago"),
    ],
)
def test_what_is_no_moment_or_still_to_come_is_refused_in_words(text, said):
    as_understood = r"(: it is 2026-11-2\d \d\d:\d\d:\d\d .*, and now it is 2026-11-2\d .*)?"
    with pytest.raises(ValueError, match="^" + re.escape(said) + as_understood + "$"):
        moment_of(text, T, CET)


def test_a_time_of_day_is_one_of_the_zone_that_is_given_wherever_the_host_is(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    berlin = zone_named("Europe/Berlin")
    noon = planned("2026-11-26 12:00", zone_named("UTC"))
    assert moment_of("12:30", noon, berlin) == noon - 1800
    assert planned("2026-11-29 03:00", berlin) == planned("2026-11-29 02:00", zone_named("UTC"))
    with pytest.raises(
        ValueError, match="it is 2026-11-26 13:30:00 CET, and now it is 2026-11-26 13:00:00 CET"
    ):
        moment_of("2026-11-26 13:30", noon, berlin)
    with pytest.raises(RefusedDecisionError, match=r"^2026-11-28 .* CET is still to come$"):
        ruling.moved(story_of(OPENED), "2026-11-27-1", "restored", T + 86400, "", "", T, berlin)


def test_what_the_program_did_itself_is_told_as_such():
    one = fold_all([entry(1, OPENED, operator=WALKDOWN)])["2026-11-27-1"]
    assert timeline(one, T)[0].by == "walkdown"
    assert one.severity is Severity.MAJOR
