"""Debian's cron itself, at another time: in a namespace where it finds one crontab and nothing else.

libfaketime adds a number of seconds to what cron and its commands take for now. Time goes no faster, so that
cron is started a few seconds before the minute it is asked about.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil
import pytest

CRON = shutil.which("cron", path="/usr/sbin:/sbin")
FAKE_TIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
BEFORE = 10.0
"""Seconds before the minute at which cron is started: time to start all of them on a busy machine."""
PATIENCE = 40.0
"""Seconds."""
ZONES = Path("/usr/share/zoneinfo")
# What cron reads is hidden by empty folders, and the zone of this host by another, for this process alone.
PLACE = """
set -e
mount --make-rprivate /
mount -t tmpfs none /var/spool/cron
mkdir -m 0730 /var/spool/cron/crontabs
mount -t tmpfs none /etc/cron.d
mount -t tmpfs none /run
[ ! -e /etc/crontab ] || { : > /run/empty; mount --bind /run/empty /etc/crontab; }
mount --bind "$1" "$(readlink -f /etc/localtime)"
install -m 0600 "$2" /var/spool/cron/crontabs/root
exec "$3" -f
"""


@dataclass(frozen=True)
class Minute:
    """A minute that a cron is asked about, and the crontab that it has."""

    at: datetime
    """With the zone that is the host's."""
    crontab: str


@pytest.fixture(scope="session")
def real_cron() -> None:
    """Skip where Debian's cron, libfaketime, or the right to use both is missing."""
    if CRON is None or FAKE_TIME is None or os.geteuid() != 0:
        pytest.skip("needs cron, libfaketime and root")


def run_through(folder: Path, minutes: dict[str, Minute]) -> None:
    """Run a cron for each of them, all at once, until each has come to its minute and done its work."""
    running: dict[Path, psutil.Popen] = {}
    try:
        for name, minute in minutes.items():
            seen = folder / f"{name}.seen"
            running[seen] = _started(folder / f"{name}.crontab", minute, seen)
        deadline = time.monotonic() + PATIENCE
        while not all(seen.exists() and not child.children() for seen, child in running.items()):
            ended = [child.args for child in running.values() if child.poll() is not None]
            assert not ended, f"did not keep running: {ended}"
            assert time.monotonic() < deadline, "cron does not come to its minute"
            time.sleep(0.05)
    finally:
        for child in running.values():
            child.kill()
            child.wait()


def _started(file: Path, minute: Minute, seen: Path) -> psutil.Popen:
    shift = f"{minute.at.timestamp() - BEFORE - time.time():+.3f}"
    fake = {"LD_PRELOAD": str(FAKE_TIME), "FAKETIME": shift}
    lines = [*(f"{name}={value}" for name, value in fake.items()), minute.crontab]
    lines.append(f"{minute.at.minute} {minute.at.hour} * * * touch {seen}")
    file.write_text("\n".join(lines) + "\n")
    zone = ZONES / str(minute.at.tzinfo)
    place = ["/usr/bin/unshare", "-m", "/bin/sh", "-c", PLACE, "cron", str(zone), str(file), str(CRON)]
    return psutil.Popen(["/usr/bin/env", *place], env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | fake)
