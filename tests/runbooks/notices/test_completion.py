"""The shipped notices say in every line what the facts are: that nothing is left only where it is so."""

from __future__ import annotations

from checks.board import CheckInfo, CheckState, Snapshot, SystemInfo
from checks.model import Level
from checks.recurrence.timing import Span
from runbooks.live import WalkHead
from runbooks.notices.filling import filled_in
from runbooks.notices.order import Task
from runbooks.notices.shelf import read_shelf, task_of
from runbooks.notices.telling import Facts, values_of
from runbooks.operators import Operator
from runbooks.walk_events import WalkEnding
from runbooks.windows.plan import Occurrence

T = 1_795_744_800.0
ALICE = Operator("alice")
SHOP = SystemInfo("shop", "The shop", checks=(CheckInfo("api", title="API"),), timezone="UTC")
WINDOW = Occurrence("weekly", Span(T, T + 7200))
NONE = "None that we know of."
LEFT = "over, with something left to do"


def walk(number: int, ending: WalkEnding | None, runbook: str = "update") -> WalkHead:
    return WalkHead(
        f"w{number}", runbook, runbook.title(), T + number, ALICE, T + 60 + number if ending else 0, ending
    )


def facts(*walks: WalkHead, **levels: Level) -> Facts:
    board = Snapshot(1, T, tuple(CheckState(name, level=level) for name, level in levels.items()))
    return Facts(SHOP, board, T + 3600, ALICE, WINDOW, walks=walks)


async def filled(name: str, *each: Facts) -> list[tuple[str, str]]:
    text = read_shelf(None).text(name)
    tasks = tuple(Task(task_of(text), values_of(one)) for one in each)
    found = await filled_in(tasks, "UTC")
    assert [one.mistakes for one in found] == [()] * len(each)
    return [(one.parts["subject"], one.parts["body"]) for one in found]


async def test_a_completion_says_the_same_in_its_subject_and_in_its_text():
    done, back = walk(1, WalkEnding.DONE), walk(1, WalkEnding.ROLLED_BACK)
    again = walk(2, WalkEnding.DONE)
    well, rolled_back, made_good, bad, unseen, nothing, going = await filled(
        "completion",
        facts(done, api=Level.OK),
        facts(back, api=Level.OK),
        facts(back, again, api=Level.OK),
        facts(done, api=Level.CRIT),
        facts(done, api=Level.UNKNOWN, web=Level.OK),
        facts(done),
        facts(done, walk(3, None, "rotate"), api=Level.OK),
    )
    assert (well[0].endswith(" is over"), NONE in well[1]) == (True, True)
    for subject, body in (rolled_back, going):
        assert (subject.endswith(LEFT), NONE in body, "What is left to do" in body) == (True, False, True)
    assert "Not all went as planned: Update (rolled back)." in rolled_back[1]
    assert "What is left to do\n  - Update\n" in rolled_back[1]
    assert "What is left to do\n  - Rotate\n" in going[1]
    # The one that was rolled back was walked again, and that went well: nothing is left of it.
    assert (made_good[0].endswith(" is over"), NONE in made_good[1]) == (True, True)
    assert "What is left to do" not in made_good[1]
    assert (bad[0].endswith(LEFT), NONE in bad[1]) == (True, False)
    assert "What does not work as it should\n  - API\n" in bad[1]
    for subject, body in (unseen, nothing):
        assert (subject.endswith(" is over"), NONE in body) == (True, False)
        assert "None that we know of; not everything could be looked at." in body


async def test_progress_claims_that_all_works_only_where_all_was_seen_to_work():
    well, unseen, nothing, bad = await filled(
        "progress",
        facts(api=Level.OK),
        facts(api=Level.OK, web=Level.UNKNOWN),
        facts(),
        facts(api=Level.WARN),
    )
    works = "All that we look at works."
    assert [works in body for _, body in (well, unseen, nothing, bad)] == [True, False, False, False]
    assert "Not everything could be looked at; what could be works." in unseen[1]
    assert "Nothing could be looked at." in nothing[1]
