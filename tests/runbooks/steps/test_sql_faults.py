"""The step kind sql against networks and servers at fault: nothing was applied, and why is said by class."""

import asyncio
import socket
import time

import pytest

from runbooks.outcome import Applied, Ending
from runbooks.templates import SecretTemplate
from tests.servers.certificates import BAD
from tests.servers.faults import drip, hang, hard_reset, lag, say
from tests.servers.postgres import PASSWORD

pytestmark = pytest.mark.postgres

SQL = "UPDATE public.shelf SET label = 'new' WHERE id = 1"
AUTH_OK = b"R\x00\x00\x00\x08\x00\x00\x00\x00" + b"Z\x00\x00\x00\x05I"
"""What a server says to a login that it takes: authenticated, ready for a query."""


def at(port, host="127.0.0.1", sslmode="disable", **options):
    return {"host": host, "port": port, "sslmode": sslmode} | options


async def refused(ground, options, error_class, timeout=2.0, **more):
    """Run a step that cannot reach its server; it ends in time, and nothing was applied."""
    began = time.monotonic()
    outcome = await ground.act(SQL, options, timeout=timeout, **more)
    assert time.monotonic() - began < timeout + 1.5
    assert (outcome.ending, outcome.applied) == (Ending.FAILED, Applied.NONE)
    assert outcome.error_class == error_class, outcome.summary
    return outcome


@pytest.mark.fault("step:sql", "refused")
async def test_a_closed_port_is_refused(ground, closed_port):
    await refused(ground, at(closed_port), "refused")
    step = ground.step(SQL, **at(closed_port))
    with pytest.raises(Exception, match="refused"):
        await step.prepare(ground.context(step))


@pytest.mark.fault("step:sql", "blackhole")
async def test_a_port_that_drops_us_is_a_connect_timeout(ground, blackhole):
    await refused(ground, at(blackhole), "connect_timeout", 1.0)


@pytest.mark.fault("step:sql", "dns")
@pytest.mark.parametrize(
    ("answer", "error_class"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "dns_nxdomain"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "dns_servfail"),
        (lambda: time.sleep(1.0) or [], "dns_timeout"),
    ],
)
async def test_a_name_that_cannot_be_resolved_has_its_own_class(ground, names, answer, error_class):
    names["db.example"] = answer if callable(answer) else lambda: answer
    await refused(ground, at(5432, host="db.example"), error_class, 0.5)


@pytest.mark.fault("step:sql", "slow_loris")
async def test_a_login_answered_byte_by_byte_ends_in_time(ground, faults):
    port = await faults.serve(drip(AUTH_OK * 1000))
    await refused(ground, at(port), "total_timeout", 1.0)


@pytest.mark.fault("step:sql", "total_timeout")
async def test_a_server_that_says_nothing_after_the_login_ends_in_time(ground, faults):
    async def behaviour(reader, writer):
        await reader.read(1000)
        writer.write(AUTH_OK)
        await hang(reader, writer)

    outcome = await refused(ground, at(await faults.serve(behaviour)), "timeout", 1.0)
    assert "nothing was done yet" in outcome.summary


@pytest.mark.fault("step:sql", "total_timeout")
async def test_a_statement_that_takes_too_long_is_ended_by_the_server(ground):
    step = ground.step("DELETE FROM public.shelf; SELECT pg_sleep(30)")
    context = ground.context(step, timeout=0.5)
    outcome = await ground.act_on(step, context)
    assert (outcome.applied, outcome.error_class) == (Applied.NONE, "statement_timeout")
    assert len(ground.shelf()) == 5 and ground.sessions(context.key) == []


@pytest.mark.fault("step:sql", "total_timeout")
async def test_statements_that_take_too_long_together_are_broken_off(ground):
    sql = ("DELETE FROM public.shelf", *["SELECT pg_sleep(0.4)"] * 9)
    outcome = await ground.act(sql, timeout=0.5)
    assert (outcome.ending, outcome.applied, outcome.error_class) == (Ending.FAILED, Applied.NONE, "timeout")
    assert len(ground.shelf()) == 5


