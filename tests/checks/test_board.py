"""The fold: soft and hard states, recovery, flapping, staleness, root causes, roll-up."""

import itertools

import pytest

from checks import board
from checks.board import CheckInfo, Health, Notice, SystemInfo
from checks.model import Level, Observation, Result
from checks.quiet import LOUD, Quiet

OK, WARN, CRIT, UNKNOWN = Level.OK, Level.WARN, Level.CRIT, Level.UNKNOWN


def system(*checks: CheckInfo) -> SystemInfo:
    return SystemInfo("test", checks=checks)


def fold(levels, info=None, name="web"):
    about = system(info or CheckInfo(name))
    snapshot = board.begin(about, 0.0)
    for at, level in enumerate(levels, 1):
        snapshot = board.fold(snapshot, about, Result(name, level, float(at), 0.1, Observation("seen")), at)
    return snapshot


def state(levels, **options):
    return fold(levels, CheckInfo("web", **options)).state("web")


def test_a_check_never_probed_is_unknown_and_not_ok():
    snapshot = board.begin(system(CheckInfo("web")), 0.0)
    assert snapshot.state("web").level is UNKNOWN
    assert snapshot.health is Health.UNKNOWN
    assert snapshot.counts() == {OK: 0, WARN: 0, CRIT: 0, UNKNOWN: 1}


def test_a_problem_is_soft_until_it_was_seen_three_times_in_a_row():
    shown = [(state([OK] + [CRIT] * n).is_hard, state([OK] + [CRIT] * n).hard) for n in (1, 2, 3, 4)]
    assert shown == [(False, OK), (False, OK), (True, CRIT), (True, CRIT)]
    assert state([OK, CRIT]).level is CRIT, "the level shown is the truth of now, soft or hard"


def test_one_ok_is_enough_to_recover():
    recovered = state([CRIT, CRIT, CRIT, OK])
    assert (recovered.level, recovered.hard, recovered.is_hard, recovered.attempt) == (OK, OK, True, 0)


def test_a_hard_problem_that_changes_its_level_stays_hard():
    assert state([WARN, WARN, WARN, CRIT]).hard is CRIT
    assert state([WARN, WARN, WARN, CRIT]).is_hard


def test_a_soft_problem_that_changes_its_level_goes_on_counting():
    assert state([OK, WARN, CRIT]).attempt == 2
    assert state([OK, WARN, CRIT, UNKNOWN]).hard is UNKNOWN


def test_one_attempt_means_hard_at_once():
    assert state([OK, CRIT], attempts=1).is_hard


def test_since_is_when_the_level_changed_not_when_it_was_last_seen():
    assert state([OK, CRIT, CRIT, CRIT]).since == 2.0
    assert state([OK, CRIT, CRIT, OK]).since == 4.0


def test_flapping_begins_above_thirty_percent_and_ends_below_twenty_five():
    restless = [OK, CRIT] * 10
    assert state(restless).flapping
    assert not state([OK] * 20).flapping
    calm = next(n for n in itertools.count() if not state(restless + [OK] * n).flapping)
    assert 10 < calm <= 20


def test_few_changes_do_not_flap():
    assert not state([OK, CRIT, OK, OK, OK, OK]).flapping


def test_a_stale_check_shows_unknown_and_comes_back_with_its_next_result():
    about = system(CheckInfo("web"))
    snapshot = fold([OK])
    stale = board.mark_stale(snapshot, about, frozenset({"web"}), 99.0)
    assert (stale.state("web").level, stale.state("web").stale) == (UNKNOWN, True)
    assert stale.state("web").last.level is OK, "what was seen is kept, only not believed"
    fresh = board.fold(stale, about, Result("web", OK, 100.0, 0.1, Observation("seen")), 100.0)
    assert (fresh.state("web").level, fresh.state("web").stale) == (OK, False)


def test_a_pause_does_not_make_a_trouble_younger():
    about = system(CheckInfo("web"))
    stale = board.mark_stale(fold([OK, CRIT, CRIT, CRIT]), about, frozenset({"web"}), 99.0)
    again = board.fold(stale, about, Result("web", CRIT, 100.0, 0.1, Observation("seen")), 100.0)
    assert (again.state("web").since, again.state("web").is_hard) == (2.0, True)


