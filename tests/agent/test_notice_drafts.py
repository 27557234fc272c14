"""How many drafts are filled in at the same time, however many are asked for."""

import asyncio
from types import SimpleNamespace
from typing import Any

from agent.notice_drafts import AT_ONCE, NoticeDrafts
from agent.notice_messages import AskDraft
from checks.board import EMPTY, SystemInfo
from checks.clock import SystemClock
from checks.masking import Masker
from runbooks.notice_events import NoticeKind
from runbooks.notices.document import NoticeText, Part
from runbooks.notices.order import Filled, Task
from runbooks.notices.telling import Facts
from runbooks.operators import Operator


class Drafts(NoticeDrafts):
    """The drafts of a system about which there is nothing to tell."""

    async def text(self, name: str) -> NoticeText:
        return NoticeText(name, f"{name}.txt", NoticeKind.PROGRESS, Part("s"), Part("b"))

    async def _facts(self, text: NoticeText, ask: AskDraft, operator: Operator) -> Facts:
        return Facts(SystemInfo("shop", timezone="UTC"), EMPTY, 0.0, operator)


async def test_however_many_drafts_are_asked_for_two_programs_fill_them_in_at_once(monkeypatch) -> None:
    going: list[int] = []
    left = [0]
    gate = asyncio.Event()

    async def filling(tasks: tuple[Task, ...], timezone: str) -> tuple[Filled, ...]:
        left[0] += 1
        going.append(left[0])
        await gate.wait()
        left[0] -= 1
        return tuple(Filled({"subject": "s", "body": "b"}) for _ in tasks)

    monkeypatch.setattr("agent.notice_drafts.filled_in", filling)
    live: Any = SimpleNamespace(system=SimpleNamespace(info=SystemInfo("shop", timezone="UTC")))
    none: Any = None
    drafts = Drafts(live, None, none, none, none, dict, Masker(), SystemClock())
    asked = [asyncio.ensure_future(drafts.draft(AskDraft(n, "told"), Operator())) for n in range(20)]
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(going) == AT_ONCE == 2
    gate.set()
    assert [one.subject for one in await asyncio.gather(*asked)] == ["s"] * 20
    assert (len(going), max(going)) == (20, 2)
