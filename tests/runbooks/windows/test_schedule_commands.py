"""`walkdown cron` and `walkdown timers` as they are typed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tui.cli import walkdown

SYSTEM = """
system: shop
timezone: UTC
windows:
  weekly: {every: sunday 03:00, lasts: 2h}
  once: {from: 2030-11-29 03:00, until: 2030-11-29 05:00}
checks:
  load: {kind: load}
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


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["cron", "wekly", "true"], "no window or task is called 'wekly'; did you mean 'weekly'?"),
        (["cron", "once", "true"], "comes once"),
        (["timers", "weekly", "true"], "systemd wants the full path of true"),
        (["cron", "weekly"], "say which command is run when the window weekly opens"),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(source: str, argv: list[str], said: str) -> None:
    name, *rest = argv
    result = CliRunner().invoke(walkdown, [name, "--system", source, *rest])
    assert result.exit_code in (2, 64)
    assert said in result.output
