"""Sections of reports: the fields of the catalogue that each answers, and that nothing is invented."""

from __future__ import annotations

from datetime import UTC

import msgspec
import pytest

from checks.board import CheckInfo
from checks.config.reports import OF_WINDOWS, SECTION_NAMES
from checks.model import Level, Reading, Verdict
from checks.slo.spans import LevelSpan
from runbooks import section_registry
from runbooks.alert_events import SilenceBegun, SilenceEnded
from runbooks.checklist_events import ChecklistOpened, ItemTicked
from runbooks.checklist_plan import ItemPlan, ListPlan, PhasePlan
from runbooks.comparison import Changed, Comparison
from runbooks.incident_events import IncidentMoved, IncidentNoted, IncidentOpened
from runbooks.notice_events import NoticeSent
from runbooks.section import Section
from runbooks.section_registry import DEFAULTS, SECTIONS, find_section
from runbooks.sections.incidents import IncidentsSection
from runbooks.sections.window import WindowSection
from runbooks.task_events import TaskDone, TaskEnding, TaskMissed, TaskOutcome, TaskPlanned
from runbooks.walk_events import WalkEnding
from runbooks.window_events import (
    AT_CLOSE,
    WINDOW,
    BaselineTaken,
    Rechecked,
    WindowClosed,
    WindowExtended,
    WindowMissed,
)
from tests.runbooks.reports.making import DAY, HOUR, Kept, Rows, material, opened, system, window_material
from tests.runbooks.reports.telling import OPER1, OPER2, START, Telling, eventful

MiB = 1024.0**2


def rising(first: float, last: float, count: int = 48) -> list[float]:
    """Return values on a line, a little disturbed."""
    return [first + (last - first) * place / (count - 1) + (place % 2) * 0.1 for place in range(count)]


def part(name: str, given) -> dict:
    """Return a section as a program reads it."""
    return msgspec.json.decode(msgspec.json.encode(find_section(name).of(given)))


def watched() -> tuple:
    """Return a system that was measured for a day, and what was."""
    checks = (
        CheckInfo("api", "http", "The API", "Application", mandatory=True),
        CheckInfo("cpu", "cpu", group="Host"),
        CheckInfo("memory", "memory", group="Host"),
        CheckInfo("disks", "disk", group="Host"),
        CheckInfo("app-log", "command", group="Logs", every=HOUR),
        CheckInfo("certificate", "tls", group="Application", every=HOUR),
        CheckInfo("patches", "command", group="Security", every=HOUR),
        CheckInfo("backup", "command", "Newest backup", "Backups", every=HOUR),
        CheckInfo("cache", "redis", group="Data"),
    )
    kept = Kept()
    kept.measure("api", "latency", [0.1] * 46 + [0.9, 0.1], "s")
    kept.measure("cpu", "usage", rising(40, 85), "%")
    kept.measure("memory", "used", [50.0] * 48, "%")
    kept.measure("memory", "used_bytes", rising(100 * MiB, 160 * MiB), "B")
    kept.measure("disks", "used", rising(60, 84), "%", (("mount", "/var"),))
    kept.measure("app-log", "errors", [3.0] * 24, "")
    kept.measure("app-log", "entries", [900.0] * 24, "")
    kept.measure("cache", "hit_ratio", [99.0, 95.0, 97.0], "%")
    rule = Verdict("latency > 2 s", Level.CRIT, False, 0.1, 2.0, "s", reading="latency")
    kept.see("api", readings=(Reading("latency", 0.1, "s"), Reading("status", 200)), verdicts=(rule,))
    high = Verdict("usage > 80 %", Level.WARN, True, 85.0, 80.0, "%", reading="usage")
    kept.see("cpu", Level.WARN, "busy", (Reading("usage", 85.0, "%"),), verdicts=(high,))
    kept.see("memory")
    kept.see("disks")
    kept.see("app-log", Level.WARN, "3 errors", (Reading("errors", 3),), (("2027-01-15", "ERROR lost"),))
    kept.see("certificate", readings=(Reading("expires_in", 12 * DAY, "s"),))
    kept.see("patches", Level.WARN, "2 wait", (Reading("pending", 2),), (("openssl",), ("bash",)))
    size = (Reading("size", 2048 * MiB, "B"), Reading("age", HOUR, "s"))
    kept.see("backup", summary="shop-2027.dump is sound", readings=size, rows=(("shop-2027.dump", "2 GiB"),))
    kept.levels = {
        "api": (
            LevelSpan(START - DAY, START - 4 * HOUR, Level.OK),
            LevelSpan(START - 4 * HOUR, START - 3 * HOUR, Level.CRIT),
            LevelSpan(START - 3 * HOUR, START - 2 * HOUR, Level.CRIT, planned=True),
            LevelSpan(START - 2 * HOUR, START - HOUR, Level.OK),
        ),
        "patches": (LevelSpan(START - 10 * HOUR, START, Level.WARN),),
    }
    return system(*checks, targets={"uptime": "90 %", "mttr": "3 h", "planned": "4 h per month"}), kept


