"""The step kind http against real servers: what is sent, shown, kept, and what later steps can name."""

import asyncio
import base64
import json
import ssl

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from checks.masking import MASK
from runbooks.outcome import Applied, Ending, FailedError
from runbooks.templates import MissingValueError, SecretTemplate, Template
from runbooks.web.answers import Place, Wanted
from runbooks.web.document import Json, SecretJson
from tests.runbooks.steps.http_ground import KEY, act, context_of, get, post, secret
from tests.servers.faults import http, request


def effect(outcome):
    return outcome.ending, outcome.applied


VALUES = {"release": "1.2 & 3", "note": 'say "hi"\n'}
SECRETS = {"token": "t0ken-V4lue", "pass": "p4ss-W0rd"}


async def test_a_post_with_everything_is_sent_once_as_it_was_shown(faults, tmp_path):
    port = await faults.answer(http(b'{"id": 7}', "201 Created"))
    step = post(
        port,
        "/deploy/{{ release }}?note={{ note }}",
        headers={"X-Release": secret("{{ release }}"), "X-Api-Key": secret("{{ secret.token }}")},
        json=SecretJson.of(
            {"a": [1, True, None, Template("{{ note }}")], "b": SecretTemplate("{{ secret.pass }}")}
        ),
        bearer=secret("{{ secret.token }}"),
        idempotency_key=True,
        expect=Wanted(status=201, json=Json.of({"id": 7})),
        capture={
            "deploy.id": Place(json="id"),
            "length": Place(header="Content-Length"),
            "n": Place(regex=r"(\d)"),
        },
    )
    outcome = await act(step, tmp_path, values=VALUES, secrets=SECRETS)
    assert effect(outcome) == (Ending.SUCCEEDED, Applied.FULL), outcome.summary
    assert outcome.summary.startswith("201 Created, ")
    assert outcome.captured == {"deploy.id": "7", "length": "9", "n": "7"}
    (sent,) = faults.seen
    head, _, body = sent.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /deploy/1.2%20%26%203?note=say%20%22hi%22%0A HTTP/1.1"
    assert {"X-Release: 1.2 & 3", "X-Api-Key: t0ken-V4lue", f"Idempotency-Key: {KEY}"} <= set(lines)
    assert {"Authorization: Bearer t0ken-V4lue", "Content-Type: application/json"} <= set(lines)
    assert "Accept-Encoding: identity" in lines
    assert json.loads(body) == {"a": [1, True, None, VALUES["note"]], "b": "p4ss-W0rd"}
    action = await step.prepare(context_of(step, tmp_path, values=VALUES))
    assert action.lines[:6] == (
        f"POST http://127.0.0.1:{port}/deploy/1.2%20%26%203?note=say%20%22hi%22%0A HTTP/1.1",
        "X-Release: 1.2 & 3",
        "X-Api-Key: {{ secret.token }}",
        "Content-Type: application/json",
        "Idempotency-Key: the key of this attempt",
        "Authorization: Bearer {{ secret.token }}",
    )
    shown = json.loads("\n".join(action.lines[6:]))
    assert shown == {"a": [1, True, None, VALUES["note"]], "b": "{{ secret.pass }}"}
    assert action.where == f"http://127.0.0.1:{port}"


async def test_a_form_a_text_and_basic_authentication(faults, tmp_path):
    port = await faults.answer(http())
    login = {"username": "ops", "password": secret("{{ secret.pass }}")}
    form = {"a": secret("{{ note }}"), "b": secret("{{ secret.token }}")}
    assert (
        await act(post(port, form=form, **login), tmp_path, values=VALUES, secrets=SECRETS)
    ).ending == "succeeded"
    text = post(port, method="PUT", body=secret("x={{ secret.token }}"))
    assert (await act(text, tmp_path, secrets=SECRETS)).ending == "succeeded"
    first, second = (sent.decode() for sent in faults.seen)
    assert first.endswith("\r\n\r\na=say+%22hi%22%0A&b=t0ken-V4lue")
    assert f"Basic {base64.b64encode(b'ops:p4ss-W0rd').decode()}" in first
    assert second.startswith("PUT / ") and second.endswith("\r\n\r\nx=t0ken-V4lue")
    step = post(port, form=form, **login)
    action = await step.prepare(context_of(step, tmp_path, values={"note": "one, two"}))
    assert action.lines[1:] == (
        "Content-Type: application/x-www-form-urlencoded",
        "Authorization: Basic ops:{{ secret.pass }}",
        "",
        "a=one, two",
        "b={{ secret.token }}",
    )
    assert action.user == "ops"


