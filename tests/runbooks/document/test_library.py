"""The library: what is usable and what is not, how fast it comes again, and whom its files must belong to."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from checks.errors import ConfigError, UsageError
from checks.load import load
from checks.system import load_system
from runbooks.document.shelf import EMPTY, Library
from runbooks.library import load_library
from runbooks.registry import STEPS
from tests.runbooks.document.writing import Desk

FINE = "title: Fine\nsteps: [{id: a, kind: do, service: api, undo: none}, {id: b, kind: see}]"


def entries(desk: Desk) -> list[Path]:
    return sorted((desk.folder.parent / "cache" / "walkdown").glob("*.json"))


def test_a_broken_runbook_leaves_the_others_usable(desk: Desk) -> None:
    library = desk.library(fine=FINE, broken="steps: [{id: a, kind: do}]", torn="steps: [")
    assert [plan.name for plan in library.plans] == ["fine"]
    assert [(one.name, Path(one.file).name) for one in library.broken] == [
        ("broken", "broken.yaml"),
        ("torn", "torn.yaml"),
    ]
    assert library.plan("fine").title == "Fine"
    with pytest.raises(ConfigError, match=r"broken\.yaml:2:9: steps\[0\]\.undo: is required"):
        library.plan("broken")
    with pytest.raises(UsageError, match="no runbook is called 'fin'; did you mean 'fine'"):
        library.plan("fin")
    assert (library.names, library.steps) == (("fine", "broken", "torn"), 2)


def test_two_runbooks_of_one_name_are_told_apart_by_nobody(desk: Desk) -> None:
    library = desk.library(a=f"runbook: same\n{FINE}", b=f"runbook: same\n{FINE}")
    assert [Path(plan.source).name for plan in library.plans] == ["a.yaml"]
    (broken,) = library.broken
    assert str(broken.problems[0]).endswith(
        f"b.yaml:1:1: runbook: 'same' is the runbook of {desk.folder}/runbooks/a.yaml already"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("runbook: Bad Name\nsteps: []", "1:1: runbook: must be small letters and digits"),
        ("runbook:", "1:1: runbook: must be text"),
        ("{steps: []}", "1:1: runbook: is required"),
        ("", "1:1: runbook: is required; the file is empty"),
        ("# nothing", "1:1: runbook: is required; the file is empty"),
    ],
)
def test_a_runbook_needs_a_name(desk: Desk, text: str, said: str) -> None:
    desk.write(x="")
    (desk.folder / "runbooks" / "x.yaml").write_text(text)
    assert [line for line in desk.complaints() if line.startswith(f"x.yaml:{said}")]


def test_a_file_that_is_torn_does_not_make_its_runbook_unknown(desk: Desk) -> None:
    found = desk.complaints("steps: [{id: a, kind: runbook, runbook: torn}]", torn="steps: [")
    assert found == [
        "it.yaml:2:32: steps[0].runbook: runbook 'torn' cannot be used: it is broken itself",
        "torn.yaml:2:9: yaml: expected the node content, but found '<stream end>', while parsing a flow node",
    ]


def test_a_service_that_is_wrong_is_told_and_so_is_who_names_it(desk: Desk) -> None:
    desk.system(
        """
        system: shop
        services:
          api: {driver: fake, unti: x}
          other: {driver: fakr}
          worker: {driver: fake, unit: x}
        checks: {c: {kind: cpu, warn: usage > 1 %}}
        """
    )
    assert desk.complaints(FINE, w=FINE.replace("api", "worker")) == [
        "system.yaml:3:3: services.api.unit: is required",
        "system.yaml:3:23: services.api.unti: unknown key; did you mean 'unit'?",
        "system.yaml:4:11: services.other.driver: unknown driver 'fakr'; did you mean 'fake'?",
        "it.yaml:3:27: steps[0].service: service 'api' cannot be used: it is broken itself",
    ]
    assert [plan.name for plan in desk.library().plans] == ["w"]


def test_a_system_without_a_folder_of_runbooks_has_none(desk: Desk) -> None:
    single = desk.folder.parent / "single.yaml"
    single.write_text("system: single\nchecks: {c: {kind: cpu, warn: usage > 1 %}}")
    assert load_library(load_system(single), single) == EMPTY
    assert load_library(load(None), None) == EMPTY
    assert desk.library().plans == ()


def test_a_folder_that_is_a_file_says_so(desk: Desk) -> None:
    (desk.folder / "runbooks").write_text("")
    assert desk.complaints() == ["runbooks:1:1: file: Not a directory"]


def test_hidden_files_and_others_are_not_runbooks(desk: Desk) -> None:
    desk.write(fine=FINE)
    for name in (".hidden.yaml", "notes.md", "fine.yaml~"):
        (desk.folder / "runbooks" / name).write_text("- not a runbook")
    (desk.folder / "runbooks" / "other.yml").write_text(f"runbook: other\n{FINE}")
    assert [plan.name for plan in desk.library().plans] == ["fine", "other"]


def test_what_was_loaded_once_comes_again_the_same_warnings_and_problems_too(desk: Desk) -> None:
    first = desk.library(fine=FINE, none="title: x", broken="steps: [{id: a, kind: do}]")
    assert first.warnings
    assert first.broken
    assert len(entries(desk)) == 2
    assert all(stat.S_IMODE(entry.stat().st_mode) == 0o600 for entry in entries(desk))
    assert desk.library() == first


@pytest.mark.parametrize(
    "harm", ["", "{", '{"library": {"plans": [5]}, "kinds": {}, "drivers": {}}', "\0" * 99]
)
def test_a_damaged_entry_is_as_good_as_none(desk: Desk, harm: str) -> None:
    first = desk.library(fine=FINE)
    for entry in entries(desk):
        entry.write_text(harm)
    assert desk.library() == first


def test_a_change_of_a_file_of_the_system_or_of_a_kind_is_seen(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.library(fine=FINE).plans
    desk.system("system: shop\nchecks: {c: {kind: cpu, warn: usage > 1 %}}")
    (line,) = desk.complaints()
    assert line.endswith("unknown service 'api'")
    desk.system()
    assert desk.library().plans
    (tmp_path / "other_do.py").write_text(
        "from tests.runbooks.document.writing import DoStep, dataclass\n"
        "@dataclass(frozen=True, slots=True)\nclass Other(DoStep):\n    new: str = ''\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(STEPS, "do", "other_do:Other")
    assert desk.library().plans[0].steps[0].options["new"] == ""
    monkeypatch.setitem(STEPS, "do", "nowhere.at:All")
    assert desk.complaints()[0].endswith("kind do cannot be used here: No module named 'nowhere'")
    assert desk.complaints()[0].endswith("kind do cannot be used here: No module named 'nowhere'")
    monkeypatch.setitem(STEPS, "do", "other_do:Other")
    assert desk.library().plans


def test_loading_again_imports_neither_yaml_nor_a_validator_nor_a_kind(desk: Desk) -> None:
    desk.system("system: shop\nchecks: {t: {kind: tcp, host: h, port: 1}}")
    assert desk.library(
        fine="steps: [{id: a, kind: command, run: [a], undo: none}, {id: b, kind: sql, "
        "database: d, run: SELECT 1, undo: none}]"
    ).plans
    code = f"""
        import sys
        from pathlib import Path
        from checks.system import load_system
        from runbooks.library import load_library
        folder = Path({str(desk.folder)!r})
        library = load_library(load_system(folder), folder)
        unwanted = {{"pydantic", "ruamel.yaml", "psycopg", "docker", "psutil", "textual", "rich"}}
        kinds = {{name for name in sys.modules if name.startswith("runbooks.steps.")}}
        print(len(library.plans), sorted(unwanted & set(sys.modules) | kinds))
    """
    done = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, check=True)
    assert done.stdout == "1 []\n"


def test_no_secret_in_plain_text_gets_into_a_plan_or_the_cache(desk: Desk) -> None:
    found = desk.complaints(
        "steps: [{id: a, kind: do, undo: none, env: {API_KEY: hunter2hunter2}, run: ['http://me:hunter2@h/']}]",
        fine="inputs: {token: {choices: [a]}}\n"
        "steps: [{id: a, kind: do, undo: none, capture: {secret_part: /x}, env: {TOKEN: '{{ token }}'}}]",
    )
    assert [line.partition(", which")[0] for line in found] == [
        "it.yaml:2:45: steps[0].env.API_KEY: a secret in plain text",
        "it.yaml:2:77: steps[0].run[0]: a secret in plain text",
    ]
    assert all(b"hunter2" not in entry.read_bytes() for entry in entries(desk))


@pytest.mark.skipif(os.geteuid() != 0, reason="only what root runs must be root's")
@pytest.mark.parametrize("harm", ["owner", "file", "folder"])
def test_what_root_would_walk_only_root_may_change(desk: Desk, harm: str) -> None:
    desk.write(fine=FINE)
    file = desk.folder / "runbooks" / "fine.yaml"
    if harm == "owner":
        os.chown(file, 65534, 65534)
    else:
        (file if harm == "file" else file.parent).chmod(0o777)
    library = desk.library()
    assert library.plans == ()
    assert "refused, because root would obey it" in str(library.broken[0].problems[0])
    file.parent.chmod(0o755)
    file.chmod(0o644)
    os.chown(file, 0, 0)
    assert desk.library().plans, "the refusal is not remembered"


def test_fifty_runbooks_come_from_the_cache_in_no_time(desk: Desk) -> None:
    from time import process_time

    steps = "".join(f"  - {{id: s{n}, kind: do, run: [a, b, c], undo: none}}\n" for n in range(20))
    desk.write(**{f"r{n}": f"steps:\n{steps}" for n in range(50)})
    system = load_system(desk.folder)
    first = load_library(system, desk.folder)
    assert first.steps == 1000

    def again() -> tuple[float, Library]:
        began = process_time()
        library = load_library(system, desk.folder)
        return process_time() - began, library

    seconds, library = min((again() for _ in range(5)), key=lambda pair: pair[0])
    assert library == first
    assert seconds < 0.1