def test_health_has_every_check_worst_first_with_the_overall_status() -> None:
    the_system, kept = watched()
    told = part("health", material(the_system, kept=kept))
    assert {"at", "overall_status", "counts", "checks"} <= set(told)
    assert told["overall_status"] == "degraded"
    assert told["counts"] == {"OK": 5, "WARN": 3, "CRIT": 0, "UNKNOWN": 1}
    assert told["checks"][0]["level"] == "WARN"
    never = next(one for one in told["checks"] if one["check"] == "cache")
    assert (never["level"], never["age"], never["seen_at"]) == ("UNKNOWN", None, 0.0)


def test_an_old_result_is_unknown_and_what_it_was_is_said() -> None:
    kept = Kept()
    kept.see("api", age=3 * HOUR)
    told = part("health", material(system(CheckInfo("api", "http")), kept=kept))
    assert told["overall_status"] == "unknown"
    assert told["checks"][0]["level"] == "UNKNOWN"
    assert told["checks"][0]["summary"].startswith("not looked at for 3 h 0 m; then OK")


def test_performance_has_mean_p95_max_target_memory_and_addresses() -> None:
    the_system, kept = watched()
    told = part("performance", material(the_system, kept=kept))
    (latency,) = told["latency"]
    assert latency["mean"] == pytest.approx(0.1167, abs=1e-3)
    assert (latency["p95"], latency["max"], latency["target"], latency["target_met"]) == (0.1, 0.9, 2.0, True)
    (memory,) = told["memory"]
    assert memory["change"] == pytest.approx(60 * MiB, rel=0.01)
    assert memory["peak"] == pytest.approx(160 * MiB, rel=0.01)
    assert memory["mean"] == pytest.approx(130 * MiB, rel=0.01)
    (address,) = told["endpoints"]
    assert (address["status_code"], address["response_time"], address["success"]) == (200, 0.1, True)
    assert told["hit_ratios"][0]["lowest"] == 95.0


def test_capacity_has_trends_by_a_fitted_line_predictions_advice_and_bounds() -> None:
    the_system, kept = watched()
    told = part("capacity", material(the_system, kept=kept, days=30))
    trends = {(one["check"], one["reading"]): one for one in told["trends"]}
    cpu, memory, disk = trends["cpu", "usage"], trends["memory", "used"], trends["disks", "used"]
    assert (cpu["trend"], memory["trend"], disk["trend"]) == ("rising", "flat", "rising")
    assert (cpu["data_points"], cpu["peak"]) == (48, pytest.approx(85.1))
    assert told["current_metrics"]["disks used[mount=/var]"] == pytest.approx(84.1)
    full = {one["name"]: one["days"] for one in told["predictions"]}
    assert full["disks used[mount=/var]"] == pytest.approx(1.3, abs=0.2)
    assert any(one.startswith("cpu usage: rises, and was at 85 %") for one in told["recommendations"])
    assert any("processors are busy" in one for one in told["recommendations"])
    assert not any(one.startswith("disks") for one in told["recommendations"])
    row = next(one for one in told["matrix"] if one["name"] == "cpu usage")
    assert (row["value"], row["warn"], row["level"]) == (85.0, "usage > 80 %", "WARN")


