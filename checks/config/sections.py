"""Owns the sections of a system's files that have keys of their own: one dataclass for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from checks.config.values import (
    Member,
    Recurring,
    Repeat,
    Slug,
    SocketPath,
    User,
    Wait,
    Zone,
    _cap,
    _mail,
    _phone,
)
from checks.options import Amount, Seconds
from checks.secrets import SecretText


@dataclass(frozen=True, slots=True)
class Window:
    """When changes may be made: again and again by `every` or `cron`, or once by `from`."""

    every: Recurring | None = None
    """Day and time, such as `daily 02:00`, `first sunday 04:00` or `last friday of quarter 23:00`."""
    cron: str | None = None
    """The same as the five fields of a crontab."""
    from_: Annotated[str | None, Field(alias="from")] = None
    """When a window begins that comes once, such as `2026-11-29 03:00`, with or without an offset."""
    until: str | None = None
    """When it ends."""
    lasts: Seconds | None = None
    """How long it stays open."""
    timezone: Zone | None = None
    """IANA name of the time zone that its times are meant in; that of the system when not set."""
    recheck: Seconds | None = None
    """How long before its end everything is looked at again; 10 m when not set, 0 s: only once it is over."""
    announce: Annotated[float, Amount("s", least=60.0)] | None = None
    """How long before it people have to be told of it, such as `24h`; nobody has to when not set."""
    extend: Seconds | None = None
    """How much later it may close, extensions together; its length or 1 h when not set, `0s`: no later."""
    covers: Literal["all", "none"] | tuple[str, ...] = "all"
    """Checks and groups that are in maintenance while it is open: not told of, not answered to."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call."""

    name: str = ""
    """Of the person or team."""
    role: str = ""
    """What they are there for, such as `on call` or `database`."""
    group: str = ""
    """Heading under which they are shown."""
    phone: Annotated[str, AfterValidator(_phone)] = ""
    """Number to call, in quotes."""
    mail: Annotated[str, AfterValidator(_mail)] = ""
    """Address of their mail."""
    chat: str = ""
    """Name or channel in a chat."""
    address: str = ""
    """Any other way to reach them, such as a web page."""
    hours: str = ""
    """When they can be reached, in words."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """How incidents come about."""

    open: Literal["by-hand", "mandatory-crit"] = "by-hand"
    """`mandatory-crit`: one is opened by itself when a mandatory check is CRIT for certain."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is to be done again and again, by people or by a program."""

    title: str = ""
    """Its name on screens; the key when empty."""
    every: str | None = None
    """When it is due, in the words of windows, or `by hand`; without it, whenever `window` opens."""
    cron: str | None = None
    """The same as the five fields of a crontab."""
    timezone: Zone | None = None
    """IANA name of the time zone that its times are meant in; that of the system when not set."""
    window: Slug | None = None
    """The window that it belongs to."""
    only: str | None = None
    """Hours in which it may be done, such as `02:00-05:00` or `weekdays 22:00-06:00`."""
    expected: Seconds | None = None
    """How long it takes, until walkdown has seen how long it usually takes."""
    due_within: Seconds | None = None
    """How long it is due: 1 h for a program, 24 h for people, or until its window closes, if not set."""
    grace: Seconds | None = None
    """How long it is overdue before it is missed; as long as it was due when not set."""
    runbook: str | None = None
    """The runbook that fulfils it once it was walked to its end."""
    checklist: str | None = None
    """The checklist that fulfils it once it was closed as done."""
    command: tuple[str, ...] | None = None
    """The program that fulfils it, with its arguments; `walkdown task run` runs it, as from a crontab."""
    text: str = ""
    """What is to be done, for people."""
    refs: tuple[str, ...] = ()
    """What it answers, such as numbers in a catalogue of requirements."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the week; from a time until an earlier one goes over midnight."""

    days: str | None = None
    """Days such as `weekdays` or `monday,thursday`; daily when not set."""
    from_: Annotated[str | None, Field(alias="from")] = None
    """Time of day at which they begin, such as `08:00`."""
    until: str | None = None
    """Time of day at which they end."""


