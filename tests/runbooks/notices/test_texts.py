"""The texts of notices: every mistake told at its line, filled in, harmless however they are written."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from checks.config.files import Source
from checks.config.problems import Problems
from runbooks.notices.document import read_notice
from runbooks.notices.filling import filled_in
from runbooks.notices.order import Task
from runbooks.notices.shelf import judged, read_shelf, task_of
from runbooks.notices.values import SAMPLE

GOOD = """---
kind: announcement
subject: {{ system.title }} on {{ window.starts | day }}
---
From {{ window.starts | moment }} for {{ window.lasts | span }}.
"""


def notices(folder: Path, **texts: str) -> Path:
    (folder / "notices").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / "notices" / f"{name}.txt").write_text(text)
    return folder


async def problems_of(folder: Path, timezone: str = "UTC", windows=("weekly",)) -> list[str]:
    shelf = await judged(read_shelf(folder), timezone, windows)
    return [
        str(problem).removeprefix(f"{folder}/notices/") for one in shelf.broken for problem in one.problems
    ]


MISTAKES = {
    "Hello": "1:1: head: begins with ---, its head, and --- again; then comes the text",
    "---\nkind: progress\n": "1:1: head: begins with ---, its head, and --- again; then comes the text",
    "---\nkind: progres\nsubject: x\n---\ny": "2:1: kind: 'progres' is no kind of notice; did you mean",
    "---\nkind: progress\nsubjct: x\n---\ny": "3:1: subjct: unknown key; did you mean 'subject'?",
    "---\nkind: progress\nsubject: x\nsubject: z\n---\ny": "4:1: subject: stands in line 3 already",
    "---\nkind: progress\nwhat\nsubject: x\n---\ny": "3:1: head: a line of the head is `key: text`",
    "---\nkind: progress\n---\ny": "1:1: subject: is required",
    "---\nsubject: x\n---\ny": "1:1: kind: is required: announcement, progress, completion",
    "---\nkind: progress\nsubject: x\n---\n\n": "4:1: text: there is none",
    "\udcff": "1:1: file: byte 0 is not UTF-8",
    "-" * 70_000: "1:1: file: longer than 64 KiB",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_file_that_is_no_notice_is_told_with_its_line(text):
    problems = Problems()
    raw = text.encode("utf-8", "surrogateescape")
    assert read_notice(Source("mine.txt", raw), problems) is None
    said = [str(problem) for problem in problems.all()]
    assert any(line.startswith(f"mine.txt:{MISTAKES[text]}") for line in said), said


async def test_what_braces_hold_is_judged_at_its_line_while_loading(tmp_path):
    text = (
        "---\nkind: progress\nsubject: {{ windw.name }}\nimpact: {{ system.titel }}\n---\n"
        "one\n{% for walk in walks %}\n{{ walk.tite }}\n{% endfor %}\n{% if %}\n"
    )
    runtime = "---\nkind: progress\nsubject: x\n---\none\ntwo {{ window.starts + 'a' }}\n"
    window = "---\nkind: progress\nsubject: x\nwindow: wekly\n---\ny\n"
    include = "---\nkind: progress\nsubject: x\n---\n{% include '/etc/passwd' %}\n"
    found = await problems_of(notices(tmp_path, a=text, b=runtime, c=include, d=window))
    assert found == [
        "a.txt:3:1: subject: 'windw' is not known; did you mean 'window'?",
        "a.txt:4:1: impact: system has no 'titel'; did you mean 'title'?",
        "a.txt:10:1: body: Expected an expression, got 'end of statement block'",
        "b.txt:6:1: body: unsupported operand type(s) for +: 'float' and 'str'",
        "c.txt:5:1: body: no other file can be taken in",
        "d.txt:4:1: window: no window is called 'wekly'; did you mean 'weekly'?",
    ]


async def test_the_shipped_notices_can_be_used_and_one_of_the_system_takes_the_place_of_its_namesake(
    tmp_path,
):
    shelf = await judged(read_shelf(None), "UTC", ())
    assert shelf.names == ("announcement", "progress", "completion")
    assert shelf.broken == ()
    own = await judged(read_shelf(notices(tmp_path, announcement=GOOD)), "UTC", ())
    assert own.text("announcement").file.startswith(str(tmp_path))


async def test_times_are_told_in_the_zone_of_the_system_with_utc_beside_them():
    problems = Problems()
    text = read_notice(Source("mine.txt", GOOD.encode()), problems)
    assert text is not None
    values = dict(SAMPLE) | {"window": SAMPLE["window"] | {"starts": 1_795_744_800.0, "lasts": 5400.0}}
    task = Task(task_of(text), values)
    ((berlin,), (utc,)) = (await filled_in((task,), "Europe/Berlin"), await filled_in((task,), "UTC"))
    assert berlin.parts == {
        "subject": "The shop on Friday 27 November 2026",
        "body": "From Friday 27 November 2026, 03:00 CET (02:00 UTC) for 1 hour 30 minutes.",
    }
    assert "Friday 27 November 2026, 02:00 UTC for" in utc.parts["body"]
    midnight = Task(task_of(text), dict(SAMPLE) | {"window": SAMPLE["window"] | {"starts": 1_795_734_000.0}})
    (over,) = await filled_in((midnight,), "Europe/Berlin")
    assert "Friday 27 November 2026, 00:00 CET (Thursday 23:00 UTC)" in over.parts["body"]


HOSTILE = {
    "{{ system.__class__ }}": "has no '__class__'",
    "{{ ''.__class__.__mro__ }}": "is unsafe",
    "{{ '{0.__class__}'.format(system) }}": "is unsafe",
    "{{ self._TemplateReference__context }}": "is unsafe",
    "{{ tasks.append('x') }}": "is unsafe",
    "{{ system|attr('x') }}": "No filter named 'attr'",
    "{{ 'x'|center(1000000) }}": "No filter named 'center'",
    "{{ lipsum() }}": "'lipsum' is not known",
    "{{ range(9) }}": "'range' is not known",
    "{{ environ }}": "'environ' is not known",
    "{{ 9 ** 9 ** 9 }}": "** is not to be had",
    "{{ 'x' * 10000000000 }}": "* is for numbers only",
    "{{ '%9999999999d' % 1 }}": "% is for numbers only",
    "{{ 'a'.ljust(10000000000) }}": "takes more memory than it may",
    "{{ 'a'.ljust(100000) }}": "comes to more than 32768 characters",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}": "goes round in circles",
    "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}": "than 1 s",
    "{% import 'os' as os %}": "no other file can be taken in",
}


async def test_hostile_texts_come_to_nothing_and_do_not_last():
    begun = time.monotonic()
    results = await filled_in(tuple(Task((("body", text),)) for text in HOSTILE), "UTC")
    for text, filled in zip(HOSTILE, results, strict=True):
        said = " ".join(mistake.message for mistake in filled.mistakes)
        assert HOSTILE[text] in said, (text, said, filled.parts)
    assert time.monotonic() - begun < 60


async def test_one_that_ends_the_program_is_told_apart_from_the_others():
    kills = "{% set a = 'a'.zfill(9000) %}" + "{{ a.replace('0', a).replace('0', a) }}"
    endless = "{% for a in checks.bad recursive %}{{ loop(checks.bad) }}{% endfor %}"
    fine, *others = await filled_in(
        tuple(Task((("body", text),)) for text in ("{{ system.title }}", kills, endless)), "UTC"
    )
    assert not fine.mistakes
    assert all(one.mistakes for one in others)


async def test_nothing_of_the_environment_can_be_reached(monkeypatch):
    monkeypatch.setenv("DB_PASSWORD", "opensesame-token")
    reach = (
        "{{ cycler.__init__.__globals__.os.environ }}",
        "{{ joiner }}{{ namespace }}{{ dict }}",
        "{{ system.get.__self__ }}{{ (system.items() | first) }}",
        "{{ undefined_thing.__init__ }}",
        "{{ config }}{{ request }}{{ secret }}{{ secrets.db }}",
    )
    for filled in await filled_in(tuple(Task((("body", text),), dict(SAMPLE)) for text in reach), "UTC"):
        assert "opensesame" not in str(filled)
    assert "opensesame-token" in os.environ["DB_PASSWORD"]
