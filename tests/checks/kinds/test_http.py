"""The kind http: what it expects of an answer, and what it reports."""

import asyncio
import json
import subprocess
import sys

import pytest

from checks.expressions import parse
from checks.kinds.http import HttpCheck
from checks.model import Level
from checks.net.answer import Expected
from checks.secrets import SecretText
from checks.testing import probe
from tests.servers.faults import http, lag


async def ask(faults, response: bytes, **options):
    """Probe a server that gives this answer."""
    port = await faults.answer(response)
    return await probe(HttpCheck(f"http://127.0.0.1:{port}/health", **options))


def number(result, name: str) -> float:
    return next(reading.value for reading in result.observation.readings if reading.name == name)


async def test_a_good_answer_is_ok_and_measured(faults):
    result = await ask(faults, http(b"hello"))
    assert result.level is Level.OK
    assert result.summary.startswith("200 OK, ")
    assert number(result, "status") == 200
    assert number(result, "size") == 5
    parts = [number(result, name) for name in ("dns", "connect", "first_byte")]
    assert all(part >= 0 for part in parts)
    assert sum(parts) <= number(result, "latency") <= result.elapsed


async def test_every_reading_is_declared(faults):
    result = await ask(faults, http())
    declared = {spec.name: spec.unit for spec in HttpCheck.READINGS}
    assert all(declared[reading.name] == reading.unit for reading in result.observation.readings)


async def test_a_slow_first_byte_counts_as_such(faults):
    async def behaviour(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.2)
        writer.write(http())
        await writer.drain()

    port = await faults.serve(behaviour)
    result = await probe(HttpCheck(f"http://127.0.0.1:{port}"))
    assert number(result, "first_byte") >= 0.2
    assert number(result, "connect") < 0.2


async def test_rules_judge_the_latency(faults):
    port = await faults.answer(http())
    rule = parse("latency >= 0 s", Level.WARN, HttpCheck.READINGS, "http")
    assert (await probe(HttpCheck(f"http://127.0.0.1:{port}"), rule)).level is Level.WARN


@pytest.mark.parametrize(
    ("status", "wanted", "level", "error_class"),
    [
        ("200 OK", "2xx", Level.OK, ""),
        ("204 No Content", 204, Level.OK, ""),
        ("404 Not Found", (200, "4xx"), Level.OK, ""),
        ("404 Not Found", "2xx", Level.CRIT, "http_4xx"),
        ("302 Found", "2xx", Level.CRIT, "http_3xx"),
        ("302 Found", "3xx", Level.OK, ""),
        ("200 OK", 204, Level.CRIT, "http_2xx"),
    ],
)
async def test_the_status_must_be_one_of_those_expected(faults, status, wanted, level, error_class):
    result = await ask(faults, http(b"", status), expect=Expected(status=wanted))
    assert (result.level, result.error_class) == (level, error_class)


@pytest.mark.parametrize(
    ("status", "level", "error_class"),
    [
        pytest.param("500 Oops", Level.CRIT, "http_5xx", marks=pytest.mark.fault("http", "server_error")),
        pytest.param("503 Busy", Level.CRIT, "http_5xx", marks=pytest.mark.fault("http", "server_error")),
        pytest.param("429 Slow", Level.WARN, "http_429", marks=pytest.mark.fault("http", "overloaded")),
        pytest.param("401 Who", Level.CRIT, "auth", marks=pytest.mark.fault("http", "auth")),
        pytest.param("403 No", Level.CRIT, "auth", marks=pytest.mark.fault("http", "auth")),
    ],
)
async def test_a_bad_status_has_its_class_and_keeps_its_readings(faults, status, level, error_class):
    result = await ask(faults, http(b"because", status))
    assert (result.level, result.error_class) == (level, error_class)
    assert number(result, "status") == int(status[:3])
    assert "because" in result.observation.detail


async def test_retry_after_is_heeded_for_one_probe_at_most(faults, run_twice):
    port = await faults.answer(http(b"", "429 Slow down", Retry_After="3600"))
    first, second, third = await run_twice(HttpCheck(f"http://127.0.0.1:{port}"), 3)
    assert [first.error_class, second.error_class, third.error_class] == ["http_429"] * 3
    assert "not asked" in second.summary
    assert len(faults.seen) == 2


@pytest.mark.parametrize("value", ["0", "Wed, 21 Oct 2015 07:28:00 GMT", "soon", "", "-5"])
async def test_a_retry_after_that_is_over_or_senseless_delays_nothing(faults, run_twice, value):
    port = await faults.answer(http(b"", "429 Slow down", Retry_After=value))
    await run_twice(HttpCheck(f"http://127.0.0.1:{port}"), 2)
    assert len(faults.seen) == 2


@pytest.fixture
def run_twice():
    """Run a check several times with one memory, as the engine does."""
    from checks.clock import SystemClock
    from checks.definition import Definition
    from checks.runner import open_runner

    async def run(check, times):
        memory = {}
        async with open_runner({}, SystemClock()) as runner:
            return [
                await runner.run(Definition("web", "http", check, timeout=5), memory=memory)
                for _ in range(times)
            ]

    return run