def test_trends_have_an_average_for_each_week() -> None:
    kept = Kept()
    kept.measure("cpu", "usage", [10.0] * 168 + [30.0] * 168, "%")
    told = part("trends", material(system(CheckInfo("cpu", "cpu")), kept=kept, days=28))
    assert told["weeks"] == 4
    assert told["courses"][0]["weeks"] == [None, None, 10.0, 30.0]


def test_security_has_findings_and_days_until_certificates_expire() -> None:
    the_system, kept = watched()
    told = part("security", material(the_system, kept=kept))
    assert [one["check"] for one in told["findings"]] == ["certificate", "patches"]
    assert told["findings"][1]["rows"] == [["openssl"], ["bash"]]
    assert told["certificates"] == [{"check": "certificate", "days_left": 12.0}]


def test_backups_have_the_newest_file_its_size_age_and_soundness() -> None:
    the_system, kept = watched()
    told = part("backups", material(the_system, kept=kept))
    (backup,) = told["backups"]
    assert told["verified"] is True
    assert [one["name"] for one in backup["numbers"]] == ["size", "age"]
    assert backup["rows"] == [["shop-2027.dump", "2 GiB"]]
    assert part("backups", material(system()))["verified"] is None


def test_logs_have_what_was_counted_and_what_was_shown() -> None:
    the_system, kept = watched()
    told = part("logs", material(the_system, kept=kept))
    counted = {one["reading"]: one for one in told["counters"]}
    assert (counted["entries"]["average"], counted["errors"]["peak"]) == (900.0, 3.0)
    assert told["shown"][0]["rows"] == [["2027-01-15", "ERROR lost"]]


def test_uptime_is_told_with_planned_time_and_without_and_nothing_unknown_is_up() -> None:
    the_system, kept = watched()
    told = part("uptime", material(the_system, kept=kept))
    whole = told["system"]
    assert told["judged_by"] == ["api"]
    assert (whole["up"], whole["down"], whole["unknown"]) == (21 * HOUR, 2 * HOUR, HOUR)
    assert whole["percent"] == pytest.approx(100 * 21 / 23)
    assert whole["percent_unplanned"] == pytest.approx(100 * 21 / 22)
    assert (whole["mttr"], whole["mtbf"]) == (2 * HOUR, 21 * HOUR)
    assert told["error_budget"] == pytest.approx(2.3 * HOUR)
    assert told["budget_left"] == pytest.approx(1.3 * HOUR)
    assert told["patch_time"] == 10 * HOUR
    nothing = part("uptime", material(system(CheckInfo("api", "http"))))
    assert nothing["system"]["percent"] is None


def test_trouble_counts_times_and_seconds_of_each_level() -> None:
    the_system, kept = watched()
    told = part("trouble", material(the_system, kept=kept))
    assert [one["check"] for one in told["checks"]] == ["api", "patches"]
    api = told["checks"][0]
    assert (api["times"], api["crit"], api["longest"]) == (1, 2 * HOUR, 2 * HOUR)
    assert "backup" in told["not_looked_at"]


def test_targets_of_a_period_are_met_or_missed_or_not_known() -> None:
    the_system, kept = watched()
    rows = Rows()
    opened(rows, ago=6 * HOUR, lasts=5 * HOUR)
    told = part("targets", material(the_system, rows, kept))
    met = {one["name"]: one["met"] for one in told["promises"]}
    assert met == {"uptime": True, "mttr": True, "mtbf": None, "planned": False}
    assert told["missed"] == 1


