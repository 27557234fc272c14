"""Owns the log of a process of ours: private, bounded, and without the values of secrets."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

from checks.masking import Masker
from checks.private import append_private
from checks.text import clean

LARGEST = 10_000_000
"""Bytes of one file; five are kept."""


class MaskedFormatter(logging.Formatter):
    """Formats log records without the values of secrets and without control bytes, tracebacks included."""

    def __init__(self, masker: Masker) -> None:
        """Mask with `masker`."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._masker = masker

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text, masked and made safe to show."""
        return clean(self._masker.mask(super().format(record)), lines=True)


def log_to(path: Path | None, masker: Masker) -> None:
    """Send the log of this process to the file, or to standard error.

    The umask of the process must be 077: files that follow a full one are made with it.

    Raises:
        OSError: when the file cannot be opened, or is a symbolic link.
    """
    handler: logging.Handler = logging.StreamHandler()
    if path is not None:
        append_private(path).close()
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=LARGEST, backupCount=4)
    handler.setFormatter(MaskedFormatter(masker))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
