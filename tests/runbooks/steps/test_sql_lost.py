"""The step kind sql when its session is lost before, at or after COMMIT; and what can be found out later."""

import asyncio
import contextlib
import os
import signal
import time

import pytest

from runbooks.outcome import Applied, Ending

pytestmark = pytest.mark.postgres

SQL = "UPDATE public.shelf SET label = 'new' WHERE id = 1 RETURNING label"


def through(proxy, **options):
    return {"host": "127.0.0.1", "port": proxy.port, "sslmode": "disable"} | options


def known(outcome):
    return outcome.ending, outcome.applied


@contextlib.asynccontextmanager
async def acting(ground, step, context):
    """Run a step beside the test; it is over at the end."""
    async with asyncio.TaskGroup() as group:
        yield group.create_task(ground.act_on(step, context))


async def at_work(ground, key, word="pg_sleep"):
    """Come back once a statement with this word runs; return the pid."""
    rows = await ground.until(lambda: [row for row in ground.sessions(key) if word in row[1]])
    return rows[0][0]


@pytest.mark.fault("step:sql", "reset")
@pytest.mark.parametrize("hard", [False, True])
async def test_a_connection_cut_before_commit_means_that_nothing_was_applied(ground, proxy, hard):
    step = ground.step(("UPDATE public.shelf SET label = 'new'", "SELECT pg_sleep(2)"), **through(proxy))
    context = ground.context(step)
    async with acting(ground, step, context) as task:
        await at_work(ground, context.key)
        proxy.cut(hard)
    outcome = task.result()
    assert known(outcome) == (Ending.FAILED, Applied.NONE)
    assert outcome.error_class == "connection_lost"
    assert "its session is gone and its marker is not there" in outcome.summary
    assert "new" not in ground.shelf() and ground.markers() == []


async def test_a_backend_ended_by_somebody_means_that_nothing_was_applied(ground):
    step = ground.step("UPDATE public.shelf SET label = 'new'; SELECT pg_sleep(30)")
    context = ground.context(step)
    async with acting(ground, step, context) as task:
        pid = await at_work(ground, context.key)
        ground.run(f"SELECT pg_terminate_backend({pid})")
    assert known(task.result()) == (Ending.FAILED, Applied.NONE)
    assert "terminating connection" in task.result().summary


async def test_a_commit_that_went_through_unanswered_is_found_by_its_marker(ground, proxy):
    async def cut_after(proxy):
        proxy.deaf = True
        asyncio.get_running_loop().call_later(0.3, proxy.cut)
        asyncio.get_running_loop().call_later(0.3, setattr, proxy, "deaf", False)
        return True

    proxy.on_commit = cut_after
    outcome = await ground.act(SQL, through(proxy, capture={"name": "label"}))
    assert known(outcome) == (Ending.SUCCEEDED, Applied.FULL)
    assert "its marker is there" in outcome.summary
    assert outcome.captured == {"name": "new"}
    assert "new" in ground.shelf() and len(ground.markers()) == 1


async def test_a_commit_that_never_arrived_is_found_not_to_have_been(ground, proxy):
    async def swallow(proxy):
        proxy.cut()
        return False

    proxy.on_commit = swallow
    outcome = await ground.act(SQL, through(proxy))
    assert known(outcome) == (Ending.FAILED, Applied.NONE)
    assert "new" not in ground.shelf()


@pytest.mark.parametrize("swallows", [False, True])
async def test_without_a_marker_a_commit_without_answer_is_unknown(ground, proxy, swallows):
    async def cut(proxy):
        proxy.deaf = True
        asyncio.get_running_loop().call_later(0.3, proxy.cut)
        asyncio.get_running_loop().call_later(0.3, setattr, proxy, "deaf", False)
        return not swallows

    proxy.on_commit = cut
    outcome = await ground.act(SQL, through(proxy, marker="none"))
    assert outcome.ending is Ending.UNKNOWN
    assert "leaves no marker" in outcome.summary
    assert ("new" in ground.shelf()) is not swallows


