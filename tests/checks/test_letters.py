"""Alerts in the store: what was decided and what is to be sent are there together, or not at all."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from checks.alerts.alert import Condition, Letter, RouteState, Told
from checks.clock import SystemClock
from checks.errors import StoreError
from checks.storage import letters as stored
from checks.storage.database import open_database, reading, transaction
from checks.storage.letters import KEPT, Recalled, keep, newest_letters, recall, save
from checks.storage.schema import migrations
from checks.storage.store import Store

NOW = 1_800_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.db"


def letter(key: str, **options) -> Letter:
    return replace(Letter(key, "ops", "subject", "body\nof it", NOW, NOW), **options)


def states(*checks: str) -> dict[str, RouteState]:
    return {"ops": RouteState({name: Told(Condition.CRIT, NOW) for name in checks})}


async def test_what_was_decided_is_there_for_the_next_agent(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        await store.write(lambda connection: save(connection, states("api", "db"), [letter("a")]))
        await store.write(lambda connection: save(connection, states("db"), [letter("b")]))
    async with Store(path, SystemClock()) as store:
        left = await store.ask(recall, Recalled())
    assert left.states == states("db")
    assert left.letters == (letter("a"), letter("b"))


async def test_what_became_of_a_message_replaces_what_was_known_of_it(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        await store.write(lambda connection: save(connection, {}, [letter("a"), letter("b"), letter("c")]))
        tried = letter("a", attempts=2, error="no", due=NOW + 9)
        done = [tried, letter("b", sent_at=NOW + 1), letter("c", given_up_at=NOW + 2)]
        await store.write(lambda connection: keep(connection, done))
        assert (await store.ask(recall, Recalled())).letters == (tried,)
        assert await store.ask(lambda connection: newest_letters(connection, 2), ()) == tuple(done[:0:-1])


async def test_nothing_is_written_by_halves(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        await store.write(lambda connection: save(connection, states("api"), [letter("a")]))

        def fails(connection: sqlite3.Connection) -> None:
            save(connection, states("db"), [letter("b")])
            raise sqlite3.OperationalError("disk full")

        with pytest.raises(StoreError, match="disk full"):
            await store.write(fails)
        assert [notice.source for notice in store.notices] == ["store"]
        left = await store.ask(recall, Recalled())
        assert (left.states, left.letters) == (states("api"), (letter("a"),))
        with pytest.raises(StoreError, match="a moment ago"):
            await store.write(lambda connection: None)


async def test_old_messages_go_and_those_that_wait_never_do(path: Path) -> None:
    async with Store(path, SystemClock()) as store:
        done = [letter(f"d{number}", sent_at=NOW) for number in range(KEPT + 50)]
        await store.write(lambda connection: save(connection, {}, [letter("waits"), *done]))
        kept = await store.ask(lambda connection: newest_letters(connection, 10 * KEPT), ())
    assert len(kept) == KEPT + 1
    assert kept[-1] == letter("waits")


def test_a_store_from_before_there_were_alerts_is_brought_up_and_kept_beside(path: Path) -> None:
    open_database(path, NOW, migrations()[:1]).connection.close()
    connection = open_database(path, NOW).connection
    with transaction(connection):
        save(connection, states("api"), [letter("a")])
    connection.close()
    with reading(path) as connection:
        assert recall(connection).letters == (letter("a"),)
    assert path.with_name("shop.db.before-0002").is_file()


def test_a_condition_that_a_newer_version_wrote_is_left_out(path: Path) -> None:
    connection = open_database(path, NOW).connection
    connection.execute("INSERT INTO alert_told VALUES ('ops', 'api', 'ON FIRE', 1.0)")
    assert recall(connection).states == {}
    connection.close()


def test_the_table_has_a_column_for_every_field_of_a_message_in_their_order() -> None:
    assert stored._COLUMNS.split(", ") == list(Letter.__dataclass_fields__)
