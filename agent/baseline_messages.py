"""Owns the messages about baselines; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from runbooks.baseline import BaselineHead
from runbooks.comparison import Comparison
from runbooks.window_events import BaselineTaken


class TakeBaseline(msgspec.Struct, frozen=True, tag=True):
    """Console: look at everything now and keep it under a name; answered by `BaselineAnswer`."""

    id: int
    name: str


class AskDifference(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Console: what is different from a baseline, the newest one when none is named?

    Answered by `DifferenceAnswer`.
    """

    id: int
    name: str = ""
    seq: int = 0
    """The row of the journal that holds it; then nothing is looked at anew, the board counts as it stands."""


class AskBaselines(msgspec.Struct, frozen=True, tag=True):
    """Console: which baselines are there? Answered by `BaselinesAnswer`."""

    id: int


class AskBaseline(msgspec.Struct, frozen=True, tag=True):
    """Console: what is in the baseline of that row of the journal? Answered by `KeptBaseline`."""

    id: int
    seq: int


class BaselineAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what was kept."""

    id: int
    baseline: BaselineTaken


class DifferenceAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what is different now."""

    id: int
    difference: Comparison


class BaselinesAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the baselines there are, newest first."""

    id: int
    heads: tuple[BaselineHead, ...]


class KeptBaseline(msgspec.Struct, frozen=True, tag=True):
    """Agent: a baseline as it was kept."""

    id: int
    baseline: BaselineTaken
    at: float
    """When it was taken, UTC seconds."""


Questions = TakeBaseline | AskDifference | AskBaselines | AskBaseline
Answers = BaselineAnswer | DifferenceAnswer | BaselinesAnswer | KeptBaseline
