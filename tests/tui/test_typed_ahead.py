"""Keys that come all at once, as over a line that stalled: each goes where it was meant to go."""

from textual import events

from tests.tui.test_runbooks import LIBRARY, library, plan, stage
from tui.widgets.field import Field


def burst(console, keys: str) -> None:
    """Have these keys come in at once, as from a terminal that could not send them before."""
    names = {"\t": "tab", ".": "full_stop", "-": "minus", "/": "slash"}
    for key in keys:
        printable = key if key.isprintable() else None
        console.app.post_message(events.Key(names.get(key, key), printable))


async def test_a_secret_that_is_typed_ahead_goes_into_its_field_and_no_other():
    async with stage() as console:
        await plan(console)
        await console.press("w")
        await console.until("Walk: Minor update")
        await console.pilot.pause(0.1)
        burst(console, "1.4.2\t\tt0ken-s3cret")
        await console.until(lambda: "begin" in console.hint)
        values = [field.value for field in console.app.screen.query(Field)]
        assert values == ["1.4.2", "rolling", "t0ken-s3cret"]
        assert "s3cret" not in console.text


async def test_a_filter_that_is_typed_ahead_is_a_filter_and_no_key():
    async with stage() as console:
        await library(console, LIBRARY)
        await console.until("Minor update")
        burst(console, "/rw minor")
        await console.until(lambda: "/rw minor" in console.text)
