"""The step kind sql against a real PostgreSQL: what is done, shown, kept, and what later steps can name."""

import pytest

from runbooks.outcome import Applied, Ending, FailedError
from runbooks.postgres.preflight import ExpectedServer
from runbooks.postgres.work import RowSpan
from runbooks.templates import MissingValueError, SecretTemplate

pytestmark = pytest.mark.postgres

RENAME = "UPDATE public.shelf SET label = %(label)s WHERE id = %(id)s"


def valued(**values):
    return {"values": {name: SecretTemplate(text) for name, text in values.items()}}


async def test_statements_are_done_as_one_and_leave_a_marker(ground):
    step = ground.step(
        "UPDATE public.shelf SET label = 'a' WHERE id = 1; DELETE FROM public.shelf WHERE id > 2"
    )
    context = ground.context(step)
    outcome = await ground.act_on(step, context)
    assert (outcome.ending, outcome.applied) == (Ending.SUCCEEDED, Applied.FULL)
    assert outcome.summary == "2 statements, 4 rows"
    assert ground.shelf() == ["a", "book 2"]
    assert ground.run("SELECT key, target, fence FROM walkdown.marker") == [(context.key, "shop", 1)]


async def test_the_third_of_five_fails_and_nothing_stays(ground):
    statements = [f"UPDATE public.shelf SET label = 'new' WHERE id = {n}" for n in (1, 2, 3, 4)]
    statements[2] = "UPDATE public.shelf SET label = NULL WHERE id = 3"
    before = ground.shelf()
    outcome = await ground.act(tuple(statements))
    assert (outcome.ending, outcome.applied, outcome.error_class) == (
        Ending.FAILED,
        Applied.NONE,
        "constraint",
    )
    assert "statement 3 of 4" in outcome.summary and "nothing was applied" in outcome.summary
    assert ground.shelf() == before
    assert ground.markers() == []


async def test_values_of_inputs_and_secrets_are_bound_by_their_names(ground):
    step = ground.step(RENAME, **valued(label="{{ secret.title }}, {{ edition }}", id="{{ number }}"))
    context = ground.context(
        step, values={"edition": "2nd", "number": "3"}, secrets={"title": "it's \\ 100 %"}
    )
    outcome = await ground.act_on(step, context)
    assert outcome.ending is Ending.SUCCEEDED
    assert ground.shelf()[2] == "it's \\ 100 %, 2nd"


async def test_what_is_shown_is_all_that_is_run_with_secrets_by_name(ground):
    step = ground.step(RENAME, **valued(label="{{ secret.title }}", id="{{ number }}"), sslmode="require")
    action = await step.prepare(ground.context(step, values={"number": "3\n"}))
    assert action.lines == (
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;",
        "-- and a row for this attempt in walkdown.marker, which is made when it is missing",
        f"{RENAME};",
        "COMMIT;",
        '-- %(label)s is "{{ secret.title }}"',
        '-- %(id)s is "3\\n"',
        "-- the certificate of the server is not verified (sslmode: require)",
    )
    assert action.where == f"{ground.server.host}/.s.PGSQL.{ground.server.port}, database {ground.name}"
    assert action.user == "postgres"
    with pytest.raises(MissingValueError, match="number"):
        await step.prepare(ground.context(step))


async def test_preparing_changes_nothing_and_needs_no_secret(ground):
    step = ground.step(
        "DELETE FROM public.shelf", password=SecretTemplate("{{ secret.db }}"), count="SELECT 1"
    )
    action = await step.prepare(ground.context(step))
    assert action.destroys == (
        "DELETE FROM public.shelf",
        "not counted: db is read only for what was confirmed",
    )
    step = ground.step("DELETE FROM public.shelf")
    assert (await step.prepare(ground.context(step))).destroys == ("DELETE FROM public.shelf",)
    assert len(ground.shelf()) == 5
    assert ground.run("SELECT to_regnamespace('walkdown')") == [(None,)]


