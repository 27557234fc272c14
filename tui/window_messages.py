"""Owns the messages about windows and baselines: questions to the agent with their answers, and where to go.

Only the App answers, by `tui/window_questions.py`. An answer holds why there is none in `problem`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from textual.message import Message

from runbooks.baseline import BaselineHead
from runbooks.window_events import BaselineTaken
from tui.messages import Question

NO_BASELINE = BaselineTaken("")


@dataclass
class WindowQuestion(Question):
    """A question about windows or baselines."""


@dataclass
class WindowWished(WindowQuestion):
    """Wishes that a window be opened, extended or closed; answered by `WindowChanged`."""

    NEWEST_ONLY: ClassVar[bool] = False

    what: str
    """`open`, `extend` or `close`."""
    reason: str
    name: str = ""
    """Of the window that is opened."""
    lasts: float = 0.0
    """Seconds for which it is opened, or by which it closes later."""
    walks: tuple[str, ...] = ()
    """Ids of the walks that stay open when it is closed, as they were shown."""
    beyond: bool = False
    """Whether the bound on all its extensions together is set aside."""

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return WindowChanged(problem)


@dataclass
class WindowChanged(Message, bubble=False):
    """Answers `WindowWished`: it was done, unless there is a problem."""

    problem: str = ""


@dataclass
class BaselinesRequested(WindowQuestion):
    """Wishes for the baselines there are; answered by `BaselinesArrived`, newest first."""

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return BaselinesArrived(problem=problem)


@dataclass
class BaselinesArrived(Message, bubble=False):
    """Answers `BaselinesRequested`."""

    heads: tuple[BaselineHead, ...] = ()
    problem: str = ""


@dataclass
class BaselineRequested(WindowQuestion):
    """Wishes for the baseline in that row of the journal; answered by `BaselineArrived`."""

    seq: int

    def failed(self, problem: str) -> Message:
        """Return the answer that there is none."""
        return BaselineArrived(self.seq, problem=problem)


@dataclass
class BaselineArrived(Message, bubble=False):
    """Answers `BaselineRequested`."""

    seq: int
    baseline: BaselineTaken = field(default=NO_BASELINE, repr=False)
    at: float = 0.0
    """When it was taken, UTC seconds."""
    problem: str = ""


@dataclass
class BaselineWished(WindowQuestion):
    """Wishes that everything be looked at now and kept under a name; answered by `BaselineKept`."""

    NEWEST_ONLY: ClassVar[bool] = False

    name: str

    def failed(self, problem: str) -> Message:
        """Return the answer that it was refused."""
        return BaselineKept(problem)


@dataclass
class BaselineKept(Message, bubble=False):
    """Answers `BaselineWished`: it was kept, unless there is a problem."""

    problem: str = ""


@dataclass
class WindowAsked(Message):
    """Wishes for the dialog that opens, extends or closes a window."""

    what: str
    """`open`, `extend` or `close`."""
