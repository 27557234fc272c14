"""What overlaps and what does not fit, as the seeds of the catalogue have it."""

import calendar
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from runbooks.calendar.fitting import misfits
from runbooks.calendar.overlaps import overlaps
from runbooks.calendar.warnings import schedule_warnings, unfulfilled
from runbooks.model import Plan, WindowNeed
from tests.runbooks.calendar.planning import at, tasks, windows

BEGIN, END = at("2025-01-01T00:00"), at("2030-01-01T00:00")
WEEKLY = {"every": "sunday 03:00", "lasts": "2h"}
MONTHLY = {"every": "first sunday 04:00", "lasts": "2h"}
OWN = {"lasts": "4h", "every": "first sunday 04:00"}
PARTS = {"db": "60m", "updates": "90m", "capacity": "45m", "audit": "60m"}


def test_weekly_and_monthly_windows_overlap_on_every_first_sunday() -> None:
    (found,) = overlaps(windows(weekly=WEEKLY, monthly=MONTHLY), (), {}, BEGIN, END)
    assert found.count == 60
    assert (found.both.start, found.both.end) == (at("2025-01-05T04:00"), at("2025-01-05T05:00"))
    (found,) = overlaps(windows(weekly=WEEKLY, monthly=MONTHLY), (), {}, BEGIN)
    assert found.words(UTC) == (
        "window weekly and window monthly overlap, next on Sun 5 Jan 2025 04:00, 15 times in 14 months"
    )


def test_a_sunday_that_is_the_first_has_both_in_eight_of_sixty_months() -> None:
    found = overlaps(
        windows(weekly=WEEKLY, monthly={"every": "day 1 04:00", "lasts": "4h"}), (), {}, BEGIN, END
    )
    firsts = [(y, m) for y in range(2025, 2030) for m in range(1, 13) if calendar.weekday(y, m, 1) == 6]
    assert len(firsts) == 8
    assert [one.count for one in found] == [8]


def test_windows_after_one_another_and_tasks_of_a_window_do_not_overlap() -> None:
    both = windows(weekly=WEEKLY, quarterly={"every": "sunday 05:00", "lasts": "4h"})
    own = tasks({"weekly": WEEKLY}, first={"window": "weekly", "expected": "1h"},
                second={"every": "sunday 03:30", "window": "weekly", "expected": "1h"})  # fmt: skip
    assert overlaps(both, own, {}, BEGIN, END) == ()


def test_a_check_while_the_backup_may_still_run_and_a_renewal_within_a_window_are_found() -> None:
    jobs = tasks(
        backup={"every": "daily 02:00", "expected": "40m", "command": ["true"]},
        health={"every": "daily 02:30", "expected": "5m", "command": ["true"]},
        certificates={"every": "daily 05:00", "command": ["true"]},
        tick={"every": "15 m", "expected": "5m", "command": ["true"]},
    )
    found = {(one.one.name, one.other.name) for one in overlaps(windows(monthly=MONTHLY), jobs, {}, BEGIN)}
    assert found == {("backup", "health"), ("monthly", "certificates")}
    by_history = overlaps((), jobs, {"backup": 600.0}, BEGIN)
    assert by_history == (), "the backup usually takes ten minutes"


def test_what_is_in_different_zones_overlaps_only_when_it_does() -> None:
    night = windows(ci={"every": "sunday 02:00", "lasts": "30m", "timezone": "UTC"},
                    daily={"every": "daily 02:00", "lasts": "30m", "timezone": "Europe/Berlin"})  # fmt: skip
    assert overlaps(night, (), {}, BEGIN) == ()
    night = windows(ci={"every": "sunday 02:00", "lasts": "30m", "timezone": "UTC"},
                    daily={"every": "daily 03:00", "lasts": "30m", "timezone": "Europe/Berlin"})  # fmt: skip
    (found,) = overlaps(night, (), {}, at("2026-01-01T00:00"), at("2027-01-01T00:00"))
    winter = [week for week in range(52) if _is_winter(at("2026-01-04T02:00") + week * 604800)]
    assert found.count == len(winter)


def _is_winter(moment: float) -> bool:
    return not datetime.fromtimestamp(moment, ZoneInfo("Europe/Berlin")).dst()


