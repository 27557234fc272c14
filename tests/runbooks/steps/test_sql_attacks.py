"""The step kind sql against those who would run more than was confirmed, or see what they should not."""

import asyncio
import itertools

import psycopg
import pytest

from checks.masking import MASK
from runbooks.outcome import Applied, Ending, FailedError
from runbooks.templates import SecretTemplate
from tests.hostile import PAYLOADS
from tests.servers.postgres import PASSWORD

pytestmark = pytest.mark.postgres

_OPEN = ("'", "''", '"', "\\'", "')", "'))", "1", "$$", "%(label)s", "\u02bc'")
_EVIL = (
    "; DROP TABLE public.shelf; --",
    " OR 1=1 --",
    " OR '1'='1",
    "; UPDATE public.shelf SET label='pwned'; --",
    " UNION SELECT usename FROM pg_user --",
    "||(SELECT pg_sleep(10))||'",
    "/**/;/**/DELETE/**/FROM/**/public.shelf",
    "; COMMIT; DROP TABLE public.shelf",
    "\n; COPY public.shelf TO PROGRAM 'touch /tmp/owned'; --",
    "{{ secret.word }}; SELECT 1",
)
INJECTIONS = [head + tail for head, tail in itertools.product(_OPEN, _EVIL)]


async def test_a_hundred_injections_are_values_and_nothing_else(ground):
    assert len(INJECTIONS) == 100
    step = ground.step(
        "UPDATE public.shelf SET label = %(label)s WHERE label = %(old)s",
        values={"label": SecretTemplate("{{ new }}"), "old": SecretTemplate("{{ old }}")},
        expect_rows=1,
    )
    old = "book 1"
    for evil in INJECTIONS:
        outcome = await ground.act_on(step, ground.context(step, values={"new": evil, "old": old}))
        assert outcome.ending is Ending.SUCCEEDED, outcome.summary
        assert sorted(ground.shelf()) == sorted([evil, "book 2", "book 3", "book 4", "book 5"])
        old = evil


async def test_injections_in_a_comparison_find_nothing(ground):
    step = ground.step(
        "DELETE FROM public.shelf WHERE label = %(label)s", values={"label": SecretTemplate("{{ it }}")}
    )
    for evil in INJECTIONS[::7]:
        outcome = await ground.act_on(step, ground.context(step, values={"it": evil}))
        assert outcome.summary == "DELETE 0"
    assert len(ground.shelf()) == 5


@pytest.mark.parametrize("value", ["a\0b", "a\udcffb"])
async def test_what_no_text_can_hold_is_refused_before_anything_is_done(ground, value):
    step = ground.step("SELECT %(it)s", values={"it": SecretTemplate("{{ it }}")})
    with pytest.raises(FailedError, match="value it holds a character"):
        await step.prepare(ground.context(step, values={"it": value}))
    assert (await ground.act_on(step, ground.context(step, values={"it": value}))).error_class == "value"


async def test_a_function_that_lies_in_wait_in_public_is_not_called(ground):
    ground.run(
        "CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE plpgsql AS "
        "$$ BEGIN DELETE FROM public.shelf; RETURN 'trojan'; END $$"
    )
    ground.run(
        "CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$"
    )
    sql = "UPDATE public.shelf SET label = lower('A'::varchar) WHERE id = 1"
    assert (await ground.act(sql)).ending is Ending.SUCCEEDED
    assert len(ground.shelf()) == 5 and "a" in ground.shelf()
    assert ground.run("SELECT at > '2000-01-01' FROM walkdown.marker") == [(True,)]