def test_maintenance_has_windows_hours_walks_and_what_comes_next() -> None:
    rows = Rows()
    at = opened(rows)
    rows.add(at + HOUR, WindowExtended("weekly", at + 2.5 * HOUR, "slower than thought"), OPER1)
    rows.add(at + 2.25 * HOUR, WindowClosed("weekly", True, "all is done"), OPER1)
    walk = eventful()
    rows.take(msgspec.structs.replace(one, at=at + 60 + place) for place, one in enumerate(walk.entries))
    weekly = {"weekly": {"every": "sunday 03:00", "lasts": "2h"}}
    told = part("maintenance", material(system(windows=weekly), rows))
    (held,) = told["windows"]
    assert (held["planned_seconds"], held["open_seconds"]) == (2 * HOUR, 2.25 * HOUR)
    assert (held["over_plan"], held["closed_early"], held["reason"]) == (0.25 * HOUR, True, "all is done")
    assert told["planned_hours"] == 2.25
    (walked,) = told["walks"]
    assert (walked["runbook"], walked["ending"], told["done"]) == ("minor-update", "rolled_back", 0)
    assert walked["performed_by"].startswith("oper1 as root")
    assert walked["issues"]
    assert told["next"]["name"] == "weekly"


def test_a_window_that_was_not_opened_is_told_by_the_period_and_by_the_one_that_was_open_instead() -> None:
    rows = Rows()
    at = opened(rows, ago=HOUR)
    rows.add(at + 1200, WindowMissed("soon", at + 600, at + 1200, "weekly"))
    rows.add(at + 1200, WindowMissed("other", at + 600, at + 1200))
    rows.add(at + 1800, WindowClosed("weekly", True, "all is done"), OPER1)
    told = part("maintenance", material(system(), rows))
    assert [(one["name"], one["lasts"], one["why"]) for one in told["not_opened"]] == [
        ("soon", 600, "weekly was open all its time"),
        ("other", 600, "no agent was there to open it"),
    ]
    said = str(list(find_section("maintenance").of(material(system(), rows)).blocks(UTC)))
    assert "soon was not opened, " in said
    decided = [one["what"] for one in part("window", window_material(system(), rows))["decisions"]]
    assert decided == ["opened", "soon not opened", "closed early"]


def test_tasks_have_what_was_done_late_and_missed() -> None:
    rows = Rows()
    late = TaskOutcome(TaskEnding.DONE, START - HOUR, START - 6 * HOUR, START - 5 * HOUR, 120.0, 60.0, OPER1)
    rows.add(START - HOUR, TaskDone("logs", late))
    rows.add(START - HOUR, TaskMissed("backup-drill", TaskOutcome(TaskEnding.MISSED, START - HOUR, count=3)))
    daily = {"logs": {"every": "daily 02:00", "expected": "10 m"}}
    told = part("tasks", material(system(tasks=daily), rows))
    assert [(one["name"], one["starts_at"]) for one in told["next"]] == [("logs", START + 18 * HOUR)]
    lines = {one["name"]: one for one in told["tasks"]}
    assert (told["done"], told["missed"]) == (1, 3)
    assert (lines["logs"]["late"], lines["logs"]["took"], lines["logs"]["expected"]) == (1, 120.0, 60.0)
    assert lines["backup-drill"]["missed"] == 3


def test_what_is_next_is_what_the_calendar_says_is_next() -> None:
    daily = system(tasks={"logs": {"every": "daily 02:00", "title": "Read the logs"}})
    rows = Rows()
    rows.add(START - 40 * DAY, TaskPlanned("logs", "daily 02:00"))
    early = TaskOutcome(TaskEnding.DONE, START - HOUR, START + 18 * HOUR, by=OPER1)
    rows.add(START - HOUR, TaskDone("logs", early))
    (one,) = part("tasks", material(daily, rows))["next"]
    assert (one["title"], one["starts_at"]) == ("Read the logs", START + 42 * HOUR), "done before its time"

    open_now = Rows()
    open_now.add(START - 7 * HOUR, TaskPlanned("logs", "daily 02:00"))
    (one,) = part("tasks", material(daily, open_now))["next"]
    assert (one["starts_at"], one["due_until"]) == (START - 6 * HOUR, START + 18 * HOUR), "due, not to come"

    (one,) = part("tasks", material(daily))["next"]
    assert one["starts_at"] == START + 18 * HOUR, "no agent has ever run: nothing was missed"


