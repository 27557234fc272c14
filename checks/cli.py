"""Owns the commands `kinds` and `init`, and how kinds of anything are listed. None probes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from checks import paths
from checks.command_line import completed_by
from checks.errors import UsageError
from checks.exits import errors_as_exits
from checks.kind import first_sentence
from checks.registry import find_kind, kind_names
from checks.suggest import did_you_mean

SCHEMA_FILE = "schema.json"


@click.command()
@click.argument("name", required=False, shell_complete=completed_by("checks.names:complete_kind"))
def kinds(name: str | None) -> None:
    """List the kinds of checks, or explain one: options, readings, an example."""
    list_or_explain("kind", name, kind_names(), _summary, _explained)


def list_or_explain(
    what: str,
    name: str | None,
    names: tuple[str, ...],
    line: Callable[[str], str],
    explain: Callable[[str], str],
) -> None:
    """Print a line about each of several sorts of something, or all about the one that is named."""
    if name is None:
        width = max(map(len, names))
        for one in names:
            click.echo(f"{one:<{width}}  {_or_reason(line, one)}")
        return
    with errors_as_exits():
        if name not in names:
            raise UsageError(f"no {what} is called {name!r}{did_you_mean(name, names)}")
        try:
            click.echo(explain(name))
        except (ImportError, AttributeError) as error:
            raise UsageError(f"{what} {name} cannot be used here: {error}") from error


def _or_reason(line: Callable[[str], str], name: str) -> str:
    try:
        return line(name)
    except (ImportError, AttributeError) as error:
        return f"cannot be used here: {error}"


def _summary(name: str) -> str:
    return first_sentence(find_kind(name))


def _explained(name: str) -> str:
    from checks.explain import explain

    return explain(name, find_kind(name))


@click.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--force", is_flag=True, help="Write over a system that is there.")
def init(path: Path | None, force: bool) -> None:
    """Write what is found on this machine as a system to edit.

    PATH is the folder to write to; without it, the one in which walkdown looks first.
    """
    from checks.config.schema import as_text, system_schema
    from checks.config.write import write_system
    from checks.discover import discover
    from checks.load import load

    folder = path or paths.system_folders()[0]
    with errors_as_exits():
        if (folder / paths.SYSTEM_FILE).exists() and not force:
            raise UsageError(f"{folder / paths.SYSTEM_FILE} is there already; --force writes over it")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = write_system(discover(), f"./{SCHEMA_FILE}", "What walkdown found on this machine.")
        _write(folder / SCHEMA_FILE, as_text(system_schema()) + "\n")
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
