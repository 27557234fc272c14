"""A text that still grows, or was cut off, shows no beginning of a secret."""

import base64

import pytest

from checks.masking import MASK, SHORTEST_MASKED, Masker

SECRET = "abc+abc+abcd/xyz"


@pytest.fixture
def masker():
    masker = Masker()
    masker.learn(SECRET)
    return masker


@pytest.mark.parametrize("length", range(1, len(SECRET) + 1))
def test_a_secret_that_has_only_begun_is_masked(masker, length):
    shown = masker.growing(f"it is {SECRET[:length]}", 100)
    assert shown == f"it is {MASK if length >= SHORTEST_MASKED else SECRET[:length]}"


def test_one_that_is_whole_is_masked_whole(masker):
    assert masker.growing(f"it is {SECRET}", 100) == f"it is {MASK}"
    assert masker.growing(f"{SECRET} it was", 100) == f"{MASK} it was"
    assert masker.growing(SECRET + SECRET[:8], 100) == MASK + MASK


@pytest.mark.parametrize("most", range(1, 40))
def test_neither_cut_shows_a_part(masker, most):
    shown = masker.growing(f"{SECRET} and {SECRET[:10]}", most)
    assert SECRET[10:] not in shown and SECRET[:6] not in shown


def test_other_forms_have_begun_too(masker):
    letters = base64.b64encode(SECRET.encode()).decode()
    assert masker.growing(f"it is {letters[:12]}", 100) == f"it is {MASK}"


def test_what_only_looks_like_a_beginning_is_shown(masker):
    assert masker.growing("abc+abc+abd", 100) == "abc+abc+abd"
    assert Masker().growing("abc+abc+abcd", 100) == "abc+abc+abcd"