@pytest.mark.fault("step:sql", "reset")
async def test_a_login_and_an_answer_that_are_reset_are_a_lost_connection(ground, faults):
    async def after_login(reader, writer):
        await reader.read(1000)
        writer.write(AUTH_OK)
        await reader.read(1000)
        hard_reset(writer)

    async def at_once(reader, writer):
        await reader.read(1)
        hard_reset(writer)

    for behaviour in (after_login, at_once):
        await refused(ground, at(await faults.serve(behaviour)), "connection_lost")


@pytest.mark.fault("step:sql", "malformed")
@pytest.mark.parametrize("sslmode", ["disable", "prefer", "verify-full"])
async def test_an_http_server_on_the_port_is_malformed(ground, faults, sslmode):
    port = await faults.serve(say(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))
    await refused(ground, at(port, sslmode=sslmode), "malformed")


@pytest.mark.fault("step:sql", "huge")
async def test_a_gigabyte_in_a_row_is_given_up_and_taken_back(ground):
    sql = "DELETE FROM public.shelf; SELECT repeat('x', 150000000)"
    outcome = await ground.act(sql)
    assert (outcome.ending, outcome.applied, outcome.error_class) == (Ending.FAILED, Applied.NONE, "huge")
    assert len(ground.shelf()) == 5


@pytest.mark.fault("step:sql", "huge")
async def test_ten_million_rows_are_counted_and_not_kept(ground):
    async with lag() as worst:
        outcome = await ground.act("SELECT generate_series(1, 10000000)", changes=False, timeout=60.0)
    assert outcome.summary == "SELECT 10000000"
    assert "truncated: 9999000 more rows" in outcome.detail
    assert worst() < 0.25


@pytest.mark.fault("step:sql", "bad_certificates")
@pytest.mark.parametrize("flaw", BAD)
async def test_a_bad_certificate_is_refused_and_the_flaw_named(ground, faults, authority, flaw):
    context = authority.bad(flaw)

    async def behaviour(reader, writer):
        await reader.readexactly(8)
        writer.write(b"S")
        await writer.start_tls(context)
        await reader.read(1000)

    port = await faults.serve(behaviour)
    await refused(ground, at(port, sslmode="verify-full", ca_file=authority.file), BAD[flaw])


@pytest.mark.fault("step:sql", "auth")
async def test_a_wrong_password_is_auth_and_never_shown(ground):
    options = at(ground.server.port, user="plain", password=SecretTemplate("{{ secret.db }}"))
    outcome = await refused(ground, options, "auth", secrets={"db": "wrong-Passw0rd"})
    assert "wrong-Passw0rd" not in repr(outcome)
    options["database"] = "absent"
    await refused(ground, options, "no_db", secrets={"db": PASSWORD})
    await refused(ground, {"user": "nobody-here"}, "auth")


@pytest.mark.fault("step:sql", "auth")
async def test_what_a_role_may_not_do_is_permission(ground):
    options = at(ground.server.port, user="plain", password=SecretTemplate("{{ secret.db }}"), marker="none")
    await refused(ground, options, "permission", secrets={"db": PASSWORD})


@pytest.mark.fault("step:sql", "overloaded")
async def test_a_server_without_a_free_connection_is_told(small_postgres, ground):
    holders = [small_postgres.connect() for _ in range(8)]
    try:
        where = {"host": small_postgres.host, "port": small_postgres.port, "database": "postgres"}
        await refused(ground, where, "too_many_connections")
    finally:
        for holder in holders:
            holder.close()