async def test_a_session_that_cannot_be_looked_for_after_commit_is_unknown(ground, proxy, monkeypatch):
    monkeypatch.setattr("runbooks.postgres.applying.PATIENCE", 1.0)

    async def cut(proxy):
        proxy.refuses = True
        proxy.cut()
        return False

    proxy.on_commit = cut
    outcome = await ground.act(SQL, through(proxy))
    assert (outcome.ending, outcome.error_class) == (Ending.UNKNOWN, "connection_lost")


async def test_a_session_that_cannot_be_looked_for_before_commit_has_applied_nothing(
    ground, proxy, monkeypatch
):
    monkeypatch.setattr("runbooks.postgres.applying.PATIENCE", 1.0)
    step = ground.step(("DELETE FROM public.shelf", "SELECT pg_sleep(2)"), **through(proxy))
    context = ground.context(step)
    async with acting(ground, step, context) as task:
        await at_work(ground, context.key)
        proxy.refuses = True
        proxy.cut()
    assert known(task.result()) == (Ending.FAILED, Applied.NONE)
    await ground.until(lambda: not ground.sessions(context.key))
    assert len(ground.shelf()) == 5


async def test_a_session_that_is_still_at_work_is_unknown_and_said_so(ground, proxy, monkeypatch):
    monkeypatch.setattr("runbooks.postgres.applying.PATIENCE", 1.0)
    step = ground.step(("DELETE FROM public.shelf", "SELECT pg_sleep(2)"), **through(proxy))
    context = ground.context(step)
    pid = 0
    async with acting(ground, step, context) as task:
        pid = await at_work(ground, context.key)
        os.kill(pid, signal.SIGSTOP)
        proxy.cut()
    try:
        assert task.result().ending is Ending.UNKNOWN
        assert f"still running: pid {pid}, since 20" in task.result().summary
        traced = await step.trace(context)
        assert (traced.ending, traced.error_class) == (Ending.UNKNOWN, "sql_running")
        assert f"pid {pid}" in traced.summary
    finally:
        os.kill(pid, signal.SIGCONT)
    await ground.until(lambda: not ground.sessions(context.key))
    traced = await step.trace(context)
    assert known(traced) == (Ending.FAILED, Applied.NONE)


async def test_a_trace_finds_the_marker_and_says_when(ground):
    step = ground.step(SQL, capture={"name": "label"})
    context = ground.context(step)
    assert known(await step.trace(context)) == (Ending.FAILED, Applied.NONE)
    await ground.act_on(step, context)
    traced = await step.trace(context)
    assert known(traced) == (Ending.SUCCEEDED, Applied.FULL)
    assert f"its marker is there, of {time.strftime('%Y')}" in traced.summary
    assert "what it captured is lost: name" in traced.summary


async def test_a_trace_without_marker_or_server_tells_nothing(ground, closed_port):
    for options in ({"marker": "none"}, {"host": "127.0.0.1", "port": closed_port}):
        step = ground.step(SQL, **options)
        assert (await step.trace(ground.context(step))).ending is Ending.UNKNOWN
    step = ground.step("VACUUM", transaction="none")
    assert (await step.trace(ground.context(step))).ending is Ending.UNKNOWN


async def test_the_same_attempt_is_applied_once(ground):
    step = ground.step("INSERT INTO public.shelf SELECT max(id) + 1, 'more' FROM public.shelf")
    context = ground.context(step)
    assert (await ground.act_on(step, context)).ending is Ending.SUCCEEDED
    again = await ground.act_on(step, ground.context(step, key=context.key))
    assert (*known(again), again.error_class) == (Ending.FAILED, Applied.FULL, "applied_already")
    both = ground.context(step), ground.context(step)
    both = both[0], ground.context(step, key=both[0].key)
    outcomes = await asyncio.gather(*(ground.act_on(step, context) for context in both))
    assert sorted(outcome.ending for outcome in outcomes) == [Ending.FAILED, Ending.SUCCEEDED]
    assert len(ground.shelf()) == 7


