"""Owns what the doctor says about this machine: versions, extras, and what this user may look at.

Imports no driver: whether a library is there is asked of its metadata.
"""

from __future__ import annotations

import getpass
import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from checks.net.knock import knock
from checks.version import __version__
from tui.diagnosis.finding import Finding, warning

EXTRAS = {"kafka": "aiokafka", "celery": "celery"}
"""Extra -> the module that it brings."""
DOCKER = "unix:///var/run/docker.sock"


def versions() -> tuple[Finding, ...]:
    """Return what runs here."""
    return (
        Finding("walkdown", f"{__version__} ({Path(__file__).parent.parent.parent})"),
        Finding("Python", f"{platform.python_version()} ({os.path.realpath('/proc/self/exe')})"),
        _textual(),
        Finding("platform", f"{_distribution()}, {platform.system()} {platform.release()}"),
        *(_extra(name, module) for name, module in EXTRAS.items()),
    )


def permissions() -> tuple[Finding, ...]:
    """Return what this user may look at."""
    return (_user(), _docker(os.environ.get("DOCKER_HOST") or DOCKER), _systemd(), _processes())


def _textual() -> Finding:
    try:
        return Finding("Textual", version("textual"))
    except PackageNotFoundError:
        return warning("Textual", "not installed", "the console cannot open; install walkdown anew")


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return "unknown distribution"


def _extra(name: str, module: str) -> Finding:
    if find_spec(module) is not None:
        return Finding(f"extra {name}", "installed")
    return Finding(f"extra {name}", "not installed", f"pip install 'walkdown[{name}]'")


def _user() -> Finding:
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "no name"
    origin = os.environ.get("SUDO_USER", "")
    said = f"{name} (uid {os.geteuid()}{f', by sudo from {origin}' if origin else ''})"
    if os.geteuid() == 0:
        return Finding("user", said, "configuration that others may write is refused")
    return Finding("user", said)


def _docker(host: str) -> Finding:
    if not host.startswith("unix://"):
        return Finding("docker", f"at {host}, by DOCKER_HOST")
    path = host.removeprefix("unix://")
    try:
        with knock(path):
            return Finding("docker", f"answers at {path}")
    except FileNotFoundError:
        return Finding("docker", f"not here ({path})")
    except PermissionError:
        hint = "a member of its group may, which equals root: usermod -aG docker USER, then log in anew"
        return warning("docker", f"{path} may not be opened", hint)
    except OSError as error:
        hint = "is the engine running? systemctl status docker"
        return warning("docker", f"{path}: {error.strerror or error}", hint)


def _systemd() -> Finding:
    if not Path("/run/systemd/system").is_dir():
        return Finding("systemd", "does not run this machine: no units to look at")
    if shutil.which("systemctl") is None:
        return warning("systemd", "no systemctl on the PATH", "checks of units need it")
    return Finding("systemd", "runs this machine")


def _processes() -> Finding:
    hiding = next((words for words in _mounts_of_proc() if "hidepid=" in words), "")
    if "hidepid=" in hiding and "hidepid=0" not in hiding and os.geteuid() != 0:
        hint = "run as root, or in the group that gid= of the mount names"
        return warning("/proc", "hides other users", hint)
    if os.geteuid() != 0:
        return Finding("/proc", "shows all processes", "open files of other users' processes only as root")
    return Finding("/proc", "shows all processes")


def _mounts_of_proc() -> list[str]:
    try:
        lines = Path("/proc/self/mounts").read_text(errors="replace").splitlines()
    except OSError:
        return []
    return [line.split()[3] for line in lines if line.split()[1:3] == ["/proc", "proc"]]