@dataclass(frozen=True, slots=True)
class Notify:
    """A route by which alerts go."""

    url: SecretText
    """Apprise URL; it usually names a secret."""
    level: Literal["WARN", "CRIT"] = "WARN"
    """The least that is told; WARN brings UNKNOWN along."""
    groups: tuple[str, ...] = ()
    """Groups whose checks are told of."""
    checks: tuple[str, ...] = ()
    """Checks that are told of; without groups and checks, all are."""
    when: Hours | None = None
    """Hours in which it may be used; what still is so when they begin is told then."""
    repeat: Repeat = 14400.0
    """Time after which a trouble that lasts is told again."""
    wait: Wait = 30.0
    """Time for which a message waits for what else happens, so that it is one message."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a response answers to."""

    check: str = ""
    """Name of the check."""
    alert: str = ""
    """Type of an alert from outside (`walkdown alerts raise`), instead of a check."""
    level: Literal["WARN", "CRIT"] = "CRIT"
    """The least that it answers to."""
    times: Annotated[int, Field(ge=1, le=20)] = 3
    """Results in a row; of an alert from outside one is enough."""

    def __post_init__(self) -> None:
        """Refuse what is about nothing, or about two things."""
        if bool(self.check) == bool(self.alert):
            raise ValueError("say either check: or alert:")


@dataclass(frozen=True, slots=True)
class Response:
    """A runbook that is walked without an operator when a check is in trouble."""

    when: Trouble
    """What it answers to."""
    run: str
    """Name of a runbook of which every step can do without an operator."""
    most: Annotated[str, AfterValidator(_cap)] = "3 per 1 h"
    """How often it may be run within a time, well or not."""
    backoff: Annotated[float, Amount("s", least=1.0)] = 300.0
    """Time from the first run to the second; it doubles with each further one."""
    escalate: str = ""
    """Route by which people are told when it has not helped."""


@dataclass(frozen=True, slots=True)
class RoleNames:
    """Who may do what: names of users, and of groups with `@` before them; nobody who is not named."""

    view: tuple[Member, ...] = ()
    """Those who may see everything, and change nothing."""
    run: tuple[Member, ...] = ()
    """Those who may walk runbooks, and decide what else changes something; they may see everything, too."""
    approve: tuple[Member, ...] = ()
    """Those who may approve a step that another user is about to run; they may see everything, too."""


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """Who may attach to the agent beside its owner, and what each may do."""

    owner: User
    """The user whose agent it is: nobody else starts one, and consoles believe no other."""
    group: User
    """The group whose members can reach the socket; what each may do then, `roles` say."""
    socket: SocketPath
    """Where the agent listens for them, in a folder of its own."""
    roles: RoleNames = field(default_factory=RoleNames)
    """Who may do what; nobody but the owner anything without it."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report that is made again and again, and kept."""

    every: Recurring | None = None
    """When it is due, such as `daily 06:00`; it tells of the time since it was due before."""
    keep: Annotated[float, Amount("s", least=86400.0)] | None = None
    """How long it is kept; the newest one always is."""
    sections: tuple[str, ...] = ()
    """What it consists of, in this order."""


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports that are made without being asked for; the one on a window always is."""

    daily: Report | None = None
    """On the day: health, trouble, logs, backups, tasks; `daily 06:00` when nobody says."""
    weekly: Report | None = None
    """On the week: performance and security as well; `monday 06:00` when nobody says."""
    monthly: Report | None = None
    """On the month: targets, uptime, maintenance; `day 1 of month 00:00` when nobody says."""
    quarterly: Report | None = None
    """On the quarter: trends and capacity; `day 1 of quarter 00:00` when nobody says."""
    window: Report | None = None
    """On each window once it has closed; has no `every`."""
