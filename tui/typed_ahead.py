"""Owns where keys go that came before the console had done what the key before them meant.

Over a slow line keys come many at once. All of them reach the widget that had the focus when they came, and
Textual acts on each only later, by the bindings of where the focus is then. What was meant for a field that
the key before has opened would be lost, or do what such a key does on a screen.
"""

from __future__ import annotations

from textual import events
from textual.app import App
from textual.widgets import Input

GIVEN_TO = "_walkdown_given_to"
"""Name under which a key holds the widget that had the focus when it came."""


class TypedAheadApp(App[None]):
    """An App that hands such keys on to the field that has the focus by now."""

    async def on_event(self, event: events.Event) -> None:
        """Remember which widget a key is given to."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            setattr(event, GIVEN_TO, self.focused)
        await super().on_event(event)

    async def _on_key(self, event: events.Key) -> None:
        """Hand it on in place of what Textual does next, which is to look for a binding."""
        field = self.focused
        if isinstance(field, Input) and field is not getattr(event, GIVEN_TO, field):
            event.prevent_default()
            again = events.Key(event.key, event.character)
            setattr(again, GIVEN_TO, field)
            field._forward_event(again)