async def test_a_count_is_part_of_what_is_confirmed(ground):
    step = ground.step(
        "DELETE FROM public.shelf WHERE id < %(id)s",
        count="SELECT count(*) AS rows FROM public.shelf WHERE id < %(id)s",
        **valued(id="4"),
    )
    first = await step.prepare(ground.context(step))
    assert first.destroys[1:] == ("count: rows", "count: 3")
    assert (await step.prepare(ground.context(step))).sha256 == first.sha256
    ground.run("DELETE FROM public.shelf WHERE id = 1")
    assert (await step.prepare(ground.context(step))).sha256 != first.sha256


@pytest.mark.parametrize(
    ("sql", "typed"),
    [
        ("DROP TABLE public.shelf", True),
        ("TRUNCATE public.shelf", True),
        ("DELETE FROM public.shelf", True),
        ("ALTER TABLE public.shelf DROP COLUMN label", True),
        ("DELETE FROM public.shelf WHERE id = 1", False),
        ("INSERT INTO public.shelf VALUES (9, 'DELETE FROM x')", False),
    ],
)
async def test_what_takes_away_everything_is_typed(ground, sql, typed):
    step = ground.step(sql)
    assert (await step.prepare(ground.context(step))).phrase == (ground.name if typed else "")


async def test_too_many_rows_are_rolled_back(ground):
    sql = "DELETE FROM public.shelf WHERE id > 1"
    for wanted in (1, RowSpan(most=3), RowSpan(least=5), 0):
        outcome = await ground.act(sql, {"expect_rows": wanted})
        assert (outcome.applied, outcome.error_class) == (Applied.NONE, "assertion")
        assert "4 rows, expected" in outcome.summary
    assert len(ground.shelf()) == 5
    assert (await ground.act(sql, {"expect_rows": RowSpan(2, 4)})).ending is Ending.SUCCEEDED
    outcome = await ground.act((sql, "SELECT * FROM public.shelf"), {"expect_rows": (None, 1)})
    assert outcome.ending is Ending.SUCCEEDED


async def test_values_are_captured_from_the_first_row_of_the_last_answer(ground):
    sql = "SELECT 'no' AS label; UPDATE public.shelf SET label = 'z' WHERE id = 5 RETURNING id, label"
    outcome = await ground.act(sql, {"capture": {"deploy.number": "id", "name": "label"}})
    assert outcome.captured == {"deploy.number": "5", "name": "z"}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM public.shelf", "no row"),
        ("DELETE FROM public.shelf RETURNING NULL AS label", "NULL"),
        ("DELETE FROM public.shelf RETURNING id", "the columns are id"),
        ("DELETE FROM public.shelf RETURNING repeat('x', 9000) AS label", "9000 characters"),
        ("SELECT 1 FROM generate_series(1, 2000); DELETE FROM public.shelf RETURNING label", "too much"),
    ],
)
async def test_what_cannot_be_captured_takes_the_rest_back(ground, sql, said):
    outcome = await ground.act(sql, {"capture": {"name": "label"}})
    assert (outcome.applied, outcome.error_class) == (Applied.NONE, "capture")
    assert said in outcome.summary
    assert len(ground.shelf()) == 5


async def test_a_reading_step_can_write_nothing_and_leaves_no_marker(ground):
    outcome = await ground.act("SELECT id, label FROM public.shelf WHERE id < 3", changes=False)
    assert (outcome.ending, outcome.applied) == (Ending.SUCCEEDED, Applied.NONE)
    assert outcome.detail.splitlines()[1:] == ["SELECT 2", "id | label", "1 | book 1", "2 | book 2"]
    outcome = await ground.act("DELETE FROM public.shelf", changes=False)
    assert (outcome.applied, outcome.error_class) == (Applied.NONE, "read_only")
    assert len(ground.shelf()) == 5 and ground.markers() == []


async def test_rows_are_evidence_and_their_number_is_bounded(ground):
    step = ground.step("SELECT n, repeat('x', 2000) FROM generate_series(1, 5000) n")
    context = ground.context(step, changes=False)
    outcome = await ground.act_on(step, context)
    assert outcome.summary == "SELECT 5000"
    assert "more rows are not kept" in outcome.detail
    assert len(outcome.detail) < 1.1 * 1024 * 1024
    assert (context.folder / "rows").read_text() == outcome.detail
    assert (context.folder / "rows").stat().st_mode & 0o077 == 0