def test_incidents_have_their_times_what_was_done_cause_lessons_and_mttr() -> None:
    rows = Rows()
    rows.add(START - 9 * HOUR, IncidentOpened("i-1", "The shop is down", "major", ("api",)))
    rows.add(START - 8 * HOUR, IncidentMoved("i-1", "assessed", text="the disk is full"), OPER1)
    rows.add(START - 7.5 * HOUR, IncidentNoted("i-1", "logs removed"), OPER1)
    rows.add(START - 7 * HOUR, IncidentMoved("i-1", "restored"), OPER1)
    rows.add(START - HOUR, IncidentMoved("i-1", "closed", text="no rotation", lessons="rotate"), OPER1)
    told = part("incidents", material(system(), rows))
    (one,) = told["incidents"]
    assert told["mttr"] == 2 * HOUR
    assert (one["detected_at"], one["assessed_at"], one["restored_at"]) == (
        START - 9 * HOUR,
        START - 8 * HOUR,
        START - 7 * HOUR,
    )
    assert (one["cause"], one["lessons"]) == ("no rotation", "rotate")
    assert [action["text"] for action in one["actions"]][:2] == ["the disk is full", "logs removed"]


def test_an_incident_of_a_window_stands_as_it_is_known_when_the_report_is_made() -> None:
    rows = Rows()
    at = opened(rows)
    rows.add(at + 600, IncidentOpened("i-1", "The shop is down", "major", ("api",)))
    over = rows.add(at + HOUR, WindowClosed("weekly", True, "done"), OPER1).at
    rows.add(over + 60, IncidentMoved("i-1", "restored", at=over - 240), OPER1)
    rows.add(START + HOUR, IncidentMoved("i-1", "closed", text="no rotation"), OPER1)
    rows.add(START + 2 * HOUR, IncidentNoted("i-1", "long after"), OPER1)
    wanted = window_material(system(), rows)
    told = part("incidents", wanted)
    (one,) = told["incidents"]
    assert (one["restored_at"], one["closed_at"], one["cause"]) == (over - 240, START + HOUR, "no rotation")
    assert told["mttr"] == one["repaired_in"] == HOUR - 600 - 240
    assert "long after" not in [action["text"] for action in one["actions"]]
    assert IncidentsSection.of(wanted).brief(UTC) == ("i-1 The shop is down: repaired in 46 m 0 s",)


def held() -> tuple:
    """Return a window with all that a report on it joins."""
    rows = Rows()
    at = START - 3 * HOUR
    starts = {"window": "weekly", "starts": at, "ends": at + 2 * HOUR}
    rows.add(at - 30 * HOUR, NoticeSent("ahead", "announcement", **starts, subject="Work", body="We work."))
    opened(rows)
    rows.add(at + 5, BaselineTaken("weekly", WINDOW, {"api": "OK", "queue": "WARN"}))
    plan = ListPlan("weekly-list", phases=(PhasePlan("before", (ItemPlan("backup", "Backup is fresh"),)),))
    rows.add(at + 10, ChecklistOpened(plan, "window", "weekly", at), walk="list-1")
    rows.add(at + 20, ItemTicked("backup", "backup OK"), walk="list-1")
    silence = rows.add(at + 11, SilenceBegun(("api",), "window weekly", "window", "weekly"))
    walk = eventful()
    rows.take(msgspec.structs.replace(one, at=at + 60 + place) for place, one in enumerate(walk.entries))
    rows.add(at + HOUR, WindowExtended("weekly", at + 2.5 * HOUR, "slower"), OPER1)
    rows.add(at + 2.25 * HOUR, WindowClosed("weekly", True, "done"), OPER2)
    worse = Comparison("weekly", at, START, (Changed("api", "OK", "CRIT", "refused"),))
    rows.add(at + 2.25 * HOUR + 5, Rechecked("weekly", AT_CLOSE, worse))
    rows.add(at + 2.25 * HOUR + 6, SilenceEnded(f"s{silence.seq}", ("api",), "the window is closed"))
    weekly = {"every": "sunday 03:00", "lasts": "2h", "announce": "24h"}
    return system(
        windows={"weekly": weekly}, targets={"notice": "48 h", "watch": "1 h", "planned": "4 h per month"}
    ), rows


