"""Owns the doubles that tests of walks and of third parties' steps use; published, so kept stable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from checks.board import CheckInfo, CheckState, Snapshot, SystemInfo, begin, fold, mark_stale
from checks.clock import Clock
from checks.masking import Masker
from checks.model import Level, Observation, Result
from checks.testing import FakeClock
from runbooks.model import ServicePlan, StepPlan
from runbooks.step import StepContext, options_of


class FakeBoard:
    """A board without an engine: each probe sees what the test has written down for it, in order.

    Results are folded as on the real board, so that soft, hard and flapping come about as they do there.
    """

    def __init__(
        self,
        seen: Mapping[str, Iterable[Level | Observation]],
        *,
        baseline: Mapping[str, Level] | None = None,
        clock: Clock | None = None,
        attempts: int = 3,
    ) -> None:
        """Have been probed once: the first of `seen` shows already; the last is seen again and again.

        Without a `baseline`, that first picture is the baseline.
        """
        self.probes: list[tuple[str, ...]] = []
        """The names of every call of `probed`."""
        self._clock = clock or FakeClock()
        self._system = SystemInfo(checks=tuple(CheckInfo(name, attempts=attempts) for name in seen))
        self._seen = {name: list(course) for name, course in seen.items()}
        self._snapshot = begin(self._system, self._clock.now())
        for name in seen:
            self._probe(name)
        self._baseline = self._snapshot if baseline is None else self._levels(baseline)

    @property
    def snapshot(self) -> Snapshot:
        """Return the newest picture."""
        return self._snapshot

    @property
    def baseline(self) -> Snapshot:
        """Return the picture that stands for the beginning of the walk."""
        return self._baseline

    def show(self, name: str, *seen: Level | Observation) -> None:
        """Have the next probes of a check see this instead of what was written down."""
        self._seen[name] = list(seen)

    def make_stale(self, *names: str) -> None:
        """Have nothing been heard of these checks for too long; of all others, something has."""
        self._snapshot = mark_stale(self._snapshot, self._system, frozenset(names), self._clock.now())

    def interval(self, name: str) -> float:
        """Return that it is probed every 30 s."""
        return 30.0

    async def probed(self, names: tuple[str, ...]) -> tuple[CheckState, ...]:
        """Return the states after one more probe of each."""
        self.probes.append(names)
        for name in names:
            self._probe(name)
        return tuple(self._snapshot.state(name) for name in names)

    def _probe(self, name: str) -> None:
        course = self._seen[name]
        self._fold(name, course.pop(0) if len(course) > 1 else course[0])

    def _fold(self, name: str, seen: Level | Observation) -> None:
        now = self._clock.now()
        self._snapshot = fold(self._snapshot, self._system, result_of(name, seen, now), now)

    def _levels(self, levels: Mapping[str, Level]) -> Snapshot:
        now = self._clock.now()
        snapshot = begin(self._system, now)
        for name, level in levels.items():
            snapshot = fold(snapshot, self._system, result_of(name, level, now), now)
        return snapshot


def result_of(name: str, seen: Level | Observation, at: float) -> Result:
    """Return the result of a probe that saw this; of a bare level, the summary is `seen LEVEL`."""
    observation = seen if isinstance(seen, Observation) else Observation(f"seen {seen}", seen)
    return Result(name, observation.level, at, 0.01, observation)


def step_context(
    step: object,
    folder: Path,
    *,
    id: str = "step",  # noqa: A002 - the word that runbooks use
    kind: str = "",
    plan: StepPlan | None = None,
    walk: str = "walk",
    attempt: int = 1,
    clock: Clock | None = None,
    masker: Masker | None = None,
    key: str = "0123456789abcdef0123456789abcdef",
    fence: int = 1,
    values: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    services: Mapping[str, ServicePlan] | None = None,
    forward: Mapping[str, str] | None = None,
    facts: Mapping[str, Mapping[str, str]] | None = None,
    hidden: frozenset[str] = frozenset(),
) -> StepContext:
    """Return what a walk gives the step; its evidence goes into `folder`.

    The masker knows the secrets, as that of a walk does once they were read.
    """
    masker = masker or Masker()
    for value in (secrets or {}).values():
        masker.learn(value)
    default = StepPlan(id, kind, options=options_of(step), changes=bool(getattr(step, "CHANGES", False)))
    return StepContext(
        plan or default,
        walk,
        attempt,
        clock or FakeClock(),
        masker,
        folder,
        key,
        fence,
        values or {},
        secrets or {},
        services or {},
        forward or {},
        facts or {},
        hidden,
        guards=(plan or default).guards,
    )
