"""Owns the reading of files of SQL: trusted only as configuration is, for what is in them will be run."""

from __future__ import annotations

from pathlib import Path

from checks.config.files import read_source
from checks.config.problems import Problems
from runbooks.outcome import FailedError


def read_file(path: str) -> str:
    """Return the text of the file; it blocks for as long as the disk takes.

    Raises:
        FailedError: `file`, when it cannot be read or trusted, is too long, or is no UTF-8.
    """
    problems = Problems()
    source = read_source(Path(path), problems)
    if source is None:
        raise FailedError("file", f"{path}: {'; '.join(problem.message for problem in problems.all())}")
    try:
        return source.raw.decode()
    except UnicodeDecodeError:
        raise FailedError("file", f"{path}: not UTF-8") from None
