"""Alerting as an agent runs it, by a clock that the test moves: grouped, kept, tried again, told once."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from checks.model import Level
from checks.storage.database import reading
from checks.storage.letters import newest_letters
from tests.agent.alert_stage import Stage

OPS = {"ops": {"url": "json://127.0.0.1/"}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "shop.db"


async def test_trouble_and_its_end_arrive_once_each(path: Path) -> None:
    stage = Stage(path, ("api", "db"), OPS)
    async with stage.running():
        stage.see(api=Level.CRIT, db=Level.OK)
        await stage.pass_by(20)
        stage.see(db=Level.WARN)
        await stage.pass_by(100)
        assert stage.said == ["[CRIT] 1 CRIT, 1 WARN"]
        stage.see(api=Level.OK, db=Level.OK)
        await stage.pass_by(100)
        assert stage.said[1:] == ["[OK] 2 OK"]


async def test_a_thousand_changes_in_a_minute_are_at_most_twenty_messages_and_the_end_is_true(
    path: Path,
) -> None:
    names = tuple(f"c{number}" for number in range(100))
    stage = Stage(path, names, OPS | {"dba": {"url": "json://127.0.0.1/", "level": "CRIT"}})
    async with stage.running():
        for second in range(60):
            for number in range(17):
                name = names[(second * 17 + number) % 100]
                before = stage.engine.snapshot.state(name).level
                stage.see(**{name: Level.OK if before is Level.CRIT else Level.CRIT})
            await stage.pass_by(1)
        stage.see(**dict.fromkeys(names, Level.OK))
        await stage.pass_by(120)
        assert 2 <= len(stage.carrier.letters) <= 20
        ends = [letter for letter in stage.carrier.letters if letter.route == "ops"]
        assert ends[-1].subject.startswith(("[OK]", "[FLAPPING]"))


async def test_while_a_carrier_is_down_nothing_is_lost_and_the_pauses_grow(path: Path) -> None:
    stage = Stage(path, ("api",), OPS)
    stage.carrier.refusal = "its service could not be reached"
    async with stage.running() as alerting:
        for number in range(10):
            stage.see(api=Level.CRIT if number % 2 == 0 else Level.OK)
            await stage.pass_by(60)
        assert stage.carrier.letters == []
        assert 7 <= stage.carrier.attempts <= 12
        assert alerting.busy
        (notice,) = stage.notices
        assert notice.source == "alerts"
        assert notice.text.startswith("route ops: its service could not be reached; ")
        assert notice.text.endswith(" messages wait")
        stage.carrier.refusal = ""
        await stage.pass_by(400)
        assert not alerting.busy
        assert stage.notices == ()
    flips = [line for line in stage.said if "FLAPPING" not in line]
    assert flips[:4] == ["[CRIT] api", "[OK] api", "[CRIT] api", "[OK] api"]
    assert len({letter.key for letter in stage.carrier.letters}) == len(stage.carrier.letters)


async def test_after_a_day_a_message_is_given_up_and_that_is_said(path: Path) -> None:
    stage = Stage(path, ("api",), {"ops": {"url": "json://127.0.0.1/", "repeat": "30 d"}})
    stage.carrier.refusal = "its service answered 403"
    async with stage.running() as alerting:
        stage.see(api=Level.CRIT)
        await stage.pass_by(40)
        stage.clock.jump(86_400)
        await stage.pass_by(330)
        assert not alerting.busy
        text = "route ops: a message was given up after a day: its service answered 403"
        assert [notice.text for notice in stage.notices] == [text]
        stage.carrier.refusal = ""
        stage.see(api=Level.OK)
        await stage.pass_by(60)
        assert stage.notices == ()


async def test_a_restart_neither_loses_nor_doubles(path: Path) -> None:
    stage = Stage(path, ("api", "db"), OPS)
    async with stage.running():
        stage.see(api=Level.CRIT, db=Level.OK)
        await stage.pass_by(60)
        stage.carrier.refusal = "down"
        stage.see(db=Level.CRIT)
        await stage.pass_by(60)
    assert stage.said == ["[CRIT] api"]
    again = Stage(path, ("api", "db"), OPS, stage.clock)
    async with again.running():
        again.see(api=Level.CRIT, db=Level.CRIT)
        await again.pass_by(100)
        assert again.said == ["[CRIT] db"]
        again.see(api=Level.OK)
        await again.pass_by(100)
        assert again.said == ["[CRIT] db", "[OK] api"]


async def test_maintenance_and_a_configuration_loaded_anew(path: Path) -> None:
    stage = Stage(path, ("api", "db"), {})
    async with stage.running():
        stage.see(api=Level.CRIT)
        await stage.pass_by(60)
        assert stage.carrier.attempts == 0
        stage.load(("api", "db"), OPS)
        stage.engine.maintain("db")
        stage.see(api=Level.CRIT, db=Level.CRIT)
        await stage.pass_by(60)
        assert stage.said == ["[CRIT] api"]
        stage.load(("api", "db"), OPS)
        stage.see(api=Level.CRIT, db=Level.CRIT)
        await stage.pass_by(60)
        assert stage.said == ["[CRIT] api", "[CRIT] db"], "what was told is known to the next engine"


async def test_a_trouble_that_lasts_is_told_again_but_not_while_the_first_message_waits(path: Path) -> None:
    stage = Stage(path, ("api",), {"ops": {"url": "json://127.0.0.1/", "repeat": "5 m"}})
    async with stage.running():
        stage.see(api=Level.CRIT)
        await stage.pass_by(400)
        assert stage.said == ["[CRIT] api", "[CRIT] still api"]
        stage.carrier.refusal = "down"
        await stage.pass_by(1300)
        stage.carrier.refusal = ""
        await stage.pass_by(400)
        assert 3 <= len(stage.said) <= 4


async def test_a_store_that_cannot_be_written_stops_no_alert_and_is_said(path: Path) -> None:
    path.parent.parent.mkdir(exist_ok=True)
    path.parent.write_text("in the way")
    stage = Stage(path, ("api",), OPS)
    async with stage.running():
        stage.see(api=Level.CRIT)
        await stage.pass_by(60)
        assert stage.said == ["[CRIT] api"]
        (notice,) = stage.notices
        assert "may be told twice" in notice.text
        path.parent.unlink()
        await stage.pass_by(60)
        assert stage.notices == ()
        with reading(path) as connection:
            assert [letter.waits for letter in newest_letters(connection, 9)] == [False]
    again = Stage(path, ("api",), OPS, stage.clock)
    async with again.running():
        again.see(api=Level.CRIT)
        await again.pass_by(60)
    assert again.said == []


async def test_a_route_that_is_gone_takes_its_messages_along(path: Path) -> None:
    stage = Stage(path, ("api",), OPS)
    stage.carrier.refusal = "down"
    async with stage.running() as alerting:
        stage.see(api=Level.CRIT)
        await stage.pass_by(60)
        stage.carrier.refusal = ""
        stage.load(("api",), {"dba": OPS["ops"]})
        await stage.pass_by(60)
        assert not alerting.busy
        assert stage.carrier.letters == []
    with reading(path) as connection:
        (letter,) = newest_letters(connection, 9)
    assert letter.error == "there is no such route any more"


async def test_no_secret_is_in_a_message_the_store_or_the_log(path: Path, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    stage = Stage(path, ("api",), OPS)
    stage.carrier.refusal = "it said opensesame-token"
    async with stage.running():
        stage.see(api=Level.CRIT)
        await stage.pass_by(60)
        assert "*****" in stage.notices[0].text
        stage.carrier.refusal = ""
        await stage.pass_by(60)
        assert "saw CRIT *****" in stage.carrier.letters[0].body
        with sqlite3.connect(path) as connection:
            letters = str(connection.execute("SELECT * FROM alert_letter").fetchall())
        connection.close()
    assert "opensesame" not in letters + caplog.text


def test_the_agent_never_loads_the_library_that_carries() -> None:
    code = "import sys, agent.run, agent.alert_commands; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
