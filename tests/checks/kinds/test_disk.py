"""Room on file systems, dead mounts, and the traffic of devices."""

import os
import shutil
import threading

import pytest

from checks.clock import SystemClock
from checks.definition import Definition
from checks.host.mounts import real_mounts
from checks.kinds import disk
from checks.kinds.disk import DiskCheck
from checks.model import Level
from checks.runner import open_runner
from checks.testing import probe
from tests.servers.proc import two_probes, values

GIB = 2**30


@pytest.fixture
def file_systems(monkeypatch):
    """File systems of the test's own: path -> answer, exception, or an event that it waits for."""
    answers = {}

    def statvfs(path):
        answer = answers[path]
        if isinstance(answer, threading.Event):
            answer.wait(20)
            answer = room(1, 2)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(os, "statvfs", statvfs)
    yield answers
    for answer in answers.values():
        if isinstance(answer, threading.Event):
            answer.set()


def room(used: float, total: float, reserved: float = 0, inodes: tuple[int, int] = (100, 1000)):
    """Return what statvfs says: GiB used, in all, and kept for root; inodes used and in all."""
    free = total - used
    blocks = [int(size * GIB / 4096) for size in (total, free, free - reserved)]
    used_inodes, all_inodes = inodes
    left = all_inodes - used_inodes
    return os.statvfs_result((4096, 4096, *blocks, all_inodes, left, left, 0, 255))


async def test_the_room_on_this_machine_is_what_df_would_say():
    result = await probe(DiskCheck())
    seen = values(result)
    paths = [mount.path for mount in real_mounts()]
    assert result.level is Level.OK
    assert paths
    for path in paths:
        usage = shutil.disk_usage(path)
        assert seen[f"total_bytes.{path}"] == usage.total
        assert seen[f"free_bytes.{path}"] == pytest.approx(usage.free, rel=0.1)
        assert seen[f"used.{path}"] + seen[f"free.{path}"] == pytest.approx(100)
        assert f"growth.{path}" in seen
    assert [row[0] for row in result.observation.rows.rows] == paths


async def test_only_mounts_that_can_fill_up_are_looked_at(proc):
    proc.write(
        "self/mounts",
        "proc /proc proc rw 0 0\n"
        "tmpfs /run tmpfs rw 0 0\n"
        "rootfs / rootfs rw 0 0\n"
        "overlay / overlay rw 0 0\n"
        "/dev/sda1 /data/deep ext4 rw 0 0\n"
        "/dev/sda1 /data ext4 rw 0 0\n"
        "/dev/sda1 /etc/hosts ext4 rw 0 0\n"
        "/dev/loop3 /snap/core squashfs ro 0 0\n"
        "/dev/sdb1 /mnt/with\\040space vfat rw 0 0\n"
        "filer:/export /net nfs4 rw 0 0\n"
        "pool/home /home zfs rw 0 0\n"
        "auto /misc autofs rw 0 0\n"
        "broken\n",
    )
    assert [mount.path for mount in real_mounts()] == ["/", "/data", "/home", "/mnt/with space", "/net"]


async def test_readings_are_counted_as_df_counts_them(proc, file_systems):
    proc.write("self/mounts", "/dev/sda1 / ext4 rw 0 0\nfiler:/x /net nfs rw 0 0\n")
    file_systems["/"] = room(60, 100, reserved=20, inodes=(300, 1000))
    file_systems["/net"] = room(1, 10, inodes=(0, 0))
    result = await probe(DiskCheck())
    seen = values(result)
    assert seen["used./"] == pytest.approx(75)
    assert seen["free./"] == pytest.approx(25)
    assert seen["free_bytes./"] == 20 * GIB
    assert seen["inodes_used./"] == pytest.approx(30)
    assert seen["inodes_used./net"] == 0
    assert result.summary == "/ 75 % used, 20 GiB free"


async def test_growth_is_the_room_taken_between_two_looks_and_may_be_negative(proc, file_systems):
    proc.write("self/mounts", "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /var ext4 rw 0 0\n")
    file_systems |= {"/": room(10, 100), "/var": room(50, 100)}
    change = {"/": room(20, 100), "/var": room(45, 100)}
    _, result = await two_probes(DiskCheck(), lambda: file_systems.update(change), 10)
    assert values(result)["growth./"] == pytest.approx(GIB)
    assert values(result)["growth./var"] == pytest.approx(-GIB / 2)


async def test_a_dead_mount_is_critical_and_the_others_are_measured(proc, file_systems):
    proc.write("self/mounts", "/dev/sda1 / ext4 rw 0 0\nfiler:/x /net nfs rw 0 0\n")
    file_systems |= {"/": room(50, 100), "/net": threading.Event()}
    result = await probe(DiskCheck(mount_timeout=0.1))
    assert (result.level, result.error_class) == (Level.CRIT, "mount_timeout")
    assert result.summary == "/net does not answer in 0.1 s; / 50 % used, 50 GiB free"
    assert values(result)["used./"] == pytest.approx(50)
    assert "used./net" not in values(result)
    assert result.elapsed < 2


