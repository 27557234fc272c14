"""The command `walkdown report`: periods, windows, the list, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from agent.report_cli import report
from agent.report_commands import moment_given
from checks.errors import UsageError
from checks.recurrence.zones import zone_named
from tests.agent.walking import Walking, shelf
from tests.servers.commands import CommandLine

BERLIN = zone_named("Europe/Berlin")
NOW = 1_800_000_000.0


@pytest.fixture
def walking(walkdown: CommandLine) -> Iterator[Walking]:
    """A system with runbooks."""
    with shelf(walkdown) as mine:
        yield mine


def test_reports_are_told_saved_and_listed(walking: Walking) -> None:
    told = walking("report", "daily", "-o", "text")
    assert told.stdout.startswith("Daily report on")
    assert "HEALTH WHEN THIS WAS MADE" in told.stdout
    assert "no report is kept" in walking("report", "list").stdout
    path = walking("report", "weekly", "--since", "7d", "--save").stdout.strip()
    assert stat.S_IMODE(walking.line.folder.joinpath(path).stat().st_mode) == 0o600
    (kept,) = json.loads(walking("report", "list", "-o", "json").stdout)
    assert (kept["name"], kept["file"] in path) == ("weekly", True)
    rows = list(csv.DictReader(io.StringIO(walking("report", "monthly", "-o", "csv").stdout)))
    assert {row["part"] for row in rows} >= {"Targets", "Uptime", "Maintenance", "Audit"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name one report"),
        (("daily", "--walk", "w1"), "name one report"),
        (("window", "--since", "3d"), "--since and --until go with daily"),
        (("list", "--save"), "--save goes with a period or a window"),
        (("daily", "--since", "yesterday"), "--since: 'yesterday' is no moment; write it as 20m ago"),
        (("window:weekly",), "was ever open"),
        (("dayly",), "no report is called 'dayly'; did you mean 'daily'"),
        (("w1",), "there is no walk 'w1'"),
    ],
)
def test_what_cannot_be_reported_is_refused_in_words(words, said, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "system.yaml").write_text("system: shop\n")
    done = CliRunner().invoke(report, ["--system", str(tmp_path), *words])
    assert done.exit_code
    assert said in done.stderr


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0.0),
        ("30d", NOW - 30 * 86400),
        ("2026-03-29", 1774738800.0),
        ("2026-03-29 03:30", 1774747800.0),
        ("2026-03-29T02:30", 1774746000.0),
        ("2026-10-25 12:00+00:00", 1792929600.0),
    ],
)
def test_a_moment_is_a_day_a_time_of_the_zone_or_how_long_ago(text, at) -> None:
    assert moment_given("--since", text, NOW, BERLIN) == at


def test_what_is_no_moment_is_refused() -> None:
    with pytest.raises(UsageError, match="is no date"):
        moment_given("--since", "2026-13-01", NOW, BERLIN)
