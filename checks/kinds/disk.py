"""Owns the `disk` kind: room on file systems, how fast it goes, and the traffic of block devices.

A file system that does not answer, such as a dead network mount, costs one thread and its own timeout; the
others are measured all the same.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import ClassVar

import psutil

from checks.blocking import in_thread
from checks.errors import MeasureError
from checks.host.mounts import Mount, real_mounts
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Level, Observation, Reading, Table
from checks.options import Seconds
from checks.rates import Looks, rate, two_looks
from checks.units import show

BLOCK = Path("/sys/block")
"""Has an entry for each whole device, none for partitions."""
_VIRTUAL = ("loop*", "ram*", "zram*", "sr*", "fd*", "nbd*")
_BAD = ("mount_timeout", "io_error")
"""What a mount is to blame for, whoever named it."""


@dataclass(frozen=True, slots=True)
class Space:
    """What a file system said about itself, or why it did not."""

    mount: Mount
    used: int = 0
    free: int = 0
    """What ordinary users may still take."""
    total: int = 0
    inodes_used: float = 0.0
    """Percent; 0 where they are made as needed."""
    error_class: str = ""
    reason: str = ""

    @property
    def share(self) -> float:
        """Return the percentage used, counted as `df` does: of what ordinary users can have."""
        return 100.0 * self.used / (self.used + self.free) if self.used + self.free else 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """The state of mounts and devices at one moment."""

    spaces: tuple[Space, ...]
    devices: dict[str, dict[str, float]]
    """Device -> bytes read, bytes written, seconds busy, since boot."""


@dataclass(frozen=True, slots=True)
class DiskCheck:
    """Room and inodes of mounts, growth since the look before, and traffic of the devices below."""

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("used", "%", "Share of the room taken, as `df` counts it.", ("mount",)),
        ReadingSpec("free", "%", "The rest.", ("mount",)),
        ReadingSpec("free_bytes", "B", "What ordinary users may still take.", ("mount",)),
        ReadingSpec("total_bytes", "B", "Size of the file system.", ("mount",)),
        ReadingSpec("inodes_used", "%", "Share of inodes taken; 0 where there is no limit.", ("mount",)),
        ReadingSpec(
            "growth", "B/s", "Room taken since the look before; below 0 when given back.", ("mount",)
        ),
        ReadingSpec("read", "B/s", "Read from the device.", ("device",)),
        ReadingSpec("write", "B/s", "Written to the device.", ("device",)),
        ReadingSpec("busy", "%", "Share of time in which the device had work.", ("device",)),
    )
    EXAMPLE: ClassVar[str] = """\
