"""What a person is shown of a file while something else writes to it."""

import hashlib
import io
import os
from pathlib import Path

import pytest

from agent.checklist_evidence import file_line


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    file = tmp_path / "dump.sql"
    file.write_bytes(b"x" * 1000)
    return file


def growing(monkeypatch: pytest.MonkeyPatch, file: Path) -> list[int]:
    """Let the file grow whenever it is read; return how many bytes each reading may have."""
    asked: list[int] = []
    real = os.fdopen

    class Growing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            asked.append(size)
            return b"x" * size

    def opened(number: int, mode: str) -> io.IOBase:
        real(number, mode).close()
        return Growing()

    monkeypatch.setattr("agent.checklist_evidence.os.fdopen", opened)
    about = file.stat()
    monkeypatch.setattr("agent.checklist_evidence.os.fstat", lambda number: about)
    return asked


def test_a_file_that_grows_for_ever_is_read_as_far_as_it_was_and_said_to_grow(dump, monkeypatch) -> None:
    hashed = hashlib.sha256(dump.read_bytes()).hexdigest()
    assert file_line(str(dump), None).endswith(f"sha256 {hashed}")
    asked = growing(monkeypatch, dump)
    assert file_line(str(dump), None).endswith(f"sha256 {hashed} of so much; it grew while it was read")
    assert asked == [1000, 1]


def test_a_file_that_is_cut_off_meanwhile_says_so(dump, monkeypatch) -> None:
    about = dump.stat()
    monkeypatch.setattr("agent.checklist_evidence.os.fstat", lambda number: about)
    dump.write_bytes(b"")
    assert file_line(str(dump), None).endswith("; it became shorter while it was read")
