"""Checklists as files: every mistake at its line, all at once, and the published schema."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest

from checks.config.files import Source
from checks.config.nodes import plain
from checks.config.parse import parse
from checks.config.problems import Problems
from checks.system import load_system
from runbooks import checklist_library
from runbooks.checklist_library import load_lists
from runbooks.checklist_plan import PHASES, ByChecks, ByEvidence, ByPerson, ByRecord
from runbooks.checklists.shelf import ListLibrary, ListsKnown
from runbooks.checklists.sources import RULES
from runbooks.document.checklist_form import RECORDED
from runbooks.document.checklist_schema import checklist_schema
from runbooks.document.checklists import compile_lists
from runbooks.document.files import CHECKLISTS, find_files

SHIPPED = sorted((Path(__file__).parents[3] / "systems").glob("*/checklists/*.yaml"))
SYSTEM = """
system: shop
vars: {root: /opt/shop}
windows: {weekly: {every: sunday 03:00, lasts: 2h}}
checks:
  api-health: {kind: command, group: Front, run: [date]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    made = tmp_path / "shop"
    (made / "checklists").mkdir(mode=0o755, parents=True)
    made.chmod(0o755)
    (made / "system.yaml").write_text(SYSTEM)
    return made


def library(folder: Path, **lists: str) -> ListLibrary:
    for name, text in lists.items():
        (folder / "checklists" / f"{name}.yaml").write_text(dedent(text).lstrip("\n"))
    return load_lists(load_system(folder), folder, ("minor-update",))


def complaints(folder: Path, **lists: str) -> list[str]:
    found = library(folder, **lists)
    problems = (*found.warnings, *(problem for one in found.broken for problem in one.problems))
    return [str(problem).removeprefix(f"{folder}/checklists/") for problem in problems]


def test_many_mistakes_give_as_many_lines_with_their_places(folder: Path) -> None:
    found = complaints(
        folder,
        it="""
        checklist: it
        titel: Many mistakes
        manner: read-dp
        window: weakly
        phases:
          befor: []
          before:
            - {id: one, title: "{{ rot }}", check: api-helth}
            - {id: two, title: Two, check: api-health, group: Font}
            - {id: one, title: Again, checks: [x]}
            - {id: three, titel: Three}
            - {id: four, title: Four, maintenance: onn}
            - {id: five, title: "{{ secret.x }}", walk: minor-updat}
            - {id: six, title: Six, evidence: {chek: api-health}}
            - seven
        """,
    )
    assert found == [
        "it.yaml:2:1: titel: unknown key; did you mean 'title'?",
        "it.yaml:3:1: manner: must be 'read-do' or 'do-confirm'; did you mean 'read-do'?",
        "it.yaml:4:1: window: unknown window 'weakly'; did you mean 'weekly'?",
        "it.yaml:6:3: phases.befor: unknown phase; did you mean 'before'?",
        "it.yaml:8:17: phases.before[0].title: unknown variable 'rot'; did you mean 'root'?",
        "it.yaml:8:37: phases.before[0].check: unknown check 'api-helth'; did you mean 'api-health'?",
        "it.yaml:9:48: phases.before[1].group: unknown group 'Font'; did you mean 'Front'?",
        "it.yaml:10:8: phases.before[2].id: 'one' is used twice; first in line 8",
        "it.yaml:10:40: phases.before[2].checks[0]: unknown check 'x'",
        "it.yaml:11:7: phases.before[3].title: is required",
        "it.yaml:11:19: phases.before[3].titel: unknown key; did you mean 'title'?",
        "it.yaml:12:31: phases.before[4].maintenance: must be 'on' or 'off'; did you mean 'on'?",
        "it.yaml:13:18: phases.before[5].title: a secret may not stand here: "
        "x would be shown and written down",
        "it.yaml:13:43: phases.before[5].walk: unknown runbook 'minor-updat'; did you mean 'minor-update'?",
        "it.yaml:14:40: phases.before[6].evidence.chek: unknown key; did you mean 'check'?",
        "it.yaml:15:7: phases.before[7]: must be a mapping with id: and title:",
    ]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("check: api-health, group: Front", "an item is ticked by one of check, group, not of several"),
        ("baseline: taken, window: open", "an item is ticked by one of baseline, window, not of several"),
        ("level: WARN", "level is for items that are ticked by checks"),
        ("notice: announcement, within: 3 h", "within is for items that are ticked by a walk or a report"),
        ("check: api-health, ahead: 3 h", "ahead is for items that are ticked by a notice"),
        ("evidence: {}", "shows nothing; set check, checks, group, file, files, text or contacts"),
        ("evidence: {file: here}", "'here' is no full path; begin it with /"),
        ("notice: anouncement", "did you mean 'announcement'?"),
        ("title: ' '", "its title says nothing"),
    ],
)
def test_what_contradicts_itself_is_told(folder: Path, item: str, said: str) -> None:
    title = "" if "title" in item else "title: A, "
    found = complaints(folder, it=f"checklist: it\nitems:\n  - {{id: a, {title}{item}}}\n")
    assert [line for line in found if said in line], found


