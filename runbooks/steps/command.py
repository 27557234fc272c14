"""Owns the step kind `command`: one program, run once under a supervisor, judged by how it ended.

An argument list, never a text into which values are filled: a shell has to be asked for, and gets values as
variables. Secrets reach a program by its environment or its standard input, never as arguments.
"""

from __future__ import annotations

import os
import pwd
import re
import shlex
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from checks.errors import MeasureError
from checks.kinds.command import PROMPT
from checks.programs import supervise
from runbooks import evidence
from runbooks.action import Action
from runbooks.command_output import Captured, Expected
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.records import demand_executed
from runbooks.step import Ended, Order, StepContext
from runbooks.templates import SecretTemplate, Template

USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\$?")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NOT_EXECUTABLE, NOT_FOUND = 126, 127
"""What a shell, and much else that starts programs, exits with when it cannot start one."""
SUDO = re.compile(rb"(?i)sudo: [^\n]*\b(?:password|terminal)\b[^\n]*\b(?:required|present|read)\b")
"""How sudo says that it would have to ask for a password."""
ENDING = 4096
"""Bytes of output and errors that are searched for a question."""
GIVEN = ("WALKDOWN_ATTEMPT", "WALKDOWN_KEY", "WALKDOWN_STEP", "WALKDOWN_WALK")
"""Variables by which a program can tell attempts apart."""
_NOTHING, _ROOT = Template(""), Template("/")


@dataclass(frozen=True, slots=True)
class CommandStep:
    """Runs one program to its end and looks at how it ended and what it said."""

    CHANGES: ClassVar[bool] = True
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: restore-point
kind: command
title: Make a restore point
run: [/opt/shop/bin/backup, --label, before-update]
env: {PGPASSWORD: "{{ secret.db }}"}
expect: {output: 'backup complete'}
capture:
  backup: {pattern: 'written to (\\S+)'}
