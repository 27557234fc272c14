"""Owns the memory of validated configurations, for reading YAML and importing a validator take a second.

Plain JSON, never pickle. Where it lies, and for whom, is `checks/config/entries.py`'s.
"""

from __future__ import annotations

import msgspec

from checks.config import entries
from checks.config.resolved import Resolved
from checks.registry import find_kind


class _Entry(msgspec.Struct, frozen=True):
    resolved: Resolved
    kinds: dict[str, str]
    """Each kind used, and which file of code it was checked by."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Entry)


def recall(key: str) -> Resolved | None:
    """Return what is remembered under the key; None when nothing usable is."""
    try:
        entry = _decoder.decode(entries.read(key))
        if all(entries.stamp(find_kind(kind)) == stamp for kind, stamp in entry.kinds.items()):
            return entry.resolved
    except (OSError, msgspec.MsgspecError, KeyError, ImportError):
        pass
    return None


def remember(key: str, resolved: Resolved) -> None:
    """Keep it under the key, if it holds no secret; that it cannot be kept is no error."""
    if resolved.storable:
        kinds = {check.kind: entries.stamp(find_kind(check.kind)) for check in resolved.checks}
        entries.write(key, _encoder.encode(_Entry(resolved, kinds)))
