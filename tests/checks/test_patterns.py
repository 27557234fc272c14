"""Patterns of operators: RE2, refused in words, searched without holding anybody up."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from checks.patterns import INLINE, compile_pattern, found


@pytest.mark.parametrize("pattern", ["(", r"(?<=a)b", r"(a)\1", "*", "a{1,100000}"])
def test_what_re2_does_not_know_is_refused_in_words(pattern):
    with pytest.raises(ValueError, match=r"is no pattern of RE2: ."):
        compile_pattern(pattern)


@pytest.mark.parametrize("length", [0, INLINE, INLINE + 1])
async def test_short_and_long_texts_are_searched_alike(length):
    with ThreadPoolExecutor(1) as threads:
        assert await found("needle$", "x" * length + "needle", threads)
        assert not await found("needle$", "x" * length, threads)