@pytest.mark.fault("step:sql", "server_error")
async def test_a_lock_that_others_hold_is_waited_for_and_given_up(ground):
    with ground.server.connect(dbname=ground.name) as holder, holder.transaction():
        holder.execute("LOCK TABLE public.shelf")
        began = time.monotonic()
        outcome = await ground.act(("SELECT 1", SQL), {"lock_timeout": 0.3})
        assert time.monotonic() - began < 2
    assert (outcome.applied, outcome.error_class) == (Applied.NONE, "lock_timeout")
    assert "statement 2 of 2" in outcome.summary and ground.markers() == []


@pytest.mark.fault("step:sql", "server_error")
async def test_of_two_in_a_deadlock_one_fails_with_nothing_applied_and_none_is_repeated(ground):
    ground.run(f"ALTER DATABASE {ground.name} SET deadlock_timeout = '100ms'")
    change = "UPDATE public.shelf SET label = label || '!' WHERE id = {}"
    outcomes = await asyncio.gather(
        *(
            ground.act(
                (change.format(first), "SELECT pg_sleep(0.4)", change.format(second)),
                target=f"target {first}",
            )
            for first, second in ((1, 2), (2, 1))
        )
    )
    lost, won = sorted(outcomes, key=lambda outcome: outcome.ending)
    assert (lost.ending, lost.applied, lost.error_class) == (Ending.FAILED, Applied.NONE, "deadlock")
    assert won.ending is Ending.SUCCEEDED
    assert ground.shelf()[:2] == ["book 1!", "book 2!"] and len(ground.markers()) == 1


@pytest.mark.fault("step:sql", "server_error")
async def test_of_two_that_cannot_be_serialized_one_fails_with_nothing_applied(ground):
    add = (
        "INSERT INTO public.shelf SELECT %(id)s, count(*)::text FROM public.shelf",
        "SELECT pg_sleep(0.4)",
    )
    outcomes = await asyncio.gather(
        *(
            ground.act(
                add,
                {"isolation": "serializable", "values": {"id": SecretTemplate(number)}},
                target=f"target {number}",
            )
            for number in ("10", "11")
        )
    )
    lost, won = sorted(outcomes, key=lambda outcome: outcome.ending)
    assert (lost.ending, lost.applied, lost.error_class) == (Ending.FAILED, Applied.NONE, "serialization")
    assert won.ending is Ending.SUCCEEDED and len(ground.shelf()) == 6


@pytest.mark.fault("step:sql", "server_error")
async def test_what_is_refused_at_commit_only_is_taken_back_as_well(ground):
    ground.run("ALTER TABLE public.shelf ADD UNIQUE (label) DEFERRABLE INITIALLY DEFERRED")
    outcome = await ground.act("UPDATE public.shelf SET label = 'same'")
    assert (outcome.applied, outcome.error_class) == (Applied.NONE, "constraint")
    assert outcome.summary.startswith("COMMIT: ") and len(set(ground.shelf())) == 5


async def test_a_standby_is_refused_for_what_changes_and_taken_for_what_reads(own_ground, standby):
    standby.wait_until("EXISTS (SELECT FROM pg_database WHERE datname = 'shop')")
    where = {"host": standby.host, "port": standby.port}
    await refused(own_ground, where, "wrong_server", 10.0)
    step = own_ground.step(SQL, **where)
    with pytest.raises(Exception, match="a standby, not a primary"):
        await step.prepare(own_ground.context(step))
    outcome = await own_ground.act("SELECT 1", where, changes=False)
    assert outcome.ending is Ending.SUCCEEDED and "standby" in outcome.detail


async def test_a_login_takes_nothing_from_the_environment(ground, monkeypatch):
    for name, value in (
        ("PGUSER", "monitor"),
        ("PGOPTIONS", "-c search_path=public"),
        ("PGHOST", "192.0.2.1"),
    ):
        monkeypatch.setenv(name, value)
    step = ground.step("UPDATE shelf SET label = 'x'", user="")
    outcome = await ground.act_on(step, ground.context(step))
    assert outcome.error_class in ("auth", "statement") and "monitor" not in outcome.summary
