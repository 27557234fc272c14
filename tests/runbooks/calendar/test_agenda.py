"""The agenda, and the numbers of reports."""

from datetime import UTC

from runbooks.calendar.agenda import agenda
from runbooks.calendar.numbers import counts
from runbooks.calendar.state import Slot, Standing
from runbooks.events import Entry
from runbooks.operators import WALKDOWN, Operator
from runbooks.window_events import WindowClosed, WindowExtended, WindowMissed, WindowOpened
from tests.runbooks.calendar.planning import Diary, at, task, windows

WEEKLY = {"every": "sunday 03:00", "lasts": "2h"}


def row(seq: int, when: str, event: object, operator: Operator = WALKDOWN) -> Entry:
    return Entry(seq, "", at(when), 0.0, "", "", operator, event)  # type: ignore[arg-type]


def test_the_agenda_tells_what_was_and_what_comes_in_order() -> None:
    diary = Diary(task(every="daily 02:00", due_within="1h", title="Backup"), "2026-11-26T12:00")
    diary.done("2026-11-27T02:20", took=1200.0)
    diary.look("2026-11-28T05:00")
    opened = [
        row(50, "2026-11-22T03:00", WindowOpened("weekly", at("2026-11-22T05:00"), at("2026-11-22T05:00"))),
        row(51, "2026-11-22T04:30", WindowClosed("weekly", early=True, reason="all done")),
    ]
    plans = windows(weekly=WEEKLY)
    found = agenda(
        plans, [diary.plan], diary.records, [*opened, *diary.rows], at("2026-11-22T00:00"),
        at("2026-12-01T00:00"), at("2026-11-28T12:00"), UTC,
    )  # fmt: skip
    told = [(one.slot, one.standing, one.start) for one in found.entries]
    assert told == [
        (Slot.WINDOW, Standing.DONE, at("2026-11-22T03:00")),
        (Slot.TASK, Standing.DONE, at("2026-11-27T02:00")),
        (Slot.TASK, Standing.MISSED, at("2026-11-28T02:00")),
        (Slot.TASK, Standing.COMING, at("2026-11-29T02:00")),
        (Slot.WINDOW, Standing.COMING, at("2026-11-29T03:00")),
        (Slot.TASK, Standing.COMING, at("2026-11-30T02:00")),
    ]
    assert found.entries[0].took == 5400.0
    assert (found.entries[1].took, found.entries[1].by.name) == (1200.0, "oper1")


def test_what_was_missed_and_made_up_for_is_told_once_and_an_open_window_is_open() -> None:
    diary = Diary(task(every="daily 02:00", due_within="1h"), "2026-11-27T12:00")
    diary.look("2026-11-28T05:00")
    diary.done("2026-11-28T09:00")
    rows = [
        *diary.rows,
        row(50, "2026-11-28T10:00", WindowOpened("urgent", at("2026-11-28T11:00"), reason="disk")),
        row(51, "2026-11-28T10:30", WindowExtended("urgent", at("2026-11-28T13:00"), "slower")),
    ]
    day = at("2026-11-28T00:00"), at("2026-11-29T00:00")
    found = agenda((), [diary.plan], diary.records, rows, *day, at("2026-11-28T12:00"), UTC)
    assert [(one.name, one.standing) for one in found.entries] == [
        ("job", Standing.LATE),
        ("urgent", Standing.OPEN),
    ]
    assert found.entries[1].end == at("2026-11-28T13:00")


def test_what_comes_often_is_told_once_a_day() -> None:
    diary = Diary(task(every="15 m", command=["true"]), "2026-11-28T00:00")
    found = agenda(
        (), [diary.plan], diary.records, (), at("2026-11-28T00:00"), at("2026-12-05T00:00"),
        at("2026-11-28T00:00"), UTC,
    )  # fmt: skip
    assert [one.count for one in found.entries if one.standing is Standing.COMING][1:] == [96] * 6
    assert not found.cut


def test_reports_count_what_was_done_late_missed_skipped_and_failed() -> None:
    diary = Diary(task(every="daily 02:00", due_within="1h", grace="1h", expected="10m"), "2026-11-20T12:00")
    diary.done("2026-11-21T02:10", took=300.0)
    diary.done("2026-11-22T03:10", took=900.0)
    diary.done("2026-11-23T02:10", failed=True, note="no space")
    diary.look("2026-11-24T12:00")
    diary.skip("2026-11-25T02:10")
    diary.done("2026-11-25T12:00")
    (count,) = counts(diary.rows, at("2026-11-21T00:00"), at("2026-11-26T00:00"))
    assert (count.in_time, count.late, count.extra, count.missed, count.skipped, count.failed) == (
        1,
        1,
        1,
        2,
        1,
        1,
    )
    assert (count.done, count.took, count.expected) == (3, 1200.0, 1200.0)
    assert counts(diary.rows, 0.0, 1.0) == ()


def standing(rows: list[Entry], now: str) -> list[tuple[str, Standing, str]]:
    """What a day has of windows, with what is said of it."""
    plans = windows(soon={"every": "daily 05:17", "lasts": "3m"})
    day = at("2026-11-26T00:00"), at("2026-11-27T00:00")
    found = agenda(plans, (), {}, rows, *day, at(now), UTC)
    return [(one.name, one.standing, one.note) for one in found.entries]


def test_a_planned_window_that_waits_is_due_and_one_that_was_never_opened_is_missed() -> None:
    until = at("2026-11-26T05:25")
    rows = [row(1, "2026-11-26T05:15", WindowOpened("manual", until, reason="disk"))]
    assert standing(rows, "2026-11-26T05:16") == [
        ("manual", Standing.OPEN, "disk"),
        ("soon", Standing.COMING, ""),
    ]
    assert standing(rows, "2026-11-26T05:18")[1] == ("soon", Standing.DUE, "opens once manual is closed")
    start, end = at("2026-11-26T05:17"), at("2026-11-26T05:20")
    rows.append(row(2, "2026-11-26T05:20", WindowMissed("soon", start, end, "manual")))
    assert standing(rows, "2026-11-26T05:22")[1] == (
        "soon",
        Standing.MISSED,
        "manual was open all its time",
    )


def test_a_window_that_was_closed_early_or_opened_before_its_time_is_not_due_once_more() -> None:
    rows = [
        row(1, "2026-11-26T05:17", WindowOpened("soon", at("2026-11-26T05:20"), at("2026-11-26T05:20"))),
        row(2, "2026-11-26T05:18", WindowClosed("soon", early=True, reason="all done")),
        row(3, "2026-11-26T05:18", WindowOpened("manual", at("2026-11-26T05:25"), reason="disk")),
    ]
    assert [one[:2] for one in standing(rows, "2026-11-26T05:19")] == [
        ("soon", Standing.DONE),
        ("manual", Standing.OPEN),
    ]
    early = WindowOpened("soon", at("2026-11-26T05:20"), 0.0, "early", at("2026-11-26T05:17"))
    rows = [row(1, "2026-11-26T05:00", early), row(2, "2026-11-26T05:10", WindowClosed("soon", True, "x"))]
    rows.append(row(3, "2026-11-26T05:11", WindowOpened("manual", at("2026-11-26T05:25"), reason="disk")))
    assert [one[0] for one in standing(rows, "2026-11-26T05:18")] == ["soon", "manual"]
