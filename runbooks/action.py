"""Owns the action: exactly what a step will do, as it is shown, confirmed, hashed and journalled.

What was confirmed is what is executed: both sides compare the hash. Secrets stand in it by name. Its texts
are untrusted until they have passed the sanitiser; whoever shows them cleans them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Action:
    """What a step will do."""

    lines: tuple[str, ...] = ()
    """The command as a shell would need it, the SQL, the request: everything that will run, line by line."""
    where: str = ""
    """The host, database, origin or service that it acts on."""
    user: str = ""
    """Who it runs as there."""
    shell: bool = False
    """Whether a shell will read it; shown as a badge and asked for twice."""
    destroys: tuple[str, ...] = ()
    """What will be gone afterwards: names, counts, sizes, line by line."""
    difference: tuple[str, ...] = ()
    """Lines of a unified difference between what is there and what will be."""
    phrase: str = ""
    """What the operator must type to confirm it; empty: a key is enough."""
    done_already: str = ""
    """Why it need not be run, when a look showed that what it makes is there; empty: it must."""

    @property
    def sha256(self) -> str:
        """Return the hash of all that it says, in hexadecimal."""
        return hashlib.sha256(_encoder.encode(self)).hexdigest()


_encoder = msgspec.json.Encoder(order="deterministic")
NO_ACTION = Action()
