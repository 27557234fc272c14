"""Owns the finding of a container engine that speaks Docker's API."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checks.net.knock import knock


def find() -> dict[str, dict[str, Any]]:
    """Return the check of all containers where an engine answers, or is there and forbidden to us."""
    for path in _sockets():
        try:
            with knock(path):
                return {"containers": _check(path)}
        except PermissionError:
            return {"containers": _check(path)}
        except OSError:
            continue
    return {}


def _sockets() -> Iterator[str]:
    """Yield where engines listen: as the environment says, of the system, of this user."""
    named = os.environ.get("DOCKER_HOST", "")
    if named.startswith("unix://"):
        yield named.removeprefix("unix://")
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    for folder in ("/var/run", "/run", own):
        for name in ("docker.sock", "podman/podman.sock"):
            if folder and (path := Path(folder, name)).exists():
                yield str(path)


def _check(path: str) -> dict[str, Any]:
    return {
        "kind": "container",
        "title": "Containers",
        "group": "containers",
        "every": "10s",
        "host": f"unix://{path}",
        "warn": "restarting > 0 for 1 m",
    }