undo: none
"""

    run: tuple[Template, ...] = ()
    """The program and its arguments; each is one word, whatever is filled in."""
    shell: str = ""
    """Text for `/bin/sh -c` instead; it gets values by `env`, none can be filled in. Confirmed twice."""
    env: Mapping[str, SecretTemplate] = field(default_factory=dict)
    """Variables for it; the way to hand it a secret. PATH is fixed unless it is set here."""
    folder: Template = _ROOT
    """Folder in which it runs."""
    user: Template = _NOTHING
    """Who it runs as, by `sudo -n`; empty: who we are."""
    stdin: SecretTemplate | None = None
    """What it reads from its standard input; may name secrets."""
    success: int | tuple[int, ...] = 0
    """Its exit code when all is well, or several that are all good."""
    expect: Expected = field(default_factory=Expected)
    """What its output must be."""
    capture: Mapping[str, Captured] = field(default_factory=dict)
    """Values to take from its output for later steps, by name."""
    creates: Template = _NOTHING
    """A path that it makes; when it is there, the step need not be run."""
    unless: tuple[Template, ...] = ()
    """A program that only looks; when it exits with 0, the step need not be run."""
    allow_dashes: bool = False
    """Let values begin with `-` even where the program would take them for options."""

    def __post_init__(self) -> None:
        """Refuse what could not be run as written."""
        if bool(self.run) == bool(self.shell):
            raise ValueError("set exactly one of run and shell")
        if self.run and not self.run[0].text:
            raise ValueError("run names no program")
        if not all(0 <= code <= 255 for code in self.codes):
            raise ValueError("exit codes go from 0 to 255")
        for name in self.env:
            if not VARIABLE.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a variable")
        if not self.folder.names and not self.folder.text.startswith("/"):
            raise ValueError("folder must begin with /")

    @property
    def codes(self) -> tuple[int, ...]:
        """Return every exit code that is good."""
        return self.success if isinstance(self.success, tuple) else (self.success,)

    async def prepare(self, context: StepContext) -> Action:
        """Return what will run; looks whether it still must."""
        values = context.values
        return Action(
            self._lines(values),
            f"this host, in {self._folder(values)}",
            self._user(values) or _ourselves(),
            shell=bool(self.shell),
            done_already=await self._done_already(context),
        )

    def order(self, context: StepContext) -> Order:
        """Return the program with everything filled in."""
        values, secrets = context.values, context.secrets
        variables = {name: value.filled(values, secrets) for name, value in self.env.items()}
        given = self.stdin.filled(values, secrets) if self.stdin else ""
        return Order(self._words(values), variables | _given(context), self._folder(values), given.encode())

    def judge(self, ended: Ended, context: StepContext) -> Outcome:
        """Return what its end means."""
        errors, out = (evidence.tail(path, context.masker) for path in (ended.errors, ended.out))
        left = f"left running: {', '.join(ended.left)}" if ended.left else ""
        detail = "\n".join(filter(None, (left, errors, out)))
        changes = context.plan.changes
        try:
            demand_executed(ended)
            self._demand_good_end(ended, _last_line(errors) or _last_line(out))
            output = evidence.kept(ended.out) if self.capture or self.expect != Expected() else b""
            self.expect.compare(output)
            captured = {name: _taken(name, wanted, output, context) for name, wanted in self.capture.items()}
        except FailedError as error:
            untouched = bool(ended.refused) or self._kept_out(ended) or not changes
            applied = Applied.NONE if untouched else Applied.PARTIAL
            return replace(error.outcome, applied=applied, detail=detail)
        summary = _last_line(out) or f"exit code {ended.status}"
        return succeeded(summary, Applied.FULL if changes else Applied.NONE, captured=captured, detail=detail)

    def _demand_good_end(self, ended: Ended, said: str) -> None:
        """Return when the program ended by itself and said that all is well.

        Raises:
            FailedError: of the class that says what was wrong.
        """
        because = f": {said}" if said else ""
        if ended.stopped == "disk_full":
            raise FailedError("evidence", "ended, as the disk is full and its output cannot be kept")
        if ended.stopped:
            raise FailedError("evidence", "ended, as its output is more than can be kept")
        if ended.terminated:
            raise FailedError("terminated", f"ended because somebody asked for it{because}")
        if ended.status < 0:
            raise FailedError("signal", f"ended by {_signal_name(-ended.status)}{because}")
        if ended.status in self.codes:
            return
        words = b"".join(evidence.ending(path, ENDING)[0] for path in (ended.out, ended.errors))
        if SUDO.search(words):
            raise FailedError("needs_password", f"sudo wants a password, and nobody is there: {said}")
        if PROMPT.search(words):
            raise FailedError("needs_tty", f"wants to ask for a password, and nobody is there: {said}")
        known = {NOT_FOUND: "not_found", NOT_EXECUTABLE: "not_executable"}
        raise FailedError(known.get(ended.status, "exit_code"), f"exit code {ended.status}{because}")

    def _kept_out(self, ended: Ended) -> bool:
        """Return whether sudo did not let it begin: nothing but sudo has said anything."""
        errors, size = evidence.ending(ended.errors, ENDING)
        sudo_only = 0 < size <= ENDING and all(line.startswith(b"sudo: ") for line in errors.splitlines())
        return (
            bool(self.user.text) and ended.status == 1 and sudo_only and not evidence.ending(ended.out, 1)[1]
        )

    def _words(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the arguments, sudo's before them."""
        words = ("/bin/sh", "-c", self.shell) if self.shell else self._filled(self.run, values)
        names = ",".join(sorted({*self.env, *GIVEN}))
        return (*self._as_user(values, f"--preserve-env={names}"), *words)

    def _as_user(self, values: Mapping[str, str], *options: str) -> tuple[str, ...]:
        user = self._user(values)
        return ("sudo", "-n", "-u", user, *options, "--") if user else ()

    def _filled(self, arguments: tuple[Template, ...], values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the arguments with everything filled in.

        Raises:
            FailedError: `argument`, when a value would become an option, or can be no argument.
        """
        words = tuple(argument.shown(values) for argument in arguments)
        for place, (argument, word) in enumerate(zip(arguments, words, strict=True)):
            if "\0" in word:
                raise FailedError("argument", f"{argument} holds a character that no argument may hold")
            becomes_option = word.startswith("-") and not argument.text.startswith("-")
            if becomes_option and not self.allow_dashes and (not place or arguments[place - 1].text != "--"):
                raise FailedError("argument", f"{argument} would become the option {word!r}")
        return words

    def _folder(self, values: Mapping[str, str]) -> str:
        folder = self.folder.shown(values)
        if not folder.startswith("/") or "\0" in folder:
            raise FailedError("argument", f"the folder {folder!r} does not begin with /")
        return folder

    def _user(self, values: Mapping[str, str]) -> str:
        user = self.user.shown(values)
        if user and not USER.fullmatch(user):
            raise FailedError("argument", f"{user!r} cannot name a user")
        return user

    def _lines(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return what will run as a shell would need it; secrets by name."""
        variables = (f"export {name}={shlex.quote(value.shown(values))}" for name, value in self.env.items())
        words = self._words(values)
        lines = [*variables, shlex.join(words)]
        if self.shell:
            text = (f"  {line}" for line in self.shell.splitlines())
            lines = [*lines[:-1], shlex.join(words[:-1]), *text]
        if self.stdin is not None:
            lines += ["standard input:", *(f"  {line}" for line in self.stdin.shown(values).splitlines())]
        return tuple(lines)

    async def _done_already(self, context: StepContext) -> str:
        """Return why it need not be run; empty when it must."""
        values = context.values
        path = self.creates.shown(values)
        if path and await self._succeeds(("test", "-e", path), context):
            return f"{path} is there"
        words = self._filled(self.unless, values)
        if words and await self._succeeds(words, context):
            return f"{shlex.join(words)} exits with 0"
        return ""

    async def _succeeds(self, words: tuple[str, ...], context: StepContext) -> bool:
        """Return whether a program that only looks exits with 0; it is given no secret."""
        values = context.values
        variables = {name: value.shown(values) for name, value in self.env.items() if not value.secrets}
        argv = (*self._as_user(values), *words)
        try:
            async with supervise.run(argv, self._folder(values), variables, context.hidden) as finished:
                return finished.status == 0
        except MeasureError as error:
            raise FailedError("unless", f"whether it must be run cannot be seen: {error}") from error


def _given(context: StepContext) -> dict[str, str]:
    """Return the variables that every program is given."""
    told = (str(context.attempt), context.key, context.plan.id, context.walk)
    return dict(zip(GIVEN, told, strict=True))


def _taken(name: str, wanted: Captured, output: bytes, context: StepContext) -> str:
    """Return a value that later steps may name.

    Raises:
        FailedError: `capture`, when there is none, or it holds a secret.
    """
    try:
        value = wanted.take(output)
    except FailedError as error:
        raise FailedError("capture", f"capture {name}: {error}") from error
    if context.masker.mask(value) != value:
        raise FailedError("capture", f"capture {name}: holds a secret, which no value may")
    return value


def _last_line(text: str) -> str:
    return text.rpartition("\n")[2].strip()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _ourselves() -> str:
    """Return the user that we are."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