def test_a_report_on_a_window_joins_all_that_belongs_to_it() -> None:
    given = window_material(*held())
    told = {name: part(name, given) for name in DEFAULTS["window"]}
    window = told["window"]
    assert (window["name"], window["planned"], window["planned_seconds"]) == ("weekly", True, 2 * HOUR)
    assert (window["open_seconds"], window["extended_seconds"]) == (2.25 * HOUR, 0.5 * HOUR)
    assert window["walks"] == {"rolled_back": 1}
    decided = [one["what"] for one in window["decisions"]]
    assert decided[0] == "opened"
    assert {"extended", "closed early", "rechecked", "refused", "set aside: window"} <= set(decided)
    assert told["notices"]["announced_ahead"] == 30 * HOUR
    assert told["before"]["bad"] == {"queue": "WARN"}
    (item,) = told["checklists"]["lists"][0]["items"]
    assert (item["mark"], item["by"], item["why"]) == ("done", "walkdown", "backup OK")
    (walk,) = told["walks"]["walks"]
    backup = next(step for step in walk["steps"] if step["id"] == "backup")
    assert backup["evidence"][0]["sha256"] == "ab" * 32
    assert backup["confirmed_by"].startswith("oper1")
    assert any("agreed with the owner" in one["text"] for one in walk["decisions"])
    assert (told["after"]["back"], told["after"]["difference"]["newly_bad"][0]["check"]) == (False, "api")
    assert told["silences"]["silences"][0]["ended_why"] == "the window is closed"
    promises = {one["name"]: one["met"] for one in told["targets"]["promises"]}
    assert promises == {"planned": True, "notice": True, "watch": True, "mttr": None}
    notice = next(one for one in told["targets"]["promises"] if one["name"] == "notice")
    assert notice["target"] == "24h", "what the window says counts, not targets:"
    assert told["targets"]["over_plan"] == 0.25 * HOUR


def test_a_walk_that_waited_for_the_window_stands_in_its_report_and_says_when_it_began() -> None:
    """Begun 37 s before; one that ended before the window, and one begun after it, are none of its."""
    rows = Rows()
    at = opened(rows, ago=HOUR)
    begins = {"waited": at - 37, "over": at - 2 * HOUR, "later": at + 600}
    for name, begun in begins.items():
        walk = Telling(walk=name)
        for step in walk.plan.steps:
            walk.do(step.id)
        walk.close(WalkEnding.DONE)
        late = [37.0 + place if place else 0.0 for place in range(len(walk.entries))]
        rows.take(
            msgspec.structs.replace(one, at=begun + wait)
            for one, wait in zip(walk.entries, late, strict=True)
        )
    rows.add(at + 300, WindowClosed("weekly", True, "all done"), OPER1)
    given = window_material(system(), rows)
    assert [one["walk"] for one in part("walks", given)["walks"]] == ["waited"]
    window = WindowSection.of(given)
    assert (window.walks, window.begun_before) == ({"done": 1}, 1)
    assert window.verdict == "closed early; 1 walk, none failed"
    assert "1 done; 1 begun before it opened" in str(list(window.blocks(UTC)))
    assert ", before the window opened" in str(list(find_section("walks").of(given).blocks(UTC)))


def test_a_window_of_which_nothing_else_is_known_says_so() -> None:
    rows = Rows()
    opened(rows, ago=HOUR)
    given = window_material(system(), rows)
    told = {name: find_section(name).of(given) for name in DEFAULTS["window"]}
    words = {name: str(list(one.blocks(UTC))) for name, one in told.items()}
    assert "no baseline was taken" in words["before"]
    assert "nobody looked at everything again" in words["after"]
    assert "nothing was walked" in words["walks"]


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_can_be_made_of_nothing(name: str) -> None:
    rows = Rows()
    opened(rows)
    for given in (material(system()), window_material(system(), rows)):
        told = find_section(name).of(given)
        assert list(told.blocks(UTC))
        assert told.TITLE
        told.brief(UTC)