@pytest.fixture
def tenant(ground):
    """A role of the database who may make schemas; it was there before us."""
    name = f"tenant_{ground.name}"
    ground.run(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    ground.run(f"GRANT CREATE ON DATABASE {ground.name} TO {name}")
    yield name
    ground.run(f"DROP OWNED BY {name}")
    ground.run(f"DROP ROLE {name}")


async def test_a_marker_table_of_somebody_else_is_not_written_to(ground, tenant):
    ground.run(
        f"SET ROLE {tenant}; CREATE SCHEMA walkdown; GRANT ALL ON SCHEMA walkdown TO public;"
        "CREATE TABLE walkdown.marker (key text PRIMARY KEY, target text, fence int8, at timestamptz);"
        "GRANT ALL ON walkdown.marker TO public;"
        "CREATE FUNCTION walkdown.steal() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN DELETE FROM public.shelf; RETURN NEW; END $$;"
        "CREATE TRIGGER t BEFORE INSERT ON walkdown.marker FOR EACH ROW EXECUTE FUNCTION walkdown.steal()"
    )
    step = ground.step("SELECT 1")
    with pytest.raises(FailedError, match="run code as this role"):
        await step.prepare(ground.context(step))
    assert (await ground.act_on(step, ground.context(step))).error_class == "marker"
    assert len(ground.shelf()) == 5


async def test_a_role_that_may_make_no_marker_is_told_what_to_do(ground):
    ground.run("GRANT ALL ON public.shelf TO plain")
    login = {"user": "plain", "host": "127.0.0.1", "password": SecretTemplate("{{ secret.db }}")}
    step = ground.step("DELETE FROM public.shelf WHERE id = 1", **login)
    outcome = await ground.act_on(step, ground.context(step, secrets={"db": PASSWORD}))
    assert (outcome.applied, outcome.error_class) == (Applied.NONE, "marker")
    assert "marker: none" in outcome.summary
    step = ground.step("DELETE FROM public.shelf WHERE id = 1", marker="none", **login)
    outcome = await ground.act_on(step, ground.context(step, secrets={"db": PASSWORD}))
    assert outcome.ending is Ending.SUCCEEDED and len(ground.shelf()) == 4


async def test_another_role_can_use_the_markers_once_it_is_let(ground):
    await ground.act("SELECT 1")
    ground.run(
        "GRANT USAGE ON SCHEMA walkdown TO plain; GRANT SELECT, INSERT ON walkdown.marker TO plain;"
        "GRANT ALL ON public.shelf TO plain"
    )
    login = {"user": "plain", "host": "127.0.0.1", "password": SecretTemplate("{{ secret.db }}")}
    step = ground.step("DELETE FROM public.shelf WHERE id = 1", **login)
    outcome = await ground.act_on(step, ground.context(step, secrets={"db": PASSWORD}))
    assert outcome.ending is Ending.SUCCEEDED, outcome.summary
    assert len(ground.markers()) == 2


@pytest.mark.fault("step:sql", "hostile_text")
async def test_hostile_rows_names_and_remarks_are_made_harmless_line_by_line(ground):
    with psycopg.connect(
        host=ground.server.host, port=ground.server.port, user="postgres", dbname=ground.name
    ) as db:
        for number, text in enumerate(PAYLOADS, 10):
            text = text.replace("\0", "").encode("utf-8", "replace").decode()
            db.execute("INSERT INTO public.shelf VALUES (%s, %s)", (number, text))
    sql = 'SELECT label AS "\x1b]0;owned\x07\u202e" FROM public.shelf ORDER BY id'
    outcome = await ground.act((sql, "DO $$ BEGIN RAISE NOTICE '\x1b[2J\r'; END $$"))
    assert outcome.ending is Ending.SUCCEEDED
    assert not set(outcome.detail) & set("\x1b\x07\r\u202e\x9b\u2028")
    lines = outcome.detail.splitlines()
    assert len(lines) == 1 + 2 + 5 + len(PAYLOADS) + 2
    outcome = await ground.act('SELECT * FROM public."\x1b]0;owned\x07"')
    assert not set(outcome.summary + outcome.detail) & set("\x1b\x07")


@pytest.mark.fault("step:sql", "config_changed")
async def test_secrets_show_nowhere_not_even_in_errors(ground):
    secret = "s3cret-Titl3"
    step = ground.step(
        "INSERT INTO public.shelf VALUES (%(id)s, %(label)s), (2, %(label)s)",
        values={"id": SecretTemplate("{{ secret.title }}"), "label": SecretTemplate("{{ secret.title }}")},
        password=SecretTemplate("{{ secret.db }}"),
    )
    context = ground.context(step, secrets={"title": secret, "db": "db-Passw0rd"})
    outcome = await ground.act_on(step, context)
    assert outcome.error_class == "value" and MASK in outcome.summary
    assert secret not in repr(outcome) + repr(step)
    step = ground.step(
        "SELECT %(label)s, pg_sleep(20)", values={"label": SecretTemplate("{{ secret.title }}")}
    )
    context = ground.context(step, secrets={"title": secret})
    task = asyncio.get_running_loop().create_task(ground.act_on(step, context))
    seen = await ground.until(lambda: [row for row in ground.sessions(context.key) if "pg_sleep" in row[1]])
    assert secret not in repr(seen)
    task.cancel()
    assert (await task).error_class == "terminated"
    with pytest.raises(LookupError, match="secret title"):
        await ground.act_on(step, ground.context(step))
