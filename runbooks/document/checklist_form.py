"""Owns what may stand in the file of a checklist: its top, its phases, its items, and what ticks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checks.config.values import Slug
from checks.options import Seconds
from runbooks.checklist_plan import (
    ByChecks,
    ByEvidence,
    ByPerson,
    ByRecord,
    ListManner,
    Source,
)
from runbooks.document.form import StepId

ITEMS, PHASED = "items", "phases"
CHECKED = ("check", "checks", "group")
RECORDED = ("walk", "notice", "baseline", "window", "maintenance", "report")
"""Keys that name something written down; `runbooks/checklists/sources.py` has a rule for each."""
WAYS = (*CHECKED, *RECORDED, "evidence")
"""The keys that say what ticks an item; one that has none is ticked by a person."""


def _one_of(what: str, given: list[str]) -> None:
    if len(given) > 1:
        raise ValueError(f"{what} one of {', '.join(given)}, not of several")


@dataclass(frozen=True, slots=True)
class EvidenceOptions:
    """What a person is shown who ticks the item."""

    check: str = ""
    """A check whose readings are shown."""
    checks: tuple[str, ...] = ()
    """Several of them."""
    group: str = ""
    """All checks of a group."""
    file: str = ""
    """A file of which size, time and SHA-256 are shown, never what is in it."""
    files: tuple[str, ...] = ()
    """Several of them."""
    text: str = ""
    """What is shown as it stands."""
    contacts: bool = False
    """Whether the contacts of the system are shown."""

    def __post_init__(self) -> None:
        """Refuse what shows nothing."""
        if not (self.names or self.group or self.paths or self.text or self.contacts):
            raise ValueError("shows nothing; set check, checks, group, file, files, text or contacts")
        for path in self.paths:
            if not path.startswith("/"):
                raise ValueError(f"{path!r} is no full path; begin it with /")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the checks that are named."""
        return (*((self.check,) if self.check else ()), *self.checks)

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the files that are named."""
        return (*((self.file,) if self.file else ()), *self.files)


@dataclass(frozen=True, slots=True)
class ItemOptions:
    """An item of a checklist."""

    id: StepId
    """Its short name, unique in the list."""
    title: str
    """What is to be so, in a sentence."""
    text: str = ""
    """What the operator should know."""
    refs: tuple[str, ...] = ()
    """What it answers, such as numbers in a catalogue of requirements."""
    advisory: bool = False
    """Whether nothing waits for it; otherwise it is mandatory."""
    check: str = ""
    """It is ticked while this check is well, and no longer."""
    checks: Literal["all"] | tuple[str, ...] = ()
    """It is ticked while all of these checks are well; `all` means every check of the system."""
    group: str = ""
    """It is ticked while every check of this group is well."""
    level: Literal["OK", "WARN"] | None = None
    """The worst level of those checks that will do; OK when nobody says. UNKNOWN never does."""
    walk: str = ""
    """It is ticked when this runbook was walked and done since the list was opened."""
    within: Seconds | None = None
    """With `walk` or `report`: it need not have been since the list was opened, but within this time."""
    notice: Literal["announcement", "progress", "completion"] | None = None
    """It is ticked when people were sent a notice of this kind."""
    ahead: Seconds | None = None
    """With `notice`: how long before the window it must have been sent, such as `24 h`."""
    baseline: Literal["taken"] | None = None
    """It is ticked when a baseline was taken since the list was opened."""
    window: Literal["planned", "open", "next"] | None = None
    """It is ticked while a window is planned or open, is open, or is planned once more after now."""
    maintenance: Literal["on", "off"] | None = None
    """It is ticked while checks are in maintenance, or while none is."""
    report: str = ""
    """It is ticked when a report of this name was written since the list was opened."""
    evidence: EvidenceOptions | None = None
    """What is shown to the person who ticks it."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if not self.title.strip():
            raise ValueError("its title says nothing")
        ways = [way for way in WAYS if getattr(self, way)]
        _one_of("an item is ticked by", ways)
        if self.level and not set(ways) & set(CHECKED):
            raise ValueError("level is for items that are ticked by checks")
        if self.within and not (self.walk or self.report):
            raise ValueError("within is for items that are ticked by a walk or a report")
        if self.ahead and not self.notice:
            raise ValueError("ahead is for items that are ticked by a notice")

    def source(self) -> Source:
        """Return what ticks it."""
        if self.check or self.checks or self.group:
            every = self.checks == "all"
            several = self.checks if isinstance(self.checks, tuple) else ()
            names = (self.check,) if self.check else several
            return ByChecks(names, self.group, every, self.level or "OK")
        for key in RECORDED:
            if value := getattr(self, key):
                return ByRecord(key, value, self.within or self.ahead or 0.0)
        if self.evidence is not None:
            shown = self.evidence
            return ByEvidence(shown.names, shown.group, shown.paths, shown.text, shown.contacts)
        return ByPerson()


@dataclass(frozen=True, slots=True)
class ListOptions:
    """A checklist, beside its items."""

    checklist: Slug
    """Its short name, unique in the system."""
    title: str = ""
    """Its name on screens."""
    summary: str = ""
    """What it is for, in a sentence."""
    manner: ListManner = ListManner.DO_CONFIRM
    """Item by item (`read-do`), or in any order (`do-confirm`)."""
    window: str = ""
    """The window with which it opens by itself."""
    ahead: Seconds | None = None
    """How long before the planned start of that window it opens."""
    refs: tuple[str, ...] = ()
    """What it answers, such as numbers in a catalogue of requirements."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.ahead and not self.window:
            raise ValueError("ahead is for lists that open with a window")
