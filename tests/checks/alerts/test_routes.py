"""Routes as they are written: read with what holds when nothing is said, refused where they say nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.alerts.routes import routes_of
from checks.model import Level
from tests.checks.configurations import complaints, load

CHECKS = """
system: test
checks:
  api-health: {kind: ask, group: application}
notify:
"""


def test_a_url_alone_is_a_route_for_everything(folder: Path) -> None:
    system = load(folder, system=CHECKS + '  ops: {url: "json://127.0.0.1/"}\n')
    (route,) = routes_of(system.sections, system.info.timezone)
    assert (route.name, route.level, route.wait, route.repeat) == ("ops", Level.WARN, 30.0, 4 * 3600.0)
    assert route.covers(system.info.checks[0])
    assert route.is_open(0.0)


def test_all_that_a_route_can_say_is_read(folder: Path) -> None:
    system = load(
        folder,
        system=CHECKS
        + """
  night:
    url: "{{ secret.pager }}"
    level: CRIT
    groups: [application]
    checks: [api-health]
    when: {days: weekdays, from: 22:00, until: 06:00}
    repeat: 1 h
    wait: 5
secrets: {pager: {env: PAGER}}
timezone: Europe/Berlin
""",
    )
    (route,) = routes_of(system.sections, system.info.timezone)
    assert (route.url.names, route.level, route.repeat, route.wait) == (("pager",), Level.CRIT, 3600.0, 5.0)
    assert (route.groups, route.checks) == (("application",), ("api-health",))
    assert route.hours is not None
    assert not route.is_open(1_800_000_000.0)


def test_without_the_section_there_are_no_routes(folder: Path) -> None:
    system = load(folder, system=CHECKS)
    assert routes_of(system.sections, "") == ()


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ("{}", "url: is required"),
        ("{url: x, level: OK}", "level: must be 'WARN' or 'CRIT'"),
        ("{url: x, levl: CRIT}", "levl: unknown key; did you mean 'level'?"),
        ("{url: x, checks: [api-helth]}", "checks[0]: unknown check 'api-helth'; did you mean 'api-health'?"),
        ("{url: x, groups: [app]}", "groups[0]: unknown group 'app'"),
        ("{url: x, when: {day: monday}}", "when.day: unknown key; did you mean 'days'?"),
        ("{url: x, when: {days: mondays}}", "when.days: 'mondays' is no day; did you mean 'monday'?"),
        ("{url: x, when: {from: 8 am}}", "when.from: '8 am' is no time of day"),
        ("{url: x, when: {from: 08:00, until: 08:00}}", "when.until: is the same as from"),
        ("{url: x, repeat: 5 s}", "repeat: must be at least 60 s"),
        ("{url: x, wait: 0}", "wait: must be at least 1 s"),
        ("{url: x, wait: soon}", "wait: 'soon' is not an amount"),
    ],
)
def test_a_mistake_in_a_route_is_told_at_its_place(folder: Path, route: str, said: str) -> None:
    found = complaints(folder, system=f"{CHECKS}  ops: {route}\n")
    assert len(found) == 1
    assert f"notify.ops.{said}" in found[0], found
