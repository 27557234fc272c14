"""Owns how errors that walkdown raises on purpose become words on standard error and exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from checks.command_line import CONFIG, IO, UNAVAILABLE, USAGE
from checks.errors import ConfigError, LinkError, StoreError, UsageError
from checks.text import clean


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


class Failure(click.ClickException):
    """A command that could not be carried out; its text goes to standard error as it stands."""

    def __init__(self, words: str, code: int) -> None:
        """Keep the words and the exit code."""
        super().__init__(words)
        self.exit_code = code  # type: ignore[misc]  # declared for the class, read from the instance

    def show(self, file: Any = None) -> None:
        """Write the words without a prefix, so that `file:line:col:` stays at the line's start."""
        click.echo(clean(self.message, lines=True), file=file, err=True)
