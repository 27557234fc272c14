"""What tells a process from every other, and when it is known to have ended."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from checks.host import procfs
from checks.host.processes import read_process
from runbooks.journal.identity import Identity, boot, ours


def of(process: subprocess.Popen[bytes]) -> Identity:
    seen = read_process(process.pid)
    assert seen is not None
    return replace(ours(), pid=process.pid, started=seen.start)


def test_we_live() -> None:
    assert not ours().dead
    assert ours() == ours()
    assert ours().boot == boot() != ""


def test_a_process_lives_until_it_has_ended_reaped_or_not() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        identity = of(process)
        assert not identity.dead
        process.kill()
        until = time.monotonic() + 10
        while not identity.dead:
            assert time.monotonic() < until
        process.wait()
    assert identity.dead


def test_its_number_alone_is_not_it() -> None:
    assert replace(ours(), started=ours().started + 1).dead


def test_whoever_ran_before_the_host_was_started_has_ended() -> None:
    assert replace(ours(), boot="the one before").dead


def test_what_we_cannot_see_is_taken_to_live() -> None:
    assert not replace(ours(), space="pid:[1]", pid=999_999_999).dead


def test_where_nothing_can_be_seen_all_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procfs, "ROOT", str(tmp_path))
    assert ours().boot == ""
    assert not replace(ours(), pid=999_999_999).dead
    (tmp_path / "sys").write_text("not a folder")
    assert boot() == ""
