"""Owns what the doctor says about our own files: where they lie, who may read them, who is at work there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from agent.ask import visiting
from agent.reach import reach_of
from checks import paths
from checks.config.files import read_sources
from checks.config.problems import Problems
from checks.errors import LinkError
from checks.version import __version__
from tui.diagnosis.finding import Finding, warning

LEAST_ROOM = 200 * 1024 * 1024
"""Bytes; with less, history may soon not be kept."""
AGENT_WITHIN = 0.3
"""Seconds that an agent has to answer."""


def places(source: Path | None) -> tuple[Finding, ...]:
    """Return where things are for this system."""
    return (
        _configuration(source),
        _agent(source),
        _folder("state", paths.state_folder()),
        _folder("cache", paths.cache_folder()),
        *_room(paths.state_folder()),
        *(_file(name, file) for name, file in _files(source).items()),
    )


def _configuration(source: Path | None) -> Finding:
    if source is None:
        looked = ", ".join(str(place) for place in paths.system_folders())
        return Finding("system", "this machine, discovered", f"none in {looked}; walkdown init writes one")
    problems = Problems()
    read_sources(source, problems)
    if found := problems.all():
        return warning("system", str(source), "\n".join(map(str, found)))
    return Finding("system", str(source), "walkdown validate finds what is wrong in it")


def _agent(source: Path | None) -> Finding:
    try:
        reach = reach_of(source)
        with visiting(*reach.places, patience=AGENT_WITHIN, uid=reach.uid) as visit:
            if visit is None and not reach.is_ours:
                return warning("agent", f"none runs; {reach.access.owner} has to start it", "")
            if visit is None:
                return Finding("agent", "none runs; the console starts one")
            welcome = visit.welcome
    except LinkError as error:
        return warning("agent", "does not answer as it should", str(error))
    said = f"runs (process {welcome.pid}, {len(welcome.system.checks)} checks)"
    if welcome.version != __version__:
        hint = "the next console replaces it; or: walkdown agent stop"
        return warning("agent", f"{said}, of version {welcome.version}", hint)
    return Finding("agent", said)


def _folder(name: str, folder: Path) -> Finding:
    try:
        seen = folder.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return _missing(name, folder)
    except OSError as error:
        return warning(name, str(folder), error.strerror or str(error))
    said = f"{folder} ({stat.S_IMODE(seen.st_mode):04o})"
    if not stat.S_ISDIR(seen.st_mode):
        return warning(name, said, "must be a real folder; a link in its place is refused")
    if seen.st_uid != os.geteuid():
        return warning(name, said, f"belongs to uid {seen.st_uid}: chown it, or set XDG_{name.upper()}_HOME")
    if not os.access(folder, os.W_OK | os.X_OK):
        return warning(name, said, "cannot be written")
    return Finding(name, said)


def _missing(name: str, folder: Path) -> Finding:
    above = next(place for place in folder.parents if place.exists())
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return Finding(name, f"{folder} (made when needed)")
    hint = f"{above} cannot be written: set XDG_{name.upper()}_HOME"
    return warning(name, f"{folder} cannot be made", hint)


def _room(folder: Path) -> Iterator[Finding]:
    """Yield how much room history has, when it has little."""
    place = next(place for place in (folder, *folder.parents) if place.exists())
    about = os.statvfs(place)
    free = about.f_bavail * about.f_frsize
    if free < LEAST_ROOM:
        yield warning("room", f"{free // 1024**2} MiB free in {place}", "history needs some; make room")


def _files(source: Path | None) -> dict[str, Path]:
    return {
        "store": paths.store_file(source),
        "log": paths.log_file(source),
        "socket": paths.sockets(source)[-1],
    }


def _file(name: str, path: Path) -> Finding:
    try:
        mode = stat.S_IMODE(path.lstat().st_mode)
    except OSError:
        return Finding(name, f"{path} (not there yet)")
    said = f"{path} ({mode:04o})"
    if mode & 0o077:
        return warning(name, said, f"others may look in: chmod 600 {path}")
    return Finding(name, said)
