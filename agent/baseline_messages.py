"""Owns the messages about baselines; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from runbooks.comparison import Comparison
from runbooks.window_events import BaselineTaken


class TakeBaseline(msgspec.Struct, frozen=True, tag=True):
    """Console: look at everything now and keep it under a name; answered by `BaselineAnswer`."""

    id: int
    name: str


class AskDifference(msgspec.Struct, frozen=True, tag=True):
    """Console: what is different from a baseline, the newest one when none is named?

    Answered by `DifferenceAnswer`.
    """

    id: int
    name: str = ""


class BaselineAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what was kept."""

    id: int
    baseline: BaselineTaken


class DifferenceAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what is different now."""

    id: int
    difference: Comparison


Questions = TakeBaseline | AskDifference
Answers = BaselineAnswer | DifferenceAnswer