async def test_a_dead_mount_holds_one_thread_however_long_it_is_dead_and_may_come_back(proc, file_systems):
    proc.write("self/mounts", "filer:/x /net nfs rw 0 0\n")
    event = file_systems["/net"] = threading.Event()
    definition = Definition("disk", "disk", DiskCheck(mount_timeout=0.02))
    memory, before = {}, set(threading.enumerate())
    async with open_runner({}, SystemClock()) as runner:
        for _ in range(5):
            result = await runner.run(definition, memory=memory)
            assert result.error_class == "mount_timeout"
            assert len(set(threading.enumerate()) - before) == 1
        event.set()
        while result.level is not Level.OK:
            result = await runner.run(definition, memory=memory)
    assert values(result)["used./net"] == pytest.approx(50)


@pytest.mark.parametrize("error", [OSError(116, "Stale file handle"), OSError(107, "Not connected")])
async def test_a_mount_that_answers_with_an_error_is_critical_and_says_which(proc, file_systems, error):
    proc.write("self/mounts", "filer:/x /net nfs rw 0 0\n")
    file_systems["/net"] = error
    result = await probe(DiskCheck())
    assert (result.level, result.error_class) == (Level.CRIT, "io_error")
    assert error.strerror in result.summary


async def test_a_mount_found_by_itself_that_we_may_not_look_at_is_shown_and_not_red(proc, file_systems):
    proc.write("self/mounts", "/dev/sda1 / ext4 rw 0 0\nbox:/ /home/x/box fuse.sshfs rw 0 0\n")
    file_systems |= {"/": room(1, 2), "/home/x/box": PermissionError(13, "Permission denied")}
    result = await probe(DiskCheck())
    assert result.level is Level.OK
    assert "may not be looked at" in result.observation.rows.rows[1]


async def test_a_path_asked_for_that_we_may_not_look_at_is_unknown(proc, file_systems):
    file_systems["/secret"] = PermissionError(13, "Permission denied")
    result = await probe(DiskCheck(mounts=("/secret",)))
    assert (result.level, result.error_class) == (Level.UNKNOWN, "permission")


async def test_a_path_asked_for_that_is_missing_is_critical(tmp_path):
    result = await probe(DiskCheck(mounts=(str(tmp_path), str(tmp_path / "gone"))))
    assert (result.level, result.error_class) == (Level.CRIT, "not_found")
    assert f"{tmp_path}/gone does not exist" in result.summary
    assert f"used.{tmp_path}" in values(result)


async def test_mounts_can_be_left_out_by_pattern(proc, file_systems):
    proc.write("self/mounts", "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /mnt/usb vfat rw 0 0\n")
    file_systems["/"] = room(1, 2)
    result = await probe(DiskCheck(ignore=("/mnt/*",)))
    assert [row[0] for row in result.observation.rows.rows] == ["/"]


def diskstats(**devices: tuple[int, int, int]) -> str:
    """Return `/proc/diskstats`: sectors read and written, milliseconds busy."""
    return "".join(
        f" 8 0 {name} 5 0 {read} 0 5 0 {written} 0 0 {busy} 0 0 0 0 0 0 0\n"
        for name, (read, written, busy) in devices.items()
    )


@pytest.fixture
def devices(proc, file_systems, tmp_path, monkeypatch):
    for name in ("sda", "sdb", "loop0"):
        (tmp_path / "block" / name).mkdir(parents=True)
    monkeypatch.setattr(disk, "BLOCK", tmp_path / "block")
    proc.write("self/mounts", "/dev/sda1 / ext4 rw 0 0\n")
    file_systems["/"] = room(1, 2)
    return proc


async def test_traffic_is_that_of_whole_devices_between_two_looks(devices):
    devices.write("diskstats", diskstats(sda=(0, 0, 0), sda1=(0, 0, 0), loop0=(0, 0, 0)))
    later = diskstats(sda=(2000, 4000, 2500), sda1=(2000, 4000, 2500), loop0=(9, 9, 9))
    _, result = await two_probes(DiskCheck(), lambda: devices.write("diskstats", later), 10)
    seen = values(result)
    assert seen["read.sda"] == 2000 * 512 / 10
    assert seen["write.sda"] == 4000 * 512 / 10
    assert seen["busy.sda"] == 25
    assert not {"read.sda1", "read.loop0"} & set(seen)


async def test_device_counters_that_were_reset_give_no_rate(devices):
    devices.write("diskstats", diskstats(sda=(2000, 2000, 900), sdb=(0, 0, 0)))
    later = diskstats(sda=(10, 10, 10), sdb=(0, 20, 0))
    _, result = await two_probes(DiskCheck(), lambda: devices.write("diskstats", later), 10)
    seen = values(result)
    assert not {"read.sda", "write.sda", "busy.sda"} & set(seen)
    assert seen["write.sdb"] > 0


async def test_a_container_without_mounts_of_its_own_is_unknown(proc):
    result = await probe(DiskCheck())
    assert (result.level, result.error_class) == (Level.UNKNOWN, "unsupported")


async def test_a_hostile_mount_path_is_shown_without_its_control_characters(proc, file_systems):
    path = "/mnt/\x1b[2Jx"
    proc.write("self/mounts", f"/dev/sda1 {path} ext4 rw 0 0\n")
    file_systems[path] = room(1, 2)
    result = await probe(DiskCheck())
    shown = (
        result.summary,
        *result.observation.rows.rows[0],
        *(label[1] for r in result.observation.readings for label in r.labels),
    )
    assert "\x1b" not in "".join(shown)
