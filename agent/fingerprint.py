"""Owns what tells whether the files of a system have changed since an agent loaded them."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path


def fingerprint(source: Path | None) -> str:
    """Return a digest over names, times and sizes of a system's files; empty for a discovered system."""
    if source is None:
        return ""
    files = [source] if source.is_file() else sorted(source.rglob("*.y*ml"))
    digest = hashlib.sha256()
    for file in files:
        with contextlib.suppress(OSError):
            about = file.stat()
            digest.update(f"{file.relative_to(source)} {about.st_mtime_ns} {about.st_size}\n".encode())
    return digest.hexdigest()
