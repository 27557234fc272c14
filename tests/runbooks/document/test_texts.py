r"""Texts: variables are filled in once and for all, names stay, braces from elsewhere never become ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runbooks.document.texts import Piece, joined, pieces_of
from runbooks.templates import SecretTemplate, Template
from tests.runbooks.document.writing import Desk


def run(desk: Desk, *words: str) -> list[str]:
    listed = ", ".join(f"'{word}'" for word in words)
    text = f"inputs: {{x: }}\nsteps: [{{id: a, kind: do, undo: none, run: [{listed}]}}]"
    return [word["text"] for word in desk.plan(text).step("a").options["run"]]


@pytest.mark.parametrize(
    ("written", "kept", "filled"),
    [
        ("plain", "plain", "plain"),
        ("{{ root }}/{{ host }}:{{port}}", "/opt/shop/127.0.0.1:8080", "/opt/shop/127.0.0.1:8080"),
        ("{{ x }}", "{{ x }}", "X"),
        ("{{x}}{{ root }}", "{{ x }}/opt/shop", "X/opt/shop"),
        ("{{ braces }}", r"a\{{b", "a{{b"),
        ("{{ braces }} {{ x }} }}", r"a\{{b {{ x }} }}", "a{{b X }}"),
        (r"\{{ x }}", r"\{{ x }}", "{{ x }}"),
        (r"\{{ x }} {{ x }}", r"\{{ x }} {{ x }}", "{{ x }} X"),
        ("{{ half }}{ x }}", r"\{{ x }}", "{{ x }}"),
        ("{{ half }}{ x }} {{ x }}", r"\{{ x }} {{ x }}", "{{ x }} X"),
        ("{{ half }}{{ half }} x }}", r"\{{ x }}", "{{ x }}"),
        ("{{ half }}{{ x }}", "{{{ x }}", "{X"),
        ("{{ slash }}x", r"C:\x", r"C:\x"),
        ("{{ unclosed", r"\{{ unclosed", "{{ unclosed"),
    ],
)
def test_what_is_brought_in_is_never_looked_at_again(
    desk: Desk, written: str, kept: str, filled: str
) -> None:
    (text,) = run(desk, written)
    assert text == kept
    assert Template(text).shown({"x": "X"}) == filled


def test_numbers_are_texts_as_they_were_written(desk: Desk) -> None:
    plan = desk.plan("steps: [{id: a, kind: do, undo: none, run: [1.10, 0o755, -5], count: 2, pause: 1.50}]")
    options = plan.step("a").options
    assert [word["text"] for word in options["run"]] == ["1.10", "0o755", "-5"]
    assert (options["count"], options["pause"]) == (2, 1.5)


def test_numbers_in_plain_data_are_numbers(desk: Desk) -> None:
    plan = desk.plan("steps: [{id: a, kind: do, undo: none, body: {a: 1.10, b: [2, true, null]}}]")
    assert plan.step("a").options["body"] == {"a": 1.1, "b": [2, True, None]}


def test_a_variable_may_stand_for_a_number_or_any_plain_option(desk: Desk) -> None:
    given = "count: '{{ port }}', folder: '{{ root }}', title: '{{ host }}'"
    text = f"steps: [{{id: a, kind: do, undo: none, {given}}}]"
    step = desk.plan(text).step("a")
    assert (step.options["count"], step.options["folder"], step.title) == (8080, "/opt/shop", "127.0.0.1")


def test_a_plain_option_shows_braces_as_they_are(desk: Desk) -> None:
    text = r"""steps: [{id: a, kind: do, undo: none, folder: '{{ braces }} \{{ x }}'}]"""
    assert desk.plan(text).step("a").options["folder"] == "a{{b {{ x }}"


def test_variables_that_multiply_are_refused(desk: Desk) -> None:
    desk.system(
        "system: shop\nvars: {a: '" + "x" * 30_000 + "'}\nchecks: {c: {kind: cpu, warn: usage > 1 %}}"
    )
    (line,) = desk.complaints("steps: [{id: a, kind: do, undo: none, run: ['{{ a }}{{ a }}{{ a }}']}]")
    assert line.endswith("steps[0].run[0]: variables make too much text of this")


@pytest.mark.parametrize("before", ["{{ slash }}", "{{ slash }}{{ half }}"])
def test_a_backslash_that_would_take_the_meaning_of_a_name_away_is_refused(desk: Desk, before: str) -> None:
    (line,) = desk.complaints(
        f"inputs: {{x: }}\nsteps: [{{id: a, kind: do, undo: none, run: ['{before}{{{{ x }}}}']}}]"
    )
    assert line.endswith(r"steps[0].run[0]: a \ cannot stand right before {{: it would take its meaning away")


words = st.text("ab{}\\ ", max_size=6)
pieces = st.lists(
    st.tuples(words, st.just(False)) | st.tuples(st.sampled_from(["x", "a.b-c"]), st.just(True))
)
VALUES = {"x": "{{ a.b-c }}", "a.b-c": r"\{{"}


@given(pieces)
def test_a_text_made_of_parts_says_just_these_parts(parts: list[Piece]) -> None:
    meant = "".join(VALUES[part] if named else part for part, named in parts)
    try:
        template = joined(parts)
    except ValueError:
        assert "\\" in meant
        return
    assert template.shown(VALUES) == meant
    assert joined(pieces_of(template)) == template


def test_a_text_that_names_a_secret_is_of_the_kind_that_may() -> None:
    assert joined([("secret.db", True)]) == SecretTemplate("{{ secret.db }}")
    assert joined([("secret.db", False)]) == Template("secret.db")


@pytest.mark.parametrize("key", ["run", "count"])
def test_sql_takes_no_variables(desk: Desk, key: str) -> None:
    run = "" if key == "run" else "run: SELECT 1, "
    text = f"steps: [{{id: a, kind: sql, database: d, {run}undo: none, {key}: 'SELECT {{{{ port }}}}'}}]"
    found = desk.complaints(text)
    said = (
        f"steps[0].{key}: is a program and takes no variables; set them under values: and write %(name)s here"
    )
    assert [line for line in found if line.endswith(said)], found
