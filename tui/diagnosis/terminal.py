"""Owns what the doctor says about the terminal: what it can show, and what lies between it and us.

`judge` is pure; `Terminal.seen` does the looking. Nothing is written to the terminal: some answer a question
with keys.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui.diagnosis.finding import Finding, warning
from tui.environment import prepare

TMUX_WITHIN = 0.2
"""Seconds that tmux has to answer."""
TMUX_WANTED = {
    "escape-time": (("0", "5", "10", "20"), "set -s escape-time 10", "esc acts at once"),
    "focus-events": (("1", "on"), "set -g focus-events on", "the console rests while you look elsewhere"),
    "set-clipboard": (("on",), "set -s set-clipboard on", "y copies"),
    "default-terminal": (
        ("tmux-256color", "tmux-direct"),
        'set -s default-terminal "tmux-256color"',
        "all colours and keys",
    ),
}
"""tmux option -> values that are fine, the line of ~/.tmux.conf to put right, and what it is good for."""
MOST_ANCESTORS = 20


@dataclass(frozen=True, slots=True)
class Terminal:
    """What there is to see of the terminal without asking it."""

    environ: Mapping[str, str]
    streams: tuple[bool, bool, bool] = (True, True, True)
    """Whether standard input, output and error are a terminal."""
    size: tuple[int, int] | None = None
    """Columns and lines; None without a terminal."""
    encoding: str = "utf-8"
    tmux: Mapping[str, str] = field(default_factory=dict)
    """The options of the tmux around us; empty without one, or when it does not answer."""
    ancestors: tuple[str, ...] = ()
    """The programs that we were started by, nearest first."""

    @classmethod
    def seen(cls) -> Terminal:
        """Look around."""
        streams = tuple(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
        tmux = _tmux_options() if os.environ.get("TMUX") else {}
        client = tmux.get("client_pid", "")
        first = int(client) if client.isdigit() else os.getpid()
        return cls(
            os.environ,
            (streams[0], streams[1], streams[2]),
            _size(streams),
            sys.stdout.encoding,
            tmux,
            tuple(_ancestors(first)),
        )


def judge(seen: Terminal) -> tuple[Finding, ...]:
    """Return what there is to say."""
    return (
        _streams(seen),
        _term(seen),
        _colours(seen),
        _size_finding(seen),
        _encoding(seen),
        *_between(seen),
    )


def _streams(seen: Terminal) -> Finding:
    names = [name for name, is_one in zip(("input", "output", "error"), seen.streams, strict=True) if is_one]
    if not names:
        return warning("terminal", "none", "the console needs one; walkdown check needs none (ssh: add -t)")
    return Finding("terminal", "yes" if all(seen.streams) else f"on standard {' and '.join(names)} only")


def _term(seen: Terminal) -> Finding:
    term = seen.environ.get("TERM", "")
    if prepare(seen.environ, terminal=True).refusal:
        hint = "no console can be shown on it; most terminals are: export TERM=xterm-256color"
        return warning("TERM", term or "not set", hint)
    return Finding("TERM", term)


def _colours(seen: Terminal) -> Finding:
    environ, term = seen.environ, seen.environ.get("TERM", "")
    if environ.get("NO_COLOR"):
        return Finding("colours", "none, as NO_COLOR asks")
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        if "STY" in environ:
            return Finding("colours", "256: GNU screen shows no more")
        return Finding("colours", f"16.7 million (COLORTERM={environ['COLORTERM']})")
    if "256" in term:
        hint = "if the terminal knows more: export COLORTERM=truecolor (sudo and ssh drop it)"
        return Finding("colours", "256", hint)
    if "direct" in term:
        return Finding("colours", "16.7 million")
    hint = "most terminals know more: export TERM=xterm-256color COLORTERM=truecolor"
    return warning("colours", "16 at most", hint)


def _size_finding(seen: Terminal) -> Finding:
    if seen.size is None:
        return Finding("size", "unknown without a terminal")
    columns, lines = seen.size
    said = f"{columns}x{lines}"
    if columns < 60 or lines < 15:
        return warning("size", said, "60x15 is the least that can be used; 80x24 is good, 120x40 better")
    return Finding("size", said)


def _encoding(seen: Terminal) -> Finding:
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next((seen.environ[name] for name in names if seen.environ.get(name)), "")
    said = f"{seen.encoding} (locale {locale or 'not set'})"
    if seen.encoding.lower().replace("-", "") != "utf8":
        return warning("encoding", said, "export LANG=C.UTF-8, or start with walkdown --ascii")
    if locale in ("", "C", "POSIX"):
        return Finding("encoding", said, "if lines and bars look broken: walkdown --ascii")
    return Finding("encoding", said)


def _between(seen: Terminal) -> Iterator[Finding]:
    """Yield a finding for each program between the terminal and us."""
    if seen.environ.get("TMUX"):
        yield _tmux(seen.tmux)
    if "STY" in seen.environ:
        yield Finding("screen", "GNU screen", "y cannot copy here; tmux can")
    if "mosh-server" in seen.ancestors:
        yield Finding("mosh", "yes", "y copies from mosh 1.4 on; what scrolls away is gone")
    if seen.environ.get("SSH_CONNECTION"):
        hint = "on a slow line: walkdown --slow"
        if not seen.environ.get("TMUX") and "STY" not in seen.environ:
            hint += "; the agent outlives a lost connection, the console does not: tmux keeps it as well"
        yield Finding("ssh", "yes", hint)
    if foreign := [name for name in seen.environ if name.startswith("TEXTUAL")]:
        if "SUDO_UID" in seen.environ:
            yield Finding("sudo", f"{', '.join(foreign)} of another user left out")
        else:
            yield warning("TEXTUAL", ", ".join(foreign), "switches of a developer; unset them")


def _tmux(options: Mapping[str, str]) -> Finding:
    version = options.get("version", "")
    wrong = {
        name: line
        for name, (fine, line, _) in TMUX_WANTED.items()
        if options and options.get(name, "") not in fine
    }
    if not wrong:
        return Finding("tmux", version or "does not answer", "" if options else _tmux_lines(TMUX_WANTED))
    said = ", ".join(f"{name} {options.get(name) or 'not set'}" for name in wrong)
    return warning("tmux", f"{version}: {said}", _tmux_lines(wrong))


def _tmux_lines(names: Mapping[str, object]) -> str:
    lines = [f"{line:<42} # {good}" for line, good in (TMUX_WANTED[name][1:] for name in names)]
    return "\n".join(["put into ~/.tmux.conf, then tmux source ~/.tmux.conf:", *lines])


def _tmux_options() -> dict[str, str]:
    """Return the options of the tmux around us; empty when it does not answer."""
    program = shutil.which("tmux")
    if program is None:
        return {}
    names = ("version", "client_pid", *TMUX_WANTED)
    question = "\t".join(f"#{{{name}}}" for name in names)
    try:
        answer = subprocess.run(
            [program, "display-message", "-p", question],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TMUX_WITHIN,
            check=True,
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.SubprocessError):
        return {}
    return dict(zip(names, answer.rstrip("\n").split("\t"), strict=False))


def _size(streams: tuple[bool, ...]) -> tuple[int, int] | None:
    for descriptor, is_one in enumerate(streams):
        if is_one:
            with contextlib.suppress(OSError):
                return tuple(os.get_terminal_size(descriptor))  # type: ignore[return-value]
    return None


def _ancestors(pid: int) -> Iterator[str]:
    """Yield the names of the process and those above it, as far as we may see them."""
    for _ in range(MOST_ANCESTORS):
        try:
            words = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        except OSError:
            return
        head, _, rest = words.rpartition(")")
        yield head.partition("(")[2]
        pid = int(rest.split()[1])