PAGE = json.dumps({"status": "ok", "up": True, "n": 1, "checks": [{"state": "up"}], "none": None}).encode()


@pytest.mark.parametrize(
    "expected",
    [
        Expected(text='"ok"'),
        Expected(not_text="error"),
        Expected(regex=r'"n":\s*\d'),
        Expected(json={"status": "ok", "$.checks[0].state": "up", "up": True, "n": 1.0, "none": None}),
    ],
)
async def test_what_is_expected_of_the_body_and_holds_is_ok(faults, expected):
    assert (await ask(faults, http(PAGE), expect=expected)).level is Level.OK


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (Expected(text="absent"), "'absent' is not in the body"),
        (Expected(not_text="ok"), "'ok' is in the body"),
        (Expected(regex="^x$"), "matches nothing"),
        (Expected(json={"status": "bad"}), 'status is "ok", expected "bad"'),
        (Expected(json={"checks[7].state": "up"}), "JSON has no checks[7].state"),
        (Expected(json={"status.deeper": "up"}), "JSON has no status.deeper"),
        (Expected(json={"n": True}), "n is 1, expected true"),
    ],
)
async def test_what_is_expected_of_the_body_and_fails_is_crit_and_named(faults, expected, words):
    result = await ask(faults, http(PAGE), expect=expected)
    assert (result.level, result.error_class) == (Level.CRIT, "assertion")
    assert words in result.summary


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"1" * 10_000, b"NaN"])
async def test_a_body_that_is_no_json_fails_the_assertion_and_nothing_else(faults, body):
    result = await ask(faults, http(body), expect=Expected(json={"status": "ok"}))
    assert (result.level, result.error_class) == (Level.CRIT, "assertion")


async def test_invalid_utf_8_is_compared_all_the_same(faults):
    result = await ask(faults, http(b"caf\xe9 open \xff"), expect=Expected(text="open"))
    assert result.level is Level.OK


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(\w+\s?)*$",
        r"(a+)+$",
        r"(x+x+)+y",
        r"(.*a){20}b",
        r"(a|aa)+$",
        r"(a|a?)+$",
        r"([a-zA-Z]+)*!",
        r"(\d+)*\s*$",
        r"(a*)*b",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
    ],
)
async def test_no_pattern_holds_up_the_event_loop(faults, pattern):
    async with lag() as worst:
        result = await ask(faults, http(b"a" * 200_000 + b"!!"), expect=Expected(regex=pattern))
    assert result.error_class in ("", "assertion")
    assert worst() < 0.1


async def test_method_headers_and_body_are_sent(faults):
    await ask(
        faults,
        http(),
        method="POST",
        headers={"Content-Type": SecretText("application/json"), "user-agent": SecretText("mine")},
        body=SecretText('{"a": 1}'),
    )
    head, _, body = faults.seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /health HTTP/1.1\r\n")
    assert b"content-length: 8" in head.lower()
    assert b"accept-encoding: identity" in head.lower()
    assert head.lower().count(b"user-agent: ") == 1 and b"mine" in head
    assert body == b'{"a": 1}'


async def test_a_literal_that_is_no_secret_is_not_masked(faults):
    result = await ask(faults, http(b"text/plain", "500 Oops"), headers={"Accept": SecretText("text/plain")})
    assert "text/plain" in result.observation.detail


async def test_a_head_request_needs_no_body(faults):
    assert (
        await ask(faults, http(b"").replace(b"Length: 0", b"Length: 99"), method="HEAD")
    ).level is Level.OK


async def test_a_url_with_odd_characters_is_sent_encoded(faults):
    port = await faults.answer(http())
    await probe(HttpCheck(f"http://127.0.0.1:{port}/a b/é?q=ü&x=%20#fragment"))
    assert faults.seen[0].startswith(b"GET /a%20b/%C3%A9?q=%C3%BC&x=%20 HTTP/1.1")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "ftp://example.com"}, "must begin with http"),
        ({"url": "http://"}, "names no host"),
        ({"url": "http://user:pw@example.com"}, "do not belong in a URL"),
        ({"url": "http://example.com:99999"}, "out of range"),
        ({"url": "http://e.test", "method": "GE T"}, "neither a method"),
        ({"url": "http://e.test", "headers": {"A:B": SecretText("x")}}, "neither a method"),
        ({"url": "http://e.test", "username": "me"}, "go together"),
        ({"url": "http://e.test", "password": SecretText("{{ secret.p }}")}, "go together"),
    ],
)
def test_what_cannot_be_asked_is_refused_when_loading(options, words):
    with pytest.raises(ValueError, match=words):
        HttpCheck(**options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"status": "2x"}, "write it like"),
        ({"status": 99}, "write it like"),
        ({"regex": r"(?<=a)b"}, "RE2"),
        ({"regex": "("}, "RE2"),
        ({"json": {"a[": 1}}, "no JSON path"),
    ],
)
def test_what_can_never_be_met_is_refused_when_loading(options, words):
    with pytest.raises(ValueError, match=words):
        Expected(**options)


def test_the_kind_is_light_to_import():
    heavy = "import sys, checks.kinds.http; print({'httpx', 'cryptography', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
