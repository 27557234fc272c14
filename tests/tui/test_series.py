from dataclasses import replace
from math import isnan

from checks.board import CheckInfo, CheckState, Snapshot, SystemInfo
from checks.model import Level, Observation, Reading, Result, Series
from tui.series import LIMIT, MEMBERS, NO_COURSES, Courses, fold, seed

T = 1_800_000_000.0
SYSTEM = SystemInfo(
    "box", checks=(CheckInfo("disk", "disk", every=10.0, timeout=5.0), CheckInfo("web", "http"))
)
WANTED = frozenset({("disk", "used")})
ROOT = (("mount", "/"),)


def looked(at: float, **used: float) -> Snapshot:
    readings = tuple(
        Reading("used", value, "%", (("mount", f"/{name}".replace("root", "")),))
        for name, value in used.items()
    )
    last = Result("disk", Level.OK, at, 0.1, Observation("", readings=(*readings, Reading("inodes", 1.0))))
    return Snapshot(1, at, (CheckState("disk", last),))


def failed(at: float) -> Snapshot:
    last = Result("disk", Level.UNKNOWN, at, 0.1, Observation("no permission", Level.UNKNOWN, "permission"))
    return Snapshot(1, at, (CheckState("disk", last),))


def after(*snapshots: Snapshot, courses: Courses = NO_COURSES) -> Courses:
    for snapshot in snapshots:
        courses = fold(courses, SYSTEM, snapshot, WANTED)
    return courses


def values(series: Series) -> list[float | None]:
    return [None if isnan(mean) else mean for mean in series.mean]


def test_each_result_adds_one_point_to_the_course_of_each_member():
    courses = after(looked(T, root=40, var=80), looked(T + 10, root=41, var=81))
    assert [values(series) for series in courses.of("disk", "used")] == [[40, 41], [80, 81]]
    assert courses.one("disk", "used", ROOT).at == (T, T + 10)
    assert courses.one("disk", "used", ROOT).unit == "%"


def test_a_snapshot_without_a_new_result_changes_nothing():
    courses = after(looked(T, root=40))
    assert after(looked(T, root=40), courses=courses) is courses


def test_only_wanted_readings_are_kept():
    assert after(looked(T, root=40)).of("disk", "inodes") == ()


def test_what_was_given_out_stays_as_it_was():
    before = after(looked(T, root=40))
    after(looked(T + 10, root=50), courses=before)
    assert values(before.one("disk", "used", ROOT)) == [40]


def test_a_failed_probe_leaves_one_gap_however_long_it_lasts():
    courses = after(looked(T, root=40), failed(T + 10), failed(T + 20), looked(T + 30, root=42))
    assert values(courses.one("disk", "used", ROOT)) == [40, None, 42]


def test_results_that_never_came_leave_a_gap():
    courses = after(looked(T, root=40), looked(T + 500, root=42))
    assert values(courses.one("disk", "used", ROOT)) == [40, None, 42]


def test_a_member_that_disappears_gets_a_gap_and_is_forgotten_in_the_end():
    courses = after(looked(T, root=40, var=80), looked(T + 10, root=41))
    assert values(courses.one("disk", "used", (("mount", "/var"),))) == [80, None]
    courses = after(looked(T + 30000, root=42), looked(T + 30010, root=42), courses=courses)
    assert len(courses.of("disk", "used")) == 1


def test_a_clock_that_went_back_does_not_make_time_run_backwards():
    courses = after(looked(T, root=40), looked(T + 100, root=41), looked(T + 50, root=42))
    series = courses.one("disk", "used", ROOT)
    assert series.at == tuple(sorted(set(series.at)))
    assert values(series)[-1] == 42


def test_a_full_ring_keeps_its_older_part_more_coarsely():
    courses = after(*(looked(T + 10 * i, root=i % 100) for i in range(2000)))
    series = courses.one("disk", "used", ROOT)
    assert len(series.at) <= LIMIT
    assert series.at[0] < T + 100
    assert series.at[-1] == T + 19990
    assert series.at == tuple(sorted(series.at))
    assert max(series.high) == 99
    assert min(series.low) == 0
    assert all(
        low <= mean <= high for low, mean, high in zip(series.low, series.mean, series.high, strict=True)
    )


def test_countless_members_are_bounded():
    courses = after(*(looked(T + 10 * i, **{f"m{i}-{j}": 1.0 for j in range(40)}) for i in range(20)))
    assert len(courses.of("disk", "used")) <= MEMBERS + 40


def stored(*points: tuple[float, float], step: float = 0.0) -> Series:
    at, mean = zip(*points, strict=True)
    low, high = tuple(value - 1 for value in mean), tuple(value + 1 for value in mean)
    return Series("disk", "used", ROOT, "%", at, low, mean, high, step)


def test_history_is_put_before_what_was_seen():
    courses = seed(after(looked(T, root=40)), (stored((T - 20, 38), (T - 10, 39)),), 10.0)
    assert values(courses.one("disk", "used", ROOT)) == [38, 39, 40]


def test_history_counts_where_both_know_the_same_time():
    live = after(looked(T, root=40), looked(T + 10, root=41), looked(T + 20, root=42))
    courses = seed(live, (stored((T - 10, 39), (T, 40.5), (T + 10, 41.5)),), 10.0)
    assert values(courses.one("disk", "used", ROOT)) == [39, 40.5, 41.5, 42]


def test_a_hole_in_history_is_a_gap():
    courses = seed(NO_COURSES, (stored((T - 100, 1), (T - 90, 2), (T - 20, 3)),), 10.0)
    assert values(courses.one("disk", "used", ROOT)) == [1, 2, None, 3]


def test_downsampled_points_stand_in_the_middle_of_their_span():
    courses = seed(NO_COURSES, (stored((T - 120, 1), (T - 60, 2), step=60.0),), 10.0)
    series = courses.one("disk", "used", ROOT)
    assert series.at == (T - 90, T - 30)
    assert (series.low[0], series.high[0]) == (0, 2)


def test_an_empty_answer_changes_nothing():
    courses = after(looked(T, root=40))
    empty = replace(stored((T, 1)), at=(), low=(), mean=(), high=())
    assert seed(courses, (empty,), 10.0).one("disk", "used", ROOT) == courses.one("disk", "used", ROOT)
