"""How it is said what was recorded of a task, for which of its times, and what comes next."""

from datetime import UTC

from runbooks.calendar.wording import already_words, next_words, recorded_words
from tests.runbooks.calendar.planning import Diary, at, task

NIGHTLY = {"every": "daily 02:00", "due_within": "1h", "grace": "2h", "title": "Backup"}


def test_it_is_said_for_which_time_a_task_is_recorded_and_when_it_is_due_next() -> None:
    diary = Diary(task(**NIGHTLY), "2026-11-23T12:00")
    diary.done("2026-11-24T03:21")
    now = diary.look("2026-11-24T03:21")
    assert now.last is not None
    assert recorded_words(now, now.last, UTC) == "recorded: Backup done, for Tue 24 Nov 02:00 UTC, late"
    assert next_words(now, at("2026-11-24T03:21"), UTC) == "next due: Wed 25 Nov 02:00 UTC, in 22 h"
    assert (
        already_words(now, now.last, UTC)
        == "recorded already: Backup done for Tue 24 Nov 02:00 UTC, by oper1, Tue 24 Nov 03:21 UTC"
    )


def test_what_is_early_left_out_or_due_still_is_said_as_such() -> None:
    diary = Diary(task(**NIGHTLY), "2026-11-23T12:00")
    diary.done("2026-11-24T01:00")
    early = diary.look("2026-11-24T01:00")
    assert early.last is not None
    assert recorded_words(early, early.last, UTC) == "recorded: Backup done, for Tue 24 Nov 02:00 UTC"
    diary.done("2026-11-25T02:10", failed=True)
    tried = diary.look("2026-11-25T02:10")
    assert tried.failed is not None
    assert recorded_words(tried, tried.failed, UTC) == "recorded: Backup failed, for Wed 25 Nov 02:00 UTC"
    assert next_words(tried, at("2026-11-25T02:10"), UTC) == "now: due until Wed 25 Nov 03:00 UTC"
    diary.skip("2026-11-25T02:20")
    outcome = diary.rows[-1].event.outcome  # type: ignore[union-attr]
    assert recorded_words(tried, outcome, UTC) == "recorded: Backup left out, for Wed 25 Nov 02:00 UTC"
