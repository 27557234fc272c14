"""How several files and the overlay become one system, and how variables get into it."""

from pathlib import Path

import pytest

from checks.secrets import SecretText
from tests.checks.configurations import complaints, load, write

SYSTEM = """
    system: test
    vars:
      host: db.example
      port: 5432
      version: 1.10
      api: "https://{{ host }}:{{port}}/v{{ version }}"
    secrets:
      token: {env: TOKEN}
    contacts:
      - {name: one, chat: one}
"""


def test_files_merge_deeply_and_lists_append(folder: Path) -> None:
    system = load(
        folder,
        system=SYSTEM,
        a="checks: {web: {kind: page, url: u, expect: {status: 2xx}}}\ncontacts: [{name: two, chat: two}]",
        b="checks: {web: {title: Shop, expect: {sizes: [1]}}, ask: {kind: ask}}",
    )
    assert [check.name for check in system.definitions] == ["web", "ask"]
    web = system.definitions[0]
    assert web.title == "Shop"
    assert (web.check.expect.status, web.check.expect.sizes) == ("2xx", (1,))  # type: ignore[attr-defined]
    assert system.sections["contacts"] == [{"name": "two", "chat": "two"}, {"name": "one", "chat": "one"}]


def test_a_value_set_twice_is_an_error_that_names_both_places(folder: Path) -> None:
    found = complaints(
        folder,
        a="title: A\nchecks:\n  web: {kind: page, url: u}\n",
        b="title: A\nchecks:\n  web:\n    url: v\n",
        system="system: test",
    )
    assert found == [
        f"b.yaml:1:1: title: is set twice; first in {folder}/a.yaml:1:1",
        f"b.yaml:4:5: checks.web.url: is set twice; first in {folder}/a.yaml:3:21",
    ]


def test_the_overlay_has_the_last_word_and_null_removes(folder: Path) -> None:
    write(
        folder, system=SYSTEM, zz="checks: {web: {kind: page, url: u, warn: [latency > 1 s]}, x: {kind: ask}}"
    )
    system = load(
        folder,
        local="""
            title: Here
            vars: {host: localhost}
            contacts: [{name: me, chat: me}]
            checks:
              web: {url: "{{ api }}", warn: [latency > 5 s, used > 90 %]}
              x: null
        """,
    )
    (web,) = system.definitions
    assert web.check.url == "https://localhost:5432/v1.10"  # type: ignore[attr-defined]
    assert [rule.bound for rule in web.rules] == [5.0, 90.0]
    assert system.info.title == "Here"
    assert system.sections["contacts"] == [{"name": "me", "chat": "me"}]


def test_mistakes_in_the_overlay_are_told_with_its_name(folder: Path) -> None:
    found = complaints(folder, system=SYSTEM, local="checks:\n  a: {kind: pge}\n")
    assert found == ["local.yaml:2:7: checks.a.kind: unknown kind 'pge'; did you mean 'page'?"]


def test_one_file_is_a_system_too_and_hidden_or_other_files_do_not_count(folder: Path) -> None:
    write(folder, one="system: one\nchecks: {a: {kind: ask}}", local="title: not mine")
    (folder / ".hidden.yaml").write_text("[")
    (folder / "notes.txt").write_text("[")
    assert load(folder / "one.yaml").info.title == ""
    assert load(folder).info.title == "not mine"


def test_variables_are_filled_in_as_they_were_written(folder: Path) -> None:
    system = load(
        folder,
        system=SYSTEM,
        checks="""
            checks:
              a:
                kind: page
                url: "{{api}}/{{ host }}"
                tries: "{{ port }}"
                run: [go, '\\{{.Names}}', '\\{{ host }} {{ version }}', "{ {x} }"]
        """,
    )
    check = system.definitions[0].check
    assert check.url == "https://db.example:5432/v1.10/db.example"  # type: ignore[attr-defined]
    assert check.tries == 5432  # type: ignore[attr-defined]
    assert check.run == ("go", "{{.Names}}", "{{ host }} 1.10", "{ {x} }")  # type: ignore[attr-defined]
    assert system.variables["api"] == "https://db.example:5432/v1.10"


