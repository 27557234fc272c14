"""A whole window by keys alone, in a real terminal, from its announcement to its report."""

import json

import pytest

from tests.integration.hands import DOWN, ENTER, PATIENCE
from tests.integration.window_stage import BEFORE, Keys, WindowStage, window_stage

pytestmark = [pytest.mark.pty, pytest.mark.timeout(300)]

ESCAPE = "\x1b"
PROVED = {
    "the notices": ("announcement", "completion", "we are going to work on The shop"),
    "how it was before": ("backup", "CRIT"),
    "the checklist": (
        "page is OK: 200 OK",
        "Seen for way-back, taken 20",
        "What went wrong was talked through",
    ),
    "the walk that was rolled back": ("Settings of the shop", "as agreed"),
    "the walk that was done": ("Upgrade of the shop", "It stays well"),
    "what is different": ("fixed", "exit code 0"),
    "why it was closed": ("closed early", "all is done"),
}
"""What the report must say of each part of the window."""


async def test_a_whole_window_by_keys_alone(tmp_path, monkeypatch):
    with window_stage(tmp_path, monkeypatch) as stage, stage.console() as keys:
        await keys.console.shows("DEGRADED", "Screens")
        await tells(keys, "announcement")
        await keys.until(lambda: stage.receiver.requests, "the announcement")
        keys.console.types("W")
        await keys.console.shows("OPEN", "as planned", "before", within=BEFORE.total_seconds() + PATIENCE)
        await before(keys)
        await settings(keys, stage)
        await upgrade(keys, stage)
        await keys.to("3", "during 7/10")
        await keys.wish("p")
        await tells(keys, "completion")
        await after(keys)
        await keys.to("W", "OPEN", "before as of")
        await keys.wish_for("c", "all is done")
        await keys.console.shows("CLOSED", "1 fixed")
        text = await report(keys, stage)
    assert [part for part, words in PROVED.items() if any(word not in text for word in words)] == []
    told = [json.loads(body)["title"] for _, _, body in stage.receiver.requests]
    assert len([title for title in told if "maintenance o" in title]) == 2, told


async def tells(keys: Keys, notice: str) -> None:
    """Send a notice, as it is shown, to those who are to be told."""
    await keys.to("6", "Notices")
    await keys.to("n", "read and send")
    await keys.enter_row(notice, "s Send")
    await keys.wish("s")


async def before(keys: Keys) -> None:
    """See the list tick itself, tick what is a person's to tick, and go on to what comes during."""
    await keys.to("3", "The upgrade")
    await keys.presses(ENTER, lambda: "item   " in keys.console.text)
    await keys.console.shows("before 3/10")
    await keys.presses(DOWN, lambda: "item   way-back" in keys.console.text)
    await keys.wish(" ")
    await keys.console.shows("before 4/10")
    await keys.wish("p")
    await keys.console.shows("during 5/10")


async def settings(keys: Keys, stage: WindowStage) -> None:
    """Begin to walk, and go the way back."""
    await keys.to("4", "Settings of the shop")
    await walks(keys, "settings", "Paint it green")
    assert set(stage.served) == {"version", "banner"}
    await keys.wish("b")
    await keys.walk()
    assert "rolled back" in keys.console.text
    assert stage.served == {"version": "1\n"}
    await keys.to(ESCAPE, "RUNBOOK")
    await keys.to(ESCAPE, "Upgrade of the shop")


async def upgrade(keys: Keys, stage: WindowStage) -> None:
    """Walk to the end, the soak with it."""
    await walks(keys, "upgrade", "OVER")
    assert "done after" in keys.console.text
    assert stage.served == {"version": "2\n"}
    await keys.to(ESCAPE, "RUNBOOK")


async def walks(keys: Keys, runbook: str, until: str) -> None:
    """Choose a runbook, read its plan, begin, and confirm step by step."""
    await keys.enter_row(runbook, "Walk it")
    await keys.presses("w", lambda: keys.hint or keys.question)
    await keys.accept()
    await keys.walk(until)


async def after(keys: Keys) -> None:
    """Finish the list."""
    await keys.to("3", "after 9/10")
    await keys.presses(DOWN, lambda: "item   review" in keys.console.text)
    await keys.wish(" ")
    await keys.console.shows("after 10/10")
    await keys.wish("C")
    await keys.console.shows("done by")


async def report(keys: Keys, stage: WindowStage) -> str:
    """Have the report made, read its beginning, and return all of it."""
    await keys.to("6", "Notices")
    await keys.to("p", "New")
    keys.console.types("n")
    await keys.until(lambda: keys.hint, "a dialog for the report")
    keys.console.types("5")
    await keys.until(lambda: "window" in keys.hint, "the report of the window chosen")
    await keys.accept()
    await keys.console.shows("Report on a window of The shop", "closed early")
    (file,) = stage.folder.rglob("*window-upgrade-*.md")
    return file.read_text()