async def test_a_reading_method_changes_nothing_unless_it_is_said(faults, tmp_path):
    port = await faults.answer(http(b"fine"))
    assert (
        not get(port).changes
        and not post(port, method="HEAD").changes
        and post(port, method="DELETE").changes
    )
    assert effect(await act(get(port), tmp_path)) == (Ending.SUCCEEDED, Applied.NONE)
    assert effect(await act(get(port), tmp_path, changes=True)) == (Ending.SUCCEEDED, Applied.FULL)


async def test_the_answer_is_kept_whole_and_shown_in_part_without_secrets(faults, tmp_path):
    body = b"token t0ken-V4lue " + b"x" * 20_000
    port = await faults.answer(http(body, Set_Cookie="session=abc", X_Echo="t0ken-V4lue"))
    step = get(port, headers={"X-Api-Key": secret("{{ secret.token }}")})
    outcome = await act(step, tmp_path, secrets=SECRETS)
    assert outcome.detail.startswith("HTTP 200 OK\n") and "truncated: the body is longer" in outcome.detail
    assert f"set-cookie: {MASK}" in outcome.detail and f"x-echo: {MASK}" in outcome.detail
    assert len(outcome.detail) < 9000
    kept = (tmp_path / "answer").read_text()
    assert "x" * 20_000 in kept and (tmp_path / "answer").stat().st_mode & 0o077 == 0
    assert "V4lue" not in outcome.detail + kept and "session=abc" not in outcome.detail + kept


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        (Wanted(status=200), "201 Created, expected 200"),
        (Wanted(text=Template("{{ release }}")), "text '1.2 & 3' is not in the body"),
        (Wanted(not_text=Template("state")), "is in the body"),
        (Wanted(regex="sta.e: 2"), "matches nothing"),
        (Wanted(json=Json.of({"state": "done"})), 'JSON state is "open", expected "done"'),
        (Wanted(json=Json.of({"release": Template("{{ release }}")})), "JSON has no release"),
        (Wanted(json=Json.of({"n": True})), "JSON n is 1, expected true"),
    ],
)
async def test_an_answer_that_was_not_expected_fails_with_the_effect_in_place(faults, tmp_path, expect, said):
    port = await faults.answer(http(b'{"state": "open", "n": 1}', "201 Created"))
    outcome = await act(post(port, expect=expect), tmp_path, values=VALUES)
    assert effect(outcome) == (Ending.FAILED, Applied.FULL)
    assert said in outcome.summary and "carried out all the same" in outcome.summary
    outcome = await act(get(port, expect=expect), tmp_path, values=VALUES)
    assert effect(outcome) == (Ending.FAILED, Applied.NONE)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place(json="absent"), "JSON has no absent"),
        (Place(json="list"), "no single value"),
        (Place(header="X-None"), "no header X-None"),
        (Place(regex="nope"), "matches nothing"),
        (Place(json="long"), "9000 characters"),
    ],
)
async def test_what_cannot_be_captured_fails_with_the_effect_in_place(faults, tmp_path, place, said):
    port = await faults.answer(http(json.dumps({"list": [1], "long": "x" * 9000}).encode()))
    outcome = await act(post(port, capture={"x": place}), tmp_path)
    assert (outcome.ending, outcome.applied, outcome.error_class) == (Ending.FAILED, Applied.FULL, "capture")
    assert said in outcome.summary and "carried out all the same" in outcome.summary


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("../../admin", "/job/..%2F..%2Fadmin/stop"),
        ("1?force=true#", "/job/1%3Fforce%3Dtrue%23/stop"),
        ("a/b@evil.example", "/job/a%2Fb%40evil.example/stop"),
        ("\r\nX-Evil: 1", "/job/%0D%0AX-Evil%3A%201/stop"),
    ],
)
async def test_a_value_stays_one_part_of_the_path(faults, tmp_path, value, path):
    port = await faults.answer(http())
    outcome = await act(post(port, "/job/{{ id }}/stop"), tmp_path, values={"id": value})
    assert outcome.ending is Ending.SUCCEEDED
    assert faults.seen[0].startswith(f"POST {path} HTTP/1.1\r\n".encode())


