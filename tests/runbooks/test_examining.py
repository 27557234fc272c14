"""All files of a system are judged at once, each for itself, and nothing is said that is not so."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.errors import ConfigError
from runbooks.examining import examine

SYSTEM = """\
system: shop
timezone: Europe/Berlin
vars: {root: /srv/shop}
targets: {uptime: 99.9 %}
keymap: {check.run: r}
windows:
  weekly: {every: sunday 03:00, lasts: 2h, announce: 24h}
notify:
  hook: {url: "json://127.0.0.1:9/"}
responses:
  again: {when: {check: web}, run: one}
tasks:
  nightly: {every: daily 01:00, runbook: one, window: weekly}
checks:
  web: {kind: tcp, host: 127.0.0.1, port: 80, warn: latency > 1 s}
"""
RUNBOOK = """\
runbook: one
steps:
  - {id: put, kind: file, path: "{{ root }}/web/index.html", content: x, undo: none}
  - {id: look, kind: check, check: web}
"""
CHECKLIST = """\
checklist: before
items:
  - {id: look, title: Look, check: web}
  - {id: read, title: Read, evidence: {file: "{{ root }}/log"}}
  - {id: walk, title: Walk, walk: one}
"""
NOTICE = "---\nkind: announcement\nwindow: weekly\nsubject: {{ system.title }}\n---\nWork.\n"


def keys(names):
    return {name: f"nothing has the id {name!r}" for name in names if name != "check.run"}


class Shop:
    """A system in which tests make mistakes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.write("system.yaml", SYSTEM)
        self.write("runbooks/one.yaml", RUNBOOK)
        self.write("checklists/before.yaml", CHECKLIST)
        self.write("notices/mine.txt", NOTICE)

    def write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def spoil(self, name: str, *pairs: tuple[str, str]) -> None:
        text = (self._folder / name).read_text()
        for right, wrong in pairs:
            assert right in text
            text = text.replace(right, wrong)
        self.write(name, text)

    def said(self) -> list[str]:
        """Return what is wrong, without folders and places."""
        with pytest.raises(ConfigError) as told:
            examine(self._folder, keys)
        return [f"{Path(one.file).name}:{one.line} {one.key}: {one.message}" for one in told.value.problems]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A system without a mistake."""
    return Shop(tmp_path)


def test_a_sound_system_is_counted(shop: Shop, tmp_path: Path) -> None:
    found = examine(tmp_path, keys)
    assert (len(found.system.definitions), len(found.library.plans), len(found.lists.plans)) == (1, 1, 1)


def test_mistakes_of_every_stage_are_told_at_once(shop: Shop) -> None:
    shop.spoil("system.yaml", ("tcp,", "tpc,"), ("sunday", "someday"), ("check: web}", "check: wbe}"))
    shop.spoil("system.yaml", ("json:", "jsn:"), ("99.9 %", "199 %"), ("check.run", "check.ru"))
    shop.spoil("system.yaml", ("runbook: one,", "runbook: two,"))
    shop.spoil("runbooks/one.yaml", ("check: web", "check: wbe"))
    shop.spoil("checklists/before.yaml", ("check: web", "check: wbe"), ("walk: one", "walk: two"))
    shop.spoil("notices/mine.txt", ("weekly", "weekli"), ("system.title", "systm.title"))
    assert [line.partition("; ")[0] for line in shop.said()] == [
        "system.yaml:4 targets.uptime: must be from 0 % to 100 %, not 199 %",
        "system.yaml:5 keymap.check.ru: nothing has the id 'check.ru'",
        "system.yaml:7 windows.weekly.every: 'someday' is no day",
        "system.yaml:9 notify.hook.url: Apprise knows no jsn://",
        "system.yaml:11 responses.again.when.check: unknown check 'wbe'",
        "system.yaml:13 tasks.nightly.runbook: no runbook is called 'two'",
        "system.yaml:15 checks.web.kind: unknown kind 'tpc'",
        "one.yaml:4 steps[1].check: unknown check 'wbe'",
        "before.yaml:3 items[0].check: unknown check 'wbe'",
        "before.yaml:5 items[2].walk: unknown runbook 'two'",
        "mine.txt:3 window: no window is called 'weekli'",
        "mine.txt:4 subject: 'systm' is not known",
    ]


def test_of_a_route_every_key_is_judged_for_itself(shop: Shop) -> None:
    shop.spoil("system.yaml", ('9/"}', '9/", level: WARM, checks: [wbe], when: {days: someday}}'))
    assert [line.partition(" ")[2].partition(":")[0] for line in shop.said()] == [
        "notify.hook.level",
        "notify.hook.checks[0]",
        "notify.hook.when.days",
    ]


def test_what_follows_from_a_variable_that_is_wrong_is_not_told(shop: Shop) -> None:
    shop.spoil("system.yaml", ("/srv/shop", '"{{ nix }}"'))
    shop.spoil("runbooks/one.yaml", ("check: web", "check: wbe"))
    assert shop.said() == [
        "system.yaml:3 vars.root: unknown variable 'nix'; define it under vars:",
        "one.yaml:4 steps[1].check: unknown check 'wbe'; did you mean 'web'?",
    ]


def test_while_a_file_cannot_be_read_nothing_is_missed_that_may_be_in_it(shop: Shop) -> None:
    shop.spoil("system.yaml", ("vars: {root: /srv/shop}\n", ""), ("99.9 %", "199 %"))
    shop.write("vars.yaml", "vars: {root: /srv/shop\n")
    shop.spoil("runbooks/one.yaml", ("check: web", "check: elsewhere"), ("undo: none", "undo: nothing"))
    shop.spoil("checklists/before.yaml", ("walk: one", "walk: two"))
    said = shop.said()
    assert [line.partition(":")[0] for line in said] == ["system.yaml", "vars.yaml", "before.yaml"], said
    shop.spoil("runbooks/one.yaml", ("id: look,", "id: look, chek: x,"))
    assert [line.partition(":")[0] for line in shop.said()][2] == "one.yaml"
