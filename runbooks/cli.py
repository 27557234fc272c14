"""Owns the commands about files, runbooks included: `validate`, `render`, `schema`, `steps`, `cron`, ...

None probes, none walks.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.cli import list_or_explain
from checks.command_line import UNKNOWN_KEYS, completed_by, system_option
from checks.errors import UsageError
from checks.exits import errors_as_exits
from checks.kind import first_sentence
from checks.suggest import did_you_mean
from runbooks.registry import DRIVERS, find_driver, find_step, step_names


@click.command()
@system_option
@click.pass_context
def validate(context: click.Context, source: Path | None) -> None:
    """Find everything wrong in a system's files.

    One line for each problem: file:line:column: key: message. Exit code 78 when the files cannot be used.
    """
    from runbooks.examining import examine

    with errors_as_exits():
        found = examine(source, context.meta.get(UNKNOWN_KEYS))
    for warning in found.warnings:
        click.echo(warning, err=True)
    counts = [_count(len(found.system.definitions), "check")]
    if found.library.plans:
        counts += [_count(len(found.library.plans), "runbook"), _count(found.library.steps, "step")]
    if found.lists.plans:
        counts += [_count(len(found.lists.plans), "checklist"), _count(found.lists.items, "item")]
    name = found.system.info.title or found.system.info.name
    click.echo(f"{name}: {', '.join((*counts, _count(len(found.warnings), 'warning')))}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@click.command()
@click.argument("names", nargs=-1, shell_complete=completed_by("runbooks.names:complete_rendered"))
@system_option
def render(names: tuple[str, ...], source: Path | None) -> None:
    """Print a system, or a runbook, as it is after all substitution.

    What is merged and filled in shows as YAML; secrets show as their names. NAMES choose checks and runbooks;
    all checks when there are none.
    """
    from checks.load import load
    from checks.rendered import rendered
    from runbooks.library import load_library
    from runbooks.rendered import rendered_plan

    with errors_as_exits():
        system = load(source)
        checks = {definition.name for definition in system.definitions}
        library = load_library(system, source)
        known = (*checks, *library.names)
        for name in names:
            if name not in known:
                raise UsageError(f"no check or runbook is called {name!r}{did_you_mean(name, known)}")
        plans = [library.plan(name) for name in names if name in library.names]
    chosen = tuple(name for name in names if name in checks)
    texts = [rendered(system, chosen)] if chosen or not names else []
    click.echo("\n".join((*texts, *map(rendered_plan, plans))), nl=False)


@click.command()
@click.argument("what", type=click.Choice(["system", "runbook", "checklist"]), default="system")
def schema(what: str) -> None:
    """Print the JSON Schema of a system's files, of runbooks, or of checklists.

    Editors complete and check by it: # yaml-language-server: $schema=./schema.json
    """
    from checks.config.schema import as_text, system_schema
    from runbooks.document.checklist_schema import checklist_schema
    from runbooks.document.schema import runbook_schema

    schemas = {"system": system_schema, "runbook": runbook_schema, "checklist": checklist_schema}
    click.echo(as_text(schemas[what]()))


@click.command()
@click.argument("name", required=False, shell_complete=completed_by("runbooks.names:complete_step"))
def steps(name: str | None) -> None:
    """List the kinds of steps, or explain one: options, an example."""
    list_or_explain("kind of step", name, step_names(), _step_line, _explained_step)


def _step_line(name: str) -> str:
    kind = find_step(name)
    return f"{'changes' if kind.CHANGES else '':<7}  {first_sentence(kind)}"


def _explained_step(name: str) -> str:
    from runbooks.explain import explain_step

    return explain_step(name)


@click.command()
@click.argument("name", required=False, shell_complete=completed_by("runbooks.names:complete_driver"))
def drivers(name: str | None) -> None:
    """List the drivers of services, or explain one: actions, options, an example."""
    list_or_explain("driver", name, tuple(DRIVERS), _driver_line, _explained_driver)


def _driver_line(name: str) -> str:
    return first_sentence(find_driver(name))


def _explained_driver(name: str) -> str:
    from runbooks.explain import explain_driver

    return explain_driver(name)


@click.command()
@system_option
@click.argument("name", default="", shell_complete=completed_by("runbooks.names:complete_scheduled"))
@click.argument("command", nargs=-1)
def cron(name: str, command: tuple[str, ...], source: Path | None) -> None:
    """Print the crontab lines that run a command whenever a window opens, or a task is due.

    They are right for a crontab of this host, whose time zone they go by. A task that a program fulfils has
    its own command; without a NAME the lines of all such tasks are printed.

    \b
        walkdown cron nightly-backup
        walkdown cron monthly -- walkdown run monthly-update --auto
    """
    from checks.clock import SystemClock
    from checks.recurrence.zones import zone_named
    from runbooks.calendar.loading import scheduled
    from runbooks.windows.crontab import crontab

    with errors_as_exits():
        now, here = SystemClock().now(), zone_named("")
        found = scheduled(source, name, command)
        texts = [crontab(one.plan, one.command, here, now, one.what) for one in found]
    click.echo("\n".join(texts))


@click.command()
@system_option
@click.argument("name", default="", shell_complete=completed_by("runbooks.names:complete_scheduled"))
@click.argument("command", nargs=-1)
def timers(name: str, command: tuple[str, ...], source: Path | None) -> None:
    """Print the systemd timer that runs a command whenever a window opens, or a task is due.

    With the service that goes with it. A task that a program fulfils has its own command; without a NAME the
    timers of all such tasks are printed. systemd wants the full path of a program:

    \b
        walkdown timers nightly-backup
        walkdown timers weekly -- /usr/bin/walkdown check
    """
    from runbooks.calendar.loading import scheduled
    from runbooks.windows.timers import units

    with errors_as_exits():
        found = scheduled(source, name, command)
        for one in found:
            if not one.command[0].startswith("/"):
                raise UsageError(f"systemd wants the full path of {one.command[0]}")
        made = [unit for one in found for unit in units(one.plan, one.command, one.what).items()]
    click.echo("\n".join(f"# {file}\n{text}" for file, text in made), nl=False)