async def test_a_lower_fence_is_refused_for_the_same_target_only(ground):
    assert (await ground.act(SQL, fence=7)).ending is Ending.SUCCEEDED
    late = await ground.act(SQL, fence=6)
    assert (*known(late), late.error_class) == (Ending.FAILED, Applied.NONE, "fenced")
    assert (await ground.act(SQL, fence=7)).ending is Ending.SUCCEEDED
    assert (await ground.act(SQL, fence=1, target="other")).ending is Ending.SUCCEEDED


async def test_one_who_was_relieved_in_the_midst_is_through_before_his_successor_begins(ground):
    first = ground.step("UPDATE public.shelf SET label = 'old holder'; SELECT pg_sleep(1)")
    context = ground.context(first, fence=1)
    async with acting(ground, first, context) as task:
        await at_work(ground, context.key)
        successor = await ground.act("UPDATE public.shelf SET label = 'new holder'", fence=2)
    assert task.result().ending is successor.ending is Ending.SUCCEEDED
    assert set(ground.shelf()) == {"new holder"}
    impatient = ground.step("SELECT 1", lock_timeout=0.1)
    context = ground.context(first, fence=2)
    async with acting(ground, first, context):
        await at_work(ground, context.key)
        outcome = await ground.act_on(impatient, ground.context(impatient, fence=2))
    assert (*known(outcome), outcome.error_class) == (Ending.FAILED, Applied.NONE, "lock_timeout")


@pytest.mark.fault("step:sql", "signals")
async def test_a_step_that_is_told_to_end_breaks_off_the_statement_and_says_what_is_left(ground):
    step = ground.step("DELETE FROM public.shelf; SELECT pg_sleep(30)")
    context = ground.context(step)
    async with acting(ground, step, context) as task:
        await at_work(ground, context.key)
        began = time.monotonic()
        task.cancel()
        await asyncio.wait((task,))
    assert time.monotonic() - began < 3.5
    assert (*known(task.result()), task.result().error_class) == (Ending.FAILED, Applied.NONE, "terminated")
    assert len(ground.shelf()) == 5 and ground.sessions(context.key) == []


async def test_a_step_told_to_end_at_its_commit_waits_for_the_answer(ground):
    ground.run(
        "CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5);"
        "RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON public.shelf "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.slow()"
    )
    step = ground.step(SQL)
    context = ground.context(step)
    async with acting(ground, step, context) as task:
        await at_work(ground, context.key, "COMMIT")
        task.cancel()
    assert task.result().ending is Ending.SUCCEEDED
    assert "new" in ground.shelf()


async def test_a_step_without_a_transaction_that_is_told_to_end_is_unknown(ground):
    step = ground.step("DELETE FROM public.shelf; SELECT pg_sleep(30)", transaction="none")
    context = ground.context(step)
    async with acting(ground, step, context) as task:
        await at_work(ground, context.key)
        task.cancel()
    assert task.result().ending is Ending.UNKNOWN
    assert "at statement 2 of 2" in task.result().summary


@pytest.mark.fault("step:sql", "restart")
async def test_a_server_that_crashes_under_a_statement_has_applied_nothing(own_ground):
    step = own_ground.step(("DELETE FROM public.shelf", "SELECT pg_sleep(30)"))
    context = own_ground.context(step)
    async with acting(own_ground, step, context) as task:
        await at_work(own_ground, context.key)
        own_ground.server.stop(signal.SIGQUIT)
        await asyncio.to_thread(own_ground.server.start)
    assert known(task.result()) == (Ending.FAILED, Applied.NONE)
    assert "its marker is not there" in task.result().summary
    assert len(own_ground.shelf()) == 5


async def test_the_server_is_to_notice_within_five_seconds_that_we_are_gone(ground):
    sql = "DO $$ BEGIN RAISE NOTICE '%', current_setting('client_connection_check_interval'); END $$"
    assert "NOTICE: 5s" in (await ground.act(sql)).detail
