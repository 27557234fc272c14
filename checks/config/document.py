"""Owns what may stand in a system's files: one dataclass for the top, whose fields are the sections.

To add a section: one field here, with its type and a docstring. It is then validated, stands in the published
schema, and is found in `System.sections` until somebody gives it a meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from checks.config.sections import (
    AccessOptions,
    Contact,
    Incidents,
    Notify,
    Reports,
    Response,
    Task,
    Window,
)
from checks.config.values import (
    Attempts,
    Every,
    Identifier,
    Rules,
    Scalar,
    Service,
    Slug,
    Timeout,
    Via,
    Zone,
)
from checks.secrets import SecretSource


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every check that does not say otherwise."""

    every: Every | None = None
    """Time between the starts of two probes; 30 s when nobody says."""
    timeout: Timeout | None = None
    """Time that one probe may take as a whole; 10 s when nobody says, and never more than `every`."""
    attempts: Attempts | None = None
    """Results in a row that make a problem certain; 3 when nobody says."""
    group: str = ""
    """Heading under which checks are shown."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What every check may say, beside the options of its kind."""

    kind: str
    """What sort of check it is; `walkdown kinds` lists them."""
    title: str = ""
    """Its name on screens; the key when empty."""
    group: str | None = None
    """Heading under which it is shown."""
    every: Every | None = None
    """Time between the starts of two probes."""
    timeout: Timeout | None = None
    """Time that one probe may take as a whole."""
    attempts: Attempts | None = None
    """Results in a row that make a problem certain."""
    warn: Rules = ()
    """One rule or several: READING OP NUMBER [UNIT] [for DURATION | for N samples]."""
    crit: Rules = ()
    """One rule or several, as with `warn`."""
    needs: tuple[str, ...] = ()
    """Checks without which this one cannot be OK; while one of them is CRIT, this one is blocked."""
    mandatory: bool = False
    """Whether CRIT here makes the whole system unhealthy."""
    refs: tuple[str, ...] = ()
    """What it answers, such as numbers in a catalogue of requirements."""
    via: Via = "local"
    """Where it looks from."""


@dataclass(frozen=True, slots=True)
class Document:
    """Everything that the files of a system say, put together."""

    system: Slug
    """Short name of the system; names its folder of state."""
    title: str = ""
    """Its name on screens."""
    timezone: Zone | None = None
    """IANA name of the time zone that times are shown in; that of the host when not set."""
    environment: str = ""
    """Text of the badge; `production` asks more of the operator."""
    vars: dict[Identifier, Scalar] = field(default_factory=dict)
    """Values for `{{ name }}` in texts; they may name one another."""
    secrets: dict[Identifier, SecretSource] = field(default_factory=dict)
    """Where secrets come from; `{{ secret.name }}` stands for them in options that take secrets."""
    defaults: Defaults = field(default_factory=Defaults)
    """What holds for every check that does not say otherwise."""
    checks: dict[Slug, Any] = field(default_factory=dict)
    """The checks by name."""
    keymap: dict[str, str] = field(default_factory=dict)
    """Keys of the console: id of a binding and its keys, such as `check.run: f5`."""
    targets: dict[Slug, Scalar] = field(default_factory=dict)
    """What was promised, such as `uptime: 99.9 %`."""
    contacts: list[Contact] = field(default_factory=list)
    """Whom to call."""
    incidents: Incidents = field(default_factory=Incidents)
    """How incidents come about."""
    services: dict[Slug, Service] = field(default_factory=dict)
    """What can be started and stopped, and by which driver."""
    windows: dict[Slug, Window] = field(default_factory=dict)
    """When changes may be made."""
    tasks: dict[Slug, Task] = field(default_factory=dict)
    """What is to be done again and again."""
    reports: Reports = field(default_factory=Reports)
    """Which reports are made, when, of what, and for how long they are kept."""
    notify: dict[Slug, Notify] = field(default_factory=dict)
    """Where alerts go."""
    responses: dict[Slug, Response] = field(default_factory=dict)
    """What is done about a trouble before anybody comes; nothing where nothing is written."""

    access: AccessOptions | None = None
    """Who may attach beside the owner; nobody where nothing is written."""


SECTIONS = (
    "targets",
    "contacts",
    "incidents",
    "services",
    "windows",
    "tasks",
    "reports",
    "notify",
    "responses",
    "access",
)
"""Sections that are checked for their shape and kept as plain data, for those who will use them."""