def test_an_item_says_what_ticks_it(folder: Path) -> None:
    found = library(
        folder,
        it="""
        checklist: it
        items:
          - {id: a, title: A, checks: [api-health], level: WARN}
          - {id: b, title: B, checks: all}
          - {id: c, title: C, walk: minor-update, within: 24 h}
          - {id: d, title: D, maintenance: off}
          - {id: e, title: E, evidence: {file: "{{ root }}/x", check: api-health}}
          - {id: f, title: F, advisory: true}
        """,
    )
    assert (found.broken, found.warnings) == ((), ())
    assert [item.source for item in found.plan("it").items()] == [
        ByChecks(("api-health",), level="WARN"),
        ByChecks(every=True),
        ByRecord("walk", "minor-update", 86400.0),
        ByRecord("maintenance", "off"),
        ByEvidence(("api-health",), files=("/opt/shop/x",)),
        ByPerson(),
    ]


def test_two_lists_of_one_name_and_an_empty_file_are_told(folder: Path) -> None:
    same = "checklist: it\nitems: [{id: a, title: A}]\n"
    found = complaints(folder, a=same, b=same, c="")
    assert found == [
        f"b.yaml:1:1: checklist: 'it' is the checklist of {folder}/checklists/a.yaml already",
        "c.yaml:1:1: checklist: is required; the file is empty",
    ]


def test_what_was_read_is_remembered_until_something_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "checklist: it\nitems: [{id: a, title: A}]\n"
    first = library(folder, it=text)
    monkeypatch.setattr(checklist_library, "_COMPILER", "nowhere")
    assert library(folder, it=text) == first
    with pytest.raises(ModuleNotFoundError):
        library(folder, it=text.replace("title: A", "title: B"))


def test_of_a_system_that_is_broken_only_what_is_sure_is_said(folder: Path) -> None:
    (folder / "checklists" / "it.yaml").write_text(
        "checklist: it\nitems: [{id: a, title: '{{ gone }}', check: gone, chekc: x}]\n"
    )
    (broken,) = compile_lists(find_files(folder, CHECKLISTS), ListsKnown(complete=False)).broken
    said = [str(one).partition(": ")[2] for one in broken.problems]
    assert said == ["items[0].chekc: unknown key; did you mean 'check'?"]


def test_every_source_that_may_be_written_has_its_rule() -> None:
    assert set(RECORDED) == set(RULES)
    assert set(checklist_schema()["properties"]["phases"]["properties"]) == set(PHASES)


@cache
def validator() -> jsonschema.Draft202012Validator:
    schema = checklist_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def mistakes(text: str) -> list[str]:
    node = parse(Source("f", text.encode()), Problems())
    assert node is not None
    return [error.message for error in validator().iter_errors(plain(node))]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: f"{file.parts[-3]}/{file.name}")
def test_every_shipped_list_fits_the_schema_and_loads(file: Path, tmp_path: Path) -> None:
    assert mistakes(file.read_text()) == []
    found = load_lists(load_system(file.parents[1]), file.parents[1])
    assert found.broken == ()


@pytest.mark.parametrize(
    "text",
    [
        "items: []",
        "checklist: it\nitem: []",
        "checklist: it\nitems: [{id: a}]",
        "checklist: it\nphases: {x: []}",
    ],
)
def test_the_schema_is_awake_to_mistakes(text: str) -> None:
    assert mistakes(text)
