"""The loaded system: what is in it, how fast it comes again, and that no secret is kept on the way."""

import stat
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

import msgspec
import pytest

from checks.config.checks import COMMON
from checks.errors import ConfigError
from checks.model import Level
from checks.registry import find_kind, kind_names
from checks.secrets import REFERENCE, SecretText
from checks.system import load_system, system_from_data
from tests.checks.configurations import complaints, load

SYSTEM = """
    system: shop
    title: The shop
    environment: production
    timezone: Europe/Berlin
    secrets: {token: {file: /run/token}}
    keymap: {check.rerun: f5}
    targets: {uptime: 99.9 %}
    services: {api: {driver: compose, file: f.yml}}
    windows: {weekly: {every: sunday 03:00, lasts: 2h}}
    notify: {ops: {url: "{{ secret.token }}"}}
    checks:
      db: {kind: ask}
      page:
        kind: page
        title: Page
        group: Web
        url: http://127.0.0.1:8080/x
        headers: {Authorization: "{{ secret.token }}"}
        pause: 250 ms
        room: 2 MiB
        run: [a, b]
        verify: false
        needs: [db]
        mandatory: true
        refs: [HC-A1]
        warn: latency > 1 s
        crit: [latency > 2 s for 3 samples, "page[mount=/].used > 90 % for 5 m"]
"""


def test_a_system_holds_what_its_files_say(folder: Path) -> None:
    system = load(folder, system=SYSTEM)
    assert (system.info.name, system.info.title, system.info.environment) == (
        "shop",
        "The shop",
        "production",
    )
    assert (system.info.timezone, system.info.source) == ("Europe/Berlin", str(folder))
    assert system.keymap == {"check.rerun": "f5"}
    assert system.info.keymap == (("check.rerun", "f5"),)
    assert system.secrets["token"].file == "/run/token"
    assert system.sections == {
        "targets": {"uptime": "99.9 %"},
        "services": {"api": {"driver": "compose", "file": "f.yml"}},
        "windows": {"weekly": {"every": "sunday 03:00", "lasts": "2h"}},
        "notify": {"ops": {"url": "{{ secret.token }}"}},
    }
    page = system.definitions[1]
    assert (page.name, page.kind, page.title, page.group) == ("page", "page", "Page", "Web")
    assert (page.needs, page.mandatory, page.refs) == (("db",), True, ("HC-A1",))
    assert page.target == "127.0.0.1:8080"
    assert [(rule.level, rule.bound, rule.lasting, rule.samples) for rule in page.rules] == [
        (Level.WARN, 1.0, 0.0, 1),
        (Level.CRIT, 2.0, 0.0, 3),
        (Level.CRIT, 90.0, 300.0, 1),
    ]
    assert page.check.headers == {"Authorization": SecretText("{{ secret.token }}")}  # type: ignore[attr-defined]


def test_a_console_is_told_the_options_that_were_set_as_an_operator_writes_them(folder: Path) -> None:
    info = load(folder, system=SYSTEM).info.checks[1]
    assert info.options == (
        ("url", "http://127.0.0.1:8080/x"),
        ("headers", "Authorization: {{ secret.token }}"),
        ("run", "a, b"),
        ("verify", "false"),
        ("pause", "250 ms"),
        ("room", "2 MiB"),
    )


def test_no_text_of_a_configuration_can_reach_a_terminal_raw(folder: Path) -> None:
    hostile = r"\e]0;owned\a\u202e"
    system = load(
        folder,
        system=f"""
            system: a
            title: "{hostile}"
            environment: "{hostile}"
            checks:
              a:
                kind: page
                url: "{hostile}"
                title: "{hostile}"
                group: "{hostile}"
                refs: ["{hostile}"]
                warn: "page[mount='{hostile}'].used > 1 %"
        """,
    )
    assert system.definitions[0].check.url == "\x1b]0;owned\a\u202e"  # type: ignore[attr-defined]
    info, definition = system.info, system.definitions[0]
    options = [text for _, text in info.checks[0].options]
    texts = [definition.title, definition.group, *definition.refs, definition.rules[0].text]
    for text in (info.title, info.environment, *options, *texts):
        assert "\u241b]0;owned\u2407\\u202e" in text
        assert text.isprintable()
    (line,) = complaints(folder, system=f'system: a\n"{hostile}": 1\nchecks: {{a: {{kind: ask}}}}')
    assert line.isprintable()


def test_a_literal_secret_is_neither_shown_nor_kept(folder: Path, tmp_path: Path) -> None:
    text = "system: a\nchecks: {a: {kind: page, url: u, password: hunter2hunter2}}"
    system = load(folder, system=text)
    assert "hunter2" not in repr(system)
    assert ("password", "*****") in system.info.checks[0].options
    assert not list((tmp_path / "cache" / "walkdown").glob("*.json"))


def test_what_was_loaded_once_comes_again_the_same(folder: Path, tmp_path: Path) -> None:
    first = load(folder, system=SYSTEM)
    (entry,) = (tmp_path / "cache" / "walkdown").glob("*.json")
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert stat.S_IMODE(entry.parent.stat().st_mode) == 0o700
    assert load(folder) == first


