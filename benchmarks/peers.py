"""Owns where the peers are that we are measured beside; one that is missing is named and left out."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CHECK_HTTP = "/usr/lib/nagios/plugins/check_http"
BLACKBOX = "prometheus-blackbox-exporter"
BTOP = "btop"
INSTALL_WITHIN = 120


def find(program: str) -> str:
    """Return the path of an installed program, empty when it is missing."""
    return shutil.which(program) or ""


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="walkdown-peers-")


def glances() -> str:
    """Return where glances is: installed, else in a throw-away environment; empty if neither."""
    return _installed("glances", "glances")


def ansible_playbook() -> str:
    """Return where ansible-playbook is: installed, else in a throw-away environment; empty if neither."""
    return _installed("ansible-playbook", "ansible-core")


@cache
def _installed(program: str, package: str) -> str:
    if found := find(program):
        return found
    folder = Path(_folder().name) / program
    venv.create(folder, with_pip=True)
    with contextlib.suppress(subprocess.SubprocessError):
        command = [str(folder / "bin/python"), "-m", "pip", "install", "-q", package]
        subprocess.run(command, check=True, timeout=INSTALL_WITHIN, capture_output=True)
        return str(folder / "bin" / program)
    return ""


def missing() -> Iterator[str]:
    """Yield a word on each peer that is not here."""
    if not find(CHECK_HTTP):
        yield "check_http is not installed (Debian: monitoring-plugins-basic)"
    if not find(BLACKBOX):
        yield "blackbox exporter is not installed (Debian: prometheus-blackbox-exporter)"


def ours(*arguments: str) -> list[str]:
    """Return the command that runs walkdown."""
    return [str(Path(sys.executable).with_name("walkdown")), *arguments]


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module in an interpreter like this one."""
    return [sys.executable, "-m", module, *arguments]
