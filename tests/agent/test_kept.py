"""What the parts of an agent have in common, with a part that does what the test says."""

from types import SimpleNamespace
from typing import ClassVar

import pytest

from agent.kept import Kept
from checks.masking import Masker
from checks.testing import FakeClock
from runbooks.errors import RefusedDecisionError


class Part(Kept[int]):
    called: ClassVar[str] = "parts"
    look_every: ClassVar[float] = 1.0
    fails = False

    async def _learn(self) -> None:
        if self.fails:
            raise OverflowError("a row that nobody foresaw")

    async def _do_due(self) -> None:
        if self.fails:
            raise OverflowError("a row that nobody foresaw")

    async def _stand(self) -> int:
        return 1

    async def decides(self) -> None:
        async with self._decision():
            pass


@pytest.fixture
def told() -> dict:
    return {}


@pytest.fixture
def part(told) -> Part:
    live = SimpleNamespace(announce=told.__setitem__)
    return Part(0, live, SimpleNamespace(), Masker(), FakeClock())


async def test_a_bug_stops_the_part_alone_and_operators_are_told_as_long_as_it_does(part, told, caplog):
    part.fails = True
    await part.look()
    await part.look()
    ((notice,),) = told.values()
    assert notice.text.startswith("parts: stopped by a bug")
    assert len(caplog.records) == 1, "once, not at every look"
    with pytest.raises(RefusedDecisionError, match="stopped by a bug"):
        await part.decides()

    part.fails = False
    await part.look()
    assert (list(told.values()), part.now) == ([()], 1)
    await part.decides()
