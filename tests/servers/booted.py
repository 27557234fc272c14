"""Gives tests a systemd of their own, booted in namespaces on this machine's own `/usr`.

It is process 1 of its own world, with its own control groups, journal and units; nothing outside can be
reached from it but files below `/usr`, read-only. Units are files that tests write.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SYSTEMD = "/lib/systemd/systemd"
SCRIPT = """\
set -eu
mount -t tmpfs -o mode=755 tmpfs "$1"
cd "$1"
mkdir -p usr etc/systemd/system proc sys dev run tmp root var/log old
for folder in bin sbin lib lib32 lib64; do [ ! -L /$folder ] || cp -P /$folder $folder; done
mount --bind /usr usr
mount -o remount,bind,ro usr
cp /etc/ld.so.cache etc/
echo root:x:0:0:root:/root:/bin/sh >etc/passwd
echo root:x:0: >etc/group
echo 0123456789abcdef0123456789abcdef >etc/machine-id
echo [Unit] >etc/systemd/system/test.target
echo Requires=systemd-journald.service >>etc/systemd/system/test.target
echo After=systemd-journald.service >>etc/systemd/system/test.target
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
for device in null zero full random urandom tty; do
  touch dev/$device
  mount --bind /dev/$device dev/$device
done
pivot_root . old
umount -l old
export container=test PATH=/usr/sbin:/usr/bin
exec /lib/systemd/systemd --system --unit=test.target --show-status=0
"""


@dataclass
class Booted:
    """A systemd that runs."""

    pid: int
    """Of its process 1, as this machine counts."""

    @property
    def through(self) -> tuple[str, ...]:
        """What stands before a command that is to run in its world."""
        return ("nsenter", "-t", str(self.pid), "-a")

    def unit(self, name: str, text: str) -> str:
        """Write a unit, and have systemd read it."""
        Path(f"/proc/{self.pid}/root/etc/systemd/system/{name}").write_text(text)
        self.systemctl("daemon-reload")
        return name

    def systemctl(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        command = [*self.through, "systemctl", "--no-pager", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=check)


@contextlib.contextmanager
def booted_system() -> Iterator[Booted]:
    for program in (SYSTEMD, "unshare", "nsenter", "setpriv"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed (Debian: systemd, util-linux)")
    if os.getuid() != 0:
        pytest.skip("a systemd of our own needs root")
    group = control_group()
    root = tempfile.mkdtemp(prefix="wd-booted-")
    try:
        with Path(root, "log").open("wb") as log:
            unshare = subprocess.Popen(
                arguments(root, group), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            yield await_boot(unshare, Path(root, "log"))
        finally:
            unshare.kill()
            unshare.wait()
    finally:
        shutil.rmtree(root, ignore_errors=True)
        remove(group)


def control_group() -> Path:
    """Make a control group for it, in the unified hierarchy wherever that is mounted."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2":
            group = Path(place, f"wd-booted-{os.getpid()}")
            try:
                group.mkdir(exist_ok=True)
            except OSError as error:
                pytest.skip(f"a systemd of our own needs control groups of its own: {error}")
            return group
    pytest.skip("a systemd of our own needs control groups of version 2")


def arguments(root: str, group: Path) -> list[str]:
    """Return the command; when the test's process ends, however it does, all of it is killed."""
    inside = ["unshare", "-m", "-p", "-u", "-i", "-n", "-C", "--fork", "--kill-child=KILL"]
    enter = f'echo 0 >"{group}/cgroup.procs"; exec "$@"'
    return [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "sh",
        "-c",
        enter,
        "sh",
        *inside,
        "sh",
        "-c",
        SCRIPT,
        "sh",
        root,
    ]


def await_boot(unshare: subprocess.Popen, log: Path) -> Booted:
    until = time.monotonic() + 30
    while time.monotonic() < until and unshare.poll() is None:
        children = Path(f"/proc/{unshare.pid}/task/{unshare.pid}/children").read_text().split()
        if children and Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
            booted = Booted(int(children[0]))
            if booted.systemctl("is-active", "test.target", check=False).stdout.strip() == "active":
                return booted
        time.sleep(0.05)
    pytest.skip(
        f"systemd does not boot here: {' / '.join(log.read_text(errors='replace').splitlines()[-3:])}"
    )


def remove(group: Path) -> None:
    """Remove the control groups that it leaves; those of processes that are still dying take a moment."""
    until = time.monotonic() + 5
    while group.exists() and time.monotonic() < until:
        for folder, *_ in os.walk(group, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        time.sleep(0.05)


@pytest.fixture(scope="session")
def booted() -> Iterator[Booted]:
    """A systemd for the session, in a world of its own."""
    with booted_system() as system:
        yield system