async def test_remarks_of_the_server_are_kept(ground):
    outcome = await ground.act("DO $$ BEGIN RAISE WARNING 'low on ink'; END $$")
    assert "WARNING: low on ink" in outcome.detail


async def test_the_sql_can_lie_in_a_file(ground, tmp_path):
    file = tmp_path / "change.sql"
    file.write_text(
        "-- two\nUPDATE public.shelf SET label = %(label)s; /* ; */ DELETE FROM public.shelf WHERE id=1;"
    )
    step = ground.step(file=str(file), **valued(label="z"))
    assert "UPDATE public.shelf" in "\n".join((await step.prepare(ground.context(step))).lines)
    assert (await ground.act_on(step, ground.context(step))).summary == "2 statements, 6 rows"
    file.write_text("COMMIT; DELETE FROM public.shelf WHERE label = %(label)s")
    with pytest.raises(FailedError, match="transactions are begun"):
        await step.prepare(ground.context(step))
    file.unlink()
    assert (await ground.act_on(step, ground.context(step))).error_class == "file"


async def test_names_are_looked_for_where_it_is_written_and_temporary_ones_last(ground):
    outcome = await ground.act("UPDATE shelf SET label = 'x'")
    assert (outcome.error_class, outcome.applied) == ("statement", Applied.NONE)
    outcome = await ground.act(
        "CREATE TEMPORARY TABLE shelf (label text); UPDATE shelf SET label = 'x'",
        {"search_path": "pg_catalog, public"},
    )
    assert outcome.ending is Ending.SUCCEEDED and set(ground.shelf()) == {"x"}


async def test_what_runs_outside_of_transactions_is_run_one_by_one(ground):
    statements = (
        "CREATE INDEX CONCURRENTLY by_label ON public.shelf (label)",
        "VACUUM (ANALYZE, VERBOSE) public.shelf",
        "ALTER SYSTEM SET work_mem = '8MB'",
        "ALTER SYSTEM RESET work_mem",
    )
    step = ground.step(statements, transaction="none")
    context = ground.context(step)
    assert not [line for line in (await step.prepare(context)).lines if line.startswith(("BEGIN", "COMMIT"))]
    outcome = await ground.act_on(step, context)
    assert (outcome.ending, outcome.applied) == (Ending.SUCCEEDED, Applied.FULL)
    assert "finished vacuuming" in outcome.detail
    assert ground.run("SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_label'::regclass") == [(True,)]
    assert ground.markers() == [context.key]


async def test_without_a_transaction_it_is_said_what_stays(ground):
    ground.run("INSERT INTO public.shelf VALUES (6, 'book 1')")
    unique = "CREATE UNIQUE INDEX CONCURRENTLY one ON public.shelf (label)"
    outcome = await ground.act(unique, {"transaction": "none"})
    assert (outcome.ending, outcome.applied) == (Ending.FAILED, Applied.PARTIAL)
    assert ground.run("SELECT indisvalid FROM pg_index WHERE indexrelid = 'one'::regclass") == [(False,)]
    outcome = await ground.act("DELETE FROM public.shelves; SELECT 1", {"transaction": "none"})
    assert outcome.applied is Applied.NONE
    outcome = await ground.act("DELETE FROM public.shelf; SELECT 1/0", {"transaction": "none"})
    assert outcome.applied is Applied.PARTIAL and ground.shelf() == []
    outcome = await ground.act("SELECT 1 WHERE false", {"transaction": "none", "capture": {"x": "y"}})
    assert outcome.applied is Applied.FULL
    assert ground.markers() == []


@pytest.mark.parametrize(
    ("expect", "error_class"),
    [
        (ExpectedServer(database="other"), "wrong_database"),
        (ExpectedServer(user="root"), "wrong_role"),
        (ExpectedServer(standby=True), "wrong_server"),
    ],
)
async def test_another_server_than_was_meant_is_refused(ground, expect, error_class):
    step = ground.step("DELETE FROM public.shelf", expect=expect)
    with pytest.raises(FailedError) as caught:
        await step.prepare(ground.context(step))
    assert caught.value.error_class == error_class
    outcome = await ground.act_on(step, ground.context(step))
    assert (outcome.error_class, outcome.applied) == (error_class, Applied.NONE)
    assert len(ground.shelf()) == 5
