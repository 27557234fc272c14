"""Owns `walkdown completion`: the script with which a shell completes our command line; click writes it."""

from __future__ import annotations

import os
from pathlib import PurePath

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_WALKDOWN_COMPLETE"
"""In which the script says what it wants of us."""


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
def completion(context: click.Context, shell: str | None) -> None:
    """Print the completion script of a shell.

    Of the one that you use, when none is named.

    \b
    bash: walkdown completion bash > ~/.local/share/bash-completion/completions/walkdown
    zsh:  walkdown completion zsh > "${fpath[1]}/_walkdown"
    fish: walkdown completion fish > ~/.config/fish/completions/walkdown.fish
    """
    shell = shell or PurePath(os.environ.get("SHELL", "")).name
    writer = get_completion_class(shell) if shell in SHELLS else None
    if writer is None:
        raise click.UsageError(f"name a shell: {', '.join(SHELLS)}", context)
    root = context.find_root()
    name = root.info_name or "walkdown"
    click.echo(writer(root.command, {}, name, VARIABLE).source())
