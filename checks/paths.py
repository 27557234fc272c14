"""Owns where things lie: state, cache and configuration by the XDG rules, or where systemd says.

Only names paths; makes no folder and opens no file. Every system has a name of its own, made of what it is
called and where its configuration lies, and one store, socket and log under that name.

Sockets lie beside the store and not under `/run/user`: that folder goes away when the operator's last login
ends, and the agent is there to outlive it.
"""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

APP = "walkdown"
SYSTEM_FILE = "system.yaml"
"""The file that makes a folder a system."""
SERVICE_FOLDER = Path("/run") / APP
"""Where the unit `walkdown@.service` has its sockets."""
MACHINE = "this-machine"
"""The name of the system that is discovered rather than written."""


def state_folder() -> Path:
    """Return the folder of stores: `$STATE_DIRECTORY` under systemd, else `$XDG_STATE_HOME/walkdown`."""
    return _of_systemd("STATE_DIRECTORY") or _of_xdg("XDG_STATE_HOME", ".local/state")


def runtime_folder() -> Path:
    """Return the folder of sockets and locks: `$RUNTIME_DIRECTORY` under systemd, else the state folder."""
    return _of_systemd("RUNTIME_DIRECTORY") or state_folder()


def cache_folder() -> Path:
    """Return the folder of what may be deleted at any time."""
    return _of_systemd("CACHE_DIRECTORY") or _of_xdg("XDG_CACHE_HOME", ".cache")


def system_folders() -> tuple[Path, ...]:
    """Return where a system's configuration is looked for, the operator's own before the machine's.

    The working folder is not among them: whoever could write there could run commands as the operator.
    """
    named = os.environ.get("WALKDOWN_SYSTEM", "")
    own = (Path(named).expanduser(),) if named else ()
    return (*own, _of_xdg("XDG_CONFIG_HOME", ".config"), Path("/etc") / APP)


def find_system() -> Path | None:
    """Return the first place that holds a system; None when this machine has to be discovered."""
    for place in system_folders():
        if place.is_file() or (place / SYSTEM_FILE).is_file():
            return place
    return None


def system_name(source: Path | None) -> str:
    """Return the name under which a system's files lie; the same for every spelling of its path."""
    if source is None:
        return MACHINE
    place = source.resolve()
    slug = re.sub(r"[^a-z0-9]+", "-", place.stem.lower()).strip("-")[:24].rstrip("-")
    digest = zlib.crc32(os.fsencode(place))  # tells apart, guards nothing; hashlib takes 3 ms to import
    return f"{slug or 'system'}-{digest:08x}"


def store_file(source: Path | None) -> Path:
    """Return the store of a system."""
    return state_folder() / f"{system_name(source)}.db"


def journal_file(source: Path | None) -> Path:
    """Return the journal of a system's walks; a file of its own, which no damage to the store can reach."""
    return state_folder() / f"{system_name(source)}.journal.db"


def evidence_folder(source: Path | None) -> Path:
    """Return the folder of what the steps of walks left."""
    return state_folder() / f"{system_name(source)}.evidence"


def reports_folder(source: Path | None) -> Path:
    """Return the folder of the reports that are kept of a system."""
    return state_folder() / f"{system_name(source)}.reports"


def log_file(source: Path | None) -> Path:
    """Return the log of a system's agent."""
    return state_folder() / f"{system_name(source)}.log"


def socket_file(source: Path | None) -> Path:
    """Return the socket that a system's agent listens on."""
    return runtime_folder() / f"{system_name(source)}.sock"


def sockets(source: Path | None) -> tuple[Path, ...]:
    """Return where a console looks for a system's agent: that of a service before its own user's."""
    own = socket_file(source)
    service = SERVICE_FOLDER / own.name
    return (service, own) if service != own and os.access(SERVICE_FOLDER, os.X_OK) else (own,)


def _of_systemd(variable: str) -> Path | None:
    """Return the first folder that systemd made; resolved, as `DynamicUser=` hands out a symbolic link."""
    first = os.environ.get(variable, "").partition(":")[0]
    return Path(first).resolve() if first else None


def _of_xdg(variable: str, default: str) -> Path:
    """Return our folder below the one that the variable names, if it is absolute, as the XDG rules ask."""
    named = os.environ.get(variable, "")
    return (Path(named) if named.startswith("/") else Path.home() / default) / APP
