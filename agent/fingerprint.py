"""Owns what tells whether the files of a system have changed since an agent loaded them."""

from __future__ import annotations

import contextlib
from pathlib import Path


def fingerprint(source: Path | None) -> str:
    """Return names, times and sizes of a system's files, line by line; empty for a discovered system."""
    if source is None:
        return ""
    files = [source] if source.is_file() else sorted(source.rglob("*.y*ml"))
    lines = []
    for file in files:
        with contextlib.suppress(OSError):
            about = file.stat()
            lines.append(f"{str(file.relative_to(source))!a} {about.st_mtime_ns} {about.st_size}")
    return "\n".join(lines)
