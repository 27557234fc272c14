"""Owns the section on what was promised, kept or not: of a window, or of a period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any, ClassVar, Self

from checks.moments import local as local_at
from checks.slo.spans import together
from checks.slo.uptime import uptime
from runbooks.figures.incidents import incidents_in
from runbooks.figures.planned_time import in_windows
from runbooks.figures.promises import MONTH, Promise, promise_table, promised
from runbooks.figures.walks import walks_within
from runbooks.incidents.figures import figures
from runbooks.material import Material
from runbooks.notice_events import NoticeKind, NoticeSent
from runbooks.report_blocks import Block, Items
from runbooks.section import Section
from runbooks.window_events import AT_CLOSE, Rechecked
from runbooks.windows.fold import KINDS
from runbooks.windows.past import ended, first_until, same_time

AHEAD, GRACE = 31 * 86400.0, 900.0


class PromisesSection(Section, frozen=True):
    """What became of targets."""

    TITLE: ClassVar[str] = "Targets"

    promises: tuple[Promise, ...]
    over_plan: float | None
    """Seconds that the window was open for longer than planned; None of a period."""
    missed: int

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the promises with what was measured."""
        targets: dict[str, Any] = dict(material.system.sections.get("targets") or {})
        targets.pop("notice", None)  # how long ahead, each window says by `announce:`
        if material.window.name:
            values, over = _of_window(material), _over_plan(material)
            windows = material.system.sections.get("windows") or {}
            if (ahead := windows.get(material.window.name, {}).get("announce")) is not None:
                targets["notice"] = ahead
            elif not values["notice"]:
                del values["notice"]  # nobody has to be told of this window, and nobody was
            found = promised({name: targets[name] for name in targets if name in values}, values)
        else:
            over = None
            months = (material.until - material.since) / MONTH
            found = promised(targets, _of_period(material), months if months > 0.9 else 1.0)
        return cls(found, over, sum(one.met is False for one in found))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the promises."""
        if not self.promises:
            yield Items(("nothing is promised under targets:",))
            return
        yield promise_table(self.promises)
        if self.over_plan is not None:
            yield Items((_within(self.over_plan),))

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return each that was judged."""
        told = tuple(one.words for one in self.promises if one.met is not None)
        return told if self.over_plan is None else (*told, _within(self.over_plan))


def _within(over: float) -> str:
    return f"{over / 60:.0f} m longer than planned" if over > 0 else "within the time that was planned"


def _of_window(material: Material) -> dict[str, float | None]:
    """Return what is measured of a window."""
    window = material.window
    repaired = figures(incidents_in(material), material.since, material.until).mttr
    local = local_at(window.opened_at, material.zone)
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()
    return {
        "planned": in_windows(material, month, material.until),
        "notice": _announced(material),
        "watch": _watched(material),
        "mttr": repaired,
    }


def _over_plan(material: Material) -> float:
    planned = first_until(material.entries(*KINDS), material.window)
    return max(0.0, ended(material.window, material.made_at) - planned)


def _announced(material: Material) -> float | None:
    """Return how long ahead the window was announced first; 0 when it was not."""
    window, ahead = material.window, [0.0]
    for entry in material.entries(NoticeSent, before=AHEAD):
        event = entry.event
        if (
            isinstance(event, NoticeSent)
            and (event.kind, event.window) == (NoticeKind.ANNOUNCEMENT, window.name)
            and (
                (event.starts < material.until and event.ends > material.since)
                or same_time(event.starts, window)
            )
        ):
            ahead.append(event.starts - entry.at)
    return max(ahead)


def _watched(material: Material) -> float | None:
    """Return how long after its last walk the window was rechecked or closed; None without a walk."""
    walks = [line for line in walks_within(material) if line.ended_at]
    if not walks:
        return None
    seen = [
        entry.at
        for entry in material.entries(Rechecked, after=GRACE)
        if isinstance(entry.event, Rechecked)
        and (entry.event.name, entry.event.occasion) == (material.window.name, AT_CLOSE)
    ]
    over = max([ended(material.window, material.made_at), *seen])
    return max(0.0, over - max(line.ended_at for line in walks))


def _of_period(material: Material) -> dict[str, float | None]:
    """Return what is measured of a period."""
    names = [info.name for info in material.checks if info.mandatory] or [i.name for i in material.checks]
    spans = material.store.spans(names, material.since, material.until)
    whole = uptime(
        together(spans, names, material.since, material.until) if names else (),
        material.since,
        material.until,
    )
    repaired = figures(incidents_in(material), material.since, material.until).mttr
    return {
        "uptime": whole.percent_unplanned,
        "mttr": repaired if repaired is not None else whole.mttr,
        "mtbf": whole.mtbf,
        "planned": in_windows(material, material.since, material.until),
    }