@pytest.mark.parametrize("value", ["..", "."])
async def test_a_value_does_not_lead_out_of_the_path(faults, tmp_path, value):
    port = await faults.answer(http())
    step = post(port, "/job/{{ id }}/stop")
    with pytest.raises(FailedError, match="leads out"):
        await step.prepare(context_of(step, tmp_path, values={"id": value}))
    assert (await act(step, tmp_path, values={"id": value})).error_class == "url"
    assert faults.seen == []


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "a\udcff"])
@pytest.mark.parametrize("part", ["headers", "body"])
async def test_what_http_cannot_hold_is_refused_before_anything_is_sent(faults, tmp_path, value, part):
    port = await faults.answer(http())
    template = secret("{{ it }}")
    step = post(port, **{part: {"X-It": template} if part == "headers" else template})
    outcome = await act(step, tmp_path, values={"it": value})
    if part == "body" and value.isascii():
        assert outcome.ending is Ending.SUCCEEDED and faults.seen[0].endswith(value.encode())
        return
    assert (outcome.ending, outcome.applied, outcome.error_class) == (Ending.FAILED, Applied.NONE, "request")
    with pytest.raises(FailedError, match="nothing was sent"):
        await step.prepare(context_of(step, tmp_path, values={"it": value}))
    assert faults.seen == []


async def test_a_missing_value_is_named(tmp_path):
    step = post(1, "/{{ release }}")
    with pytest.raises(MissingValueError, match="release"):
        await step.prepare(context_of(step, tmp_path))


async def test_a_client_certificate_is_shown_to_the_server(faults, authority, tmp_path):
    context = authority.good()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.file)
    pair = authority.issue(name="ops", purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
    cert = authority.write("client.pem", pair.pem)
    key = authority.write("client.key", pair.key_pem)
    port = await faults.answer(http(), context)
    shown = {"scheme": "https", "ca_file": authority.file, "cert_file": str(cert), "key_file": str(key)}
    assert (await act(post(port, **shown), tmp_path)).ending is Ending.SUCCEEDED
    unverified = post(port, **shown | {"verify_certificate": False})
    assert (await act(unverified, tmp_path)).ending is Ending.SUCCEEDED
    outcome = await act(post(port, **shown | {"cert_file": "/nowhere.pem"}), tmp_path)
    assert (outcome.ending, outcome.applied, outcome.error_class) == (
        Ending.FAILED,
        Applied.NONE,
        "cert_file",
    )
    outcome = await act(post(port, **shown | {"cert_file": "", "key_file": ""}), tmp_path)
    assert outcome.ending is not Ending.SUCCEEDED
    assert len(faults.seen) == 2


async def test_a_step_that_is_told_to_end_says_what_may_have_happened(faults, tmp_path):
    came = asyncio.Event()

    async def behaviour(reader, writer):
        await request(reader)
        came.set()
        await asyncio.sleep(60)

    port = await faults.serve(behaviour)
    for changes, ending in ((True, Ending.UNKNOWN), (False, Ending.FAILED)):
        came.clear()
        task = asyncio.get_running_loop().create_task(act(post(port), tmp_path, changes=changes))
        await came.wait()
        task.cancel()
        outcome = await task
        assert (outcome.ending, outcome.error_class) == (ending, "terminated")
