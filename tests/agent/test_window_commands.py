"""`walkdown window` as it is typed, with a real agent."""

import json

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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("open", "urgent", "--for", "soon", "--reason", "x y z"), "'soon' is not an amount"),
        (("open", "urgent", "--for", "2h"), "--reason"),
    ],
)
def test_what_is_mistyped_is_said(walking, arguments, said):
    done = walking("window", *arguments)
    assert done.returncode == 64
    assert said in done.stderr
