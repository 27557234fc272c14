"""Owns the table of sections, and which of them a report has when nobody says.

To add a section: one file in `runbooks/sections/`, one line here, and its name in `checks/config/reports.py`.
"""

from __future__ import annotations

from importlib import import_module

from runbooks.section import Section

SECTIONS: dict[str, str] = {
    "window": "runbooks.sections.window:WindowSection",
    "notices": "runbooks.sections.notices:NoticesSection",
    "before": "runbooks.sections.before:BeforeSection",
    "checklists": "runbooks.sections.checklists:ChecklistsSection",
    "walks": "runbooks.sections.walks:WalksSection",
    "after": "runbooks.sections.after:AfterSection",
    "silences": "runbooks.sections.silences:SilencesSection",
    "incidents": "runbooks.sections.incidents:IncidentsSection",
    "targets": "runbooks.sections.promises:PromisesSection",
    "health": "runbooks.sections.health:HealthSection",
    "trouble": "runbooks.sections.trouble:TroubleSection",
    "uptime": "runbooks.sections.uptime:UptimeSection",
    "performance": "runbooks.sections.performance:PerformanceSection",
    "capacity": "runbooks.sections.capacity:CapacitySection",
    "trends": "runbooks.sections.trends:TrendsSection",
    "logs": "runbooks.sections.logs:LogsSection",
    "security": "runbooks.sections.security:SecuritySection",
    "backups": "runbooks.sections.backups:BackupsSection",
    "maintenance": "runbooks.sections.maintenance:MaintenanceSection",
    "tasks": "runbooks.sections.tasks:TasksSection",
}
"""Name -> `module:class`."""
OF_WINDOWS = ("window", "before", "after")
"""Those that make sense of a window only."""
DEFAULTS: dict[str, tuple[str, ...]] = {
    "daily": ("health", "trouble", "logs", "backups", "tasks", "incidents"),
    "weekly": (
        "health",
        "trouble",
        "uptime",
        "performance",
        "security",
        "logs",
        "backups",
        "maintenance",
        "tasks",
    ),
    "monthly": ("targets", "uptime", "maintenance", "tasks", "incidents", "trouble", "security", "capacity"),
    "quarterly": ("trends", "capacity", "targets", "uptime", "maintenance", "incidents"),
    "window": (
        *("window", "notices", "before", "checklists", "walks", "after"),
        *("silences", "incidents", "targets"),
    ),
}
"""Name of a report -> its sections, in their order."""


def find_section(name: str) -> type[Section]:
    """Return the section's class.

    Raises:
        KeyError: when none has that name.
    """
    module, _, attribute = SECTIONS[name].partition(":")
    section: type[Section] = getattr(import_module(module), attribute)
    return section
