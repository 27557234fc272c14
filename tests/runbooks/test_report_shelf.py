"""Reports that are kept: whole or not there, under names of their own, for us alone."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from checks.errors import StoreError
from runbooks import report_shelf
from runbooks.report_shelf import listed, prune, read, save

NOON = 1_800_000_000.0
TEXTS = {"md": "# Report\n", "json": "{}", "text": "REPORT"}


def test_a_report_is_kept_in_its_formats_with_their_hashes_and_a_link_to_the_newest(tmp_path: Path) -> None:
    root = tmp_path / "reports"
    saved = save(root, "daily", NOON, TEXTS)
    assert saved.file == "daily-20270115T080000Z"
    assert set(saved.sha256) == {f"{saved.file}{end}" for end in (".md", ".json", ".txt")}
    assert read(root, saved.file, "json") == "{}\n"
    assert (root / "latest-daily").resolve() == (root / saved.file).resolve()
    modes = {stat.S_IMODE(path.lstat().st_mode) for path in (root, root / saved.file)}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (root / saved.file).iterdir()} == {0o600}


def test_nothing_is_written_over_on_the_same_second(tmp_path: Path) -> None:
    names = [save(tmp_path, "daily", NOON, {"text": str(number)}).file for number in range(3)]
    assert names == ["daily-20270115T080000Z", "daily-20270115T080000Z-2", "daily-20270115T080000Z-3"]
    assert [read(tmp_path, name, "text") for name in names] == ["0\n", "1\n", "2\n"]
    assert [kept.file for kept in listed(tmp_path)] == names[::-1]
    assert (tmp_path / "latest-daily").resolve().name == names[-1]


def test_two_that_write_at_once_each_have_their_own(tmp_path: Path) -> None:
    saved: list[str] = []

    def work() -> None:
        saved.extend(save(tmp_path, "daily", NOON, TEXTS).file for _ in range(3))

    threads = [threading.Thread(target=work) for _ in range(1)]
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    for thread in threads:
        thread.start()
        thread.join()
    assert os.waitpid(child, 0)[1] == 0
    assert len({kept.file for kept in listed(tmp_path)}) == 6


def test_what_is_cut_off_in_the_middle_is_not_there_and_cleared_away(tmp_path: Path, monkeypatch) -> None:
    kept = report_shelf.keep

    def cut_off(path: Path, parts) -> None:
        if path.suffix == ".txt":
            raise KeyboardInterrupt
        kept(path, parts)

    monkeypatch.setattr(report_shelf, "keep", cut_off)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path, "daily", NOON, TEXTS)
    assert listed(tmp_path) == ()
    (left,) = tmp_path.iterdir()
    left.rename(tmp_path / left.name.replace(str(os.getpid()), "4194305"))
    monkeypatch.setattr(report_shelf, "keep", kept)
    save(tmp_path, "weekly", NOON, TEXTS)
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch) -> None:
    def full(path: Path, parts) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report_shelf, "keep", full)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path, "daily", NOON, TEXTS)
    assert list(tmp_path.iterdir()) == []


def test_old_ones_go_and_the_newest_stays_however_old(tmp_path: Path) -> None:
    for days in (3, 2, 1):
        save(tmp_path, "daily", NOON - days * 86400, TEXTS)
    save(tmp_path, "weekly", NOON - 9 * 86400, TEXTS)
    assert prune(tmp_path, "daily", NOON - 1.5 * 86400) == (
        "daily-20270113T080000Z",
        "daily-20270112T080000Z",
    )
    assert prune(tmp_path, "daily", NOON) == ()
    assert [kept.name for kept in listed(tmp_path)] == ["daily", "weekly"]


@pytest.mark.parametrize(
    "name", ["../x", "daily", ".new-1-daily-20270115T080000Z", "a/b", "", "daily-20270115T080000Z"]
)
def test_only_reports_are_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError):
        read(tmp_path, name, "text")


def test_a_link_or_a_strange_thing_in_the_folder_is_no_report(tmp_path: Path) -> None:
    save(tmp_path, "daily", NOON, TEXTS)
    (tmp_path / "other-20270115T080000Z").symlink_to("/etc")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "empty-20270115T080000Z").mkdir()
    assert [kept.name for kept in listed(tmp_path)] == ["daily"]
    file = tmp_path / "daily-20270115T080000Z" / "daily-20270115T080000Z.md"
    file.unlink()
    file.symlink_to("/etc/passwd")
    with pytest.raises(StoreError):
        read(tmp_path, "daily-20270115T080000Z", "md")


def test_a_folder_of_somebody_else_or_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(StoreError, match="symbolic link"):
        save(tmp_path / "link", "daily", NOON, TEXTS)


def test_a_hostile_name_stays_in_its_folder(tmp_path: Path) -> None:
    saved = save(tmp_path / "in", "window-../../\x1b[2Jx", NOON, TEXTS)
    assert "/" not in saved.file
    assert [kept.file for kept in listed(tmp_path / "in")] == [saved.file]