kind: disk
title: Disks
every: 10s
ignore: [/mnt/*]
warn: [used > 85 %, inodes_used > 85 %]
crit: [used > 95 %, "disk[mount=/].free_bytes < 1 GiB"]
"""

    mounts: tuple[str, ...] = ()
    """Paths whose file systems are looked at; empty: every real mount of this machine."""
    ignore: tuple[str, ...] = ()
    """Paths, or patterns such as `/mnt/*`, of mounts to leave out when `mounts` is empty."""
    mount_timeout: Seconds = 2.0
    """How long one file system may take to answer before it counts as hung."""

    async def probe(self, context: ProbeContext) -> Observation:
        """Look once, or twice when it is the first time."""

        async def look() -> Look:
            return await self._look(context)

        looks = await two_looks(context, "disk", look)
        spaces = looks.after.spaces
        if not spaces:
            raise MeasureError("unsupported", "no real mount is visible here")
        measured = [space for space in spaces if not space.error_class]
        readings = [reading for space in measured for reading in _room(space)]
        readings += [*_growth(looks), *_traffic(looks)]
        columns = ("mount", "used", "free", "size", "inodes", "device", "type")
        troubles = sorted(filter(None, map(self._trouble, spaces)), key=lambda trouble: -trouble[0].severity)
        return Observation(
            _summary(measured, [reason for _, _, reason in troubles]),
            troubles[0][0] if troubles else Level.OK,
            troubles[0][1] if troubles else "",
            tuple(readings),
            Table(columns, tuple(map(_row, spaces))),
        )

    def _trouble(self, space: Space) -> tuple[Level, str, str] | None:
        """Return level, class and reason of what is wrong with a mount.

        One that we found ourselves and may not look at, or that has just gone, is nobody's fault.
        """
        if not space.error_class:
            return None
        reason = f"{space.mount.path} {space.reason}"
        if space.error_class in _BAD or (self.mounts and space.error_class == "not_found"):
            return (Level.CRIT, space.error_class, reason)
        return (Level.UNKNOWN, space.error_class, reason) if self.mounts else None

    async def _look(self, context: ProbeContext) -> Look:
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(self._ask(context, mount)) for mount in self._wanted()]
        return Look(tuple(task.result() for task in asked), _devices())

    def _wanted(self) -> tuple[Mount, ...]:
        known = real_mounts()
        if self.mounts:
            by_path = {mount.path: mount for mount in known}
            return tuple(by_path.get(path, Mount(path)) for path in self.mounts)
        return tuple(m for m in known if not any(fnmatchcase(m.path, pattern) for pattern in self.ignore))

    async def _ask(self, context: ProbeContext, mount: Mount) -> Space:
        try:
            answer = await in_thread(
                context, f"mount {mount.path}", self.mount_timeout, lambda: os.statvfs(mount.path)
            )
        except TimeoutError:
            return Space(
                mount, error_class="mount_timeout", reason=f"does not answer in {self.mount_timeout:g} s"
            )
        except FileNotFoundError:
            return Space(mount, error_class="not_found", reason="does not exist")
        except PermissionError:
            return Space(mount, error_class="permission", reason="may not be looked at")
        except MeasureError as error:
            return Space(mount, error_class=error.error_class, reason=error.summary)
        except OSError as error:
            return Space(mount, error_class="io_error", reason=error.strerror or str(error))
        return _space(mount, answer)


def _space(mount: Mount, answer: os.statvfs_result) -> Space:
    unit = answer.f_frsize
    return Space(
        mount,
        used=(answer.f_blocks - answer.f_bfree) * unit,
        free=answer.f_bavail * unit,
        total=answer.f_blocks * unit,
        inodes_used=100.0 * (answer.f_files - answer.f_ffree) / answer.f_files if answer.f_files else 0.0,
    )


def _devices() -> dict[str, dict[str, float]]:
    """Return the counters of whole devices; none where the kernel has none."""
    try:
        counters = psutil.disk_io_counters(perdisk=True, nowrap=False)
    except (NotImplementedError, OSError):
        return {}
    return {
        name: {"read": device.read_bytes, "write": device.write_bytes, "busy": device.busy_time / 1000}
        for name, device in sorted(counters.items())
        if not any(fnmatchcase(name, pattern) for pattern in _VIRTUAL) and (BLOCK / name).exists()
    }


def _room(space: Space) -> list[Reading]:
    labels = (("mount", space.mount.path),)
    return [
        Reading("used", space.share, "%", labels),
        Reading("free", 100.0 - space.share, "%", labels),
        Reading("free_bytes", space.free, "B", labels),
        Reading("total_bytes", space.total, "B", labels),
        Reading("inodes_used", space.inodes_used, "%", labels),
    ]


def _growth(looks: Looks[Look]) -> list[Reading]:
    before = {space.mount: space.used for space in looks.before.spaces if not space.error_class}
    return [
        Reading(
            "growth",
            (space.used - before[space.mount]) / looks.seconds,
            "B/s",
            (("mount", space.mount.path),),
        )
        for space in looks.after.spaces
        if space.mount in before and not space.error_class and looks.seconds > 0
    ]


def _traffic(looks: Looks[Look]) -> list[Reading]:
    readings = []
    for device, counters in looks.after.devices.items():
        before = looks.before.devices.get(device, {})
        for name, value in counters.items():
            per_second = rate(before.get(name), value, looks.seconds)
            if per_second is not None:
                share = name == "busy"
                value = min(100.0, 100.0 * per_second) if share else per_second
                readings.append(Reading(name, value, "%" if share else "B/s", (("device", device),)))
    return readings


def _row(space: Space) -> tuple[str, ...]:
    mount = space.mount
    if space.error_class:
        return (mount.path, "-", "-", "-", space.reason, mount.device, mount.type)
    sizes = (
        show(space.share, "%"),
        show(space.free, "B"),
        show(space.total, "B"),
        show(space.inodes_used, "%"),
    )
    return (mount.path, *sizes, mount.device, mount.type)


def _summary(measured: list[Space], troubles: list[str]) -> str:
    """Return what is wrong, then the fullest mount."""
    if not measured:
        return "; ".join(troubles) or "no mount may be looked at"
    fullest = max(measured, key=lambda space: space.share)
    room = f"{fullest.mount.path} {show(fullest.share, '%')} used, {show(fullest.free, 'B')} free"
    return "; ".join((*troubles, room))