def test_warnings_come_again_too(folder: Path) -> None:
    text = "system: a\nchecks:\n  cpu: {kind: cpu}\n"
    first = complaints(folder, system=text)
    assert first
    assert complaints(folder) == first


@pytest.mark.parametrize("harm", ["", "{", "{}", '{"resolved": {"name": 5}, "kinds": {}}', "\0" * 100])
def test_a_damaged_entry_is_as_good_as_none(folder: Path, tmp_path: Path, harm: str) -> None:
    first = load(folder, system=SYSTEM)
    (entry,) = (tmp_path / "cache" / "walkdown").glob("*.json")
    entry.write_text(harm)
    assert load(folder) == first


def test_an_entry_that_others_could_have_written_is_not_used(folder: Path, tmp_path: Path) -> None:
    first = load(folder, system=SYSTEM)
    (entry,) = (tmp_path / "cache" / "walkdown").glob("*.json")
    entry.write_bytes(entry.read_bytes().replace(b"The shop", b"Not mine"))
    entry.chmod(0o666)
    assert load(folder) == first


def test_an_entry_is_outdated_when_a_file_or_the_code_of_a_kind_changes(folder: Path, tmp_path: Path) -> None:
    load(folder, system=SYSTEM)
    assert load(folder, system=SYSTEM.replace("The shop", "Our shop")).info.title == "Our shop"
    entries = sorted((tmp_path / "cache" / "walkdown").glob("*.json"))
    assert len(entries) == 2
    for entry in entries:
        raw = msgspec.json.decode(entry.read_bytes())
        raw["resolved"]["title"] = "remembered"
        raw["kinds"]["page"] = "1 1"
        entry.write_bytes(msgspec.json.encode(raw))
    assert load(folder).info.title == "Our shop"


def test_a_folder_of_entries_that_cannot_be_made_changes_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blocked").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "blocked"))
    assert load(folder, system=SYSTEM) == load(folder)


def test_loading_again_imports_neither_yaml_nor_a_validator_nor_other_kinds(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "system.yaml").write_text("system: a\nchecks: {t: {kind: tcp, host: 127.0.0.1, port: 1}}\n")
    load_system(folder)
    code = f"""
        import sys
        from checks.system import load_system
        system = load_system({str(folder)!r})
        unwanted = {{"pydantic", "ruamel.yaml", "psycopg", "redis", "docker", "psutil", "textual", "rich"}}
        print(system.definitions[0].check.port, sorted(unwanted & set(sys.modules)))
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "1 []\n"


def test_what_discovery_found_becomes_a_system_and_its_braces_stay_text(folder: Path) -> None:
    data = {
        "system": "host",
        "secrets": {"db": {"env": "PGPASSWORD"}},
        "checks": {
            "odd": {
                "kind": "page",
                "url": "{{ nothing }}",
                "run": ["{{", "{{ secret.other }}"],
                "password": "{{ secret.db }}",
            }
        },
    }
    for _ in range(2):
        system = system_from_data(data)
        check = system.definitions[0].check
        assert check.url == "{{ nothing }}"  # type: ignore[attr-defined]
        assert check.run == ("{{", "{{ secret.other }}")  # type: ignore[attr-defined]
        assert check.password == SecretText("{{ secret.db }}")  # type: ignore[attr-defined]
        assert system.info.source == ""


def test_a_mistake_of_discovery_says_so(folder: Path) -> None:
    with pytest.raises(ConfigError) as error:
        system_from_data({"system": "host", "checks": {"a": {"kind": "page"}}})
    assert str(error.value) == "this machine:1:1: checks.a.url: is required"


@pytest.mark.parametrize("kind", kind_names())
def test_the_example_of_every_kind_loads_as_it_stands(folder: Path, kind: str) -> None:
    example = find_kind(kind).EXAMPLE
    lines = "".join(f"    {line}\n" for line in example.strip().splitlines())
    secrets = "".join(f"  {name}: {{env: X}}\n" for name in set(REFERENCE.findall(example)))
    text = f"system: a\nsecrets:\n{secrets}checks:\n  example:\n{lines}"
    (folder / "system.yaml").write_text(text)
    system = load_system(folder)
    assert [str(warning) for warning in system.warnings] == []
    assert system.definitions[0].kind == kind
    assert load_system(folder) == system


@pytest.mark.parametrize("kind", kind_names())
def test_no_kind_takes_the_name_of_an_option_that_every_check_has(kind: str) -> None:
    own = {option.name for option in fields(find_kind(kind))}  # type: ignore[arg-type]
    assert own.isdisjoint(COMMON)


def test_options_within_options_are_shown_as_an_operator_wrote_them() -> None:
    system = system_from_data(
        {
            "system": "s",
            "checks": {
                "web": {"kind": "http", "url": "http://127.0.0.1/", "expect": {"text": "up", "status": 204}}
            },
        }
    )
    shown = dict(system.info.checks[0].options)
    assert shown == {"url": "http://127.0.0.1/", "expect": "status: 204, text: up"}
