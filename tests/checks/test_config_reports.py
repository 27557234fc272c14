"""What is said about `reports:` that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.errors import ConfigError
from checks.system import load_system


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("dayly: {}", "reports.dayly: unknown key; did you mean 'daily'"),
        ("daily: {evry: daily 06:00}", "reports.daily.evry: unknown key; did you mean 'every'"),
        ("daily: {every: someday}", "reports.daily.every: 'someday' says no time of day"),
        ("daily: {keep: 3 h}", "reports.daily.keep: must be"),
        ("daily: {sections: [helth]}", "unknown section 'helth'; did you mean 'health'"),
        ("daily: {sections: [window]}", "'window' can only be in the report on a window"),
        ("window: {every: daily 06:00}", "reports.window.every: is written whenever a window has closed"),
    ],
)
def test_mistakes_are_told_with_their_place(section: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text(f"system: shop\nreports:\n  {section}\n")
    with pytest.raises(ConfigError) as raised:
        load_system(tmp_path)
    (problem,) = [one for one in raised.value.problems if "reports" in str(one)]
    assert said in str(problem)
    assert "system.yaml:3:" in str(problem)


def test_what_is_right_is_kept_as_it_is_written(tmp_path: Path) -> None:
    daily = "daily: {every: daily 06:00, keep: 30 d, sections: [health]}"
    text = f"system: shop\nreports:\n  {daily}\n  weekly:\n  window: {{sections: [after]}}\n"
    (tmp_path / "system.yaml").write_text(text)
    section = load_system(tmp_path).sections["reports"]
    assert section["daily"] == {"every": "daily 06:00", "keep": "30 d", "sections": ["health"]}
    assert section["weekly"] is None


def test_how_long_ahead_is_said_by_the_window_and_a_target_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "system.yaml").write_text("system: shop\ntargets: {uptime: 99.9 %, notice: 24 h}\n")
    said = [str(one) for one in load_system(tmp_path).warnings]
    assert any("targets.notice: warning: counts for nothing; say `announce: 24 h`" in one for one in said), (
        said
    )