def test_secrets_stay_unresolved_where_they_may_stand(folder: Path) -> None:
    text = (
        "checks: {a: {kind: page, url: u, headers: {Authorization: 'Bearer {{ secret.token }}@{{ host }}'}}}"
    )
    system = load(folder, system=SYSTEM, checks=text)
    headers = system.definitions[0].check.headers  # type: ignore[attr-defined]
    assert headers == {"Authorization": SecretText("Bearer {{ secret.token }}@db.example")}
    assert system.secrets["token"].env == "TOKEN"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("url: '{{ hst }}'", "url: unknown variable 'hst'; did you mean 'host'?"),
        ("url: '{{ nothing }}'", "url: unknown variable 'nothing'; define it under vars:"),
        ("url: '{{ host.upper() }}'", "url: 'host.upper()' is not a name: only names can stand in {{ }}"),
        ("url: '{{ host | upper }}'", "url: 'host | upper' is not a name"),
        ("url: '{{ }}'", "url: '' is not a name"),
        ("url: u, password: '{{ secret.tokn }}'", "password: unknown secret 'tokn'; did you mean 'token'?"),
        ("url: '{{ secret.token }}'", "url: a secret may not stand here"),
        (
            "url: u, headers: {A: '{{ open }} secret.token }}'}",
            "headers.A: a variable may not bring",
        ),
    ],
)
def test_what_cannot_be_filled_in_is_told(folder: Path, line: str, said: str) -> None:
    system = SYSTEM.replace("port: 5432", "port: 5432\n      open: '{{'")
    (found,) = complaints(folder, system=system, checks=f"checks: {{a: {{kind: page, {line}}}}}")
    assert f"checks.a.{said}" in found


def test_what_a_variable_brings_in_is_not_read_again(folder: Path) -> None:
    write(folder, system="system: test\nvars: {a: '\\{{ b }}', b: deep}")
    system = load(folder, checks="checks: {x: {kind: page, url: '{{ a }}'}}")
    assert system.definitions[0].check.url == "{{ b }}"  # type: ignore[attr-defined]


def test_variables_that_go_round_and_variables_with_secrets_are_errors(folder: Path) -> None:
    found = complaints(
        folder,
        system="""
            system: test
            vars:
              a: "{{ b }}"
              b: "x{{ c }}"
              c: "{{ a }}"
              d: "{{ secret.s }}"
            secrets: {s: {env: S}}
            checks: {x: {kind: ask}}
        """,
    )
    assert found == [
        "system.yaml:3:3: vars.a: variables go round in a circle: a -> b -> c -> a",
        "system.yaml:6:3: vars.d: a variable may not hold a secret, for variables are shown and stored; "
        "write {{ secret.s }} where it is used",
    ]


def test_defaults_hold_for_checks_that_do_not_say_otherwise(folder: Path) -> None:
    system = load(
        folder,
        system="""
            system: test
            defaults: {every: 1 m, timeout: 20s, attempts: 5, group: Web}
            checks:
              plain: {kind: ask}
              own: {kind: ask, every: 5s, timeout: 1s, attempts: 1, group: ""}
              quick: {kind: ask, every: 5s}
        """,
    )
    plain, own, quick = system.definitions
    assert (plain.every, plain.timeout, plain.attempts, plain.group) == (60.0, 20.0, 5, "Web")
    assert (own.every, own.timeout, own.attempts, own.group) == (5.0, 1.0, 1, "")
    assert (quick.every, quick.timeout) == (5.0, 5.0)


def test_without_defaults_a_check_is_probed_every_half_minute(folder: Path) -> None:
    (check,) = load(folder, system="system: test\nchecks: {a: {kind: ask}}").definitions
    assert (check.every, check.timeout, check.attempts) == (30.0, 10.0, 3)
