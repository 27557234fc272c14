"""Owns the step kind `file`: a file written, copied, edited or taken away, whole or not at all.

What was there is kept beside it and can be put back. Where a secret is written, it stands in what is shown by
its name.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from runbooks.action import Action
from runbooks.files.apart import Still, apart
from runbooks.files.difference import LARGEST, difference
from runbooks.files.left import Left, judged, note, owner_in, restore, trace
from runbooks.files.owner import as_written, owner_of
from runbooks.files.present import Present, look_at, read_whole
from runbooks.files.swap import Owner, backup_of, put, settle, take_away
from runbooks.files.wanted import HASHED, Fill, Replacement, Wanted, copy_of, from_template
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.step import StepContext
from runbooks.templates import SecretTemplate, Template, templates_in

NEW, NEW_WITH_SECRET = 0o644, 0o600
"""Permission bits of a file that was not there."""
_MODE = re.compile(r"[0-7]{3,4}")


@dataclass(frozen=True, slots=True)
class FileStep:
    """Writes, copies, edits or takes away a file, whole or not at all."""

    CHANGES: ClassVar[bool] = True
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: log-rotation
kind: file
path: /etc/logrotate.d/shop
content: |
  /var/log/shop/*.log {
    weekly
    rotate 8
    compress
  }
mode: '0644'
undo: {kind: file, restore: true}
"""

    path: Template = Template("")  # noqa: RUF009 - frozen
    """The file; only `restore` knows it by itself."""
    content: SecretTemplate | None = None
    """What it shall hold; may name secrets."""
    template: Template | None = None
    """A file with `{{ name }}` in it; filled in, it is what the file shall hold. Braces of others stay."""
    values: Mapping[str, SecretTemplate] = field(default_factory=dict)
    """Names for the template alone, beside inputs and captured values; may name secrets. A variable of the
    system, and an input of a nested runbook, has to be named here."""
    copy: Template | None = None
    """A file whose content it shall hold."""
    replace: Replacement | None = None
    """A part of its text, and what takes its place."""
    remove: bool = False
    """Take it away; it is kept under another name."""
    restore: bool = False
    """Put back what the step changed that this one undoes."""
    force: bool = False
    """Put it back even if somebody has changed it since."""
    mode: str = ""
    """Permission bits such as '0640'; those that it has when empty."""
    owner: str = ""
    """`user`, `user:group` or `:group`; as it is when empty."""
    follow: bool = False
    """Change what a symbolic link points to; otherwise a link is refused."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        ways = (self.content, self.template, self.copy, self.replace)
        if sum(way is not None for way in ways) + self.remove + self.restore != 1:
            raise ValueError("set exactly one of content, template, copy, replace, remove and restore")
        if self.restore == bool(self.path.text):
            raise ValueError("path is required" if not self.restore else "restore knows the path by itself")
        if self.force and not self.restore:
            raise ValueError("force goes with restore")
        if self.values and self.template is None:
            raise ValueError("values go with template")
        if self.mode and not _MODE.fullmatch(self.mode):
            raise ValueError(f"{self.mode!r} are no permission bits; write them like '0640'")

    async def prepare(self, context: StepContext) -> Action:
        """Return what will be written, what is there now, and the difference.

        Raises:
            FailedError: when it cannot be done.
        """
        return await asyncio.to_thread(self._action_back if self.restore else self._action, context)

    async def act(self, context: StepContext) -> Outcome:
        """Do it, and leave what is needed to take it back.

        Raises:
            FailedError: nothing was changed, unless `applied` says that only its safety after a power cut is
                in doubt.
        """
        return await apart(lambda still: self._done(context, still))

    async def trace(self, context: StepContext) -> Outcome:
        """Look whether the file is as the attempt would have left it."""
        if not self.restore:
            return await asyncio.to_thread(trace, context.folder)
        left = Left.of(context.forward)
        return judged(left, await asyncio.to_thread(look_at, str(left.path)), backwards=True)

    def _action(self, context: StepContext) -> Action:
        path = self.path.shown(context.values)
        present = look_at(path, follow=self.follow, most=HASHED)
        if self.remove:
            return self._action_away(present)
        wanted = self._wanted(present, context, lambda text: text.shown(context.values), most=HASHED)
        owner, secret = self._owner(present), self._has_secret
        lines = [
            f"write {present.path}: {as_written(owner)}",
            f"content: {wanted}{', with secrets by their names' if secret else ''}",
            str(present),
        ]
        same = not secret and present.is_there and wanted.sha256 == present.sha256 != ""
        already = same and owner == Owner(present.mode, present.uid, present.gid)
        return Action(
            lines=(*lines, *_kept(present)),
            where=str(present.path),
            user=_who(),
            difference=_compared(present, wanted),
            done_already=f"{present.path} holds this already" if already else "",
        )

    def _action_away(self, present: Present) -> Action:
        gone = (str(present),) if present.is_there else ()
        already = "" if present.is_there else f"{present.path} is not there"
        lines = (f"take away {present.path}", str(present), *_kept(present))
        return Action(lines, str(present.path), _who(), destroys=gone, done_already=already)

    def _action_back(self, context: StepContext) -> Action:
        left = Left.of(context.forward)
        present = look_at(str(left.path), most=HASHED)
        if left.is_undone(present):
            already = f"{left.path} is as it was before"
            return Action((str(present),), str(left.path), _who(), done_already=already)
        if not self.force:
            left.refuse_when_changed(present)
        if not left.before:
            away = f"take away {left.path}, which was not there before"
            return Action((away, str(present)), str(left.path), _who(), destroys=(str(present),))
        kept = left.kept(most=HASHED)
        lines = (f"put back {left.path} from {kept.path}", str(present), str(kept))
        return Action(lines, str(left.path), _who(), difference=_compared(present, Wanted(source=kept)))

    def _wanted(
        self, present: Present, context: StepContext, fill: Fill, most: float = float("inf")
    ) -> Wanted:
        if self.content is not None:
            return Wanted(fill(self.content).encode(errors="surrogateescape"))
        if self.template is not None:
            path = self.template.shown(context.values)
            return Wanted(from_template(path, context.values, fill, self.values))
        if self.copy is not None:
            return copy_of(self.copy.shown(context.values), most)
        assert self.replace is not None
        return Wanted(self.replace.applied(present, context.values, fill))

    def _done(self, context: StepContext, still: Still) -> Outcome:
        if self.restore:
            return succeeded(restore(Left.of(context.forward), force=self.force, key=context.key))
        present = look_at(self.path.shown(context.values), follow=self.follow)
        if self.remove:
            return _taken_away(present, context)
        wanted = self._wanted(present, context, lambda text: text.filled(context.values, context.secrets))
        owner, after = self._owner(present), wanted.sha256
        backup = backup_of(present, context.key)
        left = Left(present.path, present.sha256, after, backup, owner_in(present))
        if left.before == after and owner == Owner(present.mode, present.uid, present.gid):
            left = Left(present.path, after, after)
            return succeeded(f"{present.path} held this already", Applied.NONE, facts=left.facts)
        note(left, context.folder)
        put(present, _until_stopped(wanted.chunks(), still), after, owner, context.key)
        return _settled(present, left, f"wrote {present.path}")

    def _owner(self, present: Present) -> Owner:
        new = NEW_WITH_SECRET if self._has_secret else NEW
        mode = int(self.mode, 8) if self.mode else present.mode if present.is_there else new
        uid, gid = (present.uid, present.gid) if present.is_there else (-1, -1)
        return owner_of(self.owner, Owner(mode, uid, gid))

    @property
    def _has_secret(self) -> bool:
        return any(template.secrets for template in templates_in(self))


def _taken_away(present: Present, context: StepContext) -> Outcome:
    left = Left(present.path, present.sha256, "", backup_of(present, context.key), owner_in(present))
    if not present.is_there:
        return succeeded(f"{present.path} was not there", Applied.NONE, facts=left.facts)
    note(left, context.folder)
    take_away(present, context.key)
    return _settled(present, left, f"took away {present.path}")


def _until_stopped(chunks: Iterable[bytes], still: Still) -> Iterator[bytes]:
    for chunk in chunks:
        still()
        yield chunk


def _settled(present: Present, left: Left, said: str) -> Outcome:
    try:
        settle(present)
    except FailedError as error:
        raise FailedError(error.error_class, error.summary, Applied.FULL, facts=left.facts) from error
    kept = f"; what was there is kept as {left.backup}" if left.backup else ""
    return succeeded(said + kept, facts=left.facts)


def _kept(present: Present) -> tuple[str, ...]:
    if not present.is_there:
        return ()
    kept = f"what is there is kept as {backup_of(present, 'KEY')}, KEY being that of the attempt"
    if present.links == 1:
        return (kept,)
    return (kept, f"the file has {present.links} names; the others keep the old content")


def _compared(present: Present, wanted: Wanted) -> tuple[str, ...]:
    source = wanted.source
    if present.size > LARGEST or (source is not None and source.size > LARGEST):
        return (f"{present.path}: too large to be compared line by line",)
    before = read_whole(present.path, LARGEST) if present.is_there else None
    after = wanted.data if source is None else read_whole(source.path, LARGEST)
    return difference(present.path, before, after)


def _who() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
