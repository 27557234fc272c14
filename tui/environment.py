"""Owns the rules that hold before Textual is imported: it reads its environment while it is imported.

`prepare` is pure: it takes an environment and says what to change in it, or why no console can be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FEW_COLORS = "ansi-dark"
PLAIN_TERMINALS = ("xterm", "linux", "screen", "vt100", "vt220", "ansi")
"""Values of TERM that promise sixteen colours at most."""
HINT = "try: walkdown check"


@dataclass(frozen=True, slots=True)
class Manners:
    """How the console behaves on this terminal."""

    slow: bool = False
    """The line is slow: fewer repaints, no mouse, few colours."""
    ascii_only: bool = False
    """The terminal has no block characters."""
    mouse: bool = True
    theme: str = ""
    """Name of the theme; empty: ours, dark."""
    bell: bool = False
    """The terminal's bell is rung when something becomes CRIT: see `tui/bell.py`."""


PLAIN_MANNERS = Manners()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do before Textual is imported."""

    refusal: str = ""
    """Why no console can be shown, with what to do instead; empty when one can."""
    remove: tuple[str, ...] = ()
    """Variables to remove from the environment."""
    put: tuple[tuple[str, str], ...] = ()
    """Variables to set."""
    manners: Manners = PLAIN_MANNERS


def prepare(environ: Mapping[str, str], *, terminal: bool, wish: Manners = PLAIN_MANNERS) -> Plan:
    """Return what to do; `terminal` says whether standard input, output and error are one."""
    term = environ.get("TERM", "")
    if not terminal:
        return Plan(refusal=f"walkdown: the console needs a terminal; {HINT}")
    if term in ("", "dumb"):
        return Plan(
            refusal=f"walkdown: the terminal (TERM={term or 'not set'}) cannot show a console; {HINT}"
        )
    return Plan("", _removed(environ), _put(environ, wish), _manners(environ, term, wish))


def _removed(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that must not reach Textual.

    Under sudo its switches are another user's; a size that is fixed would keep it from following the
    terminal's.
    """
    foreign = [name for name in environ if name.startswith("TEXTUAL")] if "SUDO_UID" in environ else []
    empty = ["NO_COLOR"] if environ.get("NO_COLOR") == "" else []
    sizes = [name for name in ("COLUMNS", "LINES") if name in environ]
    return (*foreign, *empty, *sizes)


def _put(environ: Mapping[str, str], wish: Manners) -> tuple[tuple[str, str], ...]:
    put: dict[str, str] = {"TEXTUAL_ANIMATIONS": "none"}
    if "STY" in environ and environ.get("COLORTERM") in ("truecolor", "24bit"):
        put["TEXTUAL_COLOR_SYSTEM"] = "256"  # GNU screen 4 takes direct colours for other attributes
    if wish.slow:
        put |= {"TEXTUAL_FPS": "10", "TEXTUAL_SMOOTH_SCROLL": "0"}
    return tuple(put.items())


def _manners(environ: Mapping[str, str], term: str, wish: Manners) -> Manners:
    few = term in PLAIN_TERMINALS and environ.get("COLORTERM", "") not in ("truecolor", "24bit")
    return Manners(
        slow=wish.slow,
        ascii_only=wish.ascii_only or term in ("vt100", "vt220", "ansi"),
        mouse=wish.mouse and not wish.slow,
        theme=wish.theme or (FEW_COLORS if few or wish.slow else ""),
        bell=wish.bell,
    )
