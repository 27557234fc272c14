"""Owns the template engine, fenced in: plain values, few filters, no other file, no more than a moment.

The one module that knows jinja2. It is used by `runbooks/notices/filler.py` alone, a process of its own with
little memory, for what runs in here cannot all be foreseen.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from types import FrameType
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from checks.suggest import did_you_mean
from runbooks.notices.order import Filled, Mistake, Task
from runbooks.notices.times import filters
from runbooks.notices.values import SAMPLE, without_anything

SECONDS = 1.0
"""Of processor time that one part may take."""
LONGEST = 32 * 1024
"""Characters that one part may come to."""
SAFE = (
    "capitalize",
    "count",
    "d",
    "default",
    "first",
    "float",
    "int",
    "join",
    "last",
    "length",
    "lower",
    "round",
    "sort",
    "string",
    "title",
    "trim",
    "unique",
    "upper",
    "wordwrap",
)
"""Filters of jinja2 that may be used; none makes much out of little."""
NAMED = ("impact", "team")
"""Parts that are values for those after them."""
OTHERS = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
TEMPLATE = "<template>"
"""What jinja2 calls the file of a text that came from none."""
FAILURES = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    MemoryError,
)
"""What a text can come to grief with."""


class TooMuchError(ValueError):
    """A text takes more than it may."""


class Sandbox(ImmutableSandboxedEnvironment):
    """jinja2 without anything that reaches out, changes a value, or grows without bounds."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, zone: tzinfo) -> None:
        """Tell times in this zone."""
        super().__init__(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
        self.globals.clear()
        self.filters = {name: FILTERS[name] for name in SAFE} | dict(filters(zone))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Reckon with numbers only; a text that is multiplied, and a power, may be huge."""
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if not numbers or operator == "**":
            raise SecurityError(f"{operator} is for numbers only" if not numbers else "** is not to be had")
        return super().call_binop(context, operator, left, right)


def fill_in(task: Task, zone: tzinfo) -> Filled:
    """Return the notice filled in; without values it is judged, and tried with made-up ones."""
    sandbox = Sandbox(zone)
    mistakes: list[Mistake] = []
    names: set[str] = set()
    for part, text in task.parts:
        names |= _judge(sandbox, part, text, mistakes)
    if mistakes:
        return Filled(mistakes=tuple(mistakes), names=tuple(sorted(names)))
    tries = (task.values,) if task.values is not None else (SAMPLE, without_anything())
    filled: dict[str, str] = {}
    for values in tries:
        filled = _filled(sandbox, task, values, mistakes)
    return Filled(filled, tuple(sorted(names)), tuple(dict.fromkeys(mistakes)))


def _filled(
    sandbox: Sandbox, task: Task, values: Mapping[str, Any], mistakes: list[Mistake]
) -> dict[str, str]:
    given = dict(values)
    filled: dict[str, str] = {}
    for part, text in task.parts:
        try:
            with _hurried():
                filled[part] = _rendered(sandbox, text, given)
        except FAILURES as error:
            mistakes.append(Mistake(part, _line_of(error), _words(error)))
        if part in NAMED:
            given[part] = filled.get(part, "")
    return filled


def _rendered(sandbox: Sandbox, text: str, values: Mapping[str, Any]) -> str:
    pieces: list[str] = []
    size = 0
    for piece in sandbox.from_string(text).generate(**values):
        pieces.append(piece)
        size += len(piece)
        if size > LONGEST:
            raise TooMuchError(f"comes to more than {LONGEST} characters")
    return "".join(pieces)


def _judge(sandbox: Sandbox, part: str, text: str, mistakes: list[Mistake]) -> set[str]:
    """Record what is wrong with a text without trying it; return the names that it speaks of."""
    try:
        with _hurried():
            tree = sandbox.parse(text)
            names = find_undeclared_variables(tree)
    except TemplateSyntaxError as error:
        mistakes.append(Mistake(part, error.lineno, error.message or "cannot be read"))
        return set()
    except FAILURES as error:
        mistakes.append(Mistake(part, _line_of(error), _words(error)))
        return set()
    mistakes += (
        Mistake(part, found.lineno, "no other file can be taken in") for found in tree.find_all(OTHERS)
    )
    for name in sorted(names - SAMPLE.keys()):
        near = did_you_mean(name, SAMPLE) or f"; known: {', '.join(sorted(SAMPLE))}"
        mistakes.append(Mistake(part, _line_of_name(tree, name), f"{name!r} is not known{near}"))
    mistakes += _unknown_members(part, tree)
    return names & SAMPLE.keys()


def _unknown_members(part: str, tree: nodes.Template) -> Iterator[Mistake]:
    """Yield what is asked of a value, or of each item of a list, that it does not have."""
    items = {
        loop.target.name: found[0]
        for loop in tree.find_all(nodes.For)
        if isinstance(loop.target, nodes.Name)
        and isinstance(found := _sample_of(loop.iter), list)
        and isinstance(found[0], dict)
    }
    for asked in tree.find_all(nodes.Getattr):
        owner = _sample_of(asked.node, items)
        if isinstance(owner, dict) and asked.attr not in owner:
            near = did_you_mean(asked.attr, owner) or f"; known: {', '.join(owner)}"
            said = asked.node.name if isinstance(asked.node, nodes.Name) else "it"
            yield Mistake(part, asked.lineno, f"{said} has no {asked.attr!r}{near}")


def _sample_of(node: nodes.Node, items: Mapping[str, Any] | None = None) -> Any:
    """Return the made-up value that the expression names; None for any other."""
    if isinstance(node, nodes.Name):
        return {**SAMPLE, **(items or {})}.get(node.name)
    if isinstance(node, nodes.Getattr):
        owner = _sample_of(node.node, items)
        return owner.get(node.attr) if isinstance(owner, dict) else None
    return None


def _line_of_name(tree: nodes.Template, name: str) -> int:
    return min((found.lineno for found in tree.find_all(nodes.Name) if found.name == name), default=0)


def _line_of(error: Exception) -> int:
    """Return the line of the text in which it came to grief; 0 when that cannot be told."""
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == TEMPLATE:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _words(error: Exception) -> str:
    match error:
        case MemoryError():
            return "takes more memory than it may"
        case RecursionError():
            return "goes round in circles"
        case _:
            return str(error) or type(error).__name__


@contextlib.contextmanager
def _hurried() -> Iterator[None]:
    """End what takes too long, by processor time: a busy host makes no text wrong."""

    def over(number: int, frame: FrameType | None) -> None:
        raise TooMuchError(f"takes longer than {SECONDS:g} s")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
