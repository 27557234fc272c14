"""`validate`, `render`, `steps`, `drivers` and `schema runbook`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from runbooks.explain import explain_driver, explain_step
from runbooks.registry import DRIVERS, find_step, step_names
from tests.servers.commands import CommandLine

USAGE, CONFIG = 64, 78

SYSTEM = """
system: shop
title: The shop
vars: {root: /opt/shop}
secrets: {db: {env: THE_PASSWORD}}
services: {api: {driver: systemd, unit: shop-api.service}}
checks:
  api-health: {kind: tcp, host: 127.0.0.1, port: 1}
"""
UPDATE = """
runbook: update
title: Update the API
guards: [api-health]
inputs:
  version: {prompt: Which version?, pattern: '[0-9.]+'}
steps:
  - id: backup
    kind: command
    text: |
      Everything below can be undone
      to this point.
    run: ["{{ root }}/backup", --label, "before-{{ version }}"]
    env: {PGPASSWORD: "{{ secret.db }}"}
    expected: 6 m
    timeout: 90 m
    verify: {check: api-health, within: 90 s}
    undo: none
  - id: way
    kind: choice
    prompt: How?
    branches:
      fast: [{id: quick, kind: manual, changes: true, undo: {kind: manual, done: It is back.}}]
      slow: []
finally:
  - {id: thanks, kind: manual}
