"""The step kind http and what it is answered: statuses and their effect, redirects, bombs, hostile text."""

import pytest

from runbooks.outcome import Applied, Ending
from runbooks.web.answers import Wanted
from runbooks.web.document import Json, SecretJson
from tests.hostile import BYTES
from tests.runbooks.steps.http_ground import act, get, known, post, secret, unknown
from tests.servers.faults import flood, gzip_bomb, http, lag

MEBIBYTE = 1024 * 1024
SECRETS = {"one": "t0ken-V4lue", "two": "p4ss-W0rd!"}


@pytest.mark.parametrize("status", ["502 Bad Gateway", "504 Gateway Timeout"])
@pytest.mark.fault("step:http", "server_error")
async def test_what_only_a_gateway_answered_is_unknown_and_a_key_makes_one_more_safe(
    faults, tmp_path, status
):
    port = await faults.answer(http(b"upstream", status))
    await unknown(post(port), tmp_path, "http_5xx")
    for key, header in ((True, "Idempotency-Key"), ("X-Request-Id", "X-Request-Id")):
        outcome = await act(post(port, idempotency_key=key), tmp_path)
        assert outcome.ending is Ending.UNKNOWN and outcome.facts == {"retry_safe": header}
        assert "once more under the same key is safe" in outcome.summary and "upstream" in outcome.detail
    sent = [line for seen in faults.seen[-2:] for line in seen.split(b"\r\n") if b"0123456789abcdef" in line]
    assert [line.split(b":")[0] for line in sent] == [b"Idempotency-Key", b"X-Request-Id"]
    assert len(faults.seen) == 4


@pytest.mark.fault("step:http", "auth")
@pytest.mark.fault("step:http", "overloaded")
@pytest.mark.parametrize(
    ("status", "applied", "error_class", "said"),
    [
        ("401 Unauthorized", Applied.NONE, "auth", "it was refused"),
        ("403 Forbidden", Applied.NONE, "auth", "it was refused"),
        ("404 Not Found", Applied.NONE, "http_4xx", "it was refused"),
        ("409 Conflict", Applied.NONE, "http_4xx", "it was refused"),
        ("429 Too Many", Applied.NONE, "http_429", "asked again after: 30; it was refused"),
        ("500 Oops", Applied.PARTIAL, "http_5xx", "may have been carried out"),
        ("503 Busy", Applied.PARTIAL, "http_5xx", "may have been carried out"),
        ("302 Found", Applied.PARTIAL, "http_3xx", "redirects, which is not followed"),
        ("303 See Other", Applied.PARTIAL, "http_3xx", "redirects, which is not followed"),
        ("307 Temporary", Applied.PARTIAL, "http_3xx", "redirects, which is not followed"),
    ],
)
async def test_a_status_says_what_became_of_the_request(faults, tmp_path, status, applied, error_class, said):
    port = await faults.answer(http(b"why", status, Retry_After="30", Location="/elsewhere"))
    outcome = await act(post(port), tmp_path)
    assert known(outcome) == (Ending.FAILED, applied, error_class)
    assert said in outcome.summary and "why" in outcome.detail
    assert len(faults.seen) == 1
    assert known(await act(get(port), tmp_path)) == (Ending.FAILED, Applied.NONE, error_class)


@pytest.mark.fault("step:http", "redirect")
@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
async def test_a_redirect_is_not_followed_and_no_secret_goes_anywhere_else(faults, tmp_path, status):
    other = await faults.answer(http(b"stolen"))
    seen = list(faults.seen)
    location = f"http://127.0.0.1:{other}/"
    port = await faults.answer(http(b"", status, Location=location))
    step = post(
        port,
        headers={"X-Api-Key": secret("{{ secret.one }}"), "Cookie": secret("s={{ secret.two }}")},
        bearer=secret("{{ secret.one }}"),
        json=SecretJson.of({"key": secret("{{ secret.two }}")}),
    )
    outcome = await act(step, tmp_path, secrets=SECRETS)
    assert outcome.ending is Ending.FAILED and outcome.error_class == "http_3xx"
    assert faults.connections == 1 and len(faults.seen) == len(seen) + 1
    assert not [value for value in SECRETS.values() if value in repr(outcome)]


@pytest.mark.fault("step:http", "redirect")
@pytest.mark.parametrize("location", ["http://127.0.0.1:1/", "file:///etc/passwd", "gopher://x/", "/", ""])
async def test_wherever_a_redirect_leads_one_request_is_made(faults, tmp_path, location):
    port = await faults.answer(http(b"", "302 Found", Location=location))
    assert (await act(post(port), tmp_path)).error_class == "http_3xx"
    assert faults.connections == 1


@pytest.mark.fault("step:http", "huge")
async def test_a_body_without_end_is_read_to_the_cap_only(faults, tmp_path):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"
    port = await faults.serve(flood(head, bytes(65536)))
    async with lag() as worst:
        outcome = await act(post(port, expect=Wanted(json=Json.of({"a": 1}))), tmp_path)
    assert known(outcome) == (Ending.FAILED, Applied.FULL, "assertion")
    assert worst() < 0.25
    outcome = await act(post(port), tmp_path)
    assert outcome.ending is Ending.SUCCEEDED and "truncated" in outcome.detail


@pytest.mark.fault("step:http", "huge")
async def test_a_bomb_is_unpacked_to_the_cap_only(faults, tmp_path):
    port = await faults.answer(http(gzip_bomb(64), Content_Encoding="gzip"))
    outcome = await act(post(port), tmp_path)
    assert outcome.ending is Ending.SUCCEEDED
    assert (tmp_path / "answer").stat().st_size < 4 * MEBIBYTE


@pytest.mark.fault("step:http", "hostile_text")
async def test_hostile_answers_are_made_harmless(faults, tmp_path):
    body = b"\n".join(BYTES)
    evil = "[bold]\u202eevil".encode().decode("latin-1")
    port = await faults.answer(http(body, "200 \x9b31m", X_Evil=evil))
    outcome = await act(post(port), tmp_path)
    text = outcome.summary + outcome.detail
    assert outcome.ending is Ending.SUCCEEDED and "h00" in text
    assert not set(text) & set("\x1b\x07\r\x9b\u202e\u2028\x00")
