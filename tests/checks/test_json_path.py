"""Paths into JSON."""

import pytest

from checks.json_path import look_up, parse_path

DOCUMENT = {"a": {"b": [10, {"c-d": None}]}, "x y": 1, "0": "zero"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b[0]", 10),
        ("$.a.b[1].c-d", None),
        ("x y", 1),
        ("0", "zero"),
        ("$", DOCUMENT),
    ],
)
def test_a_path_leads_to_its_place(path, value):
    assert look_up(DOCUMENT, path) == value


@pytest.mark.parametrize("path", ["b", "a.b[2]", "a.b.c", "a[0]", "a.b[0].c", "x y[0]"])
def test_a_path_to_nowhere_is_a_lookup_error(path):
    with pytest.raises(LookupError):
        look_up(DOCUMENT, path)


@pytest.mark.parametrize("path", ["a[", "a[x]", "a..b", "a]", "a[-1]", "."])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="no JSON path"):
        parse_path(path)
