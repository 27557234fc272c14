"""Whether people were told of a window in time, and which time of which window a notice is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from msgspec import structs

from checks.recurrence.timing import Once, Span, read_timing
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.notice_events import NoticeKind, NoticeSent
from runbooks.notices.about import about, still_comes
from runbooks.notices.announcing import announcement, to_announce, told_by, words
from runbooks.notices.state import Told
from runbooks.operators import Operator
from runbooks.windows.plan import Occurrence, WindowPlan
from runbooks.windows.state import WindowState

HOUR = 3600.0
STARTS = 1_795_744_800.0
WINDOW = Occurrence("weekly", Span(STARTS, STARTS + 7200), UTC)


def sent(hours: float, kind: str = "announcement", window: str = "weekly", starts: float = STARTS) -> Entry:
    event = NoticeSent("announcement", kind, window, starts, starts + 7200, "s", "b")
    return Entry(1, "", STARTS - hours * HOUR, 0.0, "boot", "host", Operator("alice"), event)


@pytest.mark.parametrize(
    ("entries", "hours", "told"),
    [
        ([], 48, Told.NOT_YET),
        ([], 36.1, Told.NOT_YET),
        ([], 36, Told.DUE),
        ([], 24, Told.DUE),
        ([], 23.99, Told.OVERDUE),
        ([], -1, Told.OVERDUE),
        ([sent(24)], 1, Told.IN_TIME),
        ([sent(24.01)], 1, Told.IN_TIME),
        ([sent(23.99)], 1, Told.LATE),
        ([sent(30), sent(1)], 0.5, Told.IN_TIME),
        ([sent(1), sent(30)], 0.5, Told.IN_TIME),
        ([sent(30, kind="progress")], 23, Told.OVERDUE),
        ([sent(30, kind="completion")], 23, Told.OVERDUE),
        ([sent(30, window="monthly")], 23, Told.OVERDUE),
        ([sent(30, starts=STARTS - 7 * 24 * HOUR)], 23, Told.OVERDUE),
        ([sent(30, starts=STARTS + HOUR)], 23, Told.OVERDUE),
    ],
)
def test_people_are_told_a_day_before_or_they_are_not(entries, hours, told):
    found = announcement(entries, WINDOW, STARTS - hours * HOUR)
    assert found.told is told
    assert found.in_time is (told is Told.IN_TIME)
    assert found.wanting is (told in (Told.DUE, Told.OVERDUE))
    assert found.by == STARTS - 24 * HOUR


def test_how_long_before_is_a_choice():
    assert announcement([sent(1)], WINDOW, STARTS, ahead=HOUR).told is Told.IN_TIME
    assert announcement([sent(24)], WINDOW, STARTS, ahead=48 * HOUR).told is Told.LATE
    assert announcement([], WINDOW, STARTS - 50 * HOUR, ahead=48 * HOUR).told is Told.DUE


def test_it_is_said_in_words():
    say = lambda *entries, hours=1.0: words(announcement(entries, WINDOW, STARTS - hours * HOUR), UTC)  # noqa: E731
    assert say(sent(25)) == "weekly, Fri 27 Nov 02:00 UTC: announced Thu 26 Nov 01:00 UTC by alice"
    assert say(sent(23)).endswith("1 h 0 m later than promised")
    assert say() == "weekly, Fri 27 Nov 02:00 UTC: not announced; it had to be by Thu 26 Nov 02:00 UTC"
    assert say(hours=30).endswith("is to be announced by Thu 26 Nov 02:00 UTC")


WEEKLY = WindowPlan("weekly", read_timing({"every": "friday 02:00", "lasts": "2h"}, "UTC"), "friday 02:00")
GONE = WindowPlan("gone", Once(Span(10.0, 20.0)), "1970")
OPEN = WindowState("weekly", STARTS, until=STARTS + 7200)
CLOSED = WindowState("weekly", STARTS, until=STARTS + 7200, closed_at=STARTS + 3600)


WEEK = 7 * 24 * HOUR
PROMISED = replace(WEEKLY, announce=24 * HOUR)


def test_what_was_announced_is_no_more_to_be_announced_and_the_time_after_it_is():
    hour_before = STARTS - HOUR
    first = to_announce((), PROMISED, hour_before)
    assert (first.starts, first.told) == (STARTS, Told.OVERDUE)
    second = to_announce((sent(30),), PROMISED, hour_before)
    assert (second.starts, second.ends, second.told) == (STARTS + WEEK, STARTS + WEEK + 7200, Told.NOT_YET)
    both = (sent(30), sent(29, starts=STARTS + WEEK))
    assert to_announce(both, PROMISED, hour_before).starts == STARTS + 2 * WEEK
    # The second one was announced and the first was not: that is still to be done.
    assert to_announce(both[1:], PROMISED, hour_before).starts == STARTS
    fortnight = replace(WEEKLY, announce=10 * 24 * HOUR)
    assert to_announce((sent(30),), fortnight, hour_before).told is Told.OVERDUE
    once = replace(GONE, timing=Once(Span(STARTS, STARTS + 60)), announce=HOUR)
    assert to_announce((sent(30, window="gone"),), once, hour_before) is None
    assert to_announce((), once, STARTS + 1) is None


def test_of_what_was_sent_is_told_whether_it_was_in_time():
    in_time, again, late = sent(30), replace_row(sent(20), 2), replace_row(sent(1), 3)
    other = replace_row(sent(30, window="monthly"), 4)
    progress = replace_row(sent(30, kind="progress"), 5)
    rows, plans = (in_time, again, other, progress), (PROMISED, GONE)
    assert [told_by(row, rows, plans) for row in rows] == [Told.IN_TIME, None, None, None]
    assert told_by(late, (late,), plans) is Told.LATE
    assert told_by(in_time, rows, (WEEKLY,)) is None


def replace_row(entry: Entry, seq: int) -> Entry:
    return structs.replace(entry, seq=seq)


def test_an_announcement_may_be_about_a_later_time_that_is_planned():
    found = about(NoticeKind.ANNOUNCEMENT, "weekly", (WEEKLY,), WindowState(), STARTS - 60, STARTS + WEEK)
    assert found.span == Span(STARTS + WEEK, STARTS + WEEK + 7200)
    for window, starts in (("weekly", STARTS + 60), ("", STARTS + 60), ("gone", 10.0)):
        with pytest.raises(RefusedDecisionError, match="is not planned to open then"):
            about(NoticeKind.ANNOUNCEMENT, window, (WEEKLY, GONE), WindowState(), STARTS - 60, starts)


@pytest.mark.parametrize(
    ("kind", "window", "state", "at", "found"),
    [
        (NoticeKind.ANNOUNCEMENT, "", WindowState(), STARTS - 60, ("weekly", STARTS, STARTS + 7200)),
        (NoticeKind.ANNOUNCEMENT, "weekly", OPEN, STARTS + 60, ("weekly", STARTS + 604800, STARTS + 612000)),
        (NoticeKind.PROGRESS, "", WindowState(), STARTS, None),
        (NoticeKind.PROGRESS, "", OPEN, STARTS + 60, ("weekly", STARTS, STARTS + 7200)),
        (NoticeKind.PROGRESS, "", CLOSED, STARTS + 3700, None),
        (NoticeKind.COMPLETION, "", CLOSED, STARTS + 3700, ("weekly", STARTS, STARTS + 3600)),
        (NoticeKind.COMPLETION, "weekly", OPEN, STARTS + 60, ("weekly", STARTS, STARTS + 7200)),
    ],
)
def test_which_time_of_a_window_it_is_about(kind, window, state, at, found):
    occurrence = about(kind, window, (WEEKLY, GONE), state, at)
    assert found == (occurrence and (occurrence.window, occurrence.span.start, occurrence.span.end))


@pytest.mark.parametrize(
    ("kind", "window", "said"),
    [
        (NoticeKind.ANNOUNCEMENT, "wekly", "no window is called 'wekly'; did you mean 'weekly'?"),
        (NoticeKind.ANNOUNCEMENT, "gone", "gone does not come again"),
        (NoticeKind.COMPLETION, "", "a window has not been open"),
    ],
)
def test_what_it_cannot_be_about_is_said(kind, window, said):
    with pytest.raises(RefusedDecisionError, match="^" + said.replace("?", r"\?")):
        about(kind, window, (WEEKLY, GONE), WindowState(), STARTS)


def test_a_window_that_was_moved_does_not_come_when_it_was_announced():
    assert still_comes(WINDOW, (WEEKLY,))
    assert not still_comes(Occurrence("weekly", Span(STARTS + 3600, STARTS + 7200)), (WEEKLY,))
    assert not still_comes(Occurrence("other", WINDOW.span), (WEEKLY,))
