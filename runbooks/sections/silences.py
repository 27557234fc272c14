"""Owns the section on silences: of what people were not told, why and until when, and what was left on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.moments import moment
from runbooks.alert_events import Acknowledged, SilenceBegun, SilenceChanged, SilenceEnded, SilenceLeftOn
from runbooks.material import Material
from runbooks.report_blocks import Block, Items, Table
from runbooks.report_layout import event_line
from runbooks.report_parts import EventPart
from runbooks.section import Section
from runbooks.wording import who

GRACE = 3600.0
"""Seconds after the time told of in which what was silenced in it ends."""
LONGEST = 31 * 86400.0
"""Seconds before it in which a silence that reaches into it was begun at the earliest."""


class SilenceLine(msgspec.Struct, frozen=True):
    """A silence."""

    id: str
    cause: str
    """`window`, `walk` or `hand`."""
    of: str
    checks: tuple[str, ...]
    reason: str
    begun_at: float
    begun_by: str
    ended_at: float
    """0 while it lasts."""
    ended_why: str
    left_on: str
    """Why it stayed although it ought to be over; empty when it did not."""


class SilencesSection(Section, frozen=True):
    """Of what people were not told."""

    TITLE: ClassVar[str] = "Silences"

    silences: tuple[SilenceLine, ...]
    acknowledged: tuple[EventPart, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the silences that lay in the time."""
        kinds = (SilenceBegun, SilenceChanged, SilenceEnded, SilenceLeftOn, Acknowledged)
        found: dict[str, SilenceLine] = {}
        noted = []
        for entry in material.entries(*kinds, before=LONGEST, after=GRACE):
            match entry.event:
                case SilenceBegun() as event:
                    found[f"s{entry.seq}"] = SilenceLine(
                        f"s{entry.seq}",
                        event.cause,
                        event.of,
                        event.checks,
                        event.reason,
                        entry.at,
                        who(entry.operator),
                        event.until if 0 < event.until <= material.made_at else 0.0,
                        "its time was over" if 0 < event.until <= material.made_at else "",
                        "",
                    )
                case SilenceChanged() as event if event.id in found:
                    found[event.id] = msgspec.structs.replace(found[event.id], checks=event.checks)
                case SilenceEnded() as event if event.id in found:
                    found[event.id] = msgspec.structs.replace(
                        found[event.id], ended_at=entry.at, ended_why=event.why
                    )
                case SilenceLeftOn() as event if event.id in found:
                    found[event.id] = msgspec.structs.replace(found[event.id], left_on=event.why)
                case Acknowledged() as event if material.since <= entry.at < material.until:
                    said = EventPart(
                        entry.at, who(entry.operator), "acknowledged", event.check, event.comment
                    )
                    noted.append(said)
        lay = [
            one
            for one in found.values()
            if one.begun_at < material.until and (not one.ended_at or one.ended_at >= material.since)
        ]
        return cls(tuple(lay), tuple(noted))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the silences, and what was acknowledged."""
        if not self.silences:
            yield Items(("nothing was silenced",))
        else:
            yield Table(
                ("Silence", "Checks", "Begun", "By", "Why", "Ended", "Left on"),
                tuple(
                    (
                        " ".join(filter(None, (one.id, one.cause, one.of))),
                        ", ".join(one.checks),
                        moment(one.begun_at, zone),
                        one.begun_by,
                        one.reason or "-",
                        f"{moment(one.ended_at, zone)} {one.ended_why}".strip()
                        if one.ended_at
                        else "still on",
                        one.left_on or "-",
                    )
                    for one in self.silences
                ),
            )
        if self.acknowledged:
            yield Items(tuple(event_line(part, zone) for part in self.acknowledged))

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return those that were left on."""
        return tuple(f"{one.id} was left on: {one.left_on}" for one in self.silences if one.left_on)
