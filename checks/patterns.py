"""Owns the patterns that operators write: RE2, so that no text can make one run for ever (reliability S24).

Matching costs time linear in the text. Long texts are searched in a thread; RE2 lets the event loop run on.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from functools import lru_cache
from typing import Any

import re2

INLINE = 4096
"""Characters that are searched on the event loop; the dearest pattern takes some 40 ms for them."""


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Any:
    """Return the compiled pattern.

    Raises:
        ValueError: when it is no pattern of RE2, which knows no look-around and no back-references.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error
        raise ValueError(f"{pattern!r} is no pattern of RE2: {reason}") from error


async def found(pattern: str, text: str, threads: Executor) -> bool:
    """Return whether the pattern matches anywhere in the text."""
    compiled = compile_pattern(pattern)
    if len(text) <= INLINE:
        return compiled.search(text) is not None
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(threads, compiled.search, text) is not None
