"""Owns what a change of a file leaves behind: facts by which it can be taken back or traced, and how.

The facts are written into the folder of the attempt before the file is touched. So afterwards the file alone
tells whether it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from runbooks import evidence
from runbooks.files.present import Present, failure, look_at
from runbooks.files.swap import backup_of, put_back, settle, take_away
from runbooks.outcome import Applied, Ending, FailedError, Outcome, succeeded

INTENT = "file.json"
"""File in the folder of an attempt that holds the facts."""


@dataclass(frozen=True, slots=True)
class Left:
    """How a file was before a change, and how the change left it."""

    path: Path
    before: str
    """Hash of its content; empty when it was not there."""
    after: str
    """Hash of its content; empty when it was taken away."""
    backup: Path | None = None
    """Where the file from before is kept."""
    owner: str = ""
    """Mode and owner that it had before, as numbers; empty when they do not matter."""

    @property
    def facts(self) -> dict[str, str]:
        """Return it as a step leaves it for the one that undoes it."""
        return {
            "path": str(self.path),
            "absent_before": "no" if self.before else "yes",
            "sha256_before": self.before,
            "sha256_after": self.after,
            "backup": str(self.backup or ""),
            "owner_before": self.owner,
        }

    @classmethod
    def of(cls, facts: Mapping[str, str]) -> Left:
        """Return what a step left.

        Raises:
            FailedError: `nothing_left`.
        """
        if "path" not in facts:
            raise FailedError("nothing_left", "the step that this one undoes left nothing to go back to")
        backup = facts.get("backup", "")
        return cls(
            Path(facts["path"]),
            facts.get("sha256_before", ""),
            facts.get("sha256_after", ""),
            Path(backup) if backup else None,
            facts.get("owner_before", ""),
        )

    def is_undone(self, present: Present) -> bool:
        """Return whether the file is as it was before; false when that is not known."""
        if not self.before:
            return not present.is_there
        return present.is_there and present.sha256 == self.before and self.owner in ("", owner_in(present))

    def is_as_left(self, present: Present) -> bool:
        """Return whether nobody has changed it since; false when that is not known."""
        if not self.after:
            return not present.is_there
        return present.is_there and present.sha256 == self.after

    def refuse_when_changed(self, present: Present) -> None:
        """Return when nobody has changed the file since, or it is not known.

        Raises:
            FailedError: `changed_since`.
        """
        if not self.is_as_left(present) and (present.sha256 or not present.is_there):
            raise FailedError(
                "changed_since",
                f"{self.path} was changed since; with force: true it is put back all the same",
            )

    def kept(self, *, most: float = float("inf")) -> Present:
        """Return the file from before, where it is kept; of more than `most` bytes, its hash is not compared.

        Raises:
            FailedError: `no_backup`, when it is gone or is not what it was.
        """
        if self.backup is None:
            raise FailedError("no_backup", f"no copy of {self.path} from before was kept")
        found = look_at(str(self.backup), most=most)
        if not found.is_there:
            raise FailedError("no_backup", f"{self.backup} is gone")
        if found.sha256 not in ("", self.before):
            raise FailedError("no_backup", f"{self.backup} is not what was kept there")
        return found


def owner_in(present: Present) -> str:
    """Return mode and owner of a file as numbers; empty when it is not there."""
    return f"{present.mode:04o}:{present.uid}:{present.gid}" if present.is_there else ""


def note(left: Left, folder: Path) -> None:
    """Write down what is about to be done.

    Raises:
        FailedError: when it cannot be written; then nothing may be done.
    """
    try:
        evidence.keep(folder / INTENT, (msgspec.json.encode(left.facts),))
    except OSError as error:
        raise failure(folder / INTENT, error) from error


def trace(folder: Path) -> Outcome:
    """Return what became of the attempt with this folder.

    Raises:
        FailedError: when the file cannot be looked at.
    """
    try:
        left = Left.of(msgspec.json.decode((folder / INTENT).read_bytes(), type=dict[str, str]))
    except FileNotFoundError:
        return _not_applied("it ended before it touched the file")
    except (OSError, msgspec.MsgspecError) as error:
        return Outcome(Ending.UNKNOWN, f"{folder / INTENT} cannot be read: {error}")
    return judged(left, look_at(str(left.path)))


def judged(left: Left, present: Present, *, backwards: bool = False) -> Outcome:
    """Return what the file tells of a change, or, backwards, of the taking back of one."""
    undone = left.is_undone(present)
    done = not undone and left.is_as_left(present)  # what held this before may have changed its owner alone
    if undone if backwards else done:
        return succeeded(f"{left.path} is as it was to be", facts={} if backwards else left.facts)
    if done if backwards else undone:
        return _not_applied(f"{left.path} is as it was before the attempt")
    said = f"{left.path} is neither as it was nor as it was to be: somebody else has changed it"
    return Outcome(Ending.UNKNOWN, said, facts={} if backwards else left.facts)


def _not_applied(said: str) -> Outcome:
    return Outcome(Ending.FAILED, said, Applied.NONE, "not_applied")


def restore(left: Left, *, force: bool, key: str) -> str:
    """Have the file as it was before; return what was done in words.

    With `force`, what stands there is kept under a name of its own if somebody has changed it since.

    Raises:
        FailedError: `changed_since`, `no_backup`, ...: nothing was changed, unless `applied` says that only
            its safety after a power cut is in doubt.
    """
    present = look_at(str(left.path))
    if left.is_undone(present):
        return f"{left.path} is as it was before"
    if not force:
        left.refuse_when_changed(present)
    keep_as = "" if left.is_as_left(present) else key
    if left.before:
        put_back(present, left.kept(), keep_as)
        said = f"{left.path} is back as it was"
    else:
        take_away(present, keep_as)
        said = f"{left.path} was taken away, as it was not there before"
    settle(present)
    kept = backup_of(present, keep_as) if keep_as else None
    return f"{said}; what stood there is kept as {kept}" if kept else said
