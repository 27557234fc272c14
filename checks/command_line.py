"""Owns how a command line runs and ends: the system option, the exit codes, no traceback for a closed pipe.

Light on purpose: `walkdown --help` pays for this module. What turns errors into words is `checks/exits.py`.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn, TextIO, TypeVar

import click

from checks import paths

UNKNOWN_KEYS = "walkdown.unknown_keys"
"""Where the root of the command line leaves, in `Context.meta`, what judges the keys of the console."""
USAGE = 64
"""EX_USAGE; click's own 2 would read as CRITICAL."""
UNAVAILABLE = 69
IO = 74
CONFIG = 78
INTERRUPTED = 128 + signal.SIGINT
READER_GONE = 128 + signal.SIGPIPE
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
        help="Folder or file of a system; without it $WALKDOWN_SYSTEM, the configured one, or this machine.",
    )(command)


def completed_by(target: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return a completion that imports the function `module:name` when a shell asks for it."""

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        module, _, name = target.partition(":")
        found: list[str] = getattr(import_module(module), name)(context, parameter, incomplete)
        return found

    return complete


def _find_source(context: click.Context, parameter: click.Parameter, given: Path | None) -> Path | None:
    inherited = context.obj if isinstance(context.obj, Path) else None
    named = os.environ.get("WALKDOWN_SYSTEM")
    source = given or inherited or (Path(named).expanduser() if named else paths.find_system())
    if source is not None and not source.exists():
        origin = "" if given else "$WALKDOWN_SYSTEM: "
        raise click.BadParameter(f"{origin}{source}: no such file or folder", context, parameter)
    context.obj = source
    return source


def run(command: click.Command, name: str) -> NoReturn:
    """Run a command line as a whole and end the process with its exit code.

    A reader that has left, Ctrl-C, a full disk or a file out of reach end it in one line at most, with codes
    of their own: they must not read as the level of a check.
    """
    click.UsageError.exit_code = USAGE
    _accept_any_text()
    try:
        with command.make_context(name, sys.argv[1:]) as context:
            command.invoke(context)
        code = 0
    except click.exceptions.Exit as end:
        code = end.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        _drop_output(sys.stdout)
        code = READER_GONE
    except OSError as error:
        _drop_output(sys.stdout)
        sys.stderr.write(f"{error.filename or 'cannot write'}: {error.strerror}\n")
        code = IO
    leave(code)


def leave(code: int) -> NoReturn:
    """End the process, even when a thread hangs in a call that cannot be cancelled, as on a dead mount."""
    _flush()
    if any(thread.name.startswith(PROBE_THREADS) for thread in threading.enumerate()):
        os._exit(code)
    sys.exit(code)


def _flush() -> None:
    """Write what is buffered; when the terminal hung up, drop it, or the interpreter would end with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            _drop_output(stream)


def _accept_any_text() -> None:
    """Let no character that the locale lacks end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _drop_output(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, or the interpreter would complain at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
