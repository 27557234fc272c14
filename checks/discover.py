"""Owns the system that walkdown watches when it is given none: this machine, as far as it can be found.

The answer is plain configuration, as it would be read from YAML, so that the ordinary loader checks it and
`walkdown init` can write it for editing. What is missing is left out; it is never a failing check. Loads no
drivers, and takes no longer than a console may take to start.
"""

from __future__ import annotations

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from checks.discovery import containers, host, listening, postgres, redis, systemd
from checks.text import clean

FINDERS = (host.find, systemd.find, listening.find, containers.find, postgres.find, redis.find)
_FOREIGN = re.compile(r"[^A-Za-z0-9_-]+")


def discover() -> dict[str, Any]:
    """Return a system of everything that was found on this machine."""
    with ThreadPoolExecutor(len(FINDERS)) as threads:
        found = list(threads.map(lambda find: find(), FINDERS))
    checks = {name: check for part in found for name, check in part.items()}
    name = socket.gethostname()
    return {
        "system": _FOREIGN.sub("-", name.partition(".")[0]).strip("-") or "this-machine",
        "title": clean(name) or "This machine",
        "checks": {name: check for name, check in checks.items() if not _is_covered(check, checks)},
    }


def _is_covered(check: dict[str, Any], checks: dict[str, dict[str, Any]]) -> bool:
    """Return whether a listening service is looked at by a check that knows it better."""
    known = {other["port"] for other in checks.values() if other["kind"] != "tcp" and "port" in other}
    return check["kind"] == "tcp" and check["port"] in known
