"""Owns the messages about checks; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from checks.board import CheckState, Health, Notice, Snapshot
from checks.model import HistoryQuery, Result, Series


class ProbeNow(msgspec.Struct, frozen=True, tag=True):
    """Console: probe these checks now; all when none is named."""

    names: tuple[str, ...] = ()


class AskProbe(msgspec.Struct, frozen=True, tag=True):
    """Console: probe these checks and tell me once you have; answered by `ProbeAnswer` with the same id."""

    id: int
    names: tuple[str, ...]


class AskHistory(msgspec.Struct, frozen=True, tag=True):
    """Console: give me the course of a reading; answered by `HistoryAnswer` with the same id."""

    id: int
    query: HistoryQuery


class AskResults(msgspec.Struct, frozen=True, tag=True):
    """Console: give me the newest results of a check; answered by `ResultsAnswer` with the same id."""

    id: int
    check: str
    limit: int = 50


class Difference(msgspec.Struct, frozen=True, tag=True):
    """Agent: what changed between two snapshots."""

    number: int
    at: float
    health: Health
    notices: tuple[Notice, ...]
    states: tuple[CheckState, ...]
    """Only those that changed; the order and the names of all are those of `Welcome`."""


class ProbeAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: what was seen of the checks asked for, each by a probe that began after the question."""

    id: int
    snapshot: Snapshot
    """With these checks only, health included."""


class HistoryAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the courses asked for."""

    id: int
    series: tuple[Series, ...]


class ResultsAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the results asked for, newest first."""

    id: int
    results: tuple[Result, ...]


Questions = AskProbe | AskHistory | AskResults
Answers = ProbeAnswer | HistoryAnswer | ResultsAnswer
