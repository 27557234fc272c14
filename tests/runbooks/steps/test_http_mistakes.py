"""The step kind http while a runbook is loaded: what can never be asked is refused, in words that help."""

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from checks.config.kinded import stored
from checks.config.validate import adapter
from runbooks.steps.http import HttpStep
from runbooks.templates import SecretTemplate, Template, templates_in
from runbooks.web.document import Json, SecretJson
from tests.runbooks.steps.loading import as_item, built, load_runbook

TOKEN = SecretTemplate("{{ secret.token }}")


def load(**options):
    return adapter(HttpStep).validate_python(({"url": "http://127.0.0.1/", "method": "POST"} | options,))[0]


def test_the_example_loads_and_is_kept_as_it_is():
    written = YAML(typ="safe", pure=True).load(HttpStep.EXAMPLE)
    step = load(**{name: value for name, value in written.items() if name not in ("id", "kind", "undo")})
    assert stored(HttpStep, step)[1] == ""
    assert step.json.filled(str) == {"reason": "planned", "minutes": 30}


def test_everything_that_can_be_set_is_kept_as_it_is():
    step = load(
        headers={"X-Api-Key": TOKEN, "Accept": "text/plain"},
        json={"a": ["x", 1.5, {"b": TOKEN}], "{{ no }}": Template("{{ name }}")},
        bearer=TOKEN,
        expect={"status": [200, "3xx"], "text": Template("{{ name }}"), "json": {"a[0].b": None}},
        capture={"id": {"json": "items[0].id"}, "place": {"header": "Location"}, "n": {"regex": "n=(.)"}},
        idempotency_key="X-Request-Id",
        max_body="64 KiB",
    )
    assert stored(HttpStep, step)[1] == ""
    assert {name for one in templates_in(step) for name in (*one.names, *one.secrets)} == {"name", "token"}
    assert load(idempotency_key=True).idempotency_key is True


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "ftp://127.0.0.1/"}, "http:// or https://"),
        ({"url": "http://ops:pass@127.0.0.1/"}, "credentials"),
        ({"url": "127.0.0.1"}, "http:// or https://"),
        ({"url": TOKEN}, "a secret may not stand here"),
        ({"url": Template("{{ base }}/x"), "bearer": TOKEN}, "service written out"),
        (
            {"url": Template("https://api.example{{ path }}"), "headers": {"Cookie": "a=b"}},
            "service written out",
        ),
        ({"url": Template("https://{{ host }}.example/"), "json": {"a": TOKEN}}, "service written out"),
        ({"method": "GET /"}, "neither a method nor the name of a header"),
        ({"headers": {"X Evil": "1"}}, "neither a method nor the name of a header"),
        ({"headers": {"Host": "evil.example"}}, "says how the request is read"),
        ({"headers": {"Transfer-Encoding": "chunked"}}, "says how the request is read"),
        ({"idempotency_key": "a b"}, "neither a method nor the name of a header"),
        ({"json": {}, "body": "x"}, "one of json, body and form"),
        ({"form": {"a": "b"}, "body": "x"}, "one of json, body and form"),
        ({"username": "ops"}, "go together"),
        ({"username": "ops", "password": TOKEN, "bearer": TOKEN}, "either bearer"),
        ({"key_file": "/k.pem"}, "needs cert_file"),
        ({"expect": {"status": "ok"}}, "status 'ok' is none"),
        ({"expect": {"regex": "("}}, "no pattern of RE2"),
        ({"expect": {"json": [1]}}, "mapping of places"),
        ({"expect": {"json": {"a[": 1}}}, "no JSON path"),
        ({"expect": {"json": {"a": TOKEN}}}, "a secret may not stand here"),
        ({"capture": {"x": {}}}, "exactly one of json, header and regex"),
        ({"capture": {"x": {"json": "a", "header": "b"}}}, "exactly one of json, header and regex"),
        ({"capture": {"x": {"regex": "("}}}, "no pattern of RE2"),
        ({"json": {"a": float("nan")}}, "not JSON compliant"),
        ({"json": {1: "a"}}, "keys of a JSON document must be text"),
    ],
)
def test_a_mistake_is_refused_in_words_that_help(options, said):
    with pytest.raises(ValidationError, match=said):
        load(**options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("methd: PUT", "did you mean 'method'"),
        ("expect: {stats: 1}", "did you mean 'status'"),
        ("bearer: abc", "a secret in plain text"),
        ("json: {a: {b: '{{ nope }}'}}", "unknown name 'nope'"),
        ("expect: {json: {b: '{{ secret.key }}'}}", "a secret may not stand here"),
    ],
)
def test_a_mistake_in_a_runbook_is_told_with_its_place(tmp_path, options, said):
    step = f"{{id: a, kind: http, url: 'http://127.0.0.1/', {options}}}"
    plan, problems = load_runbook(tmp_path, as_item(step))
    assert plan is None and "ours.yaml:3:" in problems and said in problems


def test_what_is_sent_changes_something_and_what_is_asked_does_not(tmp_path):
    steps = as_item(HttpStep.EXAMPLE) + "- {id: look, kind: http, url: 'http://127.0.0.1/'}\n"
    plan, problems = load_runbook(tmp_path, steps)
    assert plan is not None, problems
    assert [step.changes for step in plan.steps] == [True, False]
    assert built(plan.steps[0]).json == SecretJson.of({"reason": "planned", "minutes": 30})


@pytest.mark.parametrize(
    "url",
    ["https://api.example/{{ id }}", "https://api.example:8443?x={{ id }}", "https://api.example/#{{ id }}"],
)
def test_secrets_go_to_an_origin_that_is_written_out(url):
    assert load(url=Template(url), bearer=TOKEN).bearer == TOKEN


def test_a_document_is_filled_in_text_by_text_and_keeps_its_shape():
    values = {"name": '"}, {"admin": true', "n": "3"}
    document = {
        "0": "0",
        "list": ["{{ literal }}", Template("{{ name }}"), 1, None],
        "n": Template("{{ n }}"),
    }
    filled = Json.of(document).filled(lambda template: template.shown(values))
    assert filled == {"0": "0", "list": ["{{ literal }}", values["name"], 1, None], "n": "3"}


def test_a_document_refuses_secrets_where_none_may_be_and_endless_depth():
    with pytest.raises(ValueError, match="a secret may not stand here"):
        Json.of({"a": TOKEN})
    assert SecretJson.of({"a": TOKEN}).texts == (TOKEN,)
    deep: list = []
    for _ in range(60):
        deep = [deep]
    with pytest.raises(ValueError, match="levels deep"):
        Json.of(deep)
