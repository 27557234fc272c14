"""Which files are read, and which of them root refuses to obey."""

import os
import shutil
from pathlib import Path

import pytest

from checks.config.files import read_sources
from checks.config.problems import Problems
from tests.checks.configurations import complaints, load

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files that belong to others")


@pytest.fixture
def ready(folder: Path) -> Path:
    (folder / "system.yaml").write_text("system: test\nchecks: {a: {kind: ask}}\n")
    (folder / "system.yaml").chmod(0o644)
    return folder


@as_root
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666, 0o777])
def test_root_refuses_a_file_that_others_may_write(ready: Path, mode: int) -> None:
    (ready / "system.yaml").chmod(mode)
    (line,) = complaints(ready)
    assert line == (
        "system.yaml:1:1: file: refused, because root would obey it: "
        f"the file may be written by others (mode {mode:04o}); chmod go-w"
    )


@as_root
@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777])
def test_root_refuses_a_file_in_a_folder_that_others_may_write(ready: Path, mode: int) -> None:
    ready.chmod(mode)
    (line,) = complaints(ready)
    assert f"the folder {ready} may be written by others (mode {mode:04o}); chmod go-w" in line


@as_root
def test_root_refuses_a_file_below_a_folder_that_others_may_write(ready: Path) -> None:
    ready.parent.chmod(0o777)
    (line,) = complaints(ready)
    assert f"the folder {ready.parent} may be written by others" in line


@as_root
def test_root_refuses_what_belongs_to_somebody_else(ready: Path) -> None:
    os.chown(ready / "system.yaml", 12345, 12345)
    (line,) = complaints(ready)
    assert "the file belongs to user 12345; chown it to root" in line
    os.chown(ready / "system.yaml", 0, 0)
    os.chown(ready, 12345, 12345)
    (line,) = complaints(ready)
    assert f"the folder {ready} belongs to user 12345; chown it to root" in line


@as_root
def test_root_obeys_its_own_files_below_a_sticky_folder(ready: Path) -> None:
    ready.parent.chmod(0o1777)
    assert complaints(ready) == []


@as_root
def test_a_link_is_followed_and_what_it_leads_to_is_judged(ready: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "real.yaml"
    real.parent.mkdir()
    shutil.move(ready / "system.yaml", real)
    (ready / "system.yaml").symlink_to(real)
    assert complaints(ready) == []
    real.parent.chmod(0o777)
    (line,) = complaints(ready)
    assert line.startswith("system.yaml:1:1: file: refused")
    assert f"the folder {real.parent} may be written by others" in line


@as_root
def test_a_refused_file_is_refused_although_it_was_loaded_before(ready: Path) -> None:
    load(ready)
    (ready / "system.yaml").chmod(0o666)
    assert "refused" in complaints(ready)[0]


def test_who_is_not_root_may_load_what_the_team_may_write(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ready / "system.yaml").chmod(0o664)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    problems = Problems()
    assert len(read_sources(ready, problems)) == 1
    assert problems.all() == ()


@pytest.mark.parametrize("make", ["loop", "fifo", "folder", "dangling"])
def test_what_is_no_file_is_told_and_does_not_hang(ready: Path, make: str) -> None:
    odd = ready / "odd.yaml"
    if make == "loop":
        odd.symlink_to(odd)
    elif make == "fifo":
        os.mkfifo(odd)
    elif make == "folder":
        odd.mkdir()
    else:
        odd.symlink_to(ready / "gone")
    (line,) = complaints(ready)
    assert line.startswith("odd.yaml:1:1: file: ")


def test_files_are_read_in_the_order_of_their_names_and_the_overlay_last(ready: Path) -> None:
    for name in ("zebra.yml", "local.yaml", "alpha.yaml"):
        (ready / name).write_text("")
    sources = read_sources(ready, Problems())
    assert [Path(source.name).name for source in sources] == [
        "alpha.yaml",
        "system.yaml",
        "zebra.yml",
        "local.yaml",
    ]
    assert [source.overlay for source in sources] == [False, False, False, True]
