"""How tasks stand, what a run counts for, what was missed: over nights, changes of clocks, absences."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from runbooks.calendar import ruling
from runbooks.calendar.fold import fold_all
from runbooks.calendar.ruling import Run
from runbooks.calendar.state import Standing
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.operators import WALKDOWN
from runbooks.task_events import TaskRecord, TasksKept
from tests.runbooks.calendar.planning import OPERATOR, Diary, at, task

NIGHTLY = {"every": "daily 02:00", "due_within": "1h", "grace": "2h", "expected": "20m", "command": ["true"]}
MONTHLY = {"monthly": {"every": "first sunday 04:00", "lasts": "2h"}}


def nightly(since: str = "2026-11-23T12:00", **more: object) -> Diary:
    return Diary(task(**{**NIGHTLY, **more}), since)


@pytest.mark.parametrize(
    ("when", "standing", "start"),
    [
        ("2026-11-24T01:59:59", Standing.COMING, "2026-11-24T02:00"),
        ("2026-11-24T02:00", Standing.DUE, "2026-11-24T02:00"),
        ("2026-11-24T02:59:59", Standing.DUE, "2026-11-24T02:00"),
        ("2026-11-24T03:00", Standing.OVERDUE, "2026-11-24T02:00"),
        ("2026-11-24T04:59:59", Standing.OVERDUE, "2026-11-24T02:00"),
        ("2026-11-24T05:00", Standing.COMING, "2026-11-25T02:00"),
    ],
)
def test_a_task_is_due_then_overdue_then_missed(when: str, standing: Standing, start: str) -> None:
    now = nightly().look(when)
    assert (now.standing, now.start) == (standing, at(start))
    assert (now.missed is not None) == (when == "2026-11-24T05:00")


def test_what_is_done_in_time_or_late_is_known_with_who_and_how_long() -> None:
    diary = nightly()
    diary.done("2026-11-24T02:21", took=1260.0, note="a real dump")
    last = diary.record.last
    assert last is not None
    assert (last.start, last.took, last.expected, last.by, last.late) == (
        at("2026-11-24T02:00"), 1260.0, 1200.0, OPERATOR, False,
    )  # fmt: skip
    assert diary.look("2026-11-24T06:00").missed is None
    diary.done("2026-11-25T03:30", note="by hand")
    assert diary.record.last is not None
    assert diary.record.last.late
    assert diary.kinds == ["TaskPlanned", "TaskDone", "TaskDone"]
    assert ruling.usual(diary.record) == 1260.0


def test_nothing_takes_longer_than_31_days_nor_for_ever() -> None:
    diary = nightly()
    for took in (31 * 86400.0 + 1, 1e308, math.inf, math.nan, -1.0):
        with pytest.raises(RefusedDecisionError, match=r"31 days|not below nothing"):
            diary.done("2026-11-24T02:21", took=took)
    diary.done("2026-11-24T02:21", took=31 * 86400.0, note="a real dump")
    assert ruling.usual(diary.record) == 31 * 86400.0
    assert ruling.usual(TaskRecord("job", took=(1e308, 1.7e308))) == 31 * 86400.0


def test_what_was_missed_is_written_once_and_warned_of_until_it_is_done() -> None:
    diary = nightly()
    for when in ("2026-11-24T05:00", "2026-11-24T05:00:01", "2026-11-24T23:00"):
        missed = diary.look(when).missed
        assert missed is not None
        assert (missed.start, missed.count) == (at("2026-11-24T02:00"), 1)
    assert diary.kinds == ["TaskPlanned", "TaskMissed"]
    diary.look("2026-11-25T05:00")
    assert diary.record.missed is not None
    assert (diary.record.missed.count, diary.record.missed.first) == (2, at("2026-11-24T02:00"))
    diary.done("2026-11-25T09:00", note="made up for")
    assert diary.record.missed is None
    assert diary.record.last is not None
    assert diary.record.last.start == at("2026-11-25T02:00")
    assert diary.record.last.late


def test_what_was_missed_while_no_agent_ran_is_found_once_for_all_of_it() -> None:
    diary = nightly()
    missed = diary.look("2027-11-24T12:00").missed
    assert missed is not None
    assert missed.count == 366
    assert (missed.first, missed.start) == (at("2026-11-24T02:00"), at("2027-11-24T02:00"))
    assert diary.kinds == ["TaskPlanned", "TaskMissed"]
    diary.look("2027-11-25T12:00")
    assert diary.kinds == ["TaskPlanned", "TaskMissed", "TaskMissed"]
    assert diary.record.missed is not None
    assert diary.record.missed.count == 367


def test_what_is_missed_often_is_told_together_every_hour() -> None:
    diary = Diary(task(every="5 m", due_within="5m", command=["true"]), "2026-11-24T00:00:01")
    moment = datetime(2026, 11, 24, 0, 1, tzinfo=UTC)
    for _ in range(6 * 12):
        diary.look(moment.isoformat())
        moment += timedelta(minutes=5)
    assert 5 <= diary.kinds.count("TaskMissed") <= 7
    assert diary.record.missed is not None
    assert diary.record.missed.count > 60


def test_a_run_a_little_early_counts_for_the_next_time_and_one_between_counts_for_none() -> None:
    diary = nightly()
    diary.done("2026-11-24T02:10", note="in time")
    assert ruling.counted(diary.plan, diary.record, Run(at("2026-11-24T12:00"))) is None
    diary.done("2026-11-24T21:00", note="before the weekend")
    assert diary.record.settled == at("2026-11-25T02:00")
    assert diary.look("2026-11-25T06:00").missed is None
    diary.done("2026-11-25T12:00", note="once more")
    assert diary.record.last is not None
    assert diary.record.last.start == 0.0
    assert diary.record.settled == at("2026-11-25T02:00")


def test_an_old_walk_is_not_counted_for_what_was_missed_later() -> None:
    diary = nightly()
    diary.done("2026-11-24T02:10", note="in time")
    old = Run(at("2026-11-24T12:00"), walk="w1")
    assert ruling.counted(diary.plan, diary.record, old) is None
    diary.look("2026-11-25T06:00")
    assert ruling.counted(diary.plan, diary.record, old) is None


def test_a_try_that_failed_leaves_it_due_and_says_why() -> None:
    diary = nightly()
    diary.done("2026-11-24T02:05", failed=True, note="exit code 3")
    now = diary.look("2026-11-24T02:06")
    assert now.standing is Standing.DUE
    assert now.failed is not None
    assert now.failed.note == "exit code 3"
    diary.done("2026-11-24T02:30", note="second try")
    assert diary.record.failed is None


def test_what_is_left_out_is_not_missed_and_needs_a_reason() -> None:
    diary = nightly()
    with pytest.raises(RefusedDecisionError, match="a reason of at least 3"):
        diary.skip("2026-11-24T02:30", " x ")
    diary.skip("2026-11-24T02:30", "the tape is full")
    assert diary.look("2026-11-24T12:00").missed is None
    diary.look("2026-11-26T12:00")
    assert diary.record.missed is not None
    diary.skip("2026-11-26T12:01", "seen, the host was off")
    assert diary.record.missed is None
    assert diary.look("2026-11-26T12:02").standing is Standing.COMING
    diary.skip("2026-11-26T12:03", "no backup tomorrow")
    assert diary.look("2026-11-26T12:04").start == at("2026-11-28T02:00")


def test_what_a_program_fulfils_needs_a_note_when_people_say_it() -> None:
    with pytest.raises(RefusedDecisionError, match="fulfilled by command true; say in a note"):
        nightly().done("2026-11-24T02:30")
    by_people = Diary(task(every="daily 02:00"), "2026-11-23T12:00")
    by_people.done("2026-11-24T02:30")
    with pytest.raises(RefusedDecisionError, match="not below nothing"):
        by_people.done("2026-11-25T02:30", took=-1.0)


def test_a_task_that_comes_by_hand_is_never_due() -> None:
    diary = Diary(task(every="by hand", command=["true"]), "2026-11-23T12:00")
    assert diary.look("2030-01-01T00:00").standing is Standing.BY_HAND
    diary.done("2026-11-24T02:30", took=5.0, note="when wanted")
    assert diary.record.last is not None
    assert diary.record.last.start == 0.0
    with pytest.raises(RefusedDecisionError, match="is not due"):
        diary.skip("2026-11-24T02:30")


def test_a_task_of_a_window_is_due_while_it_is_open() -> None:
    diary = Diary(task(windows=MONTHLY, window="monthly"), "2026-12-01T00:00")
    assert diary.look("2026-12-06T04:00").standing is Standing.DUE
    assert diary.look("2026-12-06T06:00").standing is Standing.OVERDUE
    assert diary.look("2026-12-06T08:00").missed is not None
    assert diary.plan.words == "with monthly: first sunday 04:00"


@pytest.mark.parametrize(
    ("every", "since", "starts"),
    [
        # Clocks are set on, 02:00 CET to 03:00 CEST, in the night to 28 March 2027.
        ("daily 02:30", "2027-03-27T00:00", ["27T01:30", "28T01:00", "29T00:30"]),
        # Clocks are set back, 03:00 CEST to 02:00 CET, in the night to 25 October 2026.
        ("daily 02:30", "2026-10-24T00:00", ["24T00:30", "25T00:30", "26T01:30"]),
        # Across midnight: it belongs to the day on which it begins.
        ("daily 23:30", "2026-10-24T00:00", ["24T21:30", "25T22:30", "26T22:30"]),
    ],
)
def test_each_night_has_one_time_also_where_clocks_change(every: str, since: str, starts: list[str]) -> None:
    plan = task("Europe/Berlin", every=every, due_within="1h", grace="1h", command=["true"])
    diary = Diary(plan, since)
    found = []
    moment = datetime.fromisoformat(f"{since}Z")
    for _ in range(3 * 24 * 12):
        now = diary.look(moment.isoformat())
        if now.standing is Standing.DUE and now.start not in found:
            found.append(now.start)
        moment += timedelta(minutes=5)
    wanted = [at(f"{since[:8]}{one}") for one in starts]
    assert found == wanted


def test_the_hours_of_a_task_leave_out_what_lies_beside_them_and_end_it() -> None:
    plan = task(every="2 h", only="02:00-05:00", due_within="90m", grace="1h", command=["true"])
    diary = Diary(plan, "2026-11-23T12:00")
    assert diary.look("2026-11-23T18:00").start == at("2026-11-24T02:00")
    now = diary.look("2026-11-24T04:30")
    assert (now.standing, now.until, now.lost_at) == (
        Standing.DUE, at("2026-11-24T05:00"), at("2026-11-24T05:00"),
    )  # fmt: skip
    missed = diary.look("2026-11-24T06:00").missed
    assert missed is not None
    assert (missed.count, missed.start) == (2, at("2026-11-24T04:00"))


def test_tasks_are_taken_up_anew_when_their_times_change_and_dropped_when_they_are_gone() -> None:
    diary = nightly()
    diary.done("2026-11-24T02:10", note="in time")
    assert ruling.taken_up([diary.plan], diary.records.values()) == []
    later = task(**{**NIGHTLY, "every": "daily 22:00"})
    (event,) = ruling.taken_up([later], diary.records.values())
    diary.write(event, at("2026-11-24T23:00"), WALKDOWN)
    diary.plan = later
    assert diary.look("2026-11-25T12:00").missed is None
    (gone,) = ruling.taken_up([], diary.records.values())
    diary.write(gone, at("2026-11-26T12:00"), WALKDOWN)
    assert diary.records == {}


def test_one_row_stands_for_all_before_it() -> None:
    diary = nightly()
    diary.look("2026-11-24T12:00")
    diary.done("2026-11-25T02:10", took=60.0, walk="w7", note="walked")
    kept = Entry(99, "", 0.0, 0.0, "", "", WALKDOWN, TasksKept(tuple(diary.records.values())))
    assert fold_all([kept]) == diary.records


def test_what_is_done_twice_for_one_time_is_recorded_already() -> None:
    diary = nightly()
    assert ruling.already(diary.plan, diary.record, at("2026-11-24T02:21")) is None, "it is due"
    diary.done("2026-11-24T02:21", note="a real dump")
    assert ruling.already(diary.plan, diary.record, at("2026-11-24T02:22")) == diary.record.last
    assert ruling.already(diary.plan, diary.record, at("2026-11-24T20:30")) is None, "the next one is near"
    diary.skip("2026-11-25T02:10")
    assert ruling.already(diary.plan, diary.record, at("2026-11-25T02:11")) is None, "the last was left out"
    wanted = Diary(task(every="by hand"), "2026-11-23T12:00")
    wanted.done("2026-11-24T02:21")
    assert ruling.already(wanted.plan, wanted.record, at("2026-11-24T02:22")) is None, "it is never due"
