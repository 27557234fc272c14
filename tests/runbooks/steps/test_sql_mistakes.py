"""The step kind sql while a runbook is loaded: what can never be run is refused there, in words that help."""

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from checks.config.kinded import stored
from checks.config.validate import adapter
from runbooks.postgres.script import read_script
from runbooks.steps.sql import SqlStep
from runbooks.templates import SecretTemplate, Template
from tests.runbooks.steps.loading import as_item, built, load_runbook

COMMON = ("id", "kind", "undo")


def load(**options):
    return adapter(SqlStep).validate_python(({"database": "app"} | options,))[0]


def test_the_example_loads_and_is_kept_as_it_is():
    written = YAML(typ="safe", pure=True).load(SqlStep.EXAMPLE)
    step = load(**{name: value for name, value in written.items() if name not in COMMON})
    assert step.values == {"limit": SecretTemplate("6 hours")}
    assert stored(SqlStep, step)[1] == ""


def test_the_example_loads_in_a_runbook(tmp_path):
    plan, problems = load_runbook(tmp_path, as_item(SqlStep.EXAMPLE))
    assert plan is not None, problems
    assert plan.steps[0].changes and isinstance(built(plan.steps[0]), SqlStep)


def test_everything_that_can_be_set_is_kept_as_it_is():
    step = load(
        run=["SELECT %(a)s", "SELECT 2"],
        values={"a": Template("{{ name }}")},
        password=SecretTemplate("{{ secret.db }}"),
        expect={"standby": False, "database": "app"},
        expect_rows=[1, None],
        capture={"x": "y"},
        lock_timeout="2 s",
    )
    options, bug = stored(SqlStep, step)
    assert bug == ""
    assert "secret.db" in str(options["password"])
    assert load(run="SELECT 1", expect_rows={"least": 1}).expect_rows.most is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"run": Template("DELETE FROM {{ table }}")}, "must be known before the walk|valid string"),
        ({}, "either run or file"),
        ({"run": "SELECT 1", "file": "/x.sql"}, "either run or file"),
        ({"file": "x.sql"}, "whole path"),
        ({"run": " -- nothing\n;"}, "no SQL"),
        ({"run": "BEGIN; SELECT 1"}, "begun and ended by the step"),
        ({"run": "SELECT 1; /* so */ commit"}, "begun and ended by the step"),
        ({"run": "ROLLBACK TO SAVEPOINT x"}, "begun and ended by the step"),
        ({"run": "PREPARE TRANSACTION 'x'"}, "begun and ended by the step"),
        ({"run": "COPY t FROM STDIN"}, "command step"),
        ({"run": "VACUUM"}, "transaction: none"),
        ({"run": "ALTER SYSTEM SET a = 1"}, "transaction: none"),
        ({"run": "drop index concurrently x"}, "transaction: none"),
        ({"run": "REINDEX (VERBOSE) DATABASE app"}, "transaction: none"),
        ({"run": "CREATE DATABASE x"}, "transaction: none"),
        ({"run": "SELECT 'a"}, "quote is not closed"),
        ({"run": "SELECT $x$ a"}, "not closed"),
        ({"run": "SELECT 1 /* /* */"}, "comment is not closed"),
        ({"run": "SELECT $1"}, r"%\(name\)s"),
        ({"run": "SELECT %(a)s"}, "not among values"),
        ({"run": "SELECT '%(a)s'", "values": {"a": "1"}}, "in quotes"),
        ({"run": "SELECT 1", "values": {"a": "1"}}, "not used"),
        ({"run": ["SELECT 1", "SELECT 2"], "expect_rows": 1}, "one entry for each of the 2"),
        ({"run": "SELECT 1", "expect_rows": {"least": 2, "most": 1}}, "no number of rows"),
        ({"run": "SELECT 1", "marker": "marker"}, "schema.table nor none"),
        ({"run": "SELECT 1", "marker": 'a.b"; DROP TABLE x'}, "schema.table nor none"),
        ({"run": "SELECT 1", "search_path": "public; x"}, "cannot be the name of a schema"),
        ({"run": "SELECT 1", "count": "SELECT 1; SELECT 2"}, "one query"),
        ({"run": "SELECT 1", "port": 0}, "port"),
        ({"run": "SELECT 1", "host": ""}, "host"),
        ({"run": "SELECT 1", "database": ""}, "database"),
    ],
)
def test_a_mistake_is_refused_in_words_that_help(options, said):
    with pytest.raises(ValidationError, match=said):
        load(**options)


def test_a_database_is_never_guessed():
    with pytest.raises(ValidationError, match="database"):
        adapter(SqlStep).validate_python(({"run": "SELECT 1"},))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("run: 'DELETE FROM {{ table }}'", "takes no variables"),
        ("run: VACUUM, transaction: none", "needs verify"),
        ("run: SELECT 1, password: abc", "a secret in plain text"),
        ("run: SELECT 1, expect: {databse: y}", "did you mean 'database'"),
        ("run: 'SELECT %(a)s', values: {a: '{{ nope }}'}", "unknown name 'nope'"),
    ],
)
def test_a_mistake_in_a_runbook_is_told_with_its_place(tmp_path, options, said):
    step = f"{{id: a, kind: sql, database: app, undo: none, {options}}}"
    plan, problems = load_runbook(tmp_path, as_item(step))
    assert plan is None and "ours.yaml:3:" in problems and said in problems


def texts(sql):
    return [statement.text for statement in read_script(sql, {})]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'a;b', \"c;d\", E'\\';', $$;$$, $x$ $$; $x$ -- ;",
        "SELECT 1 /* ; /* ; */ ; */",
        "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END",
        "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END",
        "SELECT a$1$ FROM t WHERE b LIKE '%%(x)s'",
        "DO $do$ BEGIN PERFORM 1; END $do$",
        "SELECT 10 % 3 AS \"Größe\", 'ü;'",
    ],
)
def test_a_semicolon_ends_a_statement_only_where_psql_says_so(statement):
    assert texts(f"{statement}\n; SELECT 2;;") == [statement, "SELECT 2"]


@pytest.mark.parametrize(
    ("sql", "alone", "destroys"),
    [
        ("vacuum full t", True, False),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY v", False, False),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", True, False),
        ("SELECT * FROM t FOR UPDATE", False, False),
        ("WITH a AS (SELECT 1) SELECT * FROM t FOR UPDATE", False, False),
        ("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", False, True),
        ("WITH a AS (SELECT 1) UPDATE t SET b = 1", False, True),
        ("INSERT INTO t VALUES ('DROP TABLE t')", False, False),
        ("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", False, True),
        ("/* DROP */ SELECT 1", False, False),
    ],
)
def test_statements_are_recognised_by_their_words_and_not_by_what_they_quote(sql, alone, destroys):
    (statement,) = read_script(sql, {})
    assert (statement.alone, statement.destroys) == (alone, destroys)
