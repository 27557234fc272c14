"""The plain walk passed on by text alone: one says how things stand, the other reads it and takes it."""

from __future__ import annotations

from runbooks import walk_events
from runbooks.approval_events import HandOverOffered
from runbooks.decisions import Confirm, HandOver, TakeOver
from tests.agent.plain_stage import plain
from tests.runbooks.reports.telling import HASH, OPER1, OPER2, Telling


async def test_a_walk_is_handed_over_in_words_that_are_known_or_typed() -> None:
    async with plain() as stage:
        await stage.show("backup")
        await stage.choose("hand the walk over")
        stage.type("oper2", "looked at the disk", "", "all but the first", "")
        (said,) = await stage.decides()
        assert isinstance(said, HandOver)
        assert (said.to, said.done, said.left) == ("oper2", "looked at the disk", "all but the first")
        await stage.says("What was done, as far as is known", "What is to be watched")


async def test_who_watches_reads_how_things_stand_and_takes_it_without_a_reason() -> None:
    walk = Telling()
    offer = HandOverOffered("", -1, "looked at the disk", "", "all but the first", "the queue")
    walk.tell(offer, by=OPER1)
    async with plain(walk, me=OPER2, joining=True) as stage:
        await stage.says("hands it over to whoever takes it", "looked at the disk", "all but", "the queue")
        assert await stage.decides() == [TakeOver("", "", OPER1)]
        stage.telling.fence = 9
        stage.telling.tell(walk_events.HolderChanged(9, OPER2, ""), by=OPER2)
        await stage.show("backup")
        await stage.choose("run it")
        await stage.decides(2)
        assert stage.link.decisions[1][1:] == (9, Confirm("backup", 1, HASH, ""))