def test_marking_what_is_stale_already_gives_the_same_snapshot():
    about = system(CheckInfo("web"))
    snapshot = board.mark_stale(fold([OK]), about, frozenset({"web"}), 9.0)
    assert board.mark_stale(snapshot, about, frozenset({"web"}), 10.0) is snapshot


def chain(db: Level, api: Level, page: Level):
    about = system(CheckInfo("db"), CheckInfo("api", needs=("db",)), CheckInfo("page", needs=("api",)))
    snapshot = board.begin(about, 0.0)
    for name, level in (("db", db), ("api", api), ("page", page)):
        snapshot = board.fold(snapshot, about, Result(name, level, 1.0, 0.1, Observation("seen")), 1.0)
    return [snapshot.state(name).blocked_by for name in ("db", "api", "page")]


def test_one_outage_has_one_root_cause():
    assert chain(CRIT, CRIT, CRIT) == ["", "db", "db"]
    assert chain(OK, CRIT, CRIT) == ["", "", "api"]
    assert chain(CRIT, OK, OK) == ["", "", ""], "what works is not blocked"
    assert chain(WARN, CRIT, OK) == ["", "", ""], "a need that is only WARN blocks nothing"


@pytest.mark.parametrize(
    ("level", "mandatory", "health"),
    [
        (OK, True, Health.HEALTHY),
        (WARN, True, Health.DEGRADED),
        (UNKNOWN, True, Health.DEGRADED),
        (CRIT, False, Health.DEGRADED),
        (CRIT, True, Health.UNHEALTHY),
    ],
)
def test_only_a_mandatory_check_that_is_crit_makes_the_system_unhealthy(level, mandatory, health):
    assert fold([level], CheckInfo("web", mandatory=mandatory)).health is health


def test_a_system_is_neither_healthy_nor_degraded_before_all_of_it_was_looked_at():
    about = system(CheckInfo("web"), CheckInfo("db"))
    half = board.fold(board.begin(about, 0.0), about, Result("web", OK, 1.0, 0.1, Observation("seen")), 1.0)
    assert half.health is Health.UNKNOWN
    bad = board.fold(half, about, Result("web", WARN, 2.0, 0.1, Observation("seen")), 2.0)
    assert bad.health is Health.DEGRADED
    assert board.mark_stale(half, about, frozenset({"db"}), 60.0).health is Health.DEGRADED


def test_a_result_of_an_unknown_check_changes_nothing():
    snapshot = fold([OK])
    about = system(CheckInfo("web"))
    assert board.fold(snapshot, about, Result("gone", CRIT, 1.0, 0.1, Observation("x")), 2.0) is snapshot


def test_every_change_has_a_number_of_its_own():
    about = system(CheckInfo("web"))
    snapshot = fold([OK])
    noted = board.set_notices(snapshot, (Notice("store", "disk full"),), 2.0)
    missed = board.count_missed(noted, about, "web", 2, 3.0)
    assert snapshot.number < noted.number < missed.number
    assert missed.state("web").missed == 2
    assert board.set_notices(missed, missed.notices, 4.0) is missed


def test_maintenance_is_shown_and_judges_nothing():
    system = SystemInfo("s", checks=(CheckInfo("a"), CheckInfo("b")))
    before = board.begin(system, 0.0)
    inside = board.set_quiet(before, Quiet(frozenset({"a"})), 1.0)
    assert [state.maintenance for state in inside.states] == [True, False]
    assert board.set_quiet(inside, Quiet(frozenset({"a"})), 2.0) is inside
    crit = board.fold(inside, system, Result("a", Level.CRIT, 3.0, 0.1, Observation("down", Level.CRIT)), 3.0)
    assert (crit.state("a").level, crit.state("a").maintenance) == (Level.CRIT, True)
    assert not board.set_quiet(crit, LOUD, 4.0).state("a").maintenance