"""


@pytest.fixture
def shop(walkdown: CommandLine) -> Path:
    folder = walkdown.system(SYSTEM, "shop")
    write(folder, update=UPDATE)
    return folder


def write(folder: Path, **runbooks: str) -> None:
    (folder / "runbooks").mkdir(mode=0o700, exist_ok=True)
    for name, text in runbooks.items():
        (folder / "runbooks" / f"{name}.yaml").write_text(text.lstrip())


def test_validate_counts_runbooks_and_their_steps(walkdown: CommandLine, shop: Path) -> None:
    done = walkdown("validate", "--system", shop)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The shop: 1 check, 1 runbook, 4 steps, 0 warnings\n"


def test_validate_tells_what_is_wrong_with_every_file_at_once(walkdown: CommandLine, shop: Path) -> None:
    write(shop, a="runbook: a\nsteps: [{id: x, kind: comand}]", b="runbook: b\nrisk: none\nsteps:")
    done = walkdown("validate", "--system", shop)
    assert (done.returncode, done.stdout) == (CONFIG, "")
    assert [line.removeprefix(f"{shop}/") for line in done.stderr.splitlines()] == [
        "runbooks/a.yaml:2:17: steps[0].kind: unknown kind 'comand'; did you mean 'command'?",
        "runbooks/b.yaml:2:1: risk: must be 'low', 'medium' or 'high'",
    ]


def test_validate_goes_on_to_runbooks_when_the_system_itself_is_broken(
    walkdown: CommandLine, shop: Path
) -> None:
    system = SYSTEM.replace("tcp", "tpc").replace("driver: systemd", "drivr: systemd")
    walkdown.system(system, "shop")
    write(shop, a="runbook: a\nguards: [other]\nsteps: [{id: x, kind: check, chek: api-health}]")
    done = walkdown("validate", "--system", shop)
    assert done.returncode == CONFIG
    assert [line.removeprefix(f"{shop}/").split(": ")[:2] for line in done.stderr.splitlines()] == [
        ["system.yaml:5:12", "services.api"],
        ["system.yaml:7:16", "checks.api-health.kind"],
        ["runbooks/a.yaml:2:10", "guards[0]"],
        ["runbooks/a.yaml:3:9", "steps[0].check"],
        ["runbooks/a.yaml:3:30", "steps[0].chek"],
    ]


def test_checks_go_on_when_a_runbook_is_broken(walkdown: CommandLine) -> None:
    folder = walkdown.system()
    write(folder, a="runbook: a\nsteps: [")
    assert walkdown("check", "--here", "--system", folder).returncode == 0
    assert walkdown("validate", "--system", folder).returncode == CONFIG


def test_render_shows_the_plan_with_everything_filled_in_and_secrets_by_name(
    walkdown: CommandLine, shop: Path
) -> None:
    done = walkdown("render", "--system", shop, "update", env={"THE_PASSWORD": "open-sesame-4711"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "open-sesame" not in done.stdout
    assert done.stdout.startswith(f"# {shop}/runbooks/update.yaml, sha256 ")
    shown = YAML(typ="safe").load(done.stdout)
    backup, way, quick = shown["steps"]
    assert backup == {
        "id": "backup",
        "kind": "command",
        "text": "Everything below can be undone\nto this point.\n",
        "run": ["/opt/shop/backup", "--label", "before-{{ version }}"],
        "env": {"PGPASSWORD": "{{ secret.db }}"},
        "changes": True,
        "expected": "6 m",
        "timeout": "90 m",
        "verify": [
            {
                "id": "backup.verify",
                "kind": "wait",
                "check": "api-health",
                "within": "90 s",
                "timeout": "390 s",
            }
        ],
        "undo": "none",
    }
    assert (way["values"], quick["when"]) == (["fast", "slow"], {"way": ["fast"]})
    assert quick["undo"] == [{"id": "quick.undo", "kind": "manual", "done": "It is back."}]
    assert shown["finally"] == [{"id": "thanks", "kind": "manual"}]
    assert [line for line in done.stdout.splitlines() if line.startswith("  # ")] == [
        f"  # {number}" for number in range(1, 5)
    ]


def test_render_takes_checks_and_runbooks_and_says_what_there_is_none_of(
    walkdown: CommandLine, shop: Path
) -> None:
    both = walkdown("render", "--system", shop, "update", "api-health").stdout
    assert both.startswith("checks:\n  api-health:")
    assert "\nrunbook: update\n" in both
    assert "runbook:" not in walkdown("render", "--system", shop).stdout
    done = walkdown("render", "--system", shop, "updaet")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert "no check or runbook is called 'updaet'; did you mean 'update'?" in done.stderr
    write(shop, broken="runbook: broken\nsteps: [")
    done = walkdown("render", "--system", shop, "broken")
    assert (done.returncode, done.stdout) == (CONFIG, "")
    assert "broken.yaml:2:9: yaml: " in done.stderr
    assert walkdown("render", "--system", shop, "update").returncode == 0


def test_steps_and_drivers_are_listed_with_what_they_do(walkdown: CommandLine) -> None:
    lines = walkdown("steps").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(step_names())
    assert all(line.endswith(".") for line in lines)
    assert [line.split()[1] == "changes" for line in lines] == [find_step(n).CHANGES for n in step_names()]
    lines = walkdown("drivers").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(DRIVERS)
    assert all(line.endswith(".") for line in lines)


@pytest.mark.parametrize("name", step_names())
def test_a_kind_of_step_is_explained_with_options_and_an_example(name: str) -> None:
    said, _, example = explain_step(name).partition("Example:\n")
    for part in (f"{name}: ", "Nature:\n", "Options:\n", "Options of every step:\n"):
        assert part in said
    assert max(map(len, said.splitlines())) <= 100
    assert f"kind: {name}" in example


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_is_explained_with_actions_options_and_an_example(name: str) -> None:
    said = explain_driver(name)
    for part in (f"{name}: ", "Can do:\n", "Options:\n", f"driver: {name}"):
        assert part in said


def test_what_is_explained_is_printed(walkdown: CommandLine) -> None:
    assert walkdown("steps", "command").stdout == f"{explain_step('command')}\n"
    assert walkdown("drivers", "compose").stdout == f"{explain_driver('compose')}\n"


def test_wrong_names_are_answered_with_the_nearest(walkdown: CommandLine) -> None:
    for command, wrong, near in (("steps", "comand", "command"), ("drivers", "sytemd", "systemd")):
        done = walkdown(command, wrong)
        assert done.returncode == USAGE
        assert f"did you mean {near!r}?" in done.stderr


def test_the_schema_of_runbooks_is_printed_on_demand(walkdown: CommandLine, shop: Path) -> None:
    schema = json.loads(walkdown("schema", "runbook").stdout)
    assert schema["title"] == "walkdown runbook"
    jsonschema.validate(YAML(typ="safe").load(UPDATE), schema)
    assert json.loads(walkdown("schema").stdout)["title"] == "walkdown system"


def test_a_shell_completes_runbooks_kinds_of_steps_and_drivers(walkdown: CommandLine, shop: Path) -> None:
    def completed(*words: str) -> list[str]:
        line = " ".join(("walkdown", *words))
        env = {"_WALKDOWN_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
        said = walkdown(env=env).stdout.splitlines()
        return [word.rpartition(",")[2] for word in said]

    assert completed("render", "--system", str(shop), "up") == ["update"]
    assert completed("steps", "com") == ["command"]
    assert completed("drivers", "com") == ["compose"]