def test_a_window_that_begins_again_before_it_is_over_says_so() -> None:
    (found,) = overlaps(windows(daily={"every": "daily 02:00", "lasts": "30h"}), (), {}, BEGIN)
    assert "window daily is not over when it begins again" in found.words(UTC)


def test_what_goes_on_while_it_begins_again_and_again_counts_once_for_each_other() -> None:
    jobs = tasks(long={"cron": "0 2,8,14,20 * * *", "expected": "31d"},
                 rare={"every": "day 1 03:00", "expected": "1h"})  # fmt: skip
    found = {(one.one.name, one.other.name): one.count for one in overlaps((), jobs, {}, BEGIN)}
    assert found == {("long", "long"): 4 * 430 - 1, ("long", "rare"): 15}


def test_however_much_is_at_the_same_time_is_reckoned_soon_and_said_to_be_more(monkeypatch) -> None:
    jobs = tasks(**{f"t{number}": {"every": "daily 02:00", "expected": "31d"} for number in range(20)})
    monkeypatch.setattr("runbooks.calendar.overlaps.MOST_PAIRS", 1000)
    found = overlaps((), jobs, {}, BEGIN)
    assert sum(one.count for one in found) == 1000
    assert " or more times in 14 months" in found[0].words(UTC)


def test_four_hours_and_a_quarter_do_not_fit_into_four() -> None:
    jobs = tasks(
        {"monthly": OWN}, **{name: {"window": "monthly", "expected": e} for name, e in PARTS.items()}
    )
    (found,) = misfits(windows(monthly=OWN), jobs, {}, BEGIN)
    assert (found.takes, found.lasts) == (255 * 60, 240 * 60)
    assert found.words(UTC) == (
        "window monthly is open for 4 h 0 m, and its tasks capacity, audit, db, updates take 4 h 15 m, "
        "next on Sun 5 Jan 2025 04:00"
    )
    assert misfits(windows(monthly=OWN), jobs, {"updates": 75 * 60.0}, BEGIN) == (), "by history it does"


def test_a_task_with_times_of_its_own_must_lie_in_its_window_and_end_in_it() -> None:
    jobs = tasks(
        {"weekly": WEEKLY},
        late={"every": "sunday 04:30", "window": "weekly", "expected": "1h"},
        stray={"every": "saturday 04:30", "window": "weekly", "expected": "1h"},
    )
    said = [one.words(UTC) for one in misfits(windows(weekly=WEEKLY), jobs, {}, BEGIN)]
    assert said == [
        "task stray comes outside of its window weekly, next on Sat 4 Jan 2025 04:30",
        "window weekly is open for 2 h 0 m, and its task late takes 2 h 30 m, next on Sun 5 Jan 2025 03:00",
    ]


def test_quarterly_work_in_a_monthly_window_is_reckoned_where_it_comes() -> None:
    jobs = tasks(
        {"monthly": MONTHLY},
        monthly_work={"window": "monthly", "expected": "90m"},
        quarterly_work={"every": "first sunday of quarter 04:00", "window": "monthly", "expected": "1h"},
    )
    (found,) = misfits(windows(monthly=MONTHLY), jobs, {}, at("2025-01-10T00:00"))
    assert found.at == at("2025-04-06T04:00")


def test_tasks_whose_runbook_is_not_there_or_waits_for_a_window_are_warned_of() -> None:
    jobs = tasks(
        {"weekly": WEEKLY},
        a={"every": "daily 02:00", "runbook": "updat"},
        b={"every": "daily 02:00", "runbook": "update"},
        c={"window": "weekly", "runbook": "update"},
        d={"every": "daily 02:00", "runbook": "torn"},
        e={"every": "daily 08:00", "checklist": "dayly"},
    )
    update = Plan("update", window=WindowNeed.REQUIRED)
    assert unfulfilled(jobs, [update], ["torn"], ["daily"]) == (
        "tasks.a.runbook: warning: no runbook is called 'updat'; did you mean 'update'?",
        "tasks.b.window: warning: update changes things inside a window only, and the task names none",
        "tasks.e.checklist: warning: no checklist is called 'dayly'; did you mean 'daily'?",
    )


def test_a_year_of_many_is_warned_of_in_no_time_and_hostile_names_are_harmless() -> None:
    many = {f"w{number}": {"every": f"daily {number % 24:02}:00", "lasts": "59m"} for number in range(24)}
    assert schedule_warnings(windows(**many), [], {}, BEGIN, UTC) == ()
