"""Owns what the commands of all packages share: the system option, the exit codes, errors made into words."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from checks import paths
from checks.errors import ConfigError, LinkError, StoreError, UsageError

USAGE = 64
"""EX_USAGE; click's own 2 would read as CRITICAL."""
UNAVAILABLE = 69
IO = 74
CONFIG = 78
PROBE_THREADS = "probe"
"""How the names of the threads begin that blocking libraries run in."""

F = TypeVar("F", bound=Callable[..., Any])


def system_option(command: F) -> F:
    """Give the command `--system PATH`; it receives `source`, None for this machine."""
    return click.option(
        "--system",
        "source",
        type=click.Path(path_type=Path),
        callback=_find_source,
        metavar="PATH",
        help="Folder or file of a system; without it the configured one, else this machine.",
    )(command)


def _find_source(context: click.Context, parameter: click.Parameter, given: Path | None) -> Path | None:
    inherited = context.obj if isinstance(context.obj, Path) else None
    source = given or inherited or paths.find_system()
    if given is not None and not given.exists():
        raise click.BadParameter(f"{given}: no such file or folder", context, parameter)
    context.obj = source
    return source


@contextmanager
def errors_as_exits() -> Iterator[None]:
    """Turn errors that walkdown raises on purpose into their words and exit codes."""
    try:
        yield
    except ConfigError as error:
        raise Failure(str(error), CONFIG) from error
    except UsageError as error:
        raise Failure(str(error), USAGE) from error
    except LinkError as error:
        raise Failure(str(error), UNAVAILABLE) from error
    except StoreError as error:
        raise Failure(str(error), IO) from error


def leave(code: int) -> NoReturn:
    """End the process, even when a thread hangs in a call that cannot be cancelled, as on a dead mount."""
    if any(thread.name.startswith(PROBE_THREADS) for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


class Failure(click.ClickException):
    """A command that could not be carried out; its text goes to standard error as it stands."""

    def __init__(self, words: str, code: int) -> None:
        """Keep the words and the exit code."""
        super().__init__(words)
        self.exit_code = code

    def show(self, file: Any = None) -> None:
        """Write the words without a prefix, so that `file:line:col:` stays at the line's start."""
        click.echo(self.message, err=True)
