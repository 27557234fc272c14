"""`walkdown window` as it is typed, with a real agent."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.agent.walking import shelf, wait_until


@pytest.fixture
def walking(walkdown):
    with shelf(walkdown) as walking:
        (walking.source / "windows.yaml").write_text(
            "windows: {rare: {every: first sunday of january 04:00, lasts: 1h, timezone: UTC}}\n"
        )
        yield walking


def test_a_window_is_opened_extended_and_closed_from_the_command_line(walking):
    nobody = walking("window", "status")
    assert (nobody.returncode, nobody.stdout) == (69, "")
    assert nobody.stderr.startswith("no agent runs, so nobody opens windows")
    assert list(walking.line.folder.rglob("*.sock")) == [], "to look starts none"
    walking("calendar")
    closed = walking("window", "status")
    assert closed.returncode == 3
    assert closed.stdout.startswith("no window is open; rare opens Sun")
    assert "planned: rare (first sunday of january 04:00 UTC)" in closed.stdout

    opened = walking("window", "open", "urgent", "--for", "2h", "--reason", "the disk is full")
    assert opened.returncode == 0, opened.stderr
    assert "urgent is open until" in opened.stdout
    assert ": the disk is full" in opened.stdout

    again = walking("window", "open", "other", "--for", "2h", "--reason", "the disk is full")
    assert (again.returncode, again.stderr) == (
        14,
        "not done: urgent is open already; extend it, or close it first\n",
    )

    longer = walking("window", "extend", "30 m", "--reason", "slower than thought")
    assert ": slower than thought" in longer.stdout

    status = walking("window", "status", "-o", "json")
    assert status.returncode == 0
    said = json.loads(status.stdout)
    assert said["open"] is True
    assert 8900 < said["left"] <= 9000
    assert said["window"]["name"] == "urgent"
    assert [one["reason"] for one in said["window"]["extensions"]] == ["slower than thought"]

    assert said["window"]["baseline_at"]
    assert said["recheck_at"] < said["window"]["until"]
    assert (said["recheck"], said["walks"], said["safe_until"]) == (None, [], None)
    assert "baseline taken 20" in walking("window", "status").stdout

    early = walking("window", "close", "--reason", "all done")
    assert "the last one, urgent, was closed" in early.stdout
    wait_until(lambda: "rechecked at the close" in walking("window", "status").stdout)
    after = walking("window", "status", "-o", "json")
    assert after.returncode == 3
    found = json.loads(after.stdout)["recheck"]
    assert (found["occasion"], found["newly_bad"], found["trouble"]) == ("at the close", [], "")


def test_the_last_safe_point_of_a_walk_is_told(walking):
    (walking.source / "runbooks" / "risky.yaml").write_text(
        "runbook: risky\nwindow: required\nsteps:\n"
        "  - {id: one, kind: command, run: ['true'], undo: {kind: command, run: ['true'], expected: 5m}}\n"
    )
    walking("window", "open", "urgent", "--for", "2h", "--reason", "the disk is full")
    left = walking("run", "risky")
    assert "walk stays open" in left.stdout, left.stdout

    def told() -> str:
        return walking("window", "status").stdout

    wait_until(lambda: "last safe point" in told())
    assert "walk risky (" in told()
    assert "at the latest, for not every time is known; a way back takes 5 m 0 s" in told()
    said = json.loads(walking("window", "status", "-o", "json").stdout)
    (walk,) = said["walks"]
    assert (walk["runbook"], walk["way_back"], walk["uncertain"]) == ("risky", 300.0, True)
    assert said["safe_until"] == walk["safe_until"] < said["window"]["until"]

    refused = walking("window", "close", "--reason", "the change is off")
    assert refused.returncode == 14
    assert f"a walk is open in urgent: risky ({walk['id']}), held by " in refused.stderr
    assert "--force with a reason of at least 10 characters" in refused.stderr
    short = walking("window", "close", "--force", "--reason", "off")
    assert (short.returncode, "at least 10 characters" in short.stderr) == (14, True)
    assert "urgent is open until" in told()
    closed = walking("window", "close", "--force", "--reason", "the change is off")
    assert closed.returncode == 0, closed.stderr
    assert f"closed over what is open: a walk is open in urgent: risky ({walk['id']})" in closed.stderr
    assert f"walk risky ({walk['id']})" in closed.stdout, "it stays open"


def test_a_window_that_is_opened_shortly_before_its_time_ends_as_planned(walking):
    begin = datetime.now(UTC) + timedelta(minutes=20)
    end = begin + timedelta(hours=3)
    span = f'from: "{begin:%Y-%m-%d %H:%M}", until: "{end:%Y-%m-%d %H:%M}"'
    (walking.source / "windows.yaml").write_text(f"windows: {{soon: {{{span}, timezone: UTC}}}}\n")
    opened = walking("window", "open", "soon", "--reason", "all are here")
    assert opened.returncode == 0, opened.stderr
    said = json.loads(walking("window", "status", "-o", "json").stdout)
    assert said["window"]["planned"] is True
    assert said["window"]["until"].startswith(f"{end:%Y-%m-%dT%H:%M:00}")
    assert said["window"]["planned_start"].startswith(f"{begin:%Y-%m-%dT%H:%M:00}")
    assert "early, as the one that was planned for" in opened.stdout
    assert "planned: soon" in opened.stdout
    assert "never again" in opened.stdout
    agenda = json.loads(walking("calendar", "-o", "json").stdout)["entries"]
    assert [(one["name"], one["state"]) for one in agenda] == [("soon", "open")]
    walking("window", "close", "--reason", "all done")
    assert "no window is open, and none is planned" in walking("window", "status").stdout
    other = walking("window", "open", "other", "--reason", "all are here")
    assert (other.returncode, "say for how long" in other.stderr) == (14, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("open", "urgent", "--for", "soon", "--reason", "x y z"), "'soon' is not an amount"),
        (("open", "urgent", "--for", "2h"), "--reason"),
        (("close", "--force"), "--reason"),
    ],
)
def test_what_is_mistyped_is_said(walking, arguments, said):
    done = walking("window", *arguments)
    assert done.returncode == 64
    assert said in done.stderr


def test_a_planned_window_behind_another_is_warned_of_and_opens_when_that_is_closed(walking):
    begin = datetime.now(UTC).replace(second=0) - timedelta(minutes=2)
    end = begin + timedelta(minutes=40)
    (walking.source / "windows.yaml").write_text(
        f'windows: {{soon: {{from: "{begin:%Y-%m-%d %H:%M}", until: "{end:%Y-%m-%d %H:%M}", timezone: UTC}},'
        " manual: {from: 2020-01-01 03:00, lasts: 1h, timezone: UTC}}\n"
    )
    walking("calendar")
    wait_until(lambda: "soon is open until" in walking("window", "status").stdout)
    walking("window", "close", "--reason", "all done")
    closed = walking("window", "status").stdout
    assert "planned: soon (" in closed
    assert closed.split("planned: soon (")[1].splitlines()[0].endswith("never again")
    later = datetime.now(UTC).replace(second=0) + timedelta(minutes=2)
    (walking.source / "windows.yaml").write_text(
        f'windows: {{later: {{from: "{later:%Y-%m-%d %H:%M}", lasts: 3m, timezone: UTC}}}}\n'
    )
    walking.end()
    crossed = walking("window", "open", "manual", "--for", "4m", "--reason", "the disk is full")
    assert "MIND: later is planned from " in crossed.stdout
    assert "it opens only once manual is closed, at " in crossed.stdout
    lost = walking("window", "extend", "10m", "--reason", "slower than thought")
    assert "it is not opened, for manual is open until " in lost.stdout


def test_status_compares_checks_with_the_baseline_as_they_are_now(walking):
    walking("window", "open", "urgent", "--for", "2h", "--reason", "the disk is full")
    wait_until(
        lambda: "checks now, against the baseline: none is worse" in walking("window", "status").stdout
    )
    said = json.loads(walking("window", "status", "-o", "json").stdout)
    assert (said["compared"]["worse"], said["compared"]["newly_bad"]) == (False, [])
    system = walking.source / "system.yaml"
    system.write_text(system.read_text().replace("{text: hello}", "{text: never}"))
    wait_until(lambda: "against the baseline: 1 WORSE (" in walking("window", "status").stdout)
    said = json.loads(walking("window", "status", "-o", "json").stdout)
    assert said["compared"]["worse"] is True
    walking("window", "close", "--reason", "all done")

    def rechecked() -> list[str]:
        lines = walking("window", "status").stdout.splitlines()
        return [line for line in lines if "rechecked at the close 20" in line]

    wait_until(rechecked)
