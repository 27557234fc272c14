"""How many drafts are filled in at the same time, however many are asked for."""

import asyncio
import itertools
from types import SimpleNamespace
from typing import Any

from agent.filled import HOLDS
from agent.notice_drafts import AT_ONCE, WAITING, NoticeDrafts
from agent.notice_messages import AskDraft
from checks.board import EMPTY, SystemInfo
from checks.masking import Masker
from checks.testing import FakeClock
from runbooks.notice_events import NoticeKind
from runbooks.notices.document import NoticeText, Part
from runbooks.notices.order import Filled, Task
from runbooks.notices.state import DraftNotice
from runbooks.notices.telling import Facts
from runbooks.operators import Operator


class Drafts(NoticeDrafts):
    """The drafts of a system about which there is nothing to tell."""

    async def text(self, name: str) -> NoticeText:
        return NoticeText(name, f"{name}.txt", NoticeKind.PROGRESS, Part("s"), Part("b"))

    async def _facts(self, text: NoticeText, ask: AskDraft, operator: Operator) -> Facts:
        now = self._clock.now()
        return Facts(SystemInfo("shop", timezone="UTC"), EMPTY, now, operator, impact=ask.impact)


class Filler:
    """Stands for the programs that fill in: one step further whenever the test lets one end."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        """Who asked, in the order in which programs were started."""
        self.most = 0
        """So many went at once."""
        self._going: list[asyncio.Future[None]] = []

    async def __call__(self, tasks: tuple[Task, ...], timezone: str) -> tuple[Filled, ...]:
        (task,) = tasks
        assert task.values is not None
        self.begun.append(task.values["operator"])
        mine = asyncio.get_running_loop().create_future()
        self._going.append(mine)
        self.most = max(self.most, len(self._going))
        try:
            await mine
        finally:
            self._going.remove(mine)
        return (Filled({"subject": "s", "body": "b"}),)

    async def end_one(self) -> None:
        await settled()
        if self._going:
            self._going[0].set_result(None)
        await settled()


async def settled() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def person(name: str, number: int) -> Operator:
    return Operator(name, number, name)


def drafts_of(monkeypatch, clock) -> tuple[Drafts, Filler]:
    filler = Filler()
    monkeypatch.setattr("agent.notice_drafts.filled_in", filler)
    live: Any = SimpleNamespace(system=SimpleNamespace(info=SystemInfo("shop", timezone="UTC")))
    none: Any = None
    return Drafts(live, None, none, none, none, dict, Masker(), clock), filler


async def test_however_many_drafts_are_asked_for_two_programs_fill_them_in_at_once(monkeypatch) -> None:
    drafts, filler = drafts_of(monkeypatch, FakeClock())
    asked = [asyncio.ensure_future(drafts.draft(AskDraft(n, "told"), person(f"p{n}", n))) for n in range(20)]
    await settled()
    assert len(filler.begun) == AT_ONCE == 2
    while len(filler.begun) < 20 or not all(one.done() for one in asked):
        await filler.end_one()
    assert [one.subject for one in await asyncio.gather(*asked)] == ["s"] * 20
    assert (len(filler.begun), filler.most) == (20, 2)


async def test_a_viewer_who_asks_without_end_keeps_nobody_else_waiting(monkeypatch) -> None:
    drafts, filler = drafts_of(monkeypatch, FakeClock())
    vera, dora = person("vera", 1001), person("dora", 1002)
    asks = itertools.count()

    def ask(who: Operator) -> asyncio.Future[DraftNotice]:
        number = next(asks)
        # Each of them about something else, so that none was filled in a moment ago.
        return asyncio.ensure_future(drafts.draft(AskDraft(number, "told", impact=f"impact {number}"), who))

    without_end = [ask(vera) for _ in range(200)]
    await settled()
    refused = [one for one in without_end if one.done()]
    assert len(refused) == 200 - WAITING - 1
    assert "wait already" in str(refused[0].exception())
    assert filler.begun == ["vera"], "there is room for somebody else at any time"
    for turn in range(5):
        mine = ask(dora)
        await settled()
        assert filler.begun[-1] == "dora", "her turn is at once"
        without_end += [ask(vera) for _ in range(20)]
        while not mine.done():
            await filler.end_one()
        assert (await mine).subject == "s"
        assert filler.begun.count("dora") == turn + 1
    assert filler.most <= AT_ONCE
    for one in without_end:
        one.cancel()
    await asyncio.gather(*without_end, return_exceptions=True)
    await settled()
    begun = len(filler.begun)
    last = ask(vera)
    await settled()
    assert len(filler.begun) == begun + 1, "who has left the line keeps no place in it"
    last.cancel()


async def test_of_many_people_each_has_his_turn(monkeypatch) -> None:
    drafts, filler = drafts_of(monkeypatch, FakeClock())
    crowd = [person(f"v{n}", n) for n in range(3)]
    asked = [
        asyncio.ensure_future(drafts.draft(AskDraft(n, "told", impact=str(n)), who))
        for n in range(4)
        for who in crowd
    ]
    await settled()
    late = asyncio.ensure_future(drafts.draft(AskDraft(9, "told", impact="9"), person("dora", 9)))
    while not late.done():
        await filler.end_one()
    before = filler.begun[: filler.begun.index("dora")]
    assert len(before) <= 2 * len(crowd), "once round at most"
    assert not all(one.done() for one in asked)
    for one in asked:
        one.cancel()
    await asyncio.gather(*asked, return_exceptions=True)


async def test_the_same_text_about_the_same_facts_is_filled_in_once_for_some_seconds(monkeypatch) -> None:
    clock = FakeClock()
    drafts, filler = drafts_of(monkeypatch, clock)

    async def ask(impact: str = "") -> None:
        asked = asyncio.ensure_future(drafts.draft(AskDraft(1, "told", impact=impact), person("vera", 1)))
        while not asked.done():
            await filler.end_one()
        await asked

    await ask()
    await clock.advance(HOLDS - 1)
    await ask()
    assert len(filler.begun) == 1
    await ask("closed")
    assert len(filler.begun) == 2, "other facts"
    await clock.advance(2)
    await ask()
    assert len(filler.begun) == 3, "it is old by now"
