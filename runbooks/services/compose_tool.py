"""Owns which Compose is here, and what it means when one refuses.

Version 2 is a plugin of `docker`, found where `docker` looks for it; version 1 is a program of its own. Which
it is is seen from files alone, so that what will run can be shown exactly without running anything.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from checks.programs.supervise import SEARCH_PATH
from runbooks.outcome import FailedError, UnknownError
from runbooks.services.tool import Said

VERSION_2 = ("docker", "compose")
VERSION_1 = ("docker-compose",)
PLUGIN = "docker-compose"
FOLDERS = (
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
)
"""Where `docker` finds plugins, after those of the user."""

_DOWN = re.compile(
    r"Cannot connect to the Docker daemon|Couldn't connect to Docker daemon"
    r"|FileNotFoundError\(2|ConnectionRefusedError\(111"
)
"""The last two are how version 1 says it, a Python program."""
_FORBIDDEN = re.compile(r"permission denied while trying to connect|PermissionError\(13", re.IGNORECASE)
_CUT = re.compile(
    r"[Rr]ead timed out|context deadline exceeded|connection reset|unexpected EOF|error during connect"
    r"|RemoteDisconnected|Connection aborted"
)
"""The engine was asked and did not answer to the end."""
_NO_SERVICE = re.compile(r"^(?:ERROR: )?no such service\b", re.IGNORECASE | re.MULTILINE)


def tool_here() -> tuple[str, ...]:
    """Return how Compose is called on this host: version 2 when it is here, else version 1 when that is."""
    if shutil.which("docker", path=SEARCH_PATH) and any(_is_plugin(folder) for folder in _folders()):
        return VERSION_2
    return VERSION_1 if shutil.which("docker-compose", path=SEARCH_PATH) else VERSION_2


def is_unknown_service(said: Said) -> bool:
    """Return whether it refused because its files have no such service."""
    return said.status != 0 and bool(_NO_SERVICE.search(said.words))


def refusal(said: Said, looked: bool) -> FailedError | UnknownError:
    """Return what an exit code that is not 0 means; `looked`: it was asked to change nothing.

    Either version says that it cannot connect even when it had, and the engine went away in the middle.
    """
    words = said.words
    if _FORBIDDEN.search(words):
        fix = "add this account to the group that owns the socket (that equals root)"
        return FailedError("permission", f"no permission to use the Docker Engine: {fix}", detail=words)
    if looked and _DOWN.search(words):
        return FailedError("daemon_down", f"no Docker Engine answers: {said.last}", detail=words)
    if _DOWN.search(words) or _CUT.search(words):
        lost = f"the Docker Engine did not answer to the end: {said.last}"
        if looked:
            return FailedError("connection_lost", lost, detail=words)
        return UnknownError("connection_lost", f"nobody knows how far it got: {lost}", detail=words)
    if "is not a docker command" in words or "unknown command: docker compose" in words:
        missing = "neither docker compose nor docker-compose is installed here"
        return FailedError("not_found", missing, detail=words)
    return FailedError("exit_code", f"{said.argv[0]}: exit code {said.status}: {said.last}", detail=words)


def _folders() -> tuple[Path, ...]:
    own = os.environ.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
    return (Path(own, "cli-plugins"), *map(Path, FOLDERS))


def _is_plugin(folder: Path) -> bool:
    return os.access(folder / PLUGIN, os.X_OK)
