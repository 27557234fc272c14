"""`validate`, `render`, `kinds`, `schema` and `init`, as a user runs them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from checks.registry import KINDS
from tests.servers.commands import CommandLine

EXAMPLE = Path(__file__).parents[2] / "systems" / "example"
USAGE, IO, CONFIG = 64, 74, 78

SECRETIVE = """
system: secretive
secrets:
  word: {env: THE_WORD}
checks:
  database:
    kind: postgres
    host: 127.0.0.1
    user: monitor
    password: "{{ secret.word }}"
  page:
    kind: http
    url: http://127.0.0.1:1/
    headers: {X-Api-Key: "Bearer {{ secret.word }}"}
  literal:
    kind: redis
    host: 127.0.0.1
    password: hunter2-literal
"""


def test_validate_counts_what_it_found_right(walkdown: CommandLine) -> None:
    done = walkdown("validate", "--system", walkdown.system())
    assert (done.returncode, done.stdout, done.stderr) == (0, "Small system: 2 checks, 0 warnings\n", "")


def test_validate_warns_on_standard_error_and_does_not_fail(walkdown: CommandLine) -> None:
    folder = walkdown.system(SECRETIVE)
    done = walkdown("validate", "--system", folder)
    assert done.returncode == 0
    assert done.stderr.startswith(f"{folder}/system.yaml:17:5: checks.literal.password: warning: a secret in")
    assert done.stdout == "secretive: 3 checks, 1 warning\n"


def test_validate_without_a_system_looks_at_this_machine(walkdown: CommandLine) -> None:
    done = walkdown("validate")
    assert done.returncode == 0
    assert "0 warnings" in done.stdout


def test_render_shows_no_secret(walkdown: CommandLine) -> None:
    folder = walkdown.system(SECRETIVE)
    done = walkdown("render", "--system", folder, env={"THE_WORD": "open-sesame-4711"})
    assert done.returncode == 0
    assert "open-sesame" not in done.stdout + done.stderr
    assert "hunter2" not in done.stdout
    rendered = YAML(typ="safe").load(done.stdout)
    assert rendered["checks"]["database"]["password"] == "{{ secret.word }}"
    assert rendered["secrets"] == {"word": {"env": "THE_WORD"}}


def test_what_is_rendered_loads_as_what_it_was(walkdown: CommandLine) -> None:
    first = walkdown("render", "--system", EXAMPLE).stdout
    again = walkdown.folder / "again.yaml"
    again.write_text(first)
    assert walkdown("render", "--system", again).stdout == first


def test_render_shows_the_checks_that_are_named(walkdown: CommandLine) -> None:
    done = walkdown("render", "--system", EXAMPLE, "disks", "cpu")
    assert set(YAML(typ="safe").load(done.stdout)) == {"checks"}
    assert list(YAML(typ="safe").load(done.stdout)["checks"]) == ["disks", "cpu"]


def test_kinds_lists_every_kind_with_what_it_does(walkdown: CommandLine) -> None:
    lines = walkdown("kinds").stdout.splitlines()
    assert [line.split()[0] for line in lines] == sorted(KINDS)
    assert all(line.endswith(".") for line in lines)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_is_explained_with_options_readings_and_an_example(walkdown: CommandLine, name: str) -> None:
    said = walkdown("kinds", name).stdout
    for part in (f"{name}: ", "Options:\n", "Readings, for rules", f"kind: {name}"):
        assert part in said
    assert max(map(len, said.splitlines())) <= 100


def test_the_schema_takes_what_init_writes_and_the_example(walkdown: CommandLine) -> None:
    schema = json.loads(walkdown("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    walkdown("init", walkdown.folder / "new")
    for file in (walkdown.folder / "new" / "system.yaml", EXAMPLE / "system.yaml", EXAMPLE / "checks.yaml"):
        jsonschema.validate(YAML(typ="safe").load(file.read_text()), schema)


def test_init_writes_a_system_that_is_found_loads_and_can_be_checked(walkdown: CommandLine) -> None:
    done = walkdown("init")
    folder = walkdown.folder / "config" / "walkdown"
    assert done.returncode == 0
    assert done.stdout.startswith(f"wrote {folder}/system.yaml\n")
    assert walkdown("validate").stdout == walkdown("validate", "--system", folder).stdout
    assert walkdown("check", "load").returncode in (0, 1, 2)


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_init_writes_for_its_owner_alone(walkdown: CommandLine, mask: int) -> None:
    assert walkdown("init", walkdown.folder / "new", umask=mask).returncode == 0
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (walkdown.folder / "new").iterdir()}
    assert modes == {"system.yaml": 0o600, "schema.json": 0o600}
    assert stat.S_IMODE((walkdown.folder / "new").stat().st_mode) == 0o700


def test_init_overwrites_only_when_told_to(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    written = (folder / "system.yaml").read_text()
    refused = walkdown("init", folder)
    assert (refused.returncode, refused.stdout) == (USAGE, "")
    assert "--force" in refused.stderr
    assert (folder / "system.yaml").read_text() == written
    assert walkdown("init", "--force", folder).returncode == 0
    assert (folder / "system.yaml").read_text() != written
    assert not list(folder.glob(".*")), "no draft stays behind"


def test_init_where_nothing_can_be_written_says_where(walkdown: CommandLine) -> None:
    (walkdown.folder / "file").touch()
    done = walkdown("init", walkdown.folder / "file" / "new")
    assert done.returncode == IO
    assert done.stderr == f"{walkdown.folder}/file/new: Not a directory\n"


def test_a_folder_without_yaml_is_a_configuration_error(walkdown: CommandLine) -> None:
    done = walkdown("check", "--system", walkdown.folder)
    assert done.returncode == CONFIG
    assert "the folder holds no *.yaml" in done.stderr


def test_control_characters_in_a_configuration_are_shown_as_pictures(walkdown: CommandLine) -> None:
    folder = walkdown.system(
        'system: small\ntitle: "a\\e[2Jb"\nchecks: {load: {kind: load}, "x\\e[2J": {kind: load}}\n'
    )
    done = walkdown("validate", "--system", folder)
    assert done.returncode == CONFIG
    assert "\x1b" not in done.stderr
    assert "␛[2J" in done.stderr