def test_the_configuration_knows_every_section_and_every_default_is_one() -> None:
    assert set(SECTION_NAMES) == set(SECTIONS)
    assert OF_WINDOWS == section_registry.OF_WINDOWS
    assert {name for names in DEFAULTS.values() for name in names} <= set(SECTIONS)
    assert all(issubclass(find_section(name), Section) for name in SECTIONS)


FIELDS: dict[str, tuple[str, ...]] = {
    "RP-1": ("logs.counters.reading", "logs.counters.current", "logs.counters.peak"),
    "RP-2": ("performance.latency.mean", "performance.latency.p95", "performance.latency.max",
             "performance.latency.target_met", "performance.memory.change", "performance.memory.mean",
             "performance.memory.peak"),
    "RP-3": ("security.findings.summary", "security.findings.rows"),
    "RP-4": ("health.at", "health.overall_status", "health.checks.level"),
    "RP-5": ("capacity.trends.current", "trends.courses.weeks", "security.findings.numbers"),
    "RP-6": ("logs.shown.rows", "logs.counters.peak"),
    "RP-8": ("capacity.current_metrics", "performance.endpoints.success", "performance.endpoints.error"),
    "RP-9": ("security.findings.level", "security.certificates.days_left"),
    "RP-10": ("capacity.current_metrics", "capacity.trends.data_points", "capacity.trends.average",
              "capacity.trends.peak", "capacity.trends.trend", "capacity.period_days",
              "capacity.predictions.days",
              "capacity.recommendations"),
    "RP-13": ("maintenance.windows.opened_at", "maintenance.windows.name", "maintenance.windows.open_seconds",
              "maintenance.walks.performed_by", "maintenance.walks.issues", "maintenance.next.starts_at",
              "maintenance.next.lasts", "tasks.next.starts_at", "tasks.tasks.done", "health.overall_status"),
    "RP-14": ("notices.notices.subject", "notices.notices.body", "notices.announced_ahead"),
    "RP-15": ("window.verdict", "after.difference"),
    "RP-18": ("performance.memory.name", "trouble.checks.errors"),
    "RP-19": ("performance.endpoints.status_code", "performance.endpoints.response_time",
              "performance.endpoints.success", "performance.endpoints.error"),
    "RP-20": ("capacity.trends.per_day", "capacity.matrix.level", "capacity.recommendations"),
    "RP-21": ("performance.latency.course", "performance.slow", "capacity.trends.peak"),
    "RP-25": ("incidents.incidents.detected_at", "incidents.incidents.assessed_at",
              "incidents.incidents.restored_at", "incidents.incidents.actions", "incidents.incidents.cause",
              "incidents.incidents.lessons", "incidents.mttr"),
    "RP-26": ("health.checks.check", "health.checks.level"),
    "RP-27": ("performance.latency.mean", "trouble.checks.times", "performance.hit_ratios",
              "security.findings"),
    "RP-28": ("uptime.system.percent", "uptime.system.percent_unplanned", "uptime.system.mttr",
              "uptime.system.mtbf", "uptime.error_budget", "uptime.budget_left", "uptime.patch_time",
              "maintenance.planned_hours", "tasks.done", "tasks.missed"),
    "RP-29": ("trends.courses.course", "trends.forecast.full_at"),
    "RP-30": ("backups.backups.summary", "backups.backups.numbers", "backups.backups.age",
              "backups.verified"),
}  # fmt: skip
"""Row of the catalogue -> the fields that answer it, as paths in the JSON format."""


@pytest.mark.parametrize("row", FIELDS)
def test_each_row_of_the_catalogue_has_its_fields(row: str) -> None:
    for path in FIELDS[row]:
        name, *keys = path.split(".")
        kind: msgspec.inspect.Type = msgspec.inspect.type_info(find_section(name))
        for key in keys:
            (kind,) = [_member(one.type) for one in kind.fields if one.name == key]


def _member(kind):
    """Return what a field holds: of several, one of them; of what may be missing, itself."""
    while hasattr(kind, "item_type") or hasattr(kind, "types"):
        if hasattr(kind, "types"):
            kind = next(one for one in kind.types if not isinstance(one, msgspec.inspect.NoneType))
        else:
            kind = kind.item_type
    return kind
