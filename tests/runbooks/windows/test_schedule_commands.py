"""`walkdown cron` and `walkdown timers` as they are typed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from runbooks.calendar.loading import own_program
from tui.cli import walkdown

SYSTEM = """
system: shop
timezone: UTC
windows:
  weekly: {every: sunday 03:00, lasts: 2h}
  monthly: {every: first sunday 04:00, lasts: 4h}
  once: {from: 2030-11-29 03:00, until: 2030-11-29 05:00}
tasks:
  backup: {every: daily 02:00, command: [/opt/backup, --all]}
  review: {window: monthly, runbook: review}
  often: {every: 90 m, only: "01:00-05:00", command: ["true"]}
  people: {every: daily 08:00}
  whenever: {every: by hand, command: ["true"]}
checks:
  load: {kind: load, warn: per_core > 90}
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TZ", "UTC")
    file = tmp_path / "shop.yaml"
    file.write_text(SYSTEM)
    return str(file)


def test_cron_prints_a_line_that_passes_the_options_on(source: str) -> None:
    result = CliRunner().invoke(
        walkdown, ["cron", "--system", source, "weekly", "--", "walkdown", "run", "up", "--auto"]
    )
    assert result.output.splitlines() == [
        "# weekly: sunday 03:00 (UTC)",
        "0 3 * * 0 walkdown run up --auto",
    ]


def test_timers_prints_both_units(source: str) -> None:
    result = CliRunner().invoke(
        walkdown, ["timers", "--system", source, "once", "--", "/usr/bin/walkdown", "check"]
    )
    assert "# walkdown-window-once.timer" in result.output
    assert "OnCalendar=2030-11-29 03:00:00 UTC" in result.output
    assert "ExecStart=/usr/bin/walkdown check" in result.output


def test_tasks_bring_their_own_commands_along(source: str) -> None:
    program = own_program()
    result = CliRunner().invoke(walkdown, ["cron", "--system", source])
    assert result.output.splitlines() == [
        "# backup: daily 02:00 (UTC)",
        f"0 2 * * * {program} task run --system {source} backup",
        "# review: with monthly: first sunday 04:00 (UTC)",
        f'0 4 * * 0 [ "$(date +\\%d)" -le 07 ] && {program} run --system {source} review --auto',
        "# often: 90 m (UTC)",
        f"0 3 * * * {program} task run --system {source} often",
        f"30 1,4 * * * {program} task run --system {source} often",
    ]
    timers = CliRunner().invoke(walkdown, ["timers", "--system", source, "review"])
    assert "# walkdown-task-review.timer" in timers.output
    assert "OnCalendar=Sun *-*-01..07 04:00:00 UTC" in timers.output
    other = CliRunner().invoke(walkdown, ["cron", "--system", source, "people", "--", "mail", "them"])
    assert other.output.endswith("0 8 * * * mail them\n")


def test_validate_tells_all_that_is_wrong_with_tasks_at_its_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    file = tmp_path / "shop.yaml"
    file.write_text(
        SYSTEM.split("tasks:")[0]
        + """
checks: {load: {kind: load, warn: per_core > 90}}
tasks:
  one: {every: daily, windw: weekly}
  two: {every: daily 02:00, window: weakly, runbook: a, command: [b]}
  three: {every: daily 09:00, only: 02:00-05:00}
  four: {}
  five: {every: 60s, command: []}
  six: {every: daily 02:00, expected: 32 d}
"""
    )
    result = CliRunner().invoke(walkdown, ["validate", "--system", str(file)])
    assert result.exit_code == 78
    for said in (
        "tasks.one.windw: unknown key; did you mean 'window'?",
        "tasks.two.window: unknown window 'weakly'; did you mean 'weekly'?",
        "tasks.two.command: a second means; runbook: fulfils it already",
        "tasks.three.only: none of its times lies in these hours",
        "tasks.four: says when by every, cron or window",
        "tasks.five.every: '60s' is too often",
        "tasks.five.command: names no program",
        "shop.yaml:16:29: tasks.six.expected: must be from 0 s to 31 d",
    ):
        assert said in result.output, result.output
    assert all(line.startswith("shop.yaml:") or ".yaml:" in line for line in result.output.splitlines())


def test_validate_warns_of_what_does_not_go_together(source: str) -> None:
    result = CliRunner().invoke(walkdown, ["validate", "--system", source])
    assert result.exit_code == 0
    assert "tasks.review.runbook: warning: no runbook is called 'review'" in result.output
    assert "calendar: warning: window weekly and window monthly overlap, next on Sun" in result.output


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["cron", "wekly", "true"], "no window or task is called 'wekly'; did you mean 'weekly'?"),
        (["cron", "once", "true"], "comes once"),
        (["timers", "weekly", "true"], "systemd wants the full path of true"),
        (["cron", "people"], "is done by people"),
        (["timers", "whenever"], "comes by hand, so it has no time"),
        (["cron", "weekly"], "say which command is run when the window weekly opens"),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(source: str, argv: list[str], said: str) -> None:
    name, *rest = argv
    result = CliRunner().invoke(walkdown, [name, "--system", source, *rest])
    assert result.exit_code in (2, 64)
    assert said in result.output
