"""Owns the commands about configuration: `validate`, `render`, `kinds`, `schema`, `init`. None probes."""

from __future__ import annotations

from pathlib import Path

import click

from checks import paths
from checks.command_line import completed_by, system_option
from checks.errors import UsageError
from checks.exits import errors_as_exits
from checks.kind import first_sentence
from checks.registry import find_kind, kind_names
from checks.suggest import did_you_mean

SCHEMA_FILE = "schema.json"


@click.command()
@system_option
def validate(source: Path | None) -> None:
    """Find everything wrong in a system's files.

    One line for each problem: file:line:column: key: message. Exit code 78 when the files cannot be used.
    """
    from checks.load import load

    with errors_as_exits():
        system = load(source)
    for warning in system.warnings:
        click.echo(str(warning), err=True)
    name = system.info.title or system.info.name
    counts = (_count(len(system.definitions), "check"), _count(len(system.warnings), "warning"))
    click.echo(f"{name}: {', '.join(counts)}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@click.command()
@click.argument("names", nargs=-1, shell_complete=completed_by("checks.names:complete_check"))
@system_option
def render(names: tuple[str, ...], source: Path | None) -> None:
    """Print a system as it is after all substitution.

    What is merged and filled in shows as YAML; secrets show as their names. NAMES choose checks; all of
    them when there are none.
    """
    from checks.load import load
    from checks.rendered import rendered

    with errors_as_exits():
        system = load(source)
        known = tuple(definition.name for definition in system.definitions)
        for name in names:
            if name not in known:
                raise UsageError(f"no check is called {name!r}{did_you_mean(name, known)}")
    click.echo(rendered(system, names), nl=False)


@click.command()
@click.argument("name", required=False, shell_complete=completed_by("checks.names:complete_kind"))
def kinds(name: str | None) -> None:
    """List the kinds of checks, or explain one: options, readings, an example."""
    if name is None:
        width = max(map(len, kind_names()))
        for kind in kind_names():
            click.echo(f"{kind:<{width}}  {_summary(kind)}")
        return
    from checks.explain import explain

    with errors_as_exits():
        if name not in kind_names():
            raise UsageError(f"no kind is called {name!r}{did_you_mean(name, kind_names())}")
        try:
            click.echo(explain(name, find_kind(name)))
        except (ImportError, AttributeError) as error:
            raise UsageError(f"kind {name} cannot be used here: {error}") from error


def _summary(name: str) -> str:
    try:
        return first_sentence(find_kind(name))
    except (ImportError, AttributeError) as error:
        return f"cannot be used here: {error}"


@click.command()
def schema() -> None:
    """Print the JSON Schema of a system's files.

    Editors complete and check by it: # yaml-language-server: $schema=./schema.json
    """
    click.echo(_schema())


def _schema() -> str:
    import msgspec

    from checks.config.schema import system_schema

    return msgspec.json.format(msgspec.json.encode(system_schema()), indent=2).decode()


@click.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--force", is_flag=True, help="Write over a system that is there.")
def init(path: Path | None, force: bool) -> None:
    """Write what is found on this machine as a system to edit.

    PATH is the folder to write to; without it, the one in which walkdown looks first.
    """
    from checks.config.write import write_system
    from checks.discover import discover
    from checks.load import load

    folder = path or paths.system_folders()[0]
    with errors_as_exits():
        if (folder / paths.SYSTEM_FILE).exists() and not force:
            raise UsageError(f"{folder / paths.SYSTEM_FILE} is there already; --force writes over it")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = write_system(discover(), f"./{SCHEMA_FILE}", "What walkdown found on this machine.")
        _write(folder / SCHEMA_FILE, _schema() + "\n")
        _write(folder / paths.SYSTEM_FILE, text)
        load(folder)
    click.echo(f"wrote {folder / paths.SYSTEM_FILE}")
    click.echo(f"edit it, then: walkdown validate --system {folder}")


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all; root obeys no configuration that others may write."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(0o600)
    draft.write_text(text, "utf-8")
    draft.replace(path)
